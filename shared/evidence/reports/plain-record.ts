import type { RawReason, RawRecord, RawResult } from './raw-record.ts';

/**
 * Records of the usual spelling: the elements of RFC 9990 appendix A (RFC 7489 appendix C) in their usual order, without
 * prefix, attribute, comment or entity, their values in ASCII. They are read by an expression for each part, many times as
 * fast as by a parser; what they say is what a parser would say. All others are left to it.
 *
 * Most records of a report differ from another in source and count alone: the rest is handed out as a text, so that what
 * it says is found once.
 */

export interface PlainRecord {
  readonly source: string;
  readonly count: string;
  /** What stands behind the count, up to the end tag. */
  readonly rest: string;
  /** Where the end tag begins. */
  readonly end: number;
}

/** White space of XML 1.0 §2.3. */
const SPACE = String.raw`[ \t\r\n]*`;
/**
 * Printable ASCII without `&`, `<`, and the `]` that ends a CDATA section; a carriage return would be read as a line feed.
 * It can't go on beyond the next tag, so that nothing is read twice.
 */
const TEXT = String.raw`[\t\n -%'-;=-\\^-~]*`;

const WHITE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, 0x0a]);

const value = (name: string): string => `<${name}>(${TEXT})</${name}>${SPACE}`;
const maybe = (name: string): string => `(?:${value(name)})?`;
const passedOver = (name: string): string => `(?:<${name}>${TEXT}</${name}>${SPACE})?`;
const start = (name: string): string => `<${name}>${SPACE}`;
const end = (name: string): string => `</${name}>${SPACE}`;
const sticky = (...parts: readonly string[]): RegExp => new RegExp(parts.join(''), 'y');

const reason = (type: string): string => [start('reason'), type, passedOver('comment'), end('reason')].join('');
const REASON = new RegExp(reason(value('type')), 'g');

const HEAD = sticky(SPACE, start('row'), ...['source_ip', 'count'].map(value));
const EVALUATION = sticky(
  start('policy_evaluated'),
  ...['disposition', 'dkim', 'spf'].map(value),
  `((?:${reason(`<type>${TEXT}</type>${SPACE}`)})*)`,
  end('policy_evaluated'),
  end('row'),
  start('identifiers'),
  passedOver('envelope_to'),
  maybe('envelope_from'),
  value('header_from'),
  maybe('envelope_from'),
  end('identifiers'),
  start('auth_results'),
);
const result = (name: string, by: string): RegExp =>
  sticky(start(name), value('domain'), maybe(by), value('result'), maybe(by), passedOver('human_result'), end(name));
const SIGNATURE = result('dkim', 'selector');
const MAIL_FROM = result('spf', 'scope');

export const RECORD_START = '<record>';
export const RECORD_END = '</record>';
const END = sticky(end('auth_results'), '$');

/** The places of what the expressions capture. */
const HEAD_HAS = { source: 1, count: 2 } as const;
const EVALUATION_HAS = {
  disposition: 1,
  dkim: 2,
  spf: 3,
  reasons: 4,
  envelopeFrom: 5,
  headerFrom: 6,
  envelopeFromAfter: 7,
} as const;
const RESULT_HAS = { domain: 1, by: 2, result: 3, byAfter: 4 } as const;

const trimmed = (found: string | undefined): string => (found ?? '').trim();

const reasonsIn = (text: string): RawReason[] =>
  Array.from(text.matchAll(REASON), ([, type]) => ({ type: trimmed(type), text: '' }));

/** @returns where the first character at or behind `from` stands that is no white space. */
export function afterSpace(text: string, from: number): number {
  let at = from;
  while (WHITE.has(text.charCodeAt(at))) at += 1;
  return at;
}

function matchAt(expression: RegExp, text: string, from: number): RegExpExecArray | null {
  expression.lastIndex = from;
  return expression.exec(text);
}

/**
 * Finds a record whose beginning is of the usual spelling.
 *
 * @param from where its start tag ends. @param most characters that stand in it.
 * @returns null where it begins otherwise, is longer, or is not whole.
 */
export function plainRecordAt(text: string, from: number, most: number): PlainRecord | null {
  const head = matchAt(HEAD, text, from);
  if (head === null || head[0].length > most) return null;
  const near = text.slice(HEAD.lastIndex, from + most + RECORD_END.length);
  const length = near.indexOf(RECORD_END);
  if (length === -1) return null;
  return {
    source: trimmed(head[HEAD_HAS.source]),
    count: trimmed(head[HEAD_HAS.count]),
    rest: near.slice(0, length),
    end: HEAD.lastIndex + length,
  };
}

/** Reads what stands behind the count. @returns null where it is of another spelling; source and count are not known here. */
export function readPlainRest(rest: string): RawRecord | null {
  const evaluation = matchAt(EVALUATION, rest, 0);
  if (evaluation === null) return null;
  const dkimResults: RawResult[] = [];
  const spfResults: RawResult[] = [];
  let at = EVALUATION.lastIndex;
  for (;;) {
    const signature = matchAt(SIGNATURE, rest, at);
    const found = signature ?? matchAt(MAIL_FROM, rest, at);
    if (found === null) break;
    const { [RESULT_HAS.by]: before, [RESULT_HAS.byAfter]: after } = found;
    // What stands twice is told, and that is the parser's.
    if (before !== undefined && after !== undefined) return null;
    const by = before ?? after;
    (signature === null ? spfResults : dkimResults).push({
      domain: trimmed(found[RESULT_HAS.domain]),
      by: by === undefined ? null : by.trim(),
      result: trimmed(found[RESULT_HAS.result]),
    });
    at += found[0].length;
  }
  if (matchAt(END, rest, at) === null) return null;
  const reasons = evaluation[EVALUATION_HAS.reasons];
  const { [EVALUATION_HAS.envelopeFrom]: early, [EVALUATION_HAS.envelopeFromAfter]: late } = evaluation;
  if (early !== undefined && late !== undefined) return null;
  const envelopeFrom = early ?? late;
  return {
    source: null,
    count: null,
    hasEvaluation: true,
    hasIdentifiers: true,
    hasResults: true,
    disposition: trimmed(evaluation[EVALUATION_HAS.disposition]),
    dkim: trimmed(evaluation[EVALUATION_HAS.dkim]),
    spf: trimmed(evaluation[EVALUATION_HAS.spf]),
    reasons: reasons === undefined || reasons === '' ? [] : reasonsIn(reasons),
    headerFrom: trimmed(evaluation[EVALUATION_HAS.headerFrom]),
    envelopeFrom: envelopeFrom === undefined ? null : envelopeFrom.trim(),
    dkimResults,
    spfResults,
  };
}
