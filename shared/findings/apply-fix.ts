import type { TextFix } from './finding.ts';

/**
 * Applies fixes to the text they were made for.
 *
 * @param fixes made for this very text; where two touch the same characters the first one given wins.
 */
export function applyFixes(text: string, fixes: readonly TextFix[]): string {
  const edits = fixes.flatMap((fix, order) => fix.edits.map((edit) => ({ ...edit, order })));
  edits.sort((left, right) => left.span.start - right.span.start || left.order - right.order);
  let result = '';
  let position = 0;
  for (const { span, text: replacement } of edits) {
    if (span.start < position) continue;
    result += text.slice(position, span.start) + replacement;
    position = span.end;
  }
  return result + text.slice(position);
}

/** Applies one fix. */
export function applyFix(text: string, fix: TextFix): string {
  return applyFixes(text, [fix]);
}
