import { useEffect, useState } from 'react';
import type { ReceiverVerdict, RequirementState } from '../../shared/policy/receiver.ts';
import { attempt, core } from '../app/store.ts';
import { Button } from '../ui/controls.tsx';
import { VerdictMark } from '../ui/status.tsx';
import styles from './ManualPane.module.css';

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

function Comparison({ today, prepared }: { readonly today: ReceiverVerdict; readonly prepared: ReceiverVerdict }) {
  return (
    <div className={styles.receivers}>
      {prepared.mailboxProviders.map((provider, index) => {
        const now = today.mailboxProviders[index];
        return (
          <table key={provider.id} className={styles.receiver}>
            <caption>{provider.name}</caption>
            <thead>
              <tr>
                <th scope="col">Demand</th>
                <th scope="col">Today</th>
                <th scope="col">With these records</th>
              </tr>
            </thead>
            <tbody>
              {provider.requirements.map((requirement, row) => {
                const before = now?.requirements[row];
                const [verdict, word] = STATES[requirement.state];
                const [oldVerdict, oldWord] = STATES[before?.state ?? 'unknown'];
                return (
                  <tr key={requirement.text}>
                    <th scope="row">{requirement.text}</th>
                    <td title={before?.detail}>
                      <VerdictMark verdict={oldVerdict} word={oldWord} />
                    </td>
                    <td title={requirement.detail}>
                      <VerdictMark verdict={verdict} word={word} />
                    </td>
                  </tr>
                );
              })}
              <tr className={styles.total}>
                <th scope="row">Mail of this domain</th>
                <td>
                  <VerdictMark
                    verdict={OUTCOMES[now?.outcome ?? 'unknown'][0]}
                    word={OUTCOMES[now?.outcome ?? 'unknown'][1]}
                  />
                </td>
                <td>
                  <VerdictMark verdict={OUTCOMES[provider.outcome][0]} word={OUTCOMES[provider.outcome][1]} />
                </td>
              </tr>
            </tbody>
          </table>
        );
      })}
    </div>
  );
}

/** Prove before publish: the receivers' verdict with the prepared records beside today's. */
export function ProvePanel({
  workspaceId,
  domainId,
  seenAt,
}: {
  readonly workspaceId: number;
  readonly domainId: number;
  readonly seenAt: number | null;
}) {
  const [verdicts, setVerdicts] = useState<{ today: ReceiverVerdict; prepared: ReceiverVerdict } | null>(null);
  const [busy, setBusy] = useState(false);
  // What was proved before the last check speaks of another DNS.
  useEffect(() => setVerdicts(null), [seenAt]);
  const prove = async () => {
    setBusy(true);
    setVerdicts(await attempt(() => core().domains.prove({ workspaceId, domainId })));
    setBusy(false);
  };
  return (
    <section className={styles.section} aria-labelledby="prove-title">
      <div className={styles.sectionHead}>
        <h3 id="prove-title">Prove before publish</h3>
        <Button onPress={() => void prove()} isDisabled={busy}>
          {busy ? 'Evaluating…' : 'Evaluate as receivers do'}
        </Button>
      </div>
      <p className={styles.muted}>
        Lays the prepared records over today’s DNS and runs the receivers’ own evaluation of SPF, DKIM and DMARC, before
        anything is published.
      </p>
      {verdicts !== null && <Comparison {...verdicts} />}
    </section>
  );
}
