import { setImmediate } from 'node:timers/promises';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import type { PackedZone } from '../../../shared/dns/zone/packed-zone.ts';
import { packZone } from '../../../shared/dns/zone/packed-zone.ts';
import { indexLookup } from '../../../shared/dns/zone-lookup.ts';
import type { Steps } from '../../../shared/steps.ts';
import { allSteps } from '../../../shared/steps.ts';
import type { CoreContext } from '../context.ts';

/**
 * Pasted zones, each read and indexed once for as long as its text stands. A zone may be of many megabytes: it is read
 * some milliseconds at a time, so that nothing else has to wait for it.
 */

interface CachedZone {
  /** Of the text that was read. */
  readonly id: number;
  readonly length: number;
  readonly lookup: LookupAtOnce;
  /** Lets go of it when nobody has asked for it for some time. */
  readonly timer: NodeJS.Timeout;
}

/** Zones that are kept read, and characters of them all; the last one is kept whatever its length. */
const MAX_KEPT = 4;
const MAX_KEPT_LENGTH = 16 * 1024 * 1024;
const KEPT_MS = 5 * 60_000;
/** How long the work on a zone holds up everything else at a time. */
const SLICE_MS = 8;

interface Zones {
  /** By the domain and by the name that the zone was read under; the one that was asked for last stands last. */
  readonly kept: Map<string, CachedZone>;
  readonly underWay: Map<string, Promise<void>>;
  /** The last change of each domain that has not ended. */
  readonly changes: Map<number, Promise<unknown>>;
}

/** By the store that holds the zones. */
const byStore = new WeakMap<CoreContext['store'], Zones>();

function zonesOf({ store }: CoreContext): Zones {
  const known = byStore.get(store);
  if (known !== undefined) return known;
  const zones: Zones = { kept: new Map(), underWay: new Map(), changes: new Map() };
  byStore.set(store, zones);
  return zones;
}

const keyOf = (domainId: number, zone: string) => `${domainId}/${zone}`;

function lookupOver(packed: PackedZone, zone: string): LookupAtOnce {
  return indexLookup(packed, { outside: 'not-known', zones: [zone], unreadable: packed.unreadable });
}

/** Takes the steps of some work, and lets everything else go on after some milliseconds of it. */
export async function inSlices<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const end = performance.now() + SLICE_MS;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    await setImmediate();
  }
}

function drop({ kept }: Zones, key: string): void {
  clearTimeout(kept.get(key)?.timer);
  kept.delete(key);
}

function keep(zones: Zones, key: string, { id, length, lookup }: Omit<CachedZone, 'timer'>): void {
  drop(zones, key);
  const timer = setTimeout(() => zones.kept.delete(key), KEPT_MS);
  timer.unref();
  zones.kept.set(key, { id, length, lookup, timer });
  let total = [...zones.kept.values()].reduce((sum, each) => sum + each.length, 0);
  for (const [oldest, each] of zones.kept) {
    if (oldest === key || (zones.kept.size <= MAX_KEPT && total <= MAX_KEPT_LENGTH)) break;
    total -= each.length;
    drop(zones, oldest);
  }
}

/** The zone, where it is kept as its text stands; what was made of another text is let go. */
function known(zones: Zones, key: string, id: number): LookupAtOnce | null {
  const found = zones.kept.get(key);
  if (found === undefined) return null;
  if (found.id !== id) {
    drop(zones, key);
    return null;
  }
  found.timer.refresh();
  zones.kept.delete(key);
  zones.kept.set(key, found);
  return found.lookup;
}

/**
 * What was pasted for a domain; names outside the zone are not known. It is read at once where `readyPastedZone` has not
 * read it before.
 *
 * @returns null where nothing was pasted.
 */
export function pastedZoneOf(context: CoreContext, domainId: number, zone: string): LookupAtOnce | null {
  const { domains } = context.store;
  const id = domains.pastedZoneId(domainId);
  if (id === null) return null;
  const zones = zonesOf(context);
  const key = keyOf(domainId, zone);
  const found = known(zones, key, id);
  if (found !== null) return found;
  const text = domains.pastedZone(domainId);
  const lookup = lookupOver(allSteps(packZone(text, { origin: zone })), zone);
  keep(zones, key, { id, length: text.length, lookup });
  return lookup;
}

/** Reads what was pasted for a domain, unless it is read already, and lets everything else go on meanwhile. */
export async function readyPastedZone(context: CoreContext, domainId: number, zone: string): Promise<void> {
  const { domains } = context.store;
  const zones = zonesOf(context);
  const key = keyOf(domainId, zone);
  for (;;) {
    const id = domains.pastedZoneId(domainId);
    if (id === null || known(zones, key, id) !== null) return;
    const before = zones.underWay.get(key);
    if (before !== undefined) {
      await before;
      continue;
    }
    const text = domains.pastedZone(domainId);
    const work = inSlices(packZone(text, { origin: zone })).then((packed) =>
      keep(zones, key, { id, length: text.length, lookup: lookupOver(packed, zone) }),
    );
    zones.underWay.set(key, work);
    try {
      await work;
    } finally {
      zones.underWay.delete(key);
    }
  }
}

/** Changes one domain after every change that was asked for before: what was asked for last is what stays. */
export async function inTurn<Result>(
  context: CoreContext,
  domainId: number,
  change: () => Promise<Result>,
): Promise<Result> {
  const { changes } = zonesOf(context);
  const before = changes.get(domainId);
  const mine = (async () => {
    await before;
    return change();
  })();
  const ended = mine.catch(() => undefined);
  changes.set(domainId, ended);
  try {
    return await mine;
  } finally {
    if (changes.get(domainId) === ended) changes.delete(domainId);
  }
}

/** Resolves once every change of the domain that was asked for before has been made, or has failed. */
export async function changesMade(context: CoreContext, domainId: number): Promise<void> {
  await zonesOf(context).changes.get(domainId);
}

/** Reads a zone's text that is not stored yet, and lets everything else go on meanwhile. */
export function readPastedZone(text: string, zone: string): Promise<PackedZone> {
  return inSlices(packZone(text, { origin: zone }));
}

/** Keeps what was read of a text that has just been stored. */
export function keepPastedZone(
  context: CoreContext,
  domainId: number,
  zone: string,
  { text, packed }: { readonly text: string; readonly packed: PackedZone },
): void {
  const id = context.store.domains.pastedZoneId(domainId);
  if (id === null) return;
  keep(zonesOf(context), keyOf(domainId, zone), { id, length: text.length, lookup: lookupOver(packed, zone) });
}
