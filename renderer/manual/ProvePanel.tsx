import { ArrowRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReceiverVerdict, RequirementState } from '../../shared/policy/receiver.ts';
import { attempt, core } from '../app/store.ts';
import { Button } from '../ui/button.tsx';
import { VerdictMark } from '../ui/status.tsx';
import styles from './ProvePanel.module.css';

const STATES: Readonly<Record<RequirementState, readonly ['verified' | 'failing' | 'unknown', string]>> = {
  met: ['verified', 'Met'],
  'not-met': ['failing', 'Not met'],
  'not-checkable-here': ['unknown', 'Not checkable here'],
  unknown: ['unknown', 'Not known'],
};

const OUTCOMES = {
  accepted: ['verified', 'Accepted, as far as DNS decides'],
  refused: ['failing', 'Refused or filtered'],
  unknown: ['unknown', 'Not known'],
} as const;

type MailboxVerdict = ReceiverVerdict['mailboxProviders'][number];

function State({ state, detail }: { readonly state: RequirementState; readonly detail: string }) {
  const [verdict, word] = STATES[state];
  return (
    <>
      <VerdictMark verdict={verdict} word={word} />
      {state === 'not-met' && detail !== '' && <small>{detail}</small>}
    </>
  );
}

/** One mailbox provider's demands, today and with the prepared records; what DNS can't show is named once. */
function Receiver({
  today,
  prepared,
}: {
  readonly today: MailboxVerdict | undefined;
  readonly prepared: MailboxVerdict;
}) {
  const rows = prepared.requirements.map((requirement, index) => ({
    after: requirement,
    before: today?.requirements[index] ?? { state: 'unknown' as const, detail: '' },
  }));
  const hidden = rows.filter(({ after }) => after.state === 'not-checkable-here');
  const [oldVerdict, oldWord] = OUTCOMES[today?.outcome ?? 'unknown'];
  const [verdict, word] = OUTCOMES[prepared.outcome];
  return (
    <table className={styles.receiver}>
      <caption>
        <span>{prepared.name}</span>
        {hidden.length > 0 && (
          <small>
            Not checkable here:{' '}
            {hidden
              .map(({ after }) => after.text.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase()))
              .join('; ')}
          </small>
        )}
      </caption>
      <thead>
        <tr>
          <th scope="col">Demand</th>
          <th scope="col">Today</th>
          <th scope="col">With these records</th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(({ after }) => after.state !== 'not-checkable-here')
          .map(({ before, after }) => (
            <tr key={after.text} className={before.state === after.state ? '' : styles.changed}>
              <th scope="row">{after.text}</th>
              <td>
                <State {...before} />
              </td>
              <td>
                {before.state !== after.state && <ArrowRight size={12} role="img" aria-label="changes to" />}
                <State {...after} />
              </td>
            </tr>
          ))}
        <tr className={styles.total}>
          <th scope="row">Mail of this domain</th>
          <td>
            <VerdictMark verdict={oldVerdict} word={oldWord} />
          </td>
          <td>
            <VerdictMark verdict={verdict} word={word} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** What the evaluation rests on: one sentence for each of the three standards. */
function evidenceOf({ spf, dkim, dmarc }: ReceiverVerdict): readonly string[] {
  const keys = dkim.map((key) => `${key.selector} ${key.state === 'usable' ? `usable, ${key.bits} bits` : key.state}`);
  const policy = dmarc.discovery.policyDomain;
  return [
    spf.address === null || spf.result === null
      ? `SPF for ${spf.domain}: no sending address is known.`
      : `SPF for ${spf.domain}, mail from ${spf.address}: ${spf.result.result}.`,
    keys.length === 0 ? 'DKIM: no selector is known.' : `DKIM: ${keys.join('; ')}.`,
    policy === null
      ? 'DMARC: no record applies.'
      : `DMARC by the record of ${policy}: ${dmarc.result}${dmarc.spfAligned ? ', SPF aligned' : ''}${dmarc.dkimAligned ? ', DKIM aligned' : ''}.`,
  ];
}

function Evidence({ label, verdict }: { readonly label: string; readonly verdict: ReceiverVerdict }) {
  return (
    <div>
      <h4>{label}</h4>
      {evidenceOf(verdict).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}

/** Prove before publish: the receivers' verdict with the prepared records beside today's. */
export function ProvePanel({
  workspaceId,
  domainId,
  revision,
}: {
  readonly workspaceId: number;
  readonly domainId: number;
  /** Another one: what was proved before speaks of other records or another DNS. */
  readonly revision: string;
}) {
  const [verdicts, setVerdicts] = useState<{ today: ReceiverVerdict; prepared: ReceiverVerdict } | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setVerdicts(null), [revision]);
  const prove = async () => {
    setBusy(true);
    setVerdicts(await attempt(() => core().domains.prove({ workspaceId, domainId })));
    setBusy(false);
  };
  return (
    <section className={styles.panel} aria-labelledby="prove-title">
      <div className={styles.head}>
        <h3 id="prove-title">Prove before publish</h3>
        <Button onPress={() => void prove()} isDisabled={busy}>
          {busy ? 'Evaluating…' : 'Evaluate as receivers do'}
        </Button>
      </div>
      <p className={styles.muted}>
        Lays the prepared records over today’s DNS and runs the receivers’ own evaluation of SPF, DKIM and DMARC, before
        anything is published.
      </p>
      {verdicts !== null && (
        <>
          <div className={styles.receivers} role="status">
            {verdicts.prepared.mailboxProviders.map((provider, index) => (
              <Receiver key={provider.id} prepared={provider} today={verdicts.today.mailboxProviders[index]} />
            ))}
          </div>
          <details className={styles.details}>
            <summary>What this rests on</summary>
            <div className={styles.evidence}>
              <Evidence label="Today" verdict={verdicts.today} />
              <Evidence label="With these records" verdict={verdicts.prepared} />
            </div>
          </details>
        </>
      )}
    </section>
  );
}
