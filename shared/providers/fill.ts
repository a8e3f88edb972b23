import { pastedDkimKey } from '../dkim/key-record.ts';
import { isFieldValue } from './field-value.ts';
import type { ProviderTemplate, TemplateField, TemplateMode } from './template/template.ts';
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

/**
 * What tells each of a domain's providers from the others: the template's id, with a number from the second of the same
 * template on.
 */
export function providerKeys(templateIds: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return templateIds.map((id) => {
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id}-${count}`;
  });
}

/** A field's name among all of a domain: two providers may both have a `dkimKey`, and each waits for its own. */
export function fieldKey(providerKey: string, fieldId: string): string {
  return `${providerKey}.${fieldId}`;
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

/** What a field holds where nothing is entered: what another field's value means for it, else its fallback. */
export function presumedValue(
  { follows, fallback }: TemplateField,
  fields: Readonly<Record<string, string>>,
): string | undefined {
  return follows?.values[fields[follows.field]?.trim() ?? ''] ?? fallback;
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
