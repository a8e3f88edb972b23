import { isBounceCategory } from '../evidence/bounce/bounce-words.ts';
import { catalogue } from '../findings/catalogue.ts';
import { factTexts, isFactCode } from './catalogue.ts';
import type { Fact, FactText, FactValue, Kind, Placeholder } from './fact.ts';
import { namesIn, placeholders } from './fact.ts';

/** Tells facts from what only looks like one: what was stored may be damaged. */

/** How deep facts may lie within facts. */
const MOST_DEPTH = 4;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isFinding(value: unknown): boolean {
  if (!isPlainObject(value) || !isText(value.code) || !Object.hasOwn(catalogue, value.code)) return false;
  return isPlainObject(value.values) && Object.values(value.values).every((each) => isText(each) || isNumber(each));
}

const CHECKS: Readonly<Record<Kind, (value: unknown, depth: number) => boolean>> = {
  count: isNumber,
  figure: isNumber,
  // Beyond it a date has no text.
  instant: (value) => isNumber(value) && Math.abs(value) <= 8.64e15,
  seconds: isNumber,
  name: isText,
  names: isTexts,
  called: isText,
  path: isText,
  files: isTexts,
  url: isText,
  outside: isText,
  outsiders: isTexts,
  system: isText,
  record: isText,
  settings: isTexts,
  format: isText,
  fault: isText,
  bounce: isBounceCategory,
  fact: (value, depth) => isFactAt(value, depth + 1),
  facts: (value, depth) => Array.isArray(value) && value.every((each) => isFactAt(each, depth + 1)),
  finding: isFinding,
};

function isValueOf(name: Placeholder, value: unknown, depth: number): boolean {
  const kind = placeholders[name];
  if (typeof kind === 'string') return CHECKS[kind](value, depth);
  return (kind.oneOf as readonly unknown[]).includes(value);
}

function hasAll(text: FactText, values: Readonly<Record<string, unknown>>, depth: number): boolean {
  if (typeof text === 'string')
    return namesIn(text).every((name) => isValueOf(name as Placeholder, values[name], depth));
  if (!isValueOf(text.by, values[text.by], depth)) return false;
  const value = values[text.by];
  // Plural forms differ in words alone.
  const chosen = typeof value === 'number' ? Object.values(text.texts) : [text.texts[value as string]];
  return chosen.every((each) => each !== undefined && hasAll(each, values, depth));
}

function isFactAt(value: unknown, depth: number): value is Fact {
  if (depth > MOST_DEPTH || !isPlainObject(value) || !isText(value.code) || !isFactCode(value.code)) return false;
  return isPlainObject(value.values) && hasAll(factTexts[value.code], value.values, depth);
}

/** Whether a value is a fact of the catalogue with all that its text speaks of, so that `factText` has a text for it. */
export function isFact(value: unknown): value is Fact {
  return isFactAt(value, 0);
}

/** The values of a fact by their kinds, at any depth: what is done to all of one kind is told here what it is. */
export function changedFact(fact: Fact, change: (kind: Kind, value: FactValue) => FactValue): Fact {
  const entries = Object.entries(fact.values).map(([name, value]) => {
    const kind = placeholders[name as Placeholder];
    if (typeof kind !== 'string') return [name, value] as const;
    if (kind === 'fact') return [name, changedFact(value as Fact, change)] as const;
    if (kind === 'facts') return [name, (value as readonly Fact[]).map((each) => changedFact(each, change))] as const;
    return [name, change(kind, value)] as const;
  });
  return { code: fact.code, values: Object.fromEntries(entries) };
}
