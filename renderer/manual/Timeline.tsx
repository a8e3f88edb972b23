import { useEffect, useState } from 'react';
import type { TimelineEntry } from '../../shared/contract/schemas.ts';
import { attempt, core } from '../app/store.ts';
import { VerdictMark } from '../ui/status.tsx';
import { shortTime } from '../ui/time.ts';
import styles from './ManualPane.module.css';

const SHOWN = 40;

/** What has changed between checks, newest first. */
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
  useEffect(() => {
    void attempt(() => core().domains.timeline({ workspaceId, domainId })).then((found) => setEntries(found ?? []));
  }, [workspaceId, domainId, seenAt]);
  if (entries.length === 0) return null;
  return (
    <details className={styles.details}>
      <summary>History</summary>
      <ol className={styles.history}>
        {entries.slice(0, SHOWN).map((entry, index) => (
          <li key={`${entry.at}-${entry.recordId}-${index}`}>
            <time>{shortTime(entry.at)}</time>
            <VerdictMark verdict={entry.after} />
            <span>
              {entry.recordId === '' ? 'Domain' : entry.recordId}
              {entry.recordId !== '' && `: ${entry.summary}`}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
