import type { Lookup, LookupResult } from './lookup.ts';
import { canonicalName } from './names.ts';
import type { ResourceRecord } from './records.ts';
import { zoneLookup } from './zone-lookup.ts';

/** The name and type whose whole record set the overlay decides. */
interface OverlaidSet {
  readonly name: string;
  readonly type: ResourceRecord['type'];
  /** What is there afterwards; none: the set is removed. */
  readonly records: readonly ResourceRecord[];
}

const MAX_ALIASES = 10;

/**
 * Prepared records laid over another Lookup: DNS as it will be once they are published.
 *
 * @param sets record sets that replace what `base` says at their name and type; everything else comes from `base`.
 */
export function overlayLookup(sets: readonly OverlaidSet[], base: Lookup): Lookup {
  const overlaid = new Map(sets.map((set) => [`${canonicalName(set.name)}/${set.type}`, set]));
  const added = zoneLookup(sets.flatMap((set) => set.records));

  async function query(
    asked: string,
    type: Parameters<Lookup['query']>[1],
    options: Parameters<Lookup['query']>[2],
    aliases: readonly string[],
  ): Promise<LookupResult> {
    const name = canonicalName(asked);
    const own = overlaid.get(`${name}/${type}`);
    if (own !== undefined) {
      if (own.records.length > 0) return { status: 'answer', records: own.records, aliases };
      return { status: 'nodata', aliases };
    }
    const alias = overlaid.get(`${name}/CNAME`)?.records[0];
    if (alias?.type === 'CNAME') {
      if (aliases.length === MAX_ALIASES) {
        return { status: 'failure', reason: 'alias-loop', message: `${asked} is an alias that leads nowhere` };
      }
      const target = canonicalName(alias.target);
      return query(target, type, options, [...aliases, target]);
    }
    const result = await base.query(name, type, options);
    // A name that the overlay brings into being exists now, though not with this type.
    if (result.status === 'nxdomain' && (await added.query(name, type)).status === 'nodata') {
      return { status: 'nodata', aliases };
    }
    return result.status === 'failure' ? result : { ...result, aliases: [...aliases, ...result.aliases] };
  }

  return { query: (name, type, options) => query(name, type, options, []) };
}
