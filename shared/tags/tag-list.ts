import type { Span } from '../findings/finding.ts';

/** Tag=value lists as DKIM keys, DMARC, TLS-RPT, MTA-STS and BIMI records use them (RFC 6376 §3.2). */

export interface Tag {
  readonly name: string;
  /** Without the blanks around it. */
  readonly value: string;
  readonly span: Span;
  readonly valueSpan: Span;
}

export interface TagList {
  readonly tags: readonly Tag[];
  /** Stretches between semicolons that hold no `name=value`. */
  readonly faults: readonly { readonly text: string; readonly span: Span }[];
  /** Names that stand more than once. */
  readonly repeated: readonly string[];
}

/** Tags that are read; a record with more is hostile. */
const MAX_TAGS = 256;
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const BLANK = /[ \t\r\n]/;

/**
 * Reads a tag list. Never throws; time grows with the text's length.
 *
 * @param text the joined strings of a TXT record, or typed text.
 */
export function parseTagList(text: string): TagList {
  const tags: Tag[] = [];
  const faults: TagList['faults'][number][] = [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let position = 0;
  while (position < text.length && tags.length + faults.length < MAX_TAGS) {
    const semicolon = text.indexOf(';', position);
    const stop = semicolon === -1 ? text.length : semicolon;
    let start = position;
    let end = stop;
    while (start < end && BLANK.test(text[start] as string)) start += 1;
    while (end > start && BLANK.test(text[end - 1] as string)) end -= 1;
    position = stop + 1;
    if (start === end) continue;

    const equals = text.indexOf('=', start);
    const name = equals === -1 || equals >= end ? '' : text.slice(start, equals).trimEnd();
    if (!NAME.test(name)) {
      faults.push({ text: text.slice(start, Math.min(end, start + 80)), span: { start, end } });
      continue;
    }
    let valueStart = equals + 1;
    while (valueStart < end && BLANK.test(text[valueStart] as string)) valueStart += 1;
    tags.push({
      name,
      value: text.slice(valueStart, end),
      span: { start, end },
      valueSpan: { start: valueStart, end },
    });
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  return { tags, faults, repeated: [...repeated] };
}

/** The first tag of that name. */
export function findTag(list: TagList, name: string): Tag | undefined {
  return list.tags.find((tag) => tag.name === name);
}

/** A list of tags as one text: `v=DKIM1; k=rsa; p=…`. */
export function printTags(tags: readonly (readonly [name: string, value: string])[]): string {
  return tags.map(([name, value]) => `${name}=${value}`).join('; ');
}
