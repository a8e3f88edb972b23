import { ArrowRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { TimelineEntry } from '../../../shared/contract/domains.ts';
import { recordWords } from '../../../shared/required/record-words.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import { OutsideText } from '../../ui/outside-text.tsx';
import styles from './ManualPane.module.css';

const SHOWN = 20;

/** What one check changed, its entries together. */
function byCheck(entries: readonly TimelineEntry[]): readonly (readonly [at: number, changes: TimelineEntry[]])[] {
  const checks = new Map<number, TimelineEntry[]>();
  for (const entry of entries) checks.set(entry.at, [...(checks.get(entry.at) ?? []), entry]);
  // The domain's own entry comes first, then its records'.
  for (const changes of checks.values()) changes.sort((left, right) => left.recordId.localeCompare(right.recordId));
  return [...checks];
}

function Turn({ entry }: { readonly entry: TimelineEntry }) {
  return (
    <li>
      <span className={styles.turn}>
        <b>{entry.recordId === '' ? 'Domain' : recordWords(entry.recordId)}</b>
        {entry.before !== null && (
          <>
            <VerdictMark verdict={entry.before} />
            <ArrowRight size={13} aria-label="became" />
          </>
        )}
        <VerdictMark verdict={entry.after} />
        {entry.before === null && <small>first check</small>}
      </span>
      <small>
        <OutsideText text={entry.summary} />
      </small>
    </li>
  );
}

/** How the domain's verdicts changed from check to check, newest first. */
export function Timeline({
  workspaceId,
  domainId,
  seenAt,
}: {
  readonly workspaceId: number;
  readonly domainId: number;
  readonly seenAt: number | null;
}) {
  const [entries, setEntries] = useState<readonly TimelineEntry[]>([]);
  const [shown, setShown] = useState(SHOWN);
  useEffect(() => {
    void attempt(() => core().domains.timeline({ workspaceId, domainId })).then((found) => setEntries(found ?? []));
  }, [workspaceId, domainId, seenAt]);
  if (entries.length === 0) return null;
  const checks = byCheck(entries);
  return (
    <details className={styles.details}>
      <summary>History</summary>
      <ol className={styles.history}>
        {checks.slice(0, shown).map(([at, changes]) => (
          <li key={at}>
            <time dateTime={new Date(at).toISOString()}>{shortTime(at)}</time>
            <ul>
              {changes.map((entry) => (
                <Turn key={entry.recordId} entry={entry} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {checks.length > shown && <Button onPress={() => setShown(shown + SHOWN)}>Show older</Button>}
    </details>
  );
}
