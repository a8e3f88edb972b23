/** What changes between the published and the prepared text, in words a DNS engineer reads: terms and tags. */
export interface DiffPart {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Parts compared with one another; longer texts are shown as removed and added whole. */
const MAX_PARTS = 400;

function partsOf(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

/** Longest common subsequence of two lists, as a table of lengths from the end. */
function commonLengths(left: readonly string[], right: readonly string[]): readonly Uint16Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = table[i] as Uint16Array;
      const below = table[i + 1] as Uint16Array;
      row[j] =
        left[i]?.trim() === right[j]?.trim()
          ? (below[j + 1] as number) + 1
          : Math.max(below[j] as number, row[j + 1] as number);
    }
  }
  return table;
}

/**
 * Compares two texts part by part, parts being what spaces separate.
 *
 * @returns the parts in reading order; joined without `removed` they are `after`, up to spaces.
 */
export function diffText(before: string, after: string): readonly DiffPart[] {
  const left = partsOf(before);
  const right = partsOf(after);
  if (left.length > MAX_PARTS || right.length > MAX_PARTS) {
    return [
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ];
  }
  const table = commonLengths(left, right);
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const a = left[i];
    const b = right[j];
    if (a !== undefined && b !== undefined && a.trim() === b.trim()) {
      parts.push({ kind: 'same', text: b.trim() });
      i += 1;
      j += 1;
    } else if (a !== undefined && (b === undefined || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      parts.push({ kind: 'removed', text: a.trim() });
      i += 1;
    } else if (b !== undefined) {
      parts.push({ kind: 'added', text: b.trim() });
      j += 1;
    }
  }
  return parts;
}
