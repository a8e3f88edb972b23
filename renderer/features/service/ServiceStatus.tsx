import { countText } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import type { ServiceView } from '../../../shared/contract/service.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import { describeFinding, describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { ConnectionMark, FindingNote } from '../../ui/status.tsx';
import { shortDay, shortTime } from '../../ui/time.ts';
import styles from './ServiceStatus.module.css';

/** Tells the service the saved response domain and Auth key. @returns why it did not take them. */
export async function tellService(workspaceId: number): Promise<readonly Finding[]> {
  const deed = await attempt(() => core().service.tell({ workspaceId }));
  if (deed === null) return [];
  if (deed.ok) tell(deed.message);
  return deed.ok ? [] : deed.findings;
}

/** The API key before the one in force, and the choice between the two where the service refuses the new one. */
function KeptKey({ workspaceId, keptKey }: { readonly workspaceId: number; readonly keptKey: ServiceView['keptKey'] }) {
  if (keptKey === null) return null;
  const { endsIn, setAt, isNewRefused } = keptKey;
  const facts = [endsIn === null ? '' : `ends in ${endsIn}`, setAt === null ? '' : shortDay(setAt)]
    .filter((fact) => fact !== '')
    .join(', ');
  const choose = (key: 'new' | 'old') => void attempt(() => core().service.chooseKey({ workspaceId, key }));
  return (
    <div className={styles.choice} role={isNewRefused ? 'alert' : 'status'}>
      <p>
        <b>{isNewRefused ? 'The service refuses the new API key.' : 'The new API key was not tried yet.'}</b> The old
        one{facts === '' ? '' : ` (${facts})`} is kept{isNewRefused ? '.' : ' until the service has taken the new one.'}
      </p>
      <div className={layout.row}>
        <Button onPress={() => choose('old')}>Go back to the old key</Button>
        <Button look="quiet" onPress={() => choose('new')}>
          Drop the old key
        </Button>
      </div>
    </div>
  );
}

/** What the service has yet to be told, and how the last time went. */
function Telling({ workspaceId, view }: { readonly workspaceId: number; readonly view: ServiceView }) {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<readonly Finding[]>([]);
  const { isDue, lastAt, finding } = view.tell;
  if (!isDue) return null;
  const run = async () => {
    setBusy(true);
    setRefusal(await tellService(workspaceId));
    setBusy(false);
  };
  const told = refusal.length > 0 ? refusal : finding === null ? [] : [finding];
  // A cause that the status above names is said there.
  const shown = told.filter(({ code }) => code !== view.responses.finding?.code && code !== view.sending.finding?.code);
  return (
    <div className={styles.choice} role="status">
      <p>
        <b>The service does not know the response domain and the Auth key yet.</b> They are saved here, and wait until
        you tell it.
        {lastAt !== null && finding !== null && ` It was told ${shortTime(lastAt)}, and did not accept them.`}
      </p>
      <div className={layout.row}>
        <Button look="primary" onPress={() => void run()} isPending={isBusy}>
          {isBusy ? 'Telling…' : 'Tell the service'}
        </Button>
      </div>
      {describeFindings(shown).map((each) => (
        <FindingNote key={each.code} finding={each} />
      ))}
    </div>
  );
}

function Facts({ view }: { readonly view: ServiceView }) {
  const { accountName, quota, responseDomain, seenAt } = view;
  if (seenAt === null) return null;
  const { here, there } = responseDomain;
  const isSame = there !== null && there !== '' && there.replace(/\/+$/, '') === here;
  const facts: readonly (readonly [string, string])[] = [
    ...(accountName === null ? [] : [['Account', accountName] as const]),
    ...(quota === null
      ? []
      : [
          [
            'Mails today',
            quota.limit === null
              ? `${countText(quota.used)}, no limit`
              : `${countText(quota.used)} of ${countText(quota.limit)}`,
          ] as const,
        ]),
    ...(there === null
      ? []
      : [
          [
            'Responses go to',
            there === '' ? 'nowhere: the service knows no domain' : isSame ? `${there}, as here` : there,
          ] as const,
        ]),
  ];
  if (facts.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {facts.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <OutsideText text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const SENDING = 'Connection status: sending';

/** What the service says of the account: both statuses with their causes, what it knows, and what it has yet to be told. */
export function ServiceStatus({ settings, view }: { readonly settings: Settings; readonly view: ServiceView | null }) {
  const { workspaceId, connection, responses } = settings;
  // One cause behind both is told once.
  const isShared = view !== null && view.sending.finding?.code === view.responses.finding?.code;
  const rows = [
    [SENDING, connection, view?.sending.finding ?? null],
    ['Connection status: responses', responses, isShared ? null : (view?.responses.finding ?? null)],
  ] as const;
  const isSettled = (state: string) => state === 'active' || state === 'not-told' || state === 'not-set';
  return (
    <div className={styles.status}>
      {rows.map(([label, status, finding]) => (
        <div className={layout.stack} key={label}>
          <div className={layout.row}>
            <strong>{label}</strong>
            <ConnectionMark status={status} />
            {status.seenAt !== null && (
              <span className={layout.small}>seen {shortTime(status.seenAt)}; counts for 24 hours</span>
            )}
          </div>
          {finding !== null && !isSettled(status.state) && <FindingNote finding={describeFinding(finding)} />}
          {label === SENDING && <KeptKey workspaceId={workspaceId} keptKey={view?.keptKey ?? null} />}
        </div>
      ))}
      {view !== null && (
        <>
          <Telling workspaceId={workspaceId} view={view} />
          <Facts view={view} />
        </>
      )}
    </div>
  );
}
