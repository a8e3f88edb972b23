import type { EvidenceKind } from '../../../shared/evidence/reports/file.ts';
import { limits } from '../../../shared/evidence/limits.ts';
import type { FailureReport } from '../../../shared/evidence/reports/failure.ts';
import { guessFailureReport, readFailureReport } from '../../../shared/evidence/reports/failure.ts';
import type { AggregateReport, AggregateRow } from '../../../shared/evidence/reports/aggregate.ts';
import { createAggregateReader } from '../../../shared/evidence/reports/aggregate.ts';
import { createTextStream } from '../../../shared/evidence/reports/decoder.ts';
import type { TlsReport } from '../../../shared/evidence/reports/tls.ts';
import { readTlsReport } from '../../../shared/evidence/reports/tls.ts';
import { decodedBody, leafParts, looksLikeMail, readMail } from '../../../shared/evidence/mail/mail.ts';
import { fromBase64 } from '../../../shared/evidence/mail/octets.ts';
import type { Problem } from '../../../shared/evidence/problems.ts';
import { gunzipped, isGzip, isZip, zipEntries } from './archives.ts';
import type { Source } from './source.ts';
import { AT_ONCE, peeked, smallFile, smallFileAtOnce, sourceOf, sourceOfFile, TooLarge, whole } from './source.ts';

/** Reports out of files, however they are packed: what counts is the first octets, and never a name or a type. */

/** What was found in a file, one after the other. */
export type Found =
  | {
      readonly kind: 'dmarc-aggregate';
      readonly report: AggregateReport;
      /** Where its records went; whoever is given it closes it. Null where nobody wants them. */
      readonly rows: RowSink | null;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'tls-rpt'; readonly report: TlsReport; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'failure-report';
      readonly report: FailureReport;
      readonly problems: readonly Problem[];
      /** The mail that it came as. */
      readonly octets: Buffer;
    }
  /** A mail without a report: it may be a bounce or a message. */
  | { readonly kind: 'other-mail'; readonly octets: Buffer }
  /** Something that was meant as a report, or the whole file, could not be had. */
  | { readonly kind: 'refused'; readonly as: EvidenceKind | null; readonly problems: readonly Problem[] }
  /** A mail of a mailbox has been read: whether it held a report. */
  | { readonly kind: 'mail'; readonly hasReport: boolean };

/** Takes the records of a report as they are read: it may have a million. */
export interface RowSink {
  readonly add: (row: AggregateRow) => void;
  /** Is waited for now and then: what the records left behind may be seen to. */
  readonly rest: () => Promise<void>;
  readonly close: () => void;
}

/** Opens a sink for a report's records. */
export type OpenRows = () => RowSink;

interface Reading {
  /** Archives around what is read. */
  readonly depth: number;
  readonly openRows: OpenRows | null;
}

const MARKS = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/** The first character but for byte order marks, white space, and the zero octets of UTF-16; empty where there is none. */
function firstCharacter(head: Buffer): string {
  const markAt = (at: number) => MARKS.find((octets) => octets.every((octet, index) => head[at + index] === octet));
  let begin = 0;
  for (let mark = markAt(0); mark !== undefined; mark = markAt(begin)) begin += mark.length;
  for (let at = begin; at < head.length; at += 1) {
    const character = String.fromCharCode(head[at] as number);
    if (character !== '\0' && character.trim() !== '') return character;
  }
  return '';
}

async function* readAggregate({ octets, stream }: Source, { openRows }: Reading): AsyncGenerator<Found> {
  const text = createTextStream();
  const rows = openRows?.() ?? null;
  const reader = createAggregateReader(rows?.add);
  let isGiven = false;
  try {
    if (octets !== null && octets.length <= AT_ONCE) reader.write(text.write(octets));
    else {
      let length = 0;
      for await (const piece of stream()) {
        length += piece.length;
        if (length > limits.reportOctets) throw new TooLarge();
        reader.write(text.write(piece));
        if (reader.isDone()) break;
        await rows?.rest();
      }
    }
    reader.write(text.close());
    const { report, problems } = reader.close();
    const told = [...problems, ...text.problems()];
    if (report === null) yield { kind: 'refused', as: 'dmarc-aggregate', problems };
    else {
      isGiven = true;
      yield { kind: 'dmarc-aggregate', report, rows, problems: told };
    }
  } finally {
    if (!isGiven) rows?.close();
  }
}

async function* readTls(source: Source): AsyncGenerator<Found> {
  const text = createTextStream();
  const octets = await whole(source, limits.jsonOctets);
  const { reports, problems } = readTlsReport(text.write(octets) + text.close());
  if (reports.length === 0) yield { kind: 'refused', as: 'tls-rpt', problems };
  for (const report of reports) yield { kind: 'tls-rpt', report, problems: [...problems, ...text.problems()] };
}

/** Runs a reading whose archive tells of itself along the way; what it told goes with all that was found. */
async function* withProblems(work: (tell: (problem: Problem) => void) => AsyncGenerator<Found>): AsyncGenerator<Found> {
  const told = new Set<Problem>();
  const found: Found[] = [];
  try {
    for await (const each of work((problem) => told.add(problem))) {
      if (told.size === 0) yield each;
      else found.push(each);
    }
  } catch (error) {
    for (const each of found) if (each.kind === 'dmarc-aggregate') each.rows?.close();
    throw error;
  }
  for (const each of found)
    yield each.kind === 'mail' || each.kind === 'other-mail'
      ? each
      : { ...each, problems: [...each.problems, ...told] };
  if (found.length === 0 && told.size > 0) yield { kind: 'refused', as: null, problems: [...told] };
}

async function* readGzip(source: Source, reading: Reading): AsyncGenerator<Found> {
  yield* withProblems(async function* (tell) {
    if (reading.depth > 0) tell('compressed-twice');
    const octets = await whole(source, limits.fileOctets);
    yield* readSource(await gunzipped(octets, limits.reportOctets, tell), {
      ...reading,
      depth: reading.depth + 1,
    });
  });
}

async function* readZip(source: Source, reading: Reading): AsyncGenerator<Found> {
  yield* withProblems(async function* (tell) {
    if (reading.depth > 0) tell('compressed-twice');
    const octets = await whole(source, limits.fileOctets);
    for await (const entry of zipEntries(octets, limits.reportOctets, tell)) {
      try {
        yield* readSource(await entry.source(), { ...reading, depth: reading.depth + 1 });
      } catch (error) {
        // One entry that can't be read keeps none of the others from being read.
        tell(error instanceof TooLarge ? 'too-large' : 'entries-refused');
      }
    }
  });
}

/** How base64 of an archive, of XML and of JSON begins: some senders forget to say that a part is encoded. */
const ENCODED = /^\s*(?:H4sI|UEsD|PD94bW|PGZlZWRi|eyJ|ew)/;

async function* readMailOctets(octets: Buffer, reading: Reading): AsyncGenerator<Found> {
  const mail = readMail(octets);
  let hasReport = false;
  const refused: Extract<Found, { kind: 'refused' }>[] = [];
  const failure = readFailureReport(mail);
  if (failure !== null) {
    hasReport = true;
    yield { kind: 'failure-report', ...failure, octets };
  }
  for (const part of failure === null ? leafParts(mail) : []) {
    const body = Buffer.from(decodedBody(part));
    const start = body.subarray(0, 16).toString('latin1');
    const content = ENCODED.test(start) ? Buffer.from(fromBase64(body)) : body;
    if (!isGzip(content) && !isZip(content) && !'<{['.includes(firstCharacter(content) || ' ')) continue;
    for await (const found of readSource(sourceOf(content), reading)) {
      if (found.kind === 'refused') refused.push(found);
      else {
        hasReport ||= found.kind !== 'mail' && found.kind !== 'other-mail';
        yield found;
      }
    }
  }
  if (mail.isCut) yield { kind: 'refused', as: null, problems: ['too-deep'] };
  const guessed = hasReport ? null : guessFailureReport(mail);
  if (guessed !== null) yield { kind: 'failure-report', ...guessed, octets };
  else if (!hasReport) {
    // Text, HTML and pictures of a mail are no failed reports; what a report's name or type was on, is.
    const meant = refused.find(({ problems }) => !problems.includes('not-a-report'));
    if (meant === undefined) yield { kind: 'other-mail', octets };
    yield meant ?? { kind: 'refused', as: null, problems: ['no-report-in-mail'] };
  }
}

const NEW_LINE = 0x0a;

/** The mails of a mailbox (RFC 4155 appendix A): each begins with a line `From `, which an empty line stands before. */
async function* mailsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  /** From where on no beginning has been looked for. */
  let seen = 0;
  const pattern = Buffer.from('\nFrom ');
  for await (const piece of stream) {
    held = Buffer.concat([held, piece]);
    for (let at = held.indexOf(pattern, seen); at !== -1; at = held.indexOf(pattern, seen)) {
      const before = held[at - 1] === 0x0d ? held[at - 2] : held[at - 1];
      if (at > 0 && before !== NEW_LINE) {
        seen = at + 1;
        continue;
      }
      yield held.subarray(0, at + 1);
      held = held.subarray(at + 1);
      seen = 0;
    }
    if (held.length > limits.memberOctets) throw new TooLarge();
    seen = Math.max(0, held.length - pattern.length);
  }
  if (held.length > 0) yield held;
}

async function* readMailbox(source: Source, reading: Reading): AsyncGenerator<Found> {
  for await (const mail of mailsOf(source.stream())) {
    let hasReport = false;
    for await (const found of readMailOctets(mail, reading)) {
      const isReport = found.kind !== 'refused' && found.kind !== 'mail' && found.kind !== 'other-mail';
      hasReport ||= isReport;
      if (
        isReport ||
        found.kind === 'other-mail' ||
        (found.kind === 'refused' && !found.problems.includes('no-report-in-mail'))
      )
        yield found;
    }
    yield { kind: 'mail', hasReport };
  }
}

const isMailbox = (head: Buffer): boolean => /^From [^\n]{1,500}\r?\n/.test(head.toString('latin1'));

/** @throws TooLarge, or what the stream throws. */
async function* readSource(source: Source, reading: Reading): AsyncGenerator<Found> {
  const { head } = source;
  const isArchive = isGzip(head) || isZip(head);
  if (isArchive && reading.depth >= limits.archiveDepth) yield { kind: 'refused', as: null, problems: ['too-deep'] };
  else if (isGzip(head)) yield* readGzip(source, reading);
  else if (isZip(head)) yield* readZip(source, reading);
  else {
    const first = firstCharacter(head);
    if (first === '<') yield* readAggregate(source, reading);
    else if (first === '{' || first === '[') yield* readTls(source);
    else if (first === '') yield { kind: 'refused', as: null, problems: ['empty'] };
    else if (isMailbox(head)) yield* readMailbox(source, reading);
    else if (looksLikeMail(head)) yield* readMailOctets(await whole(source, limits.memberOctets), reading);
    else yield { kind: 'refused', as: null, problems: ['not-a-report'] };
  }
}

/** Reads a source to its end; what can't be read, or opened, is told and not thrown. */
async function* readToEnd(open: () => Source | Promise<Source>, openRows: OpenRows | null): AsyncGenerator<Found> {
  try {
    yield* readSource(await open(), { depth: 0, openRows });
  } catch (error) {
    yield { kind: 'refused', as: null, problems: [error instanceof TooLarge ? 'too-large' : 'unreadable'] };
  }
}

/**
 * Reads every report of a file: XML or JSON, an archive, a mail, a mailbox. Never throws: what can't be read is told.
 *
 * @param file its path. @param openRows where the records of each report go; null: nowhere.
 */
export function readEvidenceFile(file: string, openRows: OpenRows | null = null): AsyncGenerator<Found> {
  return readToEnd(async () => sourceOfFile(file, await smallFile(file)), openRows);
}

/** Small files that are read before their turn comes: waiting for each alone takes longer than reading it. */
const AHEAD = 8;
/**
 * A disk that opens a file in so many milliseconds opens the next ones at once: to hand each to another thread takes five
 * times as long as opening it. One of so many files is opened there all the same, so that a slow disk is noticed.
 */
const PROMPT_MS = 5;
const ASKED_ANEW = 64;

/**
 * Reads files one after the other, each as `readEvidenceFile` does.
 *
 * @throws what `files` throws, once those before have been read.
 */
export async function* readEvidenceFiles(
  files: AsyncIterable<string>,
  openRows: OpenRows | null = null,
): AsyncGenerator<{ readonly file: string; readonly found: AsyncGenerator<Found> }> {
  const names = files[Symbol.asyncIterator]();
  const ahead: { readonly file: string; readonly octets: Promise<Buffer | null> }[] = [];
  let end: { readonly error?: unknown } | null = null;
  let isPrompt = false;
  let taken = 0;
  const octetsOf = async (file: string): Promise<Buffer | null> => {
    taken += 1;
    if (isPrompt && taken % ASKED_ANEW !== 0) return smallFileAtOnce(file);
    const begun = performance.now();
    const octets = await smallFile(file);
    isPrompt = performance.now() - begun < PROMPT_MS;
    return octets;
  };
  try {
    for (;;) {
      while (end === null && ahead.length < AHEAD) {
        try {
          const { done, value } = await names.next();
          if (done === true) end = {};
          else ahead.push({ file: value, octets: octetsOf(value) });
        } catch (error) {
          end = { error };
        }
      }
      const next = ahead.shift();
      if (next === undefined) break;
      const { file, octets } = next;
      yield { file, found: readToEnd(async () => sourceOfFile(file, await octets), openRows) };
    }
  } finally {
    await names.return?.();
  }
  if (end !== null && 'error' in end) throw end.error;
}

/** Reads every report of octets that come piece by piece, as `readEvidenceFile` does those of a file. */
export function readEvidenceStream(
  stream: AsyncIterable<Uint8Array>,
  openRows: OpenRows | null = null,
): AsyncGenerator<Found> {
  return readToEnd(() => peeked(stream as AsyncIterable<Buffer>), openRows);
}

/** Reads every report of octets that are in memory, as `readEvidenceFile` does those of a file. */
export function readEvidenceOctets(octets: Buffer, openRows: OpenRows | null = null): AsyncGenerator<Found> {
  return readToEnd(() => sourceOf(octets), openRows);
}
