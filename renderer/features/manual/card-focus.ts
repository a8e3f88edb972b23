/**
 * Moves the focus to the head of the record's card that an element lies in: a control that goes away with what was decided
 * would take it along.
 */
export function focusHead(inside: Element): void {
  inside.closest('section')?.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
}
