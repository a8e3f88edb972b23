import type { DomainRow } from '../../shared/contract/domains.ts';
import { nameOrder } from '../../shared/dns/name-order.ts';
import type { PurposeVerdict } from '../../shared/verdict/types.ts';

/**
 * The sender domains of a workspace, and what is shown of all of them together. Results come by the thousand while a check
 * runs: what changes is put in its place, and nothing is gone through as a whole for it.
 */

/** What the list is built of. A row's verdicts are not part of it: they change thousands of times while it stands. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly inUse: boolean;
}

/** How many domains in use have which verdict, for each column. */
export type Coverage = Readonly<Record<CoverageColumn, Readonly<Partial<Record<PurposeVerdict, number>>>>>;

const COVERAGE_COLUMNS = ['verdict', 'spf', 'dkim', 'dmarc'] as const;
type CoverageColumn = (typeof COVERAGE_COLUMNS)[number];

export interface DomainList {
  /** In the order of their names. */
  readonly rows: readonly DomainRow[];
  /** One for each row; the very same list for as long as order, names and use are the same. */
  readonly items: readonly Item[];
  /** Where each row stands, by its id. */
  readonly places: ReadonlyMap<number, number>;
  readonly inUse: number;
  readonly coverage: Coverage;
  /** The first providers' templates, empty where none is chosen, and the tags: how many rows have which. */
  readonly templates: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, number>;
}

const itemOf = ({ id, unicodeName, inUse }: DomainRow): Item => ({ id, name: unicodeName, inUse });

/** The counts of some rows, while they are being changed. */
class Counts {
  inUse: number;
  readonly templates: Map<string, number>;
  readonly tags: Map<string, number>;
  readonly coverage: Record<CoverageColumn, Partial<Record<PurposeVerdict, number>>>;

  constructor(list: Pick<DomainList, 'inUse' | 'coverage' | 'templates' | 'tags'>) {
    this.inUse = list.inUse;
    this.templates = new Map(list.templates);
    this.tags = new Map(list.tags);
    const { verdict, spf, dkim, dmarc } = list.coverage;
    this.coverage = { verdict: { ...verdict }, spf: { ...spf }, dkim: { ...dkim }, dmarc: { ...dmarc } };
  }

  /** @param amount 1 to count a row, -1 to count it no more. */
  add(row: DomainRow, amount: 1 | -1): void {
    add(this.templates, row.templateId ?? '', amount);
    for (const tag of row.tags ?? []) add(this.tags, tag, amount);
    if (!row.inUse) return;
    this.inUse += amount;
    for (const column of COVERAGE_COLUMNS) {
      const counts = this.coverage[column];
      const count = (counts[row[column]] ?? 0) + amount;
      if (count === 0) delete counts[row[column]];
      else counts[row[column]] = count;
    }
  }
}

function add(counts: Map<string, number>, key: string, amount: number): void {
  const count = (counts.get(key) ?? 0) + amount;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

const NOTHING = {
  inUse: 0,
  coverage: { verdict: {}, spf: {}, dkim: {}, dmarc: {} },
  templates: new Map<string, number>(),
  tags: new Map<string, number>(),
};

/** @param rows in the order of their names. */
export function domainList(rows: readonly DomainRow[]): DomainList {
  const counts = new Counts(NOTHING);
  for (const row of rows) counts.add(row, 1);
  const { inUse, coverage, templates, tags } = counts;
  const places = new Map(rows.map((row, place) => [row.id, place]));
  return { rows, items: rows.map(itemOf), places, inUse, coverage, templates, tags };
}

/** Rows by name. The list is kept in this order, so that drawing it anew needs no comparing of texts. */
function byName(rows: readonly DomainRow[]): readonly DomainRow[] {
  const keys = new Map(rows.map((row) => [row, nameOrder(row.unicodeName)]));
  return [...rows].sort((left, right) => ((keys.get(left) ?? '') < (keys.get(right) ?? '') ? -1 : 1));
}

/** The list with rows in the place of those that they are newer than, and with those that it did not hold. */
export function withRows(list: DomainList, changed: ReadonlyMap<number, DomainRow>): DomainList {
  const added = [...changed.values()].filter(({ id }) => !list.places.has(id));
  if (added.length > 0) {
    const updated = list.rows.map((row) => changed.get(row.id) ?? row);
    return domainList(byName([...updated, ...added]));
  }
  const rows = [...list.rows];
  const counts = new Counts(list);
  let items: Item[] | null = null;
  for (const [id, row] of changed) {
    const place = list.places.get(id) as number;
    const before = list.rows[place] as DomainRow;
    rows[place] = row;
    counts.add(before, -1);
    counts.add(row, 1);
    if (before.inUse === row.inUse && before.unicodeName === row.unicodeName) continue;
    items ??= [...list.items];
    items[place] = itemOf(row);
  }
  const { inUse, coverage, templates, tags } = counts;
  return { rows, items: items ?? list.items, places: list.places, inUse, coverage, templates, tags };
}

/** The row of a domain, where the list holds it. */
export function rowOf(list: DomainList | null, id: number): DomainRow | undefined {
  const place = list?.places.get(id);
  return place === undefined ? undefined : list?.rows[place];
}
