import type { Asking, LookupAtOnce } from './asking.ts';
import { askedOf } from './asking.ts';
import type { Lookup, LookupResult } from './lookup.ts';
import { canonicalName, parentName } from './names.ts';
import type { QueryType, ResourceRecord } from './records.ts';
import { MAX_ALIASES } from './lookup.ts';

/** The name and type whose whole record set the overlay decides. */
export interface OverlaidSet {
  readonly name: string;
  readonly type: ResourceRecord['type'];
  /** What is there afterwards; none: the set is removed. */
  readonly records: readonly ResourceRecord[];
}

interface Overlay {
  readonly sets: ReadonlyMap<string, OverlaidSet>;
  /** Every name that the sets bring into being, and every name above one (RFC 8020). */
  readonly existing: ReadonlySet<string>;
}

function overlayOf(sets: readonly OverlaidSet[]): Overlay {
  const existing = new Set<string>();
  for (const { name, records } of sets) {
    if (records.length === 0) continue;
    for (let at: string | null = canonicalName(name); at !== null && !existing.has(at); at = parentName(at))
      existing.add(at);
  }
  return { sets: new Map(sets.map((set) => [`${canonicalName(set.name)}/${set.type}`, set])), existing };
}

/** The wildcard that an answer at a name comes from, whether its records or the alias there; null where there is none. */
export function wildcardAnswering(name: string, type: QueryType, lookup: LookupAtOnce): string | null {
  const answer = lookup.query(name, type);
  const isDirect = answer.status !== 'failure' && (answer.aliases ?? []).length === 0;
  const told = isDirect ? answer : lookup.query(name, 'CNAME');
  const owner = told.status === 'answer' ? told.records[0]?.name : undefined;
  return owner !== undefined && owner.startsWith('*.') && owner !== canonicalName(name) ? owner : null;
}

/** The closest name at or above this one that the overlay brings into being; null where there is none. */
function closest(name: string, { existing }: Overlay): string | null {
  for (let at: string | null = name; at !== null; at = parentName(at)) if (existing.has(at)) return at;
  return null;
}

/**
 * Whether an answer was a wildcard's and is one no longer: a name that came into being below the wildcard's own parent
 * keeps it from answering there (RFC 4592 §3.3.1).
 */
function isCutOff(owner: string | undefined, name: string, overlay: Overlay): boolean {
  if (owner === undefined || !owner.startsWith('*.') || owner === name) return false;
  const encloser = closest(name, overlay);
  return encloser !== null && encloser.length > owner.length - 2;
}

function* wildcardCut(name: string, result: LookupResult, overlay: Overlay): Asking<boolean> {
  if (overlay.existing.size === 0) return false;
  if ((result.aliases ?? []).length > 0) {
    const alias = yield { name, type: 'CNAME' };
    return alias.status === 'answer' && isCutOff(alias.records[0]?.name, name, overlay);
  }
  return result.status === 'answer' && isCutOff(result.records[0]?.name, name, overlay);
}

function* answerFor(
  asked: string,
  type: QueryType,
  overlay: Overlay,
  aliases: readonly string[],
): Asking<LookupResult> {
  const name = canonicalName(asked);
  const own = overlay.sets.get(`${name}/${type}`);
  if (own !== undefined && own.records.length > 0) return { status: 'answer', records: own.records, aliases };
  const alias = overlay.sets.get(`${name}/CNAME`);
  const target = alias?.records[0];
  if (target?.type === 'CNAME') {
    if (aliases.length === MAX_ALIASES)
      return { status: 'failure', reason: 'alias-loop', message: `${asked} is an alias without a target` };
    const next = canonicalName(target.target);
    return yield* answerFor(next, type, overlay, [...aliases, next]);
  }
  if (own !== undefined) return { status: 'nodata', aliases };

  const result = yield { name, type };
  const followed = result.aliases ?? [];
  const isGone = (alias !== undefined && followed.length > 0) || (yield* wildcardCut(name, result, overlay));
  if (isGone) return { status: overlay.existing.has(name) ? 'nodata' : 'nxdomain', aliases };
  // An alias of today may lead to a name that the overlay changes.
  const changed = followed.findIndex((each) => overlay.existing.has(each) || overlay.sets.has(`${each}/${type}`));
  if (changed !== -1) {
    const next = followed[changed] as string;
    return yield* answerFor(next, type, overlay, [...aliases, ...followed.slice(0, changed + 1)]);
  }
  // A name that the overlay brings into being exists now, though not with this type.
  if (result.status === 'nxdomain' && followed.length === 0 && overlay.existing.has(name))
    return { status: 'nodata', aliases };
  return aliases.length === 0 ? result : { ...result, aliases: [...aliases, ...followed] };
}

/**
 * Prepared records laid over another Lookup: DNS as it will be once they are published.
 *
 * @param sets record sets that replace what `base` says at their name and type; everything else comes from `base`.
 */
export function overlayLookup(sets: readonly OverlaidSet[], base: LookupAtOnce): LookupAtOnce;
export function overlayLookup(sets: readonly OverlaidSet[], base: Lookup): Lookup;
export function overlayLookup(sets: readonly OverlaidSet[], base: Lookup): Lookup {
  const overlay = overlayOf(sets);
  return { query: (name, type, options) => askedOf(answerFor(name, type, overlay, []), base, options) };
}
