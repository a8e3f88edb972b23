import { ArrowRight } from 'lucide-react';
import type { Outcome, ReceiverVerdict, RequirementState } from '../../../shared/judge/receiver.ts';
import { OUTCOME_WORDS, REQUIREMENT_WORDS, verdictSentences } from '../../../shared/judge/receiver-words.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { OutsideText } from '../../ui/outside-text.tsx';
import { useStateFor } from '../../ui/state-for.ts';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './ProvePanel.module.css';

const STATES: Readonly<Record<RequirementState, 'verified' | 'failing' | 'unknown'>> = {
  met: 'verified',
  'not-met': 'failing',
  'not-checkable-here': 'unknown',
  unknown: 'unknown',
};

const OUTCOMES: Readonly<Record<Outcome, 'verified' | 'failing' | 'unknown'>> = {
  accepted: 'verified',
  refused: 'failing',
  unknown: 'unknown',
};

type MailboxVerdict = ReceiverVerdict['mailboxProviders'][number];

function State({ state, detail }: { readonly state: RequirementState; readonly detail: string }) {
  return (
    <>
      <VerdictMark verdict={STATES[state]} word={REQUIREMENT_WORDS[state]} />
      {state === 'not-met' && detail !== '' && (
        <small>
          <OutsideText text={detail} />
        </small>
      )}
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
  const outcomeToday = today?.outcome ?? 'unknown';
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
            <VerdictMark verdict={OUTCOMES[outcomeToday]} word={OUTCOME_WORDS[outcomeToday]} />
          </td>
          <td>
            <VerdictMark verdict={OUTCOMES[prepared.outcome]} word={OUTCOME_WORDS[prepared.outcome]} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function Evidence({ label, verdict }: { readonly label: string; readonly verdict: ReceiverVerdict }) {
  return (
    <div>
      <h4>{label}</h4>
      {verdictSentences(verdict).map((sentence) => (
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
  const proved = `${domainId} ${revision}`;
  const [verdicts, setVerdicts] = useStateFor<{ today: ReceiverVerdict; prepared: ReceiverVerdict } | null>(
    proved,
    null,
  );
  const [busy, setBusy] = useStateFor(proved, false);
  const prove = async () => {
    setBusy(true);
    setVerdicts(await attempt(() => core().domains.prove({ workspaceId, domainId })));
    setBusy(false);
  };
  return (
    <section className={styles.panel} aria-labelledby="prove-title">
      <div className={styles.head}>
        <h3 id="prove-title">Prove before publish</h3>
        <Button onPress={() => void prove()} isPending={busy}>
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
