import { AlertTriangle, Info, OctagonX } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { GridList, GridListItem, GridListLoadMoreItem, ListLayout, Virtualizer } from 'react-aria-components';
import type { ActivityEntry } from '../../../shared/contract/activity.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import { Reader } from '../../data/reader.ts';
import { attempt, core, onChange } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/controls.tsx';
import { Empty, Skeleton } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import { OutsideText } from '../../ui/outside-text.tsx';
import styles from './ActivityView.module.css';
import { DAY_MS } from '../../../shared/time.ts';

const PAGE = 250;
/** Letters are waited for this long before the search is made, in milliseconds. */
const TYPING_MS = 200;

const KINDS = {
  save: 'Saves',
  probe: 'Probes',
  verify: 'Checks of domains',
  domains: 'Domains',
  export: 'Exports',
  vault: 'Vault',
  practice: 'Practice',
  schedule: 'Schedule',
  workspace: 'Workspace',
} as const satisfies Record<ActivityEntry['kind'], string>;

const KIND_CHOICES = [
  { id: 'all', label: 'Everything' },
  ...Object.entries(KINDS).map(([id, label]) => ({ id, label })),
];

const SEVERITIES: readonly { readonly id: string; readonly label: string }[] = [
  { id: 'all', label: 'All' },
  { id: 'warning', label: 'Warnings and errors' },
  { id: 'error', label: 'Errors' },
];

const TIMES: readonly { readonly id: string; readonly label: string; readonly days: number | null }[] = [
  { id: 'always', label: 'Any time', days: null },
  { id: 'day', label: 'Last 24 hours', days: 1 },
  { id: 'week', label: 'Last 7 days', days: 7 },
  { id: 'month', label: 'Last 30 days', days: 30 },
];

const ICONS = { info: Info, warning: AlertTriangle, error: OctagonX } as const;
const SEVERITY_WORDS = { info: 'Information', warning: 'Warning', error: 'Error' } as const;

interface Filter {
  readonly kind: string;
  readonly severity: string;
  readonly time: string;
  readonly text: string;
}

const everything: Filter = { kind: 'all', severity: 'all', time: 'always', text: '' };

function query(filter: Filter) {
  const days = TIMES.find((time) => time.id === filter.time)?.days ?? null;
  const text = filter.text.trim();
  return {
    ...(text === '' ? {} : { text }),
    ...(filter.kind === 'all' ? {} : { kinds: [filter.kind as ActivityEntry['kind']] }),
    ...(filter.severity === 'all'
      ? {}
      : { severities: filter.severity === 'error' ? ['error' as const] : ['warning' as const, 'error' as const] }),
    ...(days === null ? {} : { since: Date.now() - days * DAY_MS }),
  };
}

/** The entries that fit a filter, a page at a time; what is new comes on top by itself. */
function useEntries(workspaceId: number, filter: Filter) {
  const [entries, setEntries] = useState<readonly ActivityEntry[] | null>(null);
  const [isWhole, setWhole] = useState(true);
  /** The filter whose older entries are under way, by what loads them. */
  const loading = useRef<unknown>(null);

  const load = useCallback(
    (before?: number) =>
      attempt(() =>
        core().activity.list({
          workspaceId,
          limit: PAGE,
          ...query(filter),
          ...(before === undefined ? {} : { before }),
        }),
      ),
    [workspaceId, filter],
  );

  const current = useRef(load);
  current.current = load;

  useEffect(() => {
    /** What is shown that fits this filter. */
    let shown: readonly ActivityEntry[] = [];
    const reader = new Reader(
      () => load(),
      (newest) => {
        if (newest === null) return;
        const oldest = newest.at(-1)?.id ?? 0;
        // What came since may be more than a page: nothing is shown behind a gap.
        const isJoined = shown.some((entry) => entry.id >= oldest);
        if (!isJoined) setWhole(newest.length < PAGE);
        shown = newest;
        setEntries((known) => [...newest, ...(isJoined ? (known ?? []).filter((entry) => entry.id < oldest) : [])]);
      },
    );
    let isTyped = false;
    const timer = window.setTimeout(() => {
      isTyped = true;
      void reader.read();
    }, TYPING_MS);
    const stop = onChange((change) => {
      const isAbout = change.kind === 'reload' || (change.kind === 'activity' && change.workspaceId === workspaceId);
      if (isAbout && isTyped) void reader.read();
    });
    return () => {
      reader.end();
      window.clearTimeout(timer);
      stop();
    };
  }, [workspaceId, load]);

  const loadOlder = async () => {
    if (isWhole || loading.current === load || entries === null) return;
    const last = entries.at(-1)?.id;
    loading.current = load;
    const older = await load(last);
    if (loading.current === load) loading.current = null;
    if (older === null || current.current !== load) return;
    setWhole(older.length < PAGE);
    // Another list may stand there by now, which these do not follow.
    setEntries((known) => (known !== null && known.at(-1)?.id === last ? [...known, ...older] : known));
  };
  return { entries, isWhole, loadOlder };
}

function Entry({ entry }: { readonly entry: ActivityEntry }) {
  const Icon = ICONS[entry.severity];
  const summary = factText(entry.fact);
  return (
    <GridListItem id={entry.id} textValue={summary} className={styles.row ?? ''}>
      <div className={`${styles.entry} ${styles[entry.severity] ?? ''}`}>
        <Icon size={14} aria-label={SEVERITY_WORDS[entry.severity]} />
        <time dateTime={new Date(entry.at).toISOString()}>{shortTime(entry.at)}</time>
        <span className={styles.kind}>{KINDS[entry.kind]}</span>
        <div className={styles.text}>
          <p>
            <OutsideText text={summary} />
          </p>
          {entry.details.map(factText).map((detail) => (
            <small key={detail}>
              <OutsideText text={detail} />
            </small>
          ))}
        </div>
      </div>
    </GridListItem>
  );
}

/** Every save, probe and job of the workspace, newest first. */
export default function ActivityView({ workspaceId }: { readonly workspaceId: number }) {
  const [filter, setFilter] = useState(everything);
  const { entries, isWhole, loadOlder } = useEntries(workspaceId, filter);
  const set = (change: Partial<Filter>) => setFilter({ ...filter, ...change });
  const isFiltered = Object.entries(everything).some(([name, value]) => filter[name as keyof Filter] !== value);

  return (
    <div className={styles.view}>
      <div className={styles.bar}>
        <Field label="Find" type="search" value={filter.text} onChange={(text) => set({ text })} maxLength={200} />
        <Select label="Kind" value={filter.kind} onChange={(kind) => set({ kind })} choices={KIND_CHOICES} />
        <Select
          label="Severity"
          value={filter.severity}
          onChange={(severity) => set({ severity })}
          choices={SEVERITIES}
        />
        <Select
          label="Time"
          value={filter.time}
          onChange={(time) => set({ time })}
          choices={TIMES.map(({ id, label }) => ({ id, label }))}
        />
      </div>
      {entries === null && <Skeleton />}
      {entries?.length === 0 && (
        <Empty
          title={isFiltered ? 'No match' : 'Nothing has happened yet'}
          action={isFiltered && <Button onPress={() => setFilter(everything)}>Show everything</Button>}
        >
          {isFiltered
            ? 'Change the text, the kind, the severity or the time.'
            : 'Saves, probes and checks are logged here.'}
        </Empty>
      )}
      {entries !== null && entries.length > 0 && (
        <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowHeight: 34 }}>
          <GridList aria-label="Activity, newest first" className={styles.entries ?? ''}>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
            <GridListLoadMoreItem onLoadMore={() => void loadOlder()} isLoading={!isWhole}>
              <span className={styles.more}>Older entries are read</span>
            </GridListLoadMoreItem>
          </GridList>
        </Virtualizer>
      )}
    </div>
  );
}
