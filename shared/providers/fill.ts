import { pastedDkimKey } from '../dkim/key-record.ts';
import { isFieldValue } from './field-value.ts';
import { fieldKey, presumedValue, providerKeys } from './field-keys.ts';
import type { ProviderTemplate, TemplateMode } from './template/template.ts';
import { modeOf } from './template/template.ts';

/** A template's patterns filled in with a domain and the values that its provider gave. */

export interface ChosenProvider {
  readonly template: ProviderTemplate;
  readonly mode: string;
  /** Values by field id; only the provider knows them. */
  readonly fields: Readonly<Record<string, string>>;
}

const PLACEHOLDER = /\{([a-zA-Z0-9]+)\}/g;

/** A provider as it was chosen, the mode found. */
export interface Chosen {
  /** Tells this choice from any other of the domain, one of the same template too. */
  readonly key: string;
  readonly template: ProviderTemplate;
  readonly mode: TemplateMode;
  readonly fields: ChosenProvider['fields'];
}

export function chosenProviders(providers: readonly ChosenProvider[]): readonly Chosen[] {
  const keys = providerKeys(providers.map(({ template }) => template.id));
  return providers.map(({ template, mode, fields }, index) => ({
    key: keys[index] as string,
    template,
    mode: modeOf(template, mode),
    fields,
  }));
}

/** The fields that a pattern names, each once. */
export function fieldsIn(pattern: string): readonly string[] {
  const ids = [...pattern.matchAll(PLACEHOLDER)].flatMap(([, id = '']) => (id === 'domain' ? [] : [id]));
  return [...new Set(ids)];
}

/**
 * Fills a pattern in. A value that does not look like its field's, as an older version may have stored, is none.
 *
 * @param missing takes the keys of the fields that have no value yet.
 */
export function fill(pattern: string, domain: string, { key, mode, fields }: Chosen, missing: string[]): string {
  if (!pattern.includes('{')) return pattern;
  if (pattern === '{domain}') return domain;
  return pattern.replace(PLACEHOLDER, (_whole, id: string) => {
    if (id === 'domain') return domain;
    const field = mode.fields.find((candidate) => candidate.id === id);
    const value = fields[id]?.trim() || (field === undefined ? undefined : presumedValue(field, fields));
    if (field === undefined || value === undefined || value === '' || !isFieldValue(field, value)) {
      missing.push(fieldKey(key, id));
      return `{${id}}`;
    }
    return id === 'dkimKey' ? pastedDkimKey(value) : value;
  });
}
