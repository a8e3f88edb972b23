/** What the keys do in a list of which several can be selected. Pure: the list itself moves focus and keeps the choice. */

/**
 * Where a key leads.
 *
 * @param index of the row that has the focus.
 * @param count of all rows.
 * @param page rows that are in sight at once.
 * @returns the row to go to; null when the key does not move.
 */
export function rowAfterKey(key: string, index: number, count: number, page: number): number | null {
  const step = Math.max(1, page - 1);
  const target = new Map([
    ['ArrowDown', index + 1],
    ['ArrowUp', index - 1],
    ['PageDown', index + step],
    ['PageUp', index - step],
    ['Home', 0],
    ['End', count - 1],
  ]).get(key);
  return target === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, target));
}

/** The choice with one more, or one less. */
export function toggled(selected: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const next = new Set(selected);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** The choice with all from one row to another, whichever comes first. @param ids of all rows, in their order. */
export function extended(
  selected: ReadonlySet<number>,
  ids: readonly number[],
  from: number,
  to: number,
): ReadonlySet<number> {
  return new Set([...selected, ...ids.slice(Math.min(from, to), Math.max(from, to) + 1)]);
}

/**
 * The next row whose name begins with what was typed, the one at `index` included, from the top again after the last.
 *
 * @returns its index; null when there is none.
 */
export function rowByName(names: readonly string[], typed: string, index: number): number | null {
  const wanted = typed.toLowerCase();
  for (let step = 0; step < names.length; step += 1) {
    const at = (index + step) % names.length;
    if (names[at]?.toLowerCase().startsWith(wanted) === true) return at;
  }
  return null;
}
