import { useEffect, useState } from 'react';
import type { ActivityEntry } from '../../shared/contract/schemas.ts';
import { attempt, core, onChange } from '../app/store.ts';
import { Button, Field, Select } from '../ui/controls.tsx';
import { Empty, Skeleton } from '../ui/status.tsx';
import { shortTime } from '../ui/time.ts';
import styles from './ActivityView.module.css';

const PAGE = 100;

const KINDS: readonly { readonly id: string; readonly label: string }[] = [
  { id: 'all', label: 'Everything' },
  { id: 'save', label: 'Saves' },
  { id: 'probe', label: 'Probes' },
  { id: 'verify', label: 'Checks of domains' },
  { id: 'domains', label: 'Domains' },
  { id: 'export', label: 'Exports' },
  { id: 'practice', label: 'Practice' },
  { id: 'schedule', label: 'Schedule' },
  { id: 'workspace', label: 'Workspace' },
];

/** Every save, probe and job of the workspace, newest first. */
export default function ActivityView({ workspaceId }: { readonly workspaceId: number }) {
  const [kind, setKind] = useState('all');
  const [text, setText] = useState('');
  const [entries, setEntries] = useState<readonly ActivityEntry[] | null>(null);
  const [isWhole, setWhole] = useState(true);

  const load = async (before?: number) => {
    const found = await attempt(() =>
      core().activity.list({
        workspaceId,
        limit: PAGE,
        ...(text.trim() === '' ? {} : { text: text.trim() }),
        ...(kind === 'all' ? {} : { kinds: [kind as ActivityEntry['kind']] }),
        ...(before === undefined ? {} : { before }),
      }),
    );
    if (found === null) return;
    setWhole(found.length < PAGE);
    setEntries((known) => (before === undefined ? found : [...(known ?? []), ...found]));
  };

  useEffect(() => {
    void load();
    return onChange((change) => {
      if (change.kind === 'reload' || (change.kind === 'activity' && change.workspaceId === workspaceId)) void load();
    });
    // The filter is part of what is loaded.
  }, [workspaceId, kind, text]);

  if (entries === null) return <Skeleton />;
  const isFiltered = kind !== 'all' || text !== '';
  return (
    <div>
      <div className={styles.bar}>
        <Field label="Find" type="search" value={text} onChange={setText} />
        <Select label="Kind" value={kind} onChange={setKind} choices={KINDS} />
      </div>
      {entries.length === 0 ? (
        <Empty title={isFiltered ? 'Nothing fits the filter' : 'Nothing has happened yet'}>
          {isFiltered ? 'Change the text or the kind.' : 'Saves, probes and checks are written down here.'}
        </Empty>
      ) : (
        <ol className={styles.entries}>
          {entries.map((entry) => (
            <li key={entry.id} className={`${styles.entry} ${styles[entry.severity] ?? ''}`}>
              <time dateTime={new Date(entry.at).toISOString()}>{shortTime(entry.at)}</time>
              <span>{KINDS.find((known) => known.id === entry.kind)?.label ?? entry.kind}</span>
              <div>
                <p>{entry.summary}</p>
                {entry.detail !== '' && <small>{entry.detail}</small>}
              </div>
            </li>
          ))}
        </ol>
      )}
      {!isWhole && (
        <div className={styles.more}>
          <Button onPress={() => void load(entries.at(-1)?.id)}>Show older</Button>
        </div>
      )}
    </div>
  );
}
