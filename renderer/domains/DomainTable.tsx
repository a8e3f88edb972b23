import { ArrowDown, ArrowUp, Check, Minus } from 'lucide-react';
import { memo, useDeferredValue, useState, useSyncExternalStore } from 'react';
import {
  Cell,
  Checkbox,
  Column,
  Row,
  Table,
  TableBody,
  TableHeader,
  TableLayout,
  Virtualizer,
} from 'react-aria-components';
import type { Selection } from 'react-aria-components';
import type { DomainRow } from '../../shared/contract/schemas.ts';
import { VerdictMark } from '../ui/status.tsx';
import { shortTime } from '../ui/time.ts';
import styles from './DomainsView.module.css';
import type { DomainsState, SortColumn } from './store.ts';
import { openDomain, useDomains, visibleRows } from './store.ts';

const ROW_HEIGHT = 34;
/** About what a tall window shows. */
const FIRST_ROWS = 60;
const layoutOptions = { rowHeight: ROW_HEIGHT, headingHeight: 30 };

function SelectBox() {
  return (
    <Checkbox slot="selection" className={styles.check ?? ''}>
      {({ isSelected, isIndeterminate }) =>
        isIndeterminate ? (
          <Minus size={12} aria-hidden />
        ) : isSelected ? (
          <Check size={12} strokeWidth={3} aria-hidden />
        ) : null
      }
    </Checkbox>
  );
}

function SortMark({ column }: { readonly column: SortColumn }) {
  const sort = useDomains((state) => state.sort);
  if (sort.column !== column) return null;
  return sort.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />;
}

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

const columns: readonly {
  readonly id: SortColumn;
  readonly label: string;
  readonly width: number | '1fr';
  readonly min: number;
}[] = [
  { id: 'unicodeName', label: 'Domain', width: '1fr', min: 120 },
  { id: 'spf', label: 'SPF', width: 42, min: 42 },
  { id: 'dkim', label: 'DKIM', width: 50, min: 50 },
  { id: 'dmarc', label: 'DMARC', width: 60, min: 60 },
  { id: 'verdict', label: 'Verdict', width: 96, min: 96 },
  { id: 'seenAt', label: 'Last seen', width: 96, min: 80 },
];

/** What the list is built of. A row's verdicts are not part of it: they change thousands of times while it stands. */
interface Item {
  readonly id: number;
  readonly name: string;
  readonly inUse: boolean;
}

/** Reads the items out of the state: the very same list as before while order, names and use are the same. */
function createItems(): (state: DomainsState) => readonly Item[] {
  const byId = new Map<number, Item>();
  let seen: Partial<DomainsState> = {};
  let items: readonly Item[] = [];
  return (state) => {
    const { rows, filter, show, sort } = state;
    if (rows === seen.rows && filter === seen.filter && show === seen.show && sort === seen.sort) return items;
    seen = state;
    const next = visibleRows(state).map((row) => {
      const item = byId.get(row.id);
      if (item !== undefined && item.inUse === row.inUse && item.name === row.unicodeName) return item;
      const made = { id: row.id, name: row.unicodeName, inUse: row.inUse };
      byId.set(row.id, made);
      return made;
    });
    const isSame = next.length === items.length && next.every((item, index) => item === items[index]);
    if (!isSame) items = next;
    return items;
  };
}

/** The row as it stands now; each cell that is in sight follows it by itself. */
function useRow(id: number): DomainRow | undefined {
  return useDomains((state) => state.byId.get(id));
}

function VerdictCell({ id, purpose }: { readonly id: number; readonly purpose: 'spf' | 'dkim' | 'dmarc' | 'verdict' }) {
  const verdict = useRow(id)?.[purpose];
  return verdict === undefined ? null : <VerdictMark verdict={verdict} isWordHidden={purpose !== 'verdict'} />;
}

function SeenCell({ id }: { readonly id: number }) {
  const seenAt = useRow(id)?.seenAt ?? null;
  return <span className={styles.seen}>{seenAt === null ? 'not checked' : shortTime(seenAt)}</span>;
}

function DomainCells({
  item,
  isOpen,
  shown,
}: {
  readonly item: Item;
  readonly isOpen: boolean;
  readonly shown: ReadonlySet<SortColumn>;
}) {
  const marks = [isOpen ? styles.open : '', item.inUse ? '' : styles.unused].join(' ');
  return (
    <Row id={item.id} className={`${styles.row} ${marks}`} textValue={item.name}>
      <Cell className={styles.cell ?? ''}>
        <SelectBox />
      </Cell>
      <Cell className={styles.cell ?? ''}>
        <span className={styles.name} title={item.name}>
          {item.name}
        </span>
      </Cell>
      {(['spf', 'dkim', 'dmarc'] as const)
        .filter((purpose) => shown.has(purpose))
        .map((purpose) => (
          <Cell key={purpose} className={styles.cell ?? ''}>
            <VerdictCell id={item.id} purpose={purpose} />
          </Cell>
        ))}
      <Cell className={styles.cell ?? ''}>
        <VerdictCell id={item.id} purpose="verdict" />
      </Cell>
      {shown.has('seenAt') && (
        <Cell className={styles.cell ?? ''}>
          <SeenCell id={item.id} />
        </Cell>
      )}
    </Row>
  );
}

/** The virtualised list: Enter or a click opens a domain, the space bar selects. */
export const DomainTable = memo(function DomainTable() {
  const [readItems] = useState(createItems);
  const items = useDomains(readItems);
  const sort = useDomains((state) => state.sort);
  const selected = useDomains((state) => state.selected);
  const openId = useDomains((state) => state.openId);
  const isNarrow = useMedia(narrow);
  const isMedium = useMedia(medium);
  const shownColumns = columns.filter((column) =>
    isNarrow ? KEPT_WHEN_NARROW.has(column.id) : !(isMedium && column.id === 'seenAt'),
  );
  const shown = new Set(shownColumns.map((column) => column.id));
  // The first screen of a long list is painted before the rest is laid out.
  const drawn = useDeferredValue(items, items.slice(0, FIRST_ROWS));
  const select = (selection: Selection) =>
    useDomains.setState({
      selected: selection === 'all' ? new Set(items.map((item) => item.id)) : new Set([...selection].map(Number)),
    });

  return (
    <Virtualizer key={shownColumns.length} layout={TableLayout} layoutOptions={layoutOptions}>
      <Table
        className={styles.table ?? ''}
        aria-label="Sender domains"
        selectionMode="multiple"
        selectionBehavior="toggle"
        selectedKeys={new Set(selected)}
        onSelectionChange={select}
        onRowAction={(key) => openDomain(Number(key))}
        sortDescriptor={{ column: sort.column, direction: sort.descending ? 'descending' : 'ascending' }}
        onSortChange={({ column, direction }) =>
          useDomains.setState({ sort: { column: column as SortColumn, descending: direction === 'descending' } })
        }
      >
        <TableHeader className={styles.head ?? ''}>
          <Column className={styles.column ?? ''} width={34} minWidth={34}>
            <SelectBox />
          </Column>
          {shownColumns.map((column) => (
            <Column
              key={column.id}
              id={column.id}
              isRowHeader={column.id === 'unicodeName'}
              allowsSorting
              width={column.width}
              minWidth={column.min}
              className={styles.column ?? ''}
            >
              {column.label}
              <SortMark column={column.id} />
            </Column>
          ))}
        </TableHeader>
        <TableBody
          items={drawn}
          dependencies={[openId, isNarrow, isMedium]}
          renderEmptyState={() => <p className={styles.bar}>No domain fits the filter.</p>}
        >
          {(item) => <DomainCells item={item} isOpen={item.id === openId} shown={shown} />}
        </TableBody>
      </Table>
    </Virtualizer>
  );
});
