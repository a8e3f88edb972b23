import { useEffect, useRef } from 'react';
import type { Settings } from '../../../shared/contract/settings.ts';
import { monitoringRequest } from '../../../shared/service/support-mail.ts';
import { emailStateUrl } from '../../../shared/service/urls.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { NoResponseDomain, ProbeCard } from '../responses/ProbeCard.tsx';
import { canProveAuthKey, useSavedSettings } from '../../data/settings.ts';
import { Letter } from '../service/Letter.tsx';
import { Segments, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { Skeleton, VerdictMark } from '../../ui/status.tsx';
import { Bundle } from './Bundle.tsx';
import styles from './MonitoringView.module.css';

/** What the setting and the latest probe say together. */
function stateOf({ fields, traces }: Settings): {
  verdict: 'verified' | 'failing' | 'pending' | 'unknown';
  word: string;
} {
  if (!fields.monitoringEnabled) return { verdict: 'unknown', word: 'Off: support sees no figures' };
  const outcome = traces.monitoring?.outcome ?? 'unknown';
  if (outcome === 'passed') return { verdict: 'verified', word: 'On, and the address answers' };
  if (outcome === 'failed') return { verdict: 'failing', word: 'On, but the address can’t be read' };
  return { verdict: 'pending', word: 'On; the address was not checked' };
}

const IN_THE_APPLICATION = (
  <li>
    In the application open the system designer, then <b>System settings</b>, and there{' '}
    <b>Enable monitoring of the email troubleshooting indicators</b>. Select <b>Default value</b> and save. Do this
    before the first mailing.
  </li>
);

const VARIANTS = {
  'on-site': (
    <ol className={styles.steps}>
      {IN_THE_APPLICATION}
      <li>Have the address below opened to the internet on port 443; the request to the network team includes it.</li>
      <li>Note here that it is on, probe the address, and tell support that they may read the figures.</li>
    </ol>
  ),
  cloud: (
    <ol className={styles.steps}>
      {IN_THE_APPLICATION}
      <li>Tell the application’s support that they may read the figures. They allow it on their side.</li>
      <li>Note here that it is on. No firewall of yours is involved, and the probe below is optional.</li>
    </ol>
  ),
} as const;

function LetterToSupport({ fields }: Pick<Settings, 'fields'>) {
  const { supportAddress, serviceUrl, responseDomain, applicationBuild, applicationHosting } = fields;
  const address = responseDomain === '' ? '' : emailStateUrl(responseDomain, applicationBuild);
  const facts = { to: supportAddress, serviceUrl, responseDomain };
  return (
    <details className={layout.details}>
      <summary>Letter to support: the figures may be read</summary>
      <Letter mail={monitoringRequest(facts, address, applicationHosting === 'cloud')} />
    </details>
  );
}

function Indicators({ settings }: { readonly settings: Settings }) {
  const { fields, revision, workspaceId } = settings;
  /** Of the last saving that was answered: what is shown may be a reading older. */
  const newest = useRef(revision);
  useEffect(() => {
    newest.current = revision;
  }, [revision]);
  const turn = useRef(Promise.resolve());
  // One after the other: each is made on what the one before has saved.
  const save = (part: { monitoringEnabled?: boolean; applicationHosting?: 'on-site' | 'cloud' }) => {
    turn.current = turn.current.then(async () => {
      const saved = await attempt(() => core().settings.save({ workspaceId, revision: newest.current, fields: part }));
      if (saved === null) return;
      newest.current = saved.revision;
      tell('Saved');
    });
  };
  const { verdict, word } = stateOf(settings);
  return (
    <section className={layout.card} aria-labelledby="monitoring-title">
      <div className={layout.cardHead}>
        <h2 id="monitoring-title">Email troubleshooting indicators</h2>
        <Segments
          label="Where the application runs"
          value={fields.applicationHosting}
          onChange={(id) => save({ applicationHosting: id as 'on-site' | 'cloud' })}
          choices={[
            { id: 'on-site', label: 'On-site' },
            { id: 'cloud', label: 'Cloud' },
          ]}
        />
      </div>
      <div className={layout.row}>
        <Switch
          label="Enable monitoring of the email troubleshooting indicators"
          isOn={fields.monitoringEnabled}
          onChange={(monitoringEnabled) => save({ monitoringEnabled })}
        />
        <VerdictMark verdict={verdict} word={word} isPill />
      </div>
      <div className={layout.muted}>{VARIANTS[fields.applicationHosting]}</div>
      <LetterToSupport fields={fields} />
      <p className={layout.small}>
        The console can’t turn the setting on in the application; this switch records that somebody did.
      </p>
    </section>
  );
}

function WhatSupportSees() {
  return (
    <section className={layout.card} aria-labelledby="sees-title">
      <h2 id="sees-title">What support sees</h2>
      <div className={layout.two}>
        <div className={layout.stack}>
          <h3>Sees, as totals</h3>
          <ul className={layout.list}>
            <li>How many messages wait, were sent, and failed</li>
            <li>How long responses take to arrive</li>
            <li>Error counts of the sending queue</li>
          </ul>
        </div>
        <div className={layout.stack}>
          <h3>Does not see</h3>
          <ul className={layout.list}>
            <li>Message texts and templates</li>
            <li>Recipients and any personal data</li>
            <li>Keys and passwords</li>
          </ul>
        </div>
      </div>
    </section>
  );
}

/** Monitoring of the email troubleshooting indicators: its setting, its address, and what support gets to see. */
export default function MonitoringView({ workspaceId }: { readonly workspaceId: number }) {
  const settings = useSavedSettings(workspaceId);
  if (settings === null) return <Skeleton />;
  const { responseDomain, applicationBuild } = settings.fields;
  return (
    <div className={layout.page}>
      <Indicators settings={settings} />
      {responseDomain === '' ? (
        <NoResponseDomain />
      ) : (
        <ProbeCard
          id="state-title"
          title="Address of the indicators"
          address={emailStateUrl(responseDomain, applicationBuild)}
          copyLabel="Copy the monitoring address"
          action="Test the address"
          canProveAuthKey={canProveAuthKey(settings)}
          trace={settings.traces.monitoring}
          outdatedAt={settings.outdated.monitoring}
          run={(signal, signed) => core().probes.monitoring({ workspaceId, signed }, { signal })}
        >
          Support calls this address from the internet, with the Auth key. The test calls it from this machine, so a
          pass does not prove the path through an outer firewall. <b>Test with the Auth key</b> also shows whether
          monitoring is on in the application.
        </ProbeCard>
      )}
      <WhatSupportSees />
      <Bundle workspaceId={workspaceId} />
    </div>
  );
}
