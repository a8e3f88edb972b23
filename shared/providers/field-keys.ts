import type { TemplateField } from './template/template.ts';

/** The values that a domain's providers ask for: how each is told from all others, and what it is where none is entered. */

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

/** What a field holds where nothing is entered: what another field's value means for it, else its fallback. */
export function presumedValue(
  { follows, fallback }: TemplateField,
  fields: Readonly<Record<string, string>>,
): string | undefined {
  return follows?.values[fields[follows.field]?.trim() ?? ''] ?? fallback;
}
