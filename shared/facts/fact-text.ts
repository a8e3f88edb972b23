import { bounceWords } from '../evidence/bounce/bounce-words.ts';
import type { BounceCategory } from '../evidence/bounce/cause.ts';
import { describeFinding } from '../findings/catalogue.ts';
import { wordsOfFormat } from '../handover/words/format-words.ts';
import { faults } from '../practice/faults.ts';
import { recordWords } from '../required/record-words.ts';
import { settingLabels } from '../settings/setting-labels.ts';
import { countText, pluralForm } from '../text/counted.ts';
import { durationText } from '../text/duration.ts';
import { instantText } from '../text/instant.ts';
import { allListed, listed } from '../text/listed.ts';
import { systemCodeWords } from '../text/system-codes.ts';
import { factTexts, isFactCode } from './catalogue.ts';
import type { Fact, FactText, FactValue, Kind, Placeholder } from './fact.ts';
import { placeholders } from './fact.ts';

/** Makes the sentence of a fact. The one place that does, wherever it is shown. */

const KEY_LABELS: Readonly<Record<string, string>> = {
  ...settingLabels,
  apiKey: 'API key',
  authKey: 'Auth key',
  earlierApiKey: 'earlier API key',
};

const texts = (value: FactValue) => value as readonly string[];

/** How a value of each kind is written. */
const WRITTEN: Readonly<Record<Kind, (value: FactValue) => string>> = {
  count: (value) => countText(value as number),
  figure: String,
  instant: (value) => instantText(value as number),
  seconds: (value) => durationText(value as number),
  name: String,
  names: (value) => listed(texts(value)),
  called: String,
  path: String,
  files: (value) => listed(texts(value)),
  url: String,
  outside: String,
  outsiders: (value) => allListed(texts(value)),
  system: (value) => systemCodeWords(value as string),
  record: (value) => recordWords(value as string),
  settings: (value) => allListed(texts(value).map((name) => KEY_LABELS[name] ?? name)),
  format: (value) => wordsOfFormat(value as string)?.label ?? (value as string),
  fault: (value) => faults.find(({ id }) => id === value)?.label ?? (value as string),
  bounce: (value) => bounceWords(value as BounceCategory).meaning,
  fact: (value) => factText(value as Fact),
  facts: (value) => listed((value as readonly Fact[]).map(factText)),
  finding: (value) => {
    const { code, values } = value as Fact;
    return describeFinding({ code, severity: 'info', values: values as Readonly<Record<string, string | number>> })
      .title;
  },
};

/** Several facts that say one thing together, in one line. */
export function factsText(facts: readonly Fact[]): string {
  return facts.map(factText).join('; ');
}

function chosenText(text: FactText, values: Fact['values']): string {
  if (typeof text === 'string') return text;
  const value = values[text.by] as string | number;
  const form = typeof value === 'number' ? pluralForm(value) : value;
  const next = text.texts[form];
  if (next === undefined) throw new RangeError(`There is no text for ${text.by} ${form}`);
  return chosenText(next, values);
}

/**
 * A fact as people read it, in one line but for what comes from outside, which may hold anything: whoever shows it treats it
 * as such a text.
 *
 * @throws RangeError for what is no fact of the catalogue: a fault of this program, or not looked at by `isFact`.
 */
export function factText({ code, values }: Fact): string {
  if (!isFactCode(code)) throw new RangeError(`There is no fact ${code}`);
  return chosenText(factTexts[code], values).replace(/\{([a-zA-Z]+)\}/g, (_whole, name: string) => {
    const kind = placeholders[name as Placeholder];
    const value = values[name];
    if (typeof kind !== 'string' || value === undefined) throw new RangeError(`The fact ${code} has no ${name}`);
    return WRITTEN[kind](value);
  });
}
