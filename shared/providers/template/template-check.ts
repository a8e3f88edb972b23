import { parseSpf, spfText } from '../../spf/syntax.ts';
import type { ProviderTemplate, TemplateMode } from './template.ts';

/** What is wrong with a template beyond its shape: each fault with the place it stands at and what to do. */
export interface TemplateFault {
  /** Path inside the template, such as `modes.0.records.2.value`. */
  readonly path: string;
  readonly message: string;
  /** What to write instead, in the imperative. */
  readonly remedy: string;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
/** Letters, digits, hyphen and underscore between dots, after the placeholders are taken for labels. */
const HOST = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

function unknownPlaceholders(text: string, mode: TemplateMode): readonly string[] {
  const known = new Set(['domain', ...mode.fields.map((field) => field.id)]);
  return [...text.matchAll(PLACEHOLDER)].flatMap(([, id = '']) => (known.has(id) ? [] : [id]));
}

function filledIn(text: string): string {
  return text.replace(PLACEHOLDER, 'x');
}

function isTerm(term: string): boolean {
  // A term that is a field as a whole is checked when the field is entered.
  if (/^\{[^{}]*\}$/.test(term)) return true;
  const { record } = parseSpf(spfText([term.replace(PLACEHOLDER, 'x.example')]));
  return record?.mechanisms.length === 1 && record.mechanisms[0]?.name !== 'all';
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

function checkMode(mode: TemplateMode, place: string): readonly TemplateFault[] {
  const faults: TemplateFault[] = [];
  const fault = (path: string, message: string, remedy: string) =>
    faults.push({ path: `${place}.${path}`, message, remedy });
  const checkText = (path: string, text: string) => {
    for (const id of unknownPlaceholders(text, mode)) {
      const known = ['domain', ...mode.fields.map((field) => field.id)].map((each) => `{${each}}`).join(', ');
      fault(path, `{${id}} is not a field of this template`, `Use one of ${known}.`);
    }
  };
  const checkHost = (path: string, text: string, what: string) => {
    checkText(path, text);
    if (!HOST.test(filledIn(text)))
      fault(path, `“${text.slice(0, 80)}” is not ${what}`, 'Write a host name such as mail.{domain}.');
  };
  for (const list of ['spfTerms', 'spfFirst'] as const) {
    for (const [index, term] of (mode[list] ?? []).entries()) {
      const path = `${list}.${index}`;
      checkText(path, term);
      if (isTerm(term)) continue;
      fault(path, `“${term.slice(0, 80)}” is not an SPF mechanism`, 'Write one such as include:_spf.example.net.');
    }
  }
  checkHost('spfName', mode.spfName, 'a name');
  for (const [index, field] of mode.fields.entries()) {
    if (!isPattern(field.pattern))
      fault(
        `fields.${index}.pattern`,
        `“${field.pattern.slice(0, 80)}” is not a regular expression`,
        'Write one such as [a-z0-9-]+.',
      );
  }
  const names = new Set<string>();
  mode.records.forEach((record, index) => {
    checkHost(`records.${index}.name`, record.name, 'a name');
    if (record.type !== 'TXT') checkHost(`records.${index}.value`, record.value, 'a target');
    else checkText(`records.${index}.value`, record.value);
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(record.value))
      fault(
        `records.${index}.value`,
        'The text contains a line end or an invisible character',
        'Write it on one line.',
      );
    if (names.has(record.id))
      fault(`records.${index}.id`, `Two records have the id ${record.id}`, 'Give each its own.');
    names.add(record.id);
  });
  mode.selectors.forEach((selector, index) => checkText(`selectors.${index}`, selector));
  return faults;
}

/** Everything that would make a template's records useless: unknown placeholders, broken names, terms SPF can't read. */
export function checkTemplate(template: ProviderTemplate): readonly TemplateFault[] {
  return template.modes.flatMap((mode, index) => checkMode(mode, `modes.${index}`));
}
