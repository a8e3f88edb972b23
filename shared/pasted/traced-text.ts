import type { Span } from '../findings/finding.ts';

/**
 * A text that was made from another one by edits; each of its characters knows where in that source it comes from, so
 * that what is found in it can be shown, and put right, in what the person gave.
 */
export interface TracedText {
  readonly text: string;
  /** For each UTF-16 code unit of `text`, where its origin begins and ends in the source. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A change to a text: the characters of `span` become `text`. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** A text as its own source. */
export function traceText(text: string): TracedText {
  const starts = Array.from({ length: text.length }, (_none, index) => index);
  return { text, starts, ends: starts.map((start) => start + 1) };
}

/** Where a stretch of a traced text comes from; an empty stretch lies between its neighbours. */
export function sourceSpan({ text, starts, ends }: TracedText, { start, end }: Span): Span {
  if (end > start) return { start: starts[start] as number, end: ends[end - 1] as number };
  const at = start < text.length ? starts[start] : ends[text.length - 1];
  return { start: at ?? 0, end: at ?? 0 };
}

/**
 * Applies edits to a traced text.
 *
 * @param edits in the order of their places, none over another.
 * @returns the text with the edits; what an edit put in comes from where the edited stretch came from.
 */
export function editTraced(traced: TracedText, edits: readonly TextEdit[]): TracedText {
  if (edits.length === 0) return traced;
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  let position = 0;
  const keep = (until: number) => {
    text += traced.text.slice(position, until);
    for (let index = position; index < until; index += 1) {
      starts.push(traced.starts[index] as number);
      ends.push(traced.ends[index] as number);
    }
  };
  for (const edit of edits) {
    if (edit.span.start < position) continue;
    keep(edit.span.start);
    const source = sourceSpan(traced, edit.span);
    text += edit.text;
    for (let index = 0; index < edit.text.length; index += 1) {
      starts.push(source.start);
      ends.push(source.end);
    }
    position = edit.span.end;
  }
  keep(traced.text.length);
  return { text, starts, ends };
}
