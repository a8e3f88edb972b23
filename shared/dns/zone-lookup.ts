import type { LookupAtOnce } from './asking.ts';
import type { LookupResult } from './lookup.ts';
import { canonicalName, parentName } from './names.ts';
import type { QueryType, ResourceRecord } from './records.ts';
import { mnemonicOf } from './records.ts';
import { MAX_ALIASES } from './lookup.ts';

export interface ZoneLookupOptions {
  /**
   * What a name outside the records' zones gives: `nxdomain` when the records are the whole world (the default), or
   * `not-known` when they are a part of it, as a pasted zone is.
   */
  readonly outside?: 'nxdomain' | 'not-known';
  /** The zones the records speak for, when `outside` is `not-known`. */
  readonly zones?: readonly string[];
  /** Names at which not everything could be read: what they answer is not known. */
  readonly unreadable?: readonly string[];
}

/** Records by their owners' names in canonical form. */
export interface RecordIndex {
  /** None: there is no record at the name. */
  readonly at: (name: string) => readonly ResourceRecord[] | undefined;
  /** Whether the name is an owner's, or lies above one: those exist, if only as empty non-terminals (RFC 8020). */
  readonly exists: (name: string) => boolean;
}

function buildIndex(records: readonly ResourceRecord[]): RecordIndex {
  const byName = new Map<string, ResourceRecord[]>();
  const existing = new Set<string>();
  for (const record of records) {
    const name = canonicalName(record.name);
    const here = byName.get(name);
    if (here === undefined) byName.set(name, [record]);
    else here.push(record);
    for (let above: string | null = name; above !== null && !existing.has(above); above = parentName(above)) {
      existing.add(above);
    }
  }
  return { at: (name) => byName.get(name), exists: (name) => existing.has(name) };
}

/** The records that answer for a name: its own, or those of the wildcard that covers it (RFC 4592 §3.3). */
function recordsFor(name: string, index: RecordIndex): readonly ResourceRecord[] | null {
  const own = index.at(name);
  if (own !== undefined) return own;
  if (index.exists(name)) return [];
  let encloser = parentName(name);
  while (encloser !== null && !index.exists(encloser)) encloser = parentName(encloser);
  return index.at(encloser === null || encloser === '' ? '*' : `*.${encloser}`) ?? null;
}

/** Where a DNAME above the name leads (RFC 6672 §3.2); null when there is none. */
function redirected(name: string, index: RecordIndex): string | null {
  for (let above = parentName(name); above !== null; above = parentName(above)) {
    const redirection = index.at(above)?.find((record) => record.type === 'DNAME');
    if (redirection?.type !== 'DNAME') continue;
    const prefix = above === '' ? name : name.slice(0, -above.length - 1);
    const target = canonicalName(redirection.target);
    return target === '' ? prefix : `${prefix}.${target}`;
  }
  return null;
}

/**
 * A Lookup over records in memory: a pasted zone, a test's zone, or nothing at all.
 *
 * Follows CNAMEs and DNAMEs, synthesises from wildcards (RFC 4592), tells NODATA from NXDOMAIN with empty non-terminals
 * counted as existing. Where the records are a part of the world, names that they delegate are not known from them.
 * Answers synchronously.
 */
export function zoneLookup(records: readonly ResourceRecord[], options: ZoneLookupOptions = {}): LookupAtOnce {
  return indexLookup(buildIndex(records), options);
}

/** As `zoneLookup`, over records that are indexed already. */
export function indexLookup(index: RecordIndex, options: ZoneLookupOptions): LookupAtOnce {
  const zones = options.zones?.map(canonicalName) ?? [];
  const unreadable = new Set(options.unreadable);
  const isOutside = (name: string) =>
    options.outside === 'not-known' && !zones.some((zone) => name === zone || name.endsWith(`.${zone}`));

  /** Whether another zone speaks for the name: NS records stand at it or above it, below the zone's own (RFC 1034 §4.2.1). */
  const isDelegated = (name: string, type: QueryType) => {
    if (options.outside !== 'not-known') return false;
    let below = type === 'NS' ? parentName(name) : name;
    for (; below !== null && !zones.includes(below); below = parentName(below)) {
      if (index.at(below)?.some((record) => record.type === 'NS') === true) return true;
    }
    return false;
  };

  return {
    query(asked: string, type: QueryType): LookupResult {
      const aliases: string[] = [];
      let name = canonicalName(asked);
      for (;;) {
        if (isOutside(name)) {
          return { status: 'failure', reason: 'not-known', message: `${name} is outside what was given`, aliases };
        }
        if (isDelegated(name, type)) {
          return { status: 'failure', reason: 'not-known', message: `${name} belongs to another zone`, aliases };
        }
        if (unreadable.has(name)) {
          return { status: 'failure', reason: 'not-known', message: `a line at ${name} can’t be read`, aliases };
        }
        const elsewhere = redirected(name, index);
        const here = elsewhere === null ? recordsFor(name, index) : [];
        if (here === null) return { status: 'nxdomain', aliases };
        const wanted = here.filter((record) => mnemonicOf(record) === type);
        if (wanted.length > 0) return { status: 'answer', records: wanted, aliases };
        const alias = here.find((record) => record.type === 'CNAME');
        const target = elsewhere ?? (alias?.type === 'CNAME' ? alias.target : null);
        if (target === null) return { status: 'nodata', aliases };
        if (aliases.length === MAX_ALIASES) {
          return { status: 'failure', reason: 'alias-loop', message: `${asked} is an alias without a target` };
        }
        name = canonicalName(target);
        aliases.push(name);
      }
    },
  };
}
