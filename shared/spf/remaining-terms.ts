import { mechanismKey } from './meaning.ts';
import type { Mechanism } from './syntax.ts';
import { parseSpf, spfText } from './syntax.ts';

/** Lists of SPF terms, compared by what they mean. */

function mechanisms(terms: readonly string[]): readonly Mechanism[] {
  return terms.flatMap((term) => parseSpf(spfText([term])).record?.mechanisms ?? []);
}

/** What the terms mean, one key for each mechanism among them. */
export function mechanismKeys(terms: readonly string[]): ReadonlySet<string> {
  return new Set(mechanisms(terms).map(mechanismKey));
}

/** The terms without those left out, compared by meaning. */
export function remainingTerms(terms: readonly string[], without: readonly string[]): readonly string[] {
  if (without.length === 0) return terms;
  const left = mechanismKeys(without);
  return terms.filter((term) => !mechanisms([term]).some((mechanism) => left.has(mechanismKey(mechanism))));
}
