import { activityFacts } from '../activity/facts.ts';
import { dnsFacts } from '../dns/facts.ts';
import { mailFacts } from '../evidence/kept/facts.ts';
import { stageFacts } from '../service/facts.ts';
import { verdictFacts } from '../verdict/facts.ts';
import type { Fact, FactText, FactValue, ValuesOf } from './fact.ts';

/** Every fact there is, by code. */
const entries = { ...activityFacts, ...dnsFacts, ...mailFacts, ...stageFacts, ...verdictFacts };

type Entries = typeof entries;
export type FactCode = keyof Entries;

export const factTexts: Readonly<Record<FactCode, FactText>> = entries;

export function isFactCode(code: string): code is FactCode {
  return Object.hasOwn(factTexts, code);
}

/** Makes a fact. @param values what its text speaks of; left out where that is nothing. */
export function fact<Code extends FactCode>(
  code: Code,
  ...[values]: [keyof ValuesOf<Entries[Code]>] extends [never] ? [] : [values: ValuesOf<Entries[Code]>]
): Fact<Code> {
  return { code, values: (values ?? {}) as Readonly<Record<string, FactValue>> };
}
