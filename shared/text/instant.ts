/**
 * An instant as it is told to people elsewhere, who may live by another clock: `2026-11-29 18:31 UTC`.
 *
 * @param instant milliseconds since the epoch.
 */
export function instantText(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
