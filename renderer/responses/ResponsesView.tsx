import { useState } from 'react';
import { firewallText } from '../../shared/service/firewall-text.ts';
import { webhookUrl } from '../../shared/service/urls.ts';
import { core } from '../app/store.ts';
import { CopyButton, Segments } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { Skeleton } from '../ui/status.tsx';
import { DenyListCheck } from './DenyListCheck.tsx';
import { NoResponseDomain, ProbeCard } from './ProbeCard.tsx';
import { useSavedSettings } from './saved-settings.ts';

function ForTheNetworkTeam(props: { readonly responseDomain: string; readonly monitoring: boolean }) {
  const [form, setForm] = useState('with-path');
  const text = firewallText({ ...props, withPath: form === 'with-path' });
  return (
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
  );
}

/** Where the service posts its responses, whether it can, and what the network team has to know. */
export default function ResponsesView({ workspaceId }: { readonly workspaceId: number }) {
  const settings = useSavedSettings(workspaceId);
  if (settings === null) return <Skeleton />;
  const { responseDomain, monitoringEnabled } = settings.fields;
  const isTls = responseDomain.startsWith('https:');
  return (
    <div className={layout.page}>
      {responseDomain === '' ? (
        <NoResponseDomain />
      ) : (
        <ProbeCard
          id="webhook-title"
          title="Webhook address"
          address={webhookUrl(responseDomain)}
          copyLabel="Copy the webhook address"
          action="Probe with POST"
          trace={settings.traces.responses}
          outdatedAt={settings.outdated.responses}
          run={(signal) => core().probes.responses({ workspaceId }, { signal })}
        >
          The probe posts an empty body, marked as a test, to this address
          {isTls ? '' : ' and to port 443, where the service posts even though the address begins with http://'}. It
          goes out from this machine, and the service comes from the internet: a pass here does not prove the way
          through an outer firewall.
        </ProbeCard>
      )}
      <section className={layout.card} aria-labelledby="needs-title">
        <h2 id="needs-title">What is needed, and what isn’t</h2>
        <ul className={layout.list}>
          <li>POSTs from the internet must reach the webhook address over port 443, whatever port is in it.</li>
          <li>GET need not work there. Unsubscribe requests need no set-up at all.</li>
          <li>With https the certificate must be valid: right name, in its dates, chain complete.</li>
          <li>
            <b>Do not allow by address.</b> Responses come from changing addresses, and a list of allowed ones would
            lose data. Deny lists are fine as long as they do not catch the service.
          </li>
          <li>
            When scheme or address change, save the new one in General settings and probe again; the earlier result no
            longer counts.
          </li>
        </ul>
      </section>
      {responseDomain !== '' && <ForTheNetworkTeam responseDomain={responseDomain} monitoring={monitoringEnabled} />}
      <DenyListCheck workspaceId={workspaceId} />
    </div>
  );
}
