import { useState } from 'react';
import { firewallText } from '../../../shared/service/firewall-text.ts';
import type { ApplicationBuild } from '../../../shared/service/urls.ts';
import { isPrivateHost, webhookUrl } from '../../../shared/service/urls.ts';
import { core } from '../../session/store.ts';
import { CopyButton, Segments } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { Skeleton } from '../../ui/status.tsx';
import { DenyListCheck } from './DenyListCheck.tsx';
import { NoResponseDomain, ProbeCard } from './ProbeCard.tsx';
import { canProveAuthKey, useSavedSettings } from '../../data/settings.ts';

function ForTheNetworkTeam(props: {
  readonly responseDomain: string;
  readonly build: ApplicationBuild;
  readonly monitoring: boolean;
}) {
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
  const { responseDomain, monitoringEnabled, applicationBuild: build } = settings.fields;
  const isTls = responseDomain.startsWith('https:');
  return (
    <div className={layout.page}>
      {responseDomain === '' ? (
        <NoResponseDomain />
      ) : (
        <ProbeCard
          id="webhook-title"
          title="Webhook address"
          address={webhookUrl(responseDomain, build)}
          copyLabel="Copy the webhook address"
          action="Test the address"
          canProveAuthKey={canProveAuthKey(settings)}
          trace={settings.traces.responses}
          outdatedAt={settings.outdated.responses}
          run={(signal, signed) => core().probes.responses({ workspaceId, signed }, { signal })}
        >
          The test asks this address
          {isTls ? '' : ' and port 443, where the service posts even though the address begins with http://'} and stores
          nothing there. <b>Test with the Auth key</b> posts an empty, signed form over https, which proves the whole
          path into the application. Both start from this machine, while the service posts from the internet, so a pass
          does not prove the path through an outer firewall.
          {isPrivateHost(new URL(responseDomain).hostname) && (
            <p>
              <b>The internet can’t reach {new URL(responseDomain).hostname}.</b> Enter the name under which the
              application is reached from outside.
            </p>
          )}
        </ProbeCard>
      )}
      <section className={layout.card} aria-labelledby="needs-title">
        <h2 id="needs-title">What is needed, and what isn’t</h2>
        <ul className={layout.list}>
          <li>POSTs from the internet must reach the webhook address over port 443, whatever port is in it.</li>
          <li>GET need not work there. Unsubscribe requests need no set-up at all.</li>
          <li>With https the certificate must be valid: matching name, not expired, complete chain.</li>
          <li>
            <b>Don’t use an allow list.</b> Responses come from changing addresses, so an allow list would lose data.
            Deny lists are fine as long as they do not catch the service.
          </li>
          <li>
            When scheme or address change, save the new one in General settings and probe again; the earlier result no
            longer counts.
          </li>
        </ul>
      </section>
      {responseDomain !== '' && (
        <ForTheNetworkTeam responseDomain={responseDomain} build={build} monitoring={monitoringEnabled} />
      )}
      <DenyListCheck workspaceId={workspaceId} />
    </div>
  );
}
