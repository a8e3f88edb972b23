import { ArrowDown, ArrowUp, Check, Minus } from 'lucide-react';
import { useMemo, useSyncExternalStore } from 'react';
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
import type { SortColumn } from './store.ts';
import { openDomain, useDomains, visibleRows } from './store.ts';

const ROW_HEIGHT = 34;
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

function DomainCells({
  row,
  isOpen,
  shown,
}: {
  readonly row: DomainRow;
  readonly isOpen: boolean;
  readonly shown: ReadonlySet<SortColumn>;
}) {
  const marks = [isOpen ? styles.open : '', row.inUse ? '' : styles.unused].join(' ');
  return (
    <Row id={row.id} className={`${styles.row} ${marks}`} textValue={row.unicodeName}>
      <Cell className={styles.cell ?? ''}>
        <SelectBox />
      </Cell>
      <Cell className={styles.cell ?? ''}>
        <span className={styles.name} title={row.unicodeName}>
          {row.unicodeName}
        </span>
      </Cell>
      {(['spf', 'dkim', 'dmarc'] as const)
        .filter((purpose) => shown.has(purpose))
        .map((purpose) => (
          <Cell key={purpose} className={styles.cell ?? ''}>
            <VerdictMark verdict={row[purpose]} isWordHidden />
          </Cell>
        ))}
      <Cell className={styles.cell ?? ''}>
        <VerdictMark verdict={row.verdict} />
      </Cell>
      {shown.has('seenAt') && (
        <Cell className={styles.cell ?? ''}>
          <span className={styles.seen}>{row.seenAt === null ? 'not checked' : shortTime(row.seenAt)}</span>
        </Cell>
      )}
    </Row>
  );
}

/** The virtualised list: Enter or a click opens a domain, the space bar selects. */
export function DomainTable() {
  const rows = useDomains((state) => state.rows);
  const filter = useDomains((state) => state.filter);
  const show = useDomains((state) => state.show);
  const sort = useDomains((state) => state.sort);
  const selected = useDomains((state) => state.selected);
  const openId = useDomains((state) => state.openId);
  const isNarrow = useMedia(narrow);
  const isMedium = useMedia(medium);
  const shownColumns = columns.filter((column) =>
    isNarrow ? KEPT_WHEN_NARROW.has(column.id) : !(isMedium && column.id === 'seenAt'),
  );
  const shown = new Set(shownColumns.map((column) => column.id));
  const visible = useMemo(() => visibleRows({ rows, filter, show, sort }), [rows, filter, show, sort]);
  const select = (selection: Selection) =>
    useDomains.setState({
      selected: selection === 'all' ? new Set(visible.map((row) => row.id)) : new Set([...selection].map(Number)),
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
          items={visible}
          dependencies={[openId, isNarrow, isMedium]}
          renderEmptyState={() => <p className={styles.bar}>No domain fits the filter.</p>}
        >
          {(row) => <DomainCells row={row} isOpen={row.id === openId} shown={shown} />}
        </TableBody>
      </Table>
    </Virtualizer>
  );
}
