import { useState } from 'react';
import type { BundleOptions, HandOverText } from '../../shared/contract/schemas.ts';
import type { ProbeTrace } from '../../shared/service/trace.ts';
import { emailStateUrl } from '../../shared/service/urls.ts';
import { attempt, core, tell } from '../app/store.ts';
import { NoResponseDomain, useSavedSettings } from '../responses/ResponsesView.tsx';
import { Button, CopyButton, Segments, Switch } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { ProbeTimeline } from '../ui/ProbeTimeline.tsx';
import { Skeleton } from '../ui/status.tsx';
import { saveFile } from '../ui/time.ts';

function Bundle({ workspaceId }: { readonly workspaceId: number }) {
  const [options, setOptions] = useState<BundleOptions>({
    hideAddresses: true,
    hideNames: false,
    includeActivity: true,
  });
  const [bundle, setBundle] = useState<HandOverText | null>(null);
  const change = (part: Partial<BundleOptions>) => {
    setOptions({ ...options, ...part });
    setBundle(null);
  };
  return (
    <section className={layout.card} aria-labelledby="bundle-title">
      <h2 id="bundle-title">Support bundle</h2>
      <p className={layout.muted}>
        One file with settings, probe traces, verdicts and activity. Keys, message texts and private keys are never in
        it. You see it before it is saved.
      </p>
      <div className={layout.row}>
        <Switch
          label="Hide addresses"
          isOn={options.hideAddresses}
          onChange={(hideAddresses) => change({ hideAddresses })}
        />
        <Switch label="Hide names" isOn={options.hideNames} onChange={(hideNames) => change({ hideNames })} />
        <Switch
          label="With activity"
          isOn={options.includeActivity}
          onChange={(includeActivity) => change({ includeActivity })}
        />
      </div>
      <div className={layout.row}>
        <Button onPress={() => void attempt(() => core().monitoring.bundle({ workspaceId, options })).then(setBundle)}>
          Preview
        </Button>
        {bundle !== null && (
          <Button look="primary" onPress={() => saveFile(bundle.fileName, bundle.mediaType, bundle.text)}>
            Save {bundle.fileName}
          </Button>
        )}
      </div>
      {bundle !== null && (
        // A long text that scrolls has to be reachable by keyboard.
        <pre
          className={layout.code}
          style={{ maxHeight: 420, overflow: 'auto' }}
          tabIndex={0}
          aria-label="Preview of the support bundle"
          role="region"
        >
          {bundle.text}
        </pre>
      )}
    </section>
  );
}

/** Monitoring of the email troubleshooting indicators: its setting, its address, and what support gets to see. */
export default function MonitoringView({ workspaceId }: { readonly workspaceId: number }) {
  const settings = useSavedSettings(workspaceId);
  const [trace, setTrace] = useState<ProbeTrace | null>(null);
  const [busy, setBusy] = useState(false);
  if (settings === null) return <Skeleton />;
  const { fields, revision } = settings;
  const save = async (part: { monitoringEnabled?: boolean; applicationHosting?: 'on-site' | 'cloud' }) => {
    const saved = await attempt(() => core().settings.save({ workspaceId, revision, fields: part }));
    if (saved !== null) tell('Saved');
  };
  const shown = trace ?? settings.traces.monitoring;
  const isCloud = fields.applicationHosting === 'cloud';
  return (
    <div className={layout.page}>
      <section className={layout.card} aria-labelledby="monitoring-title">
        <div className={layout.cardHead}>
          <h2 id="monitoring-title">Email troubleshooting indicators</h2>
          <Segments
            label="Where the application runs"
            value={fields.applicationHosting}
            onChange={(id) => void save({ applicationHosting: id as 'on-site' | 'cloud' })}
            choices={[
              { id: 'on-site', label: 'On-site' },
              { id: 'cloud', label: 'Cloud' },
            ]}
          />
        </div>
        <Switch
          label="Enable monitoring of the email troubleshooting indicators"
          isOn={fields.monitoringEnabled}
          onChange={(monitoringEnabled) => void save({ monitoringEnabled })}
        />
        <p className={layout.muted}>
          {isCloud
            ? 'The application runs in the vendor’s cloud: turn the setting on there, and support allows the access on its side. No firewall of yours is involved. This switch notes that it is on.'
            : 'The application runs on your own servers: turn the setting on in its system settings, and have the address below opened for the internet. This switch notes that it is on.'}
        </p>
      </section>
      {fields.responseDomain === '' ? (
        <NoResponseDomain />
      ) : (
        <section className={layout.card} aria-labelledby="state-title">
          <div className={layout.cardHead}>
            <h2 id="state-title">Address</h2>
            <Button
              onPress={() => {
                setBusy(true);
                void attempt(() => core().probes.monitoring({ workspaceId })).then((found) => {
                  setTrace(found);
                  setBusy(false);
                });
              }}
              isDisabled={busy}
            >
              {busy ? 'Probing…' : 'Probe'}
            </Button>
          </div>
          <p className={layout.address}>
            {emailStateUrl(fields.responseDomain)}
            <CopyButton text={emailStateUrl(fields.responseDomain)} label="Copy the monitoring address" />
          </p>
          {shown === null ? <p>Not checked.</p> : <ProbeTimeline trace={shown} />}
        </section>
      )}
      <section className={layout.card} aria-labelledby="sees-title">
        <h2 id="sees-title">What support sees</h2>
        <div className={layout.two}>
          <div>
            <h3>Sees</h3>
            <ul className={layout.list}>
              <li>How many messages wait, were sent, and failed</li>
              <li>How long responses take to arrive</li>
              <li>Error counts of the sending queue</li>
            </ul>
          </div>
          <div>
            <h3>Does not see</h3>
            <ul className={layout.list}>
              <li>Message texts and templates</li>
              <li>Recipients and any personal data</li>
              <li>Keys and passwords</li>
            </ul>
          </div>
        </div>
      </section>
      <Bundle workspaceId={workspaceId} />
    </div>
  );
}
