import { counted } from '../../shared/text/counted.ts';
import { create } from 'zustand';
import type { DomainRow } from '../../shared/contract/domains.ts';
import type { JobState } from '../../shared/contract/jobs.ts';
import type { PurposeVerdict } from '../../shared/verdict/types.ts';
import { VERDICTS_BY_NEED } from '../../shared/verdict/verdict-words.ts';
import type { DomainList, Item } from './domain-list.ts';
import { domainList, withRows } from './domain-list.ts';
import { LastAsked, Reader } from './reader.ts';
import { afterPaint, attempt, core, onChange, tell, useApp } from '../session/store.ts';
import { DAY_MS } from '../../shared/time.ts';

/** The list of sender domains: what is there, what is shown of it, and which one is open. */

export type SortColumn = 'unicodeName' | 'verdict' | 'spf' | 'dkim' | 'dmarc' | 'seenAt';

export type Show =
  | 'all'
  | 'in-use'
  | 'not-verified'
  | PurposeVerdict
  /** The verdict is another than a day ago. */
  | 'changed'
  /** By a tag. */
  | `tag:${string}`
  /** By the id of the first provider's template. */
  | `provider:${string}`;

export interface DomainsState {
  /** Whose list it is; null before one was opened. */
  readonly workspaceId: number | null;
  readonly list: DomainList | null;
  readonly filter: string;
  /** The domains whose verdict is another than a day ago, since they were asked for last. */
  readonly changed: ReadonlySet<number>;
  readonly show: Show;
  readonly sort: { readonly column: SortColumn; readonly descending: boolean };
  readonly selected: ReadonlySet<number>;
  readonly openId: number | null;
}

const fresh: DomainsState = {
  workspaceId: null,
  list: null,
  filter: '',
  changed: new Set(),
  show: 'all',
  sort: { column: 'unicodeName', descending: false },
  selected: new Set(),
  openId: null,
};

export const useDomains = create<DomainsState>(() => fresh);

/** The domain that was open last, by workspace: whoever comes back from another view goes on with it. */
const lastOpen = new Map<number, number>();
useDomains.subscribe(({ workspaceId, openId }) => {
  if (workspaceId !== null && openId !== null) lastOpen.set(workspaceId, openId);
});

/** From what needs a person most; what a provider does not need comes last. */
const ORDER_OF = Object.fromEntries(
  [...VERDICTS_BY_NEED, 'not-needed' as const].map((verdict, place) => [verdict, place]),
) as Readonly<Record<PurposeVerdict, number>>;

function isShown(row: DomainRow, show: Show, changed: ReadonlySet<number>): boolean {
  if (show === 'all') return true;
  if (show === 'in-use') return row.inUse;
  if (show === 'not-verified') return row.verdict !== 'verified';
  if (show === 'changed') return changed.has(row.id);
  if (show.startsWith('provider:')) return (row.templateId ?? '') === show.slice('provider:'.length);
  if (show.startsWith('tag:')) return row.tags?.includes(show.slice('tag:'.length)) === true;
  return row.verdict === show;
}

/** What of the state says which rows are shown, and in which order. */
export type View = Pick<DomainsState, 'list' | 'filter' | 'show' | 'sort' | 'changed'>;

const NONE: readonly never[] = [];

/** Where the rows stand that the filter lets through, in the chosen order; null: all, in the order of their names. */
function visiblePlaces({ list, filter, show, sort, changed }: View): readonly number[] | null {
  const wanted = filter.trim().toLowerCase();
  const { column, descending } = sort;
  if (wanted === '' && show === 'all' && column === 'unicodeName' && !descending) return null;
  const rows = list?.rows ?? NONE;
  const places: number[] = [];
  for (let place = 0; place < rows.length; place += 1) {
    const row = rows[place] as DomainRow;
    if (!isShown(row, show, changed)) continue;
    if (wanted === '' || row.name.includes(wanted) || row.unicodeName.includes(wanted)) places.push(place);
  }
  if (column === 'unicodeName') return descending ? places.reverse() : places;
  const direction = descending ? -1 : 1;
  // Looked up once for each row, not for each comparison: the list may be sorted five times a second.
  const worths = rows.map((row) => direction * (column === 'seenAt' ? (row.seenAt ?? 0) : ORDER_OF[row[column]]));
  // Sorting keeps the order of equals, which is that of their names.
  return places.sort((left, right) => (worths[left] as number) - (worths[right] as number));
}

/** The rows that the filter lets through, in the chosen order. */
export function visibleRows(view: View): readonly DomainRow[] {
  const rows = view.list?.rows ?? NONE;
  return visiblePlaces(view)?.map((place) => rows[place] as DomainRow) ?? rows;
}

/** The same as what a list is built of. */
export function visibleItems(view: View): readonly Item[] {
  const items = view.list?.items ?? NONE;
  return visiblePlaces(view)?.map((place) => items[place] as Item) ?? items;
}

/** Changes come many at a time during a check; the list is drawn anew at most this often, in milliseconds. */
const DRAW_EVERY_MS = 200;

interface Preloaded {
  readonly workspaceId: number;
  readonly rows: Promise<readonly DomainRow[] | null>;
  readonly stop: () => void;
}

let preloaded: Preloaded | null = null;

function takePreloaded(workspaceId: number): Preloaded['rows'] | null {
  const taken = preloaded;
  taken?.stop();
  preloaded = null;
  return taken?.workspaceId === workspaceId ? taken.rows : null;
}

/** Rows that a tall window shows. */
const FIRST_ROWS = 60;

/** Asks for the first screen of a workspace's list before the view that shows it is there. @returns when it has come. */
export async function preloadDomains(workspaceId: number): Promise<void> {
  // What goes wrong is told when the view asks for the whole.
  const rows = core()
    .domains.list({ workspaceId, first: FIRST_ROWS })
    .catch(() => null);
  // Nobody takes note of changes yet: a list that one has passed is of no use.
  const stop = onChange((change) => {
    if (change.kind === 'domains' || change.kind === 'reload') void takePreloaded(workspaceId);
  });
  const mine = { workspaceId, rows, stop };
  preloaded = mine;
  const found = await rows;
  // The view is drawn with them where it is not drawn yet.
  if (preloaded === mine && found !== null && found.length > 0)
    useDomains.setState({ ...fresh, workspaceId, list: domainList(found), openId: found[0]?.id ?? null });
}

/** What part of the list is wanted. */
const shows = new LastAsked();

/** Opens the list of a workspace. @returns the function that closes it. */
export function openDomains(workspaceId: number): () => void {
  const isBegun = preloaded?.workspaceId === workspaceId && useDomains.getState().workspaceId === workspaceId;
  if (!isBegun) useDomains.setState({ ...fresh, workspaceId, openId: lastOpen.get(workspaceId) ?? null });
  shows.next();
  // Asked for from outside the list, before it was shown or while it is.
  const showWanted = () => {
    const { wanted } = useApp.getState();
    if (wanted?.workspaceId !== workspaceId) return;
    useApp.setState({ wanted: null });
    shows.next();
    useDomains.setState({ openId: wanted.domainId, filter: '', show: 'all' });
  };
  showWanted();
  const stopWanting = useApp.subscribe(showWanted);
  const pending = new Map<number, DomainRow>();
  let timer: number | undefined;
  const show = (rows: readonly DomainRow[]) =>
    useDomains.setState(({ openId }) => ({ list: domainList(rows), openId: openId ?? rows[0]?.id ?? null }));
  const showFirst = async () => {
    const firstRows = await takePreloaded(workspaceId);
    if (firstRows === null || firstRows.length === 0 || reader.hasEnded) return;
    if (!isBegun) show(firstRows);
    // Painted before the whole list is asked for: reading that takes the window longer than a frame.
    await afterPaint();
  };
  const reader: Reader<readonly DomainRow[]> = new Reader<readonly DomainRow[]>(
    async () => {
      await showFirst();
      return reader.hasEnded ? null : attempt(() => core().domains.list({ workspaceId }));
    },
    (rows) => {
      if (rows !== null) show(rows);
    },
  );
  const draw = () => {
    window.clearTimeout(timer);
    timer = undefined;
    // What changes while the list is on its way is drawn on top of it.
    if (reader.isReading) return;
    const changed = new Map(pending);
    pending.clear();
    useDomains.setState(({ list }) => (list === null ? {} : { list: withRows(list, changed) }));
  };
  const load = async () => {
    await reader.read();
    if (!reader.hasEnded && pending.size > 0) draw();
  };
  void load();
  const stop = onChange((change) => {
    if (change.kind === 'reload') void load();
    if (change.kind !== 'domains' || change.workspaceId !== workspaceId) return;
    for (const row of change.rows) pending.set(row.id, row);
    timer ??= window.setTimeout(draw, DRAW_EVERY_MS);
  });
  return () => {
    reader.end();
    window.clearTimeout(timer);
    stop();
    stopWanting();
  };
}

/** Shows a part of the list; which domains have changed is asked for then. */
export async function showOnly(workspaceId: number, show: Show): Promise<void> {
  const isWanted = shows.next();
  if (show === 'changed') {
    const since = Date.now() - DAY_MS;
    const found = await attempt(() => core().domains.changedSince({ workspaceId, since }));
    if (found === null || !isWanted() || useDomains.getState().workspaceId !== workspaceId) return;
    useDomains.setState({ changed: new Set(found.map(({ id }) => id)) });
  }
  useDomains.setState({ show });
}

export function openDomain(openId: number): void {
  useDomains.setState({ openId });
}

/** Opens the first of the domains that were just added, unless the list of another workspace is shown by now. */
export function openAdded(workspaceId: number, [first]: readonly { readonly id: number }[]): void {
  if (first !== undefined && useDomains.getState().workspaceId === workspaceId) openDomain(first.id);
}

export async function verify(
  workspaceId: number,
  which: 'all' | 'not-verified' | readonly number[],
): Promise<JobState | null> {
  const selection = typeof which === 'string' ? { which } : { which: 'chosen' as const, domainIds: [...which] };
  return attempt(() => core().domains.verify({ workspaceId, selection }));
}

/** Publishes what is prepared for each domain in the practice zone, and looks whether it is seen; ends at the first that fails. */
export async function publishAll(workspaceId: number, domainIds: readonly number[]): Promise<void> {
  let total = 0;
  for (const domainId of domainIds) {
    const result = await attempt(() => core().practice.publish({ workspaceId, domainId }));
    if (result === null) return;
    total += result.published;
  }
  tell(
    counted(total, {
      one: '{count} record published in the practice zone',
      other: '{count} records published in the practice zone',
    }),
  );
  await verify(workspaceId, domainIds);
}

export async function setInUse(workspaceId: number, domainIds: readonly number[], inUse: boolean): Promise<void> {
  const rows = await attempt(() => core().domains.setInUse({ workspaceId, domainIds: [...domainIds], inUse }));
  if (rows !== null) {
    const name = rows[0]?.unicodeName ?? '';
    tell(
      inUse
        ? counted(rows.length, { one: `${name} marked in use`, other: '{count} domains marked in use' })
        : counted(rows.length, { one: `${name} marked not in use`, other: '{count} domains marked not in use' }),
    );
  }
}
