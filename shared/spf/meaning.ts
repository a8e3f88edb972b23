import { samePrefix } from '../dns/ip.ts';
import { canonicalName } from '../dns/names.ts';
import { hasMacro } from './macro.ts';
import type { Mechanism } from './syntax.ts';

/** What mechanisms match, held against one another without asking DNS. */

/** What a mechanism asks, apart from its qualifier, in one form: two mechanisms of one meaning give the same key. */
export function mechanismKey(mechanism: Mechanism): string {
  const { name, network, prefix4, prefix6 } = mechanism;
  if (network !== undefined) return `${name}:${network.join('.')}/${name === 'ip4' ? prefix4 : prefix6}`;
  return `${name}:${domainKey(mechanism)}/${prefix4}//${prefix6}`;
}

/** The letter case of a macro has a meaning (RFC 7208 §7.3), that of a name has none. */
function domainKey({ domain }: Mechanism): string {
  if (domain === undefined) return '';
  if (!hasMacro(domain.macros)) return canonicalName(domain.text);
  return domain.text.replace(/%\{[^}]*\}|[^%]+/g, (part) => (part.startsWith('%') ? part : part.toLowerCase()));
}

export function isIp(mechanism: Mechanism): boolean {
  return mechanism.network !== undefined;
}

/** Whether every address that `narrow` matches is matched by `wide`: of ranges, or of `a` and `mx` of one domain. */
export function covers(wide: Mechanism, narrow: Mechanism): boolean {
  if (wide.name !== narrow.name) return false;
  if (wide.network !== undefined && narrow.network !== undefined) {
    const prefix = (mechanism: Mechanism) => (mechanism.name === 'ip4' ? mechanism.prefix4 : mechanism.prefix6);
    return prefix(wide) <= prefix(narrow) && samePrefix(wide.network, narrow.network, prefix(wide));
  }
  return wide.prefix4 <= narrow.prefix4 && wide.prefix6 <= narrow.prefix6 && domainKey(wide) === domainKey(narrow);
}

/** Whether two mechanisms can be told to match no address in common: only ranges can. */
export function areDisjoint(left: Mechanism, right: Mechanism): boolean {
  if (left.network === undefined || right.network === undefined) return false;
  return left.name !== right.name || (!covers(left, right) && !covers(right, left));
}

/** Different terms compared with one another; in a longer list only equal ones are found. */
const MAX_COMPARED = 512;

/** For each mechanism the one that makes it pointless, if there is one. */
export function findCovers(mechanisms: readonly Mechanism[]): readonly (Mechanism | undefined)[] {
  const first = new Map<string, Mechanism>();
  const repeated = mechanisms.map((mechanism) => {
    const key = mechanismKey(mechanism);
    const same = first.get(key);
    if (same === undefined) first.set(key, mechanism);
    return same;
  });
  if (first.size > MAX_COMPARED) return repeated;
  const single = mechanisms.filter((_, index) => repeated[index] === undefined);
  const earlier = new Map<Mechanism, Mechanism>();
  for (const [index, mechanism] of single.entries()) {
    const wide = single.slice(0, index).find((candidate) => covers(candidate, mechanism));
    if (wide !== undefined) earlier.set(mechanism, wide);
  }
  const left = single.filter((mechanism) => !earlier.has(mechanism));
  return mechanisms.map(
    (mechanism, index) => repeated[index] ?? earlier.get(mechanism) ?? coveredLater(mechanism, left),
  );
}

/** A later, wider range of the same qualifier, with nothing but such ranges between: the earlier one adds nothing. */
function coveredLater(mechanism: Mechanism, mechanisms: readonly Mechanism[]): Mechanism | undefined {
  if (!isIp(mechanism)) return undefined;
  for (const later of mechanisms.slice(mechanisms.indexOf(mechanism) + 1)) {
    if (!isIp(later) || later.qualifier !== mechanism.qualifier) return undefined;
    if (covers(later, mechanism)) return later;
  }
  return undefined;
}
