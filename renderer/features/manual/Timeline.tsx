import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import type { TimelineEntry } from '../../../shared/contract/domains.ts';
import { recordWords } from '../../../shared/required/record-words.ts';
import { useBesideManual } from '../../data/manual.ts';
import { core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import { OutsideText } from '../../ui/outside-text.tsx';
import styles from './ManualPane.module.css';

const SHOWN = 20;

/** What one check changed, its entries together. */
function byCheck(entries: readonly ToldEntry[]): readonly (readonly [at: number, changes: ToldEntry[]])[] {
  const checks = new Map<number, ToldEntry[]>();
  for (const entry of entries) checks.set(entry.at, [...(checks.get(entry.at) ?? []), entry]);
  // The domain's own entry comes first, then its records'.
  for (const changes of checks.values()) changes.sort((left, right) => left.recordId.localeCompare(right.recordId));
  return [...checks];
}

/** An entry with its text; texts are loaded with the entries, which no manual waits for. */
interface ToldEntry extends TimelineEntry {
  readonly text: string;
}

async function readTimeline(workspaceId: number, domainId: number): Promise<readonly ToldEntry[]> {
  const [{ factText }, entries] = await Promise.all([
    import('../../../shared/facts/fact-text.ts'),
    core().domains.timeline({ workspaceId, domainId }),
  ]);
  return entries.map((entry) => ({ ...entry, text: factText(entry.fact) }));
}

function Turn({ entry }: { readonly entry: ToldEntry }) {
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
        <OutsideText text={entry.text} />
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
  const [entries] = useBesideManual<readonly ToldEntry[]>(() => readTimeline(workspaceId, domainId), String(seenAt));
  const [shown, setShown] = useState(SHOWN);
  if (entries === null || entries.length === 0) return null;
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
