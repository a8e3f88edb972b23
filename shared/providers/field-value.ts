import { pastedDkimKey } from '../dkim/key-record.ts';
import type { TemplateField } from './template/template.ts';

/** Patterns as regular expressions that hold for the whole value, by their text. */
const wholePatterns = new Map<string, RegExp>();

function wholePattern(pattern: string): RegExp {
  const known = wholePatterns.get(pattern);
  if (known !== undefined) return known;
  const whole = new RegExp(`^(?:${pattern})$`);
  wholePatterns.set(pattern, whole);
  return whole;
}

/**
 * Whether a value is, from its first character to its last, what the field's pattern describes. A DKIM key may be pasted
 * with the record around it.
 *
 * @param value without spaces around it.
 */
export function isFieldValue(field: Pick<TemplateField, 'id' | 'pattern'>, value: string): boolean {
  return wholePattern(field.pattern).test(field.id === 'dkimKey' ? pastedDkimKey(value) : value);
}
