import type { Span } from '../findings/finding.ts';

/** Tag=value lists as DKIM keys, DMARC, TLS-RPT, MTA-STS and BIMI records use them (RFC 6376 §3.2). */

export interface Tag {
  readonly name: string;
  /** Without the spaces around it. */
  readonly value: string;
  readonly span: Span;
  readonly valueSpan: Span;
}

export interface TagList {
  readonly tags: readonly Tag[];
  /** Stretches between semicolons that hold no `name=value`; an empty text where two semicolons meet. */
  readonly faults: readonly { readonly text: string; readonly span: Span }[];
  /** Tags whose name stood before, each later one. */
  readonly repeated: readonly Tag[];
}

/** Tags that are read; a record with more is hostile. */
const MAX_TAGS = 256;
/** Characters of a fault that are told. */
const TOLD = 80;
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** A space, tab or line end at that place. */
function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/**
 * Reads a tag list. Never throws; time grows with the text's length.
 *
 * @param text the joined strings of a TXT record, or typed text.
 */
export function parseTagList(text: string): TagList {
  const tags: Tag[] = [];
  const faults: TagList['faults'][number][] = [];
  const seen = new Set<string>();
  const repeated: Tag[] = [];
  let position = 0;
  while (position < text.length && tags.length + faults.length < MAX_TAGS) {
    const semicolon = text.indexOf(';', position);
    const stop = semicolon === -1 ? text.length : semicolon;
    let start = position;
    let end = stop;
    while (start < end && isBlank(text, start)) start += 1;
    while (end > start && isBlank(text, end - 1)) end -= 1;
    const before = position;
    position = stop + 1;
    if (start === end) {
      // One semicolon may end the list; nothing may stand empty between two (RFC 6376 §3.2).
      if (semicolon !== -1) faults.push({ text: '', span: { start: before, end: position } });
      continue;
    }

    const equals = text.slice(start, end).indexOf('=') + start;
    const name = equals < start ? '' : text.slice(start, equals).trimEnd();
    if (!NAME.test(name)) {
      faults.push({ text: text.slice(start, Math.min(end, start + TOLD)), span: { start, end } });
      continue;
    }
    let valueStart = equals + 1;
    while (valueStart < end && isBlank(text, valueStart)) valueStart += 1;
    const tag = {
      name,
      value: text.slice(valueStart, end),
      span: { start, end },
      valueSpan: { start: valueStart, end },
    };
    tags.push(tag);
    if (seen.has(name)) repeated.push(tag);
    seen.add(name);
  }
  return { tags, faults, repeated };
}

/** The first tag of that name; names are case-sensitive (RFC 6376 §3.2). */
export function findTag(list: TagList, name: string): Tag | undefined {
  return list.tags.find((tag) => tag.name === name);
}

/** The stretch that goes away with a tag: itself, its semicolon and the spaces up to the next. */
export function removalSpan(text: string, { start, end }: Span): Span {
  let stop = end;
  while (stop < text.length && isBlank(text, stop)) stop += 1;
  if (text[stop] === ';') {
    stop += 1;
    while (stop < text.length && isBlank(text, stop)) stop += 1;
    return { start, end: stop };
  }
  let from = start;
  while (from > 0 && isBlank(text, from - 1)) from -= 1;
  if (text[from - 1] === ';') from -= 1;
  return { start: from, end: stop };
}

/** A list of tags as one text: `v=DKIM1; k=rsa; p=…`. */
export function printTags(tags: readonly (readonly [name: string, value: string])[]): string {
  return tags.map(([name, value]) => `${name}=${value}`).join('; ');
}
