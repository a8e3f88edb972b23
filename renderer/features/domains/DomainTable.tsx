import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { CSSProperties, KeyboardEvent, MouseEvent } from 'react';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import { verdictMark, verdictWord } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import { useWindowedRows } from '../../ui/windowed-rows.ts';
import styles from './DomainsView.module.css';
import { extended, rowAfterKey, rowByName, toggled } from './list-keys.ts';
import { RowKeys } from './row-keys.ts';
import type { Item } from '../../data/domain-list.ts';
import { rowOf } from '../../data/domain-list.ts';
import type { DomainsState, SortColumn } from '../../data/domains.ts';
import { openDomain, useDomains, visibleItems } from '../../data/domains.ts';

/** As in the style sheet, in CSS pixels. */
const ROW_HEIGHT = 34;
const HEAD_HEIGHT = 30;
/** What is typed within so many milliseconds is one beginning of a name. */
const TYPING_MS = 800;

const narrow = window.matchMedia('(max-width: 1180px)');
const medium = window.matchMedia('(max-width: 1400px)');
const KEPT_WHEN_NARROW: ReadonlySet<SortColumn> = new Set(['unicodeName', 'verdict']);

/** Whether a media query holds, followed while it is shown. */
function useMedia(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (changed) => {
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => query.matches,
  );
}

const columns: readonly { readonly id: SortColumn; readonly label: string; readonly width: string }[] = [
  { id: 'unicodeName', label: 'Domain', width: 'minmax(120px, 1fr)' },
  { id: 'spf', label: 'SPF', width: '42px' },
  { id: 'dkim', label: 'DKIM', width: '50px' },
  { id: 'dmarc', label: 'DMARC', width: '60px' },
  { id: 'verdict', label: 'Verdict', width: '96px' },
  { id: 'seenAt', label: 'Last seen', width: '96px' },
];
const SELECTION_WIDTH = '34px';

/** Reads the items out of the state: the very same list as before while order, names and use are the same. */
function createItems(): (state: DomainsState) => readonly Item[] {
  let seen: Partial<DomainsState> = {};
  let items: readonly Item[] = [];
  return (state) => {
    const { list, filter, show, sort, changed } = state;
    const isSameList = list === seen.list && filter === seen.filter && sort === seen.sort;
    if (isSameList && show === seen.show && changed === seen.changed) return items;
    seen = state;
    const next = visibleItems(state);
    const isSame = next.length === items.length && next.every((item, index) => item === items[index]);
    if (!isSame) items = next;
    return items;
  };
}

/** Not a component, and one element: a first screen has a hundred of these, and is there the sooner the less it holds. */
function cell(row: DomainRow, column: Exclude<SortColumn, 'unicodeName'>) {
  if (column === 'seenAt')
    return (
      <div role="gridcell" key={column} className={`${styles.cell} ${styles.seen}`}>
        {row.seenAt === null ? 'not checked' : shortTime(row.seenAt)}
      </div>
    );
  const verdict = row[column];
  const word = verdictWord(verdict);
  const marks = `${styles.cell} ${verdictMark(verdict)}`;
  return column === 'verdict' ? (
    <div role="gridcell" key={column} className={marks}>
      {word}
    </div>
  ) : (
    <div role="gridcell" key={column} className={marks} aria-label={word} />
  );
}

interface LineProps {
  readonly item: Item;
  readonly index: number;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  /** The one row that the Tab key reaches. */
  readonly isStop: boolean;
  readonly shown: readonly SortColumn[];
  readonly onReach: (id: number) => void;
  readonly onSelect: (index: number, isRange: boolean) => void;
}

const Line = memo(function Line({ item, index, isOpen, isSelected, isStop, shown, onReach, onSelect }: LineProps) {
  // The row as it stands now: while a check runs it changes by itself, and the list does not.
  const row = useDomains((state) => rowOf(state.list, item.id));
  const marks = [styles.row, isOpen ? styles.open : '', item.inUse ? '' : styles.unused].filter(Boolean).join(' ');
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      tabIndex={isStop ? 0 : -1}
      data-index={index}
      className={marks}
      style={{ top: index * ROW_HEIGHT }}
      onClick={() => {
        onReach(item.id);
        openDomain(item.id);
      }}
      onFocus={() => onReach(item.id)}
    >
      <div role="gridcell" className={styles.cell} onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          className={styles.check}
          aria-label={`Select ${item.name}`}
          tabIndex={-1}
          checked={isSelected}
          readOnly
          onClick={(event: MouseEvent) => onSelect(index, event.shiftKey)}
        />
      </div>
      {shown.map((column) =>
        column === 'unicodeName' ? (
          <div role="rowheader" key={column} className={`${styles.cell} ${styles.name}`} title={item.name}>
            {item.name}
          </div>
        ) : row === undefined ? (
          <div role="gridcell" key={column} className={styles.cell} />
        ) : (
          cell(row, column)
        ),
      )}
    </div>
  );
});

function select(selected: ReadonlySet<number>): void {
  useDomains.setState({ selected });
}

function sortBy(column: SortColumn): void {
  useDomains.setState(({ sort }) => ({
    sort: { column, descending: sort.column === column && !sort.descending },
  }));
}

/** The heading: a box that selects all, and the columns, each a button that sorts; one stop of the Tab key. */
function Head(props: {
  readonly shown: readonly SortColumn[];
  readonly chosen: 'all' | 'some' | 'none';
  readonly onSelectAll: () => void;
  readonly onLeave: () => void;
}) {
  const sort = useDomains((state) => state.sort);
  const [stop, setStop] = useState(0);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'ArrowDown') props.onLeave();
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const parts = [...event.currentTarget.querySelectorAll<HTMLElement>('input, button')];
    const next = Math.min(parts.length - 1, Math.max(0, stop + step));
    if (step !== 0) {
      setStop(next);
      parts[next]?.focus();
    }
    if (step !== 0 || event.key === 'ArrowDown') event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div role="row" aria-rowindex={1} className={styles.head} onKeyDown={onKeyDown}>
      <div role="columnheader" className={styles.column}>
        <input
          type="checkbox"
          className={styles.check}
          aria-label="Select all"
          tabIndex={stop === 0 ? 0 : -1}
          checked={props.chosen === 'all'}
          ref={(box) => {
            if (box !== null) box.indeterminate = props.chosen === 'some';
          }}
          onChange={props.onSelectAll}
        />
      </div>
      {columns
        .filter((column) => props.shown.includes(column.id))
        .map((column, index) => {
          const isSorted = sort.column === column.id;
          const Icon = sort.descending ? ArrowDown : ArrowUp;
          return (
            <div
              role="columnheader"
              key={column.id}
              aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              className={styles.column}
            >
              <button
                type="button"
                className={styles.sort}
                tabIndex={stop === index + 1 ? 0 : -1}
                onClick={() => {
                  setStop(index + 1);
                  sortBy(column.id);
                }}
              >
                {column.label}
                {isSorted && <Icon size={12} aria-hidden />}
              </button>
            </div>
          );
        })}
    </div>
  );
}

/** What is typed in the list, while it is one beginning of a name. */
function useTyped(): (key: string) => string {
  const typed = useRef({ text: '', at: 0 });
  return (key) => {
    const now = performance.now();
    const text = now - typed.current.at < TYPING_MS ? typed.current.text + key : key;
    typed.current = { text, at: now };
    return text;
  };
}

/**
 * The list: only the rows in sight are drawn. Arrow keys, Page, Home and End move, Enter or a click opens a domain, the
 * space bar or the box selects, with Shift from the last one on, Ctrl-A all, Escape none; typing goes to a name.
 */
export const DomainTable = memo(function DomainTable() {
  const [readItems] = useState(createItems);
  const items = useDomains(readItems);
  const selected = useDomains((state) => state.selected);
  const openId = useDomains((state) => state.openId);
  const isNarrow = useMedia(narrow);
  const isMedium = useMedia(medium);
  const [stopId, setStopId] = useState<number | null>(null);
  const anchor = useRef(0);
  const wantsFocus = useRef(false);
  const typed = useTyped();
  const rows = useWindowedRows(items.length, ROW_HEIGHT, HEAD_HEIGHT);

  const shownColumns = columns.filter((column) =>
    isNarrow ? KEPT_WHEN_NARROW.has(column.id) : !(isMedium && column.id === 'seenAt'),
  );
  const shownKey = shownColumns.map((column) => column.id).join(' ');
  const shown = useMemo(() => shownKey.split(' ') as SortColumn[], [shownKey]);
  const template = [SELECTION_WIDTH, ...shownColumns.map((column) => column.width)].join(' ');

  const stop = Math.max(
    0,
    items.findIndex((item) => item.id === (stopId ?? openId)),
  );
  const places = Array.from({ length: rows.end - rows.first }, (_nothing, offset) => rows.first + offset);
  // The row that has the focus stays where it is, though it may be far out of sight.
  if (items.length > 0 && !places.includes(stop)) places.push(stop);
  const drawn = places.flatMap((index) => {
    const item = items[index];
    return item === undefined ? [] : [{ item, index }];
  });
  const [rowKeys] = useState(() => new RowKeys());
  const keys = rowKeys.of(
    drawn.map(({ item }) => item.id),
    stopId,
  );

  const box = rows.box;
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-index="${stop}"]`)?.focus({ preventScroll: true });
  });

  const goTo = (index: number) => {
    wantsFocus.current = true;
    rows.reveal(index);
    setStopId(items[index]?.id ?? null);
  };
  const ids = () => items.map((item) => item.id);
  const chooseAll = () =>
    select(items.every((item) => selected.has(item.id)) ? new Set() : new Set([...selected, ...ids()]));
  // What the rows call is made once: a row is drawn anew when it has changed, not when another has.
  const latest = useRef(items);
  latest.current = items;
  const { reveal } = rows;
  // Opened from the palette, a domain may stand anywhere in the list.
  useEffect(() => {
    const index = latest.current.findIndex((item) => item.id === openId);
    if (index !== -1) reveal(index);
  }, [openId, reveal]);
  const choose = useCallback((index: number, isRange: boolean) => {
    const all = latest.current.map((item) => item.id);
    const id = all[index];
    if (id === undefined) return;
    const before = useDomains.getState().selected;
    select(isRange ? extended(before, all, anchor.current, index) : toggled(before, id));
    anchor.current = index;
    setStopId(id);
  }, []);

  const openStop = () => {
    const item = items[stop];
    if (item !== undefined) openDomain(item.id);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const isCommand = event.ctrlKey || event.metaKey;
    const target = isCommand ? null : rowAfterKey(event.key, stop, items.length, rows.page);
    if (target !== null) {
      if (event.shiftKey) select(extended(selected, ids(), stop, target));
      anchor.current = target;
      goTo(target);
    } else if (event.key === 'Enter') openStop();
    else if (event.key === ' ') choose(stop, event.shiftKey);
    else if (isCommand && event.key.toLowerCase() === 'a') select(new Set(ids()));
    else if (event.key === 'Escape' && selected.size > 0) select(new Set());
    else if (!isCommand && !event.altKey && event.key.length === 1) {
      const found = rowByName(
        items.map((item) => item.name),
        typed(event.key),
        stop,
      );
      if (found !== null) goTo(found);
    } else return;
    event.preventDefault();
  };

  const count = useMemo(
    () => (selected.size === 0 ? 0 : items.reduce((sum, item) => sum + (selected.has(item.id) ? 1 : 0), 0)),
    [items, selected],
  );
  return (
    <div
      role="grid"
      className={styles.table}
      aria-label="Sender domains"
      aria-multiselectable
      aria-rowcount={items.length + 1}
      ref={box}
      onScroll={rows.onScroll}
      style={{ '--columns': template } as CSSProperties}
    >
      <Head
        shown={shown}
        chosen={count === 0 ? 'none' : count === items.length ? 'all' : 'some'}
        onSelectAll={chooseAll}
        onLeave={() => goTo(rows.first)}
      />
      <div role="rowgroup" className={styles.body} style={{ height: items.length * ROW_HEIGHT }} onKeyDown={onKeyDown}>
        {drawn.map(({ item, index }, place) => (
          <Line
            key={keys[place]}
            item={item}
            index={index}
            isOpen={item.id === openId}
            isSelected={selected.has(item.id)}
            isStop={index === stop}
            shown={shown}
            onReach={setStopId}
            onSelect={choose}
          />
        ))}
      </div>
      {items.length === 0 && <p className={styles.bar}>No domain matches the filter.</p>}
    </div>
  );
});
