import { useEffect, useState } from 'react';
import type { Settings } from '../../shared/contract/schemas.ts';
import { firewallText } from '../../shared/service/firewall-text.ts';
import type { ProbeTrace } from '../../shared/service/trace.ts';
import { webhookUrl } from '../../shared/service/urls.ts';
import { attempt, core, onChange, openTab } from '../app/store.ts';
import { Button, CopyButton, Segments } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { ProbeTimeline } from '../ui/ProbeTimeline.tsx';
import { Empty, Skeleton } from '../ui/status.tsx';
import { DenyListCheck } from './DenyListCheck.tsx';

/** The saved settings of a workspace, read anew when they change. */
export function useSavedSettings(workspaceId: number): Settings | null {
  const [settings, setSettings] = useState<Settings | null>(null);
  useEffect(() => {
    const load = async () => setSettings(await attempt(() => core().settings.get({ workspaceId })));
    void load();
    return onChange((change) => {
      if (change.kind === 'reload' || (change.kind === 'settings' && change.workspaceId === workspaceId)) void load();
    });
  }, [workspaceId]);
  return settings;
}

export function NoResponseDomain() {
  return (
    <Empty
      title="No response domain yet"
      action={<Button onPress={() => openTab('settings')}>Open General settings</Button>}
    >
      Enter the domain to receive responses and save; this page then shows the exact address and probes it.
    </Empty>
  );
}

/** Where the service posts its responses, whether it can, and what the network team has to know. */
export default function ResponsesView({ workspaceId }: { readonly workspaceId: number }) {
  const settings = useSavedSettings(workspaceId);
  const [trace, setTrace] = useState<ProbeTrace | null>(null);
  const [busy, setBusy] = useState(false);
  const [form, setForm] = useState('with-path');
  if (settings === null) return <Skeleton />;
  const { responseDomain, monitoringEnabled } = settings.fields;
  if (responseDomain === '') return <NoResponseDomain />;

  const shown = trace ?? settings.traces.responses;
  const text = firewallText({ responseDomain, withPath: form === 'with-path', monitoring: monitoringEnabled });
  const probe = async () => {
    setBusy(true);
    setTrace(await attempt(() => core().probes.responses({ workspaceId })));
    setBusy(false);
  };
  return (
    <div className={layout.page}>
      <section className={layout.card} aria-labelledby="webhook-title">
        <div className={layout.cardHead}>
          <h2 id="webhook-title">Webhook address</h2>
          <Button look="primary" onPress={() => void probe()} isDisabled={busy}>
            {busy ? 'Probing…' : 'Probe with POST'}
          </Button>
        </div>
        <p className={layout.address}>
          {webhookUrl(responseDomain)}
          <CopyButton text={webhookUrl(responseDomain)} label="Copy the webhook address" />
        </p>
        <p className={layout.muted}>
          The probe posts an empty, marked test body, here and to port 443, where the service always posts whatever port
          the application uses. It goes out from this machine; the service comes from the internet, so a pass here does
          not prove the way through an outer firewall.
        </p>
        {shown === null ? <p>Not checked.</p> : <ProbeTimeline trace={shown} />}
        {shown?.beside !== undefined && (
          <>
            <h3>Port 443</h3>
            <ProbeTimeline trace={shown.beside} />
          </>
        )}
      </section>
      <section className={layout.card} aria-labelledby="needs-title">
        <h2 id="needs-title">What is needed, and what isn’t</h2>
        <ul className={layout.list}>
          <li>POSTs from the internet must reach the webhook address over port 443.</li>
          <li>GET need not work. Unsubscribe requests need no set-up of their own.</li>
          <li>With https the certificate must be valid: right name, in its dates, chain complete.</li>
          <li>Do not allow by address: responses come from changing addresses, and a list would lose them.</li>
          <li>If scheme or address change, save them in General settings; the earlier verdict no longer counts.</li>
        </ul>
      </section>
      <section className={layout.card} aria-labelledby="firewall-title">
        <div className={layout.cardHead}>
          <h2 id="firewall-title">For the network team</h2>
          <div className={layout.row}>
            <Segments
              label="Detail"
              value={form}
              onChange={setForm}
              choices={[
                { id: 'with-path', label: 'With paths' },
                { id: 'host-only', label: 'Host only' },
              ]}
            />
            <CopyButton text={text} label="Copy the request" isNamed />
          </div>
        </div>
        <pre className={layout.code}>{text}</pre>
      </section>
      <DenyListCheck workspaceId={workspaceId} />
    </div>
  );
}
