import { SaxesParser } from 'saxes';
import type { SaxesTagPlain } from 'saxes';
import { formatIp, isInside, parseIp } from '../../dns/ip.ts';
import type { Count, Figure } from '../figures.ts';
import { figureOf, plus, readCount, Sums } from '../figures.ts';
import { limits } from '../limits.ts';
import type { Problem } from '../problems.ts';
import { isHostileText, Problems } from '../problems.ts';
import { createAmpersandMender } from './ampersands.ts';
import { afterSpace, plainRecordAt, readPlainRest, RECORD_END, RECORD_START } from './plain-record.ts';
import type { RawReason, RawRecord, RawResult } from './raw-record.ts';

/** Aggregate reports (RFC 9990 §3, RFC 7489 §7.2 and appendix C, and the drafts before them), read as a stream. */

export interface DkimResult {
  readonly domain: string;
  readonly selector: string | null;
  /** In small letters; empty where the report leaves it so. */
  readonly result: string;
}

export interface SpfResult {
  readonly domain: string;
  readonly scope: string | null;
  readonly result: string;
}

/** One record: messages of one source that had the same results. */
export interface AggregateRow {
  /** In canonical form; as it was written where it is no address. */
  readonly source: string;
  readonly isSourceValid: boolean;
  /** Null where the report has no usable count. */
  readonly count: Count | null;
  /** In small letters; empty where it is missing, as `dkim` and `spf`: what the receiver evaluated for DMARC. */
  readonly disposition: string;
  readonly dkim: string;
  readonly spf: string;
  /** Types of the reasons why the disposition is another than the policy asks for; empty where there is no type. */
  readonly reasons: readonly string[];
  readonly headerFrom: string;
  readonly envelopeFrom: string | null;
  readonly dkimResults: readonly DkimResult[];
  readonly spfResults: readonly SpfResult[];
}

/** A report's figures and what it says of itself. Times are seconds since the epoch. */
export interface AggregateReport {
  readonly org: string | null;
  readonly email: string | null;
  readonly reportId: string | null;
  readonly begin: number | null;
  readonly end: number | null;
  /** In small letters, without the final dot. */
  readonly domain: string | null;
  /** Values of the published policy as they were written. */
  readonly policy: Readonly<Record<string, string>>;
  readonly version: string | null;
  readonly namespace: string | null;
  readonly generator: string | null;
  readonly records: number;
  readonly messages: Figure;
  readonly bySource: Readonly<Record<string, Figure>>;
  readonly evaluated: Readonly<Record<EvaluatedName, Figure>>;
  readonly disposition: Readonly<Record<string, Figure>>;
  readonly reasons: Readonly<Record<string, Figure>>;
  readonly headerFrom: Readonly<Record<string, Figure>>;
  readonly authDkim: Readonly<Record<string, Figure>>;
  readonly authSpf: Readonly<Record<string, Figure>>;
  readonly invalidSources?: readonly string[];
  readonly recordsWithoutCount?: number;
}

type EvaluatedName =
  | 'dkimPass'
  | 'dkimFail'
  | 'dkimOther'
  | 'spfPass'
  | 'spfFail'
  | 'spfOther'
  | 'dmarcPass'
  | 'dmarcFail';

const PASS = 0;
const FAIL = 1;
const OTHER = 2;
const PLACES = 3;
const placeOf = (evaluated: string): number => (evaluated === 'pass' ? PASS : evaluated === 'fail' ? FAIL : OTHER);

function evaluatedFigures(amounts: readonly Count[]): Record<EvaluatedName, Figure> {
  const sum = (isMeant: (dkim: number, spf: number) => boolean): Figure =>
    figureOf(
      amounts.reduce<Count>(
        (all, amount, place) => (isMeant(Math.floor(place / PLACES), place % PLACES) ? plus(all, amount) : all),
        0,
      ),
    );
  return {
    dkimPass: sum((dkim) => dkim === PASS),
    dkimFail: sum((dkim) => dkim === FAIL),
    dkimOther: sum((dkim) => dkim === OTHER),
    spfPass: sum((_dkim, spf) => spf === PASS),
    spfFail: sum((_dkim, spf) => spf === FAIL),
    spfOther: sum((_dkim, spf) => spf === OTHER),
    // Either is enough for DMARC.
    dmarcPass: sum((dkim, spf) => dkim === PASS || spf === PASS),
    dmarcFail: sum((dkim, spf) => dkim !== PASS && spf !== PASS),
  };
}

export interface AggregateReading {
  /** Null where nothing could be had. */
  readonly report: AggregateReport | null;
  readonly problems: readonly Problem[];
}

export interface AggregateReader {
  /** @param text a piece of the document, decoded. */
  readonly write: (text: string) => void;
  /** The document has ended. */
  readonly close: () => AggregateReading;
  /** Whether nothing more is worth writing. */
  readonly isDone: () => boolean;
}

const POLICY_NAMES: ReadonlySet<string> = new Set([
  'p',
  'sp',
  'np',
  'adkim',
  'aspf',
  'fo',
  'pct',
  'testing',
  'discovery_method',
]);
const POLICIES: ReadonlySet<string> = new Set(['none', 'quarantine', 'reject']);
/** RFC 9990 appendix A; `pass` came with it. */
const DISPOSITIONS: ReadonlySet<string> = new Set(['none', 'pass', 'quarantine', 'reject']);
/** RFC 8601 §2.7.1, §2.7.2. */
const DKIM_RESULTS: ReadonlySet<string> = new Set([
  'none',
  'pass',
  'fail',
  'policy',
  'neutral',
  'temperror',
  'permerror',
]);
const SPF_RESULTS: ReadonlySet<string> = new Set([
  'none',
  'pass',
  'fail',
  'softfail',
  'policy',
  'neutral',
  'temperror',
  'permerror',
]);
const EVALUATED_RESULTS: ReadonlySet<string> = new Set(['pass', 'fail']);
const REASONS: ReadonlySet<string> = new Set([
  'forwarded',
  'sampled_out',
  'trusted_forwarder',
  'mailing_list',
  'local_policy',
  'policy_test_mode',
  'other',
]);

/** Elements that hold others and no text, by their name; `dkim` and `spf` are such below `auth_results` alone. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'feedback',
  'report_metadata',
  'date_range',
  'policy_published',
  'record',
  'row',
  'policy_evaluated',
  'identifiers',
  'auth_results',
]);

/** A day, and the hour that a change of the clock adds. */
const LONGEST_DAY = 90_000;
/** 2100-01-01. */
const FAR_FUTURE = 4_102_444_800;

const NAMESPACE = /^(?:urn:ietf:params:xml:ns:dmarc-|https?:\/\/dmarc\.org\/)/i;

/** What a record says beside source and count. */
interface RecordKind extends Omit<AggregateRow, 'source' | 'isSourceValid' | 'count'> {
  messages: Count;
}

/** Characters that the parser gets at a time. */
const GIVEN_AT_ONCE = 65_536;

/** Kinds of records that are told apart at a time. */
const KINDS_AT_HAND = 64;

interface CountedSource {
  /** In canonical form; as it was written where it is no address. */
  readonly name: string;
  readonly isValid: boolean;
  messages: Count;
}

const newRecord = (): RawRecord => ({
  source: null,
  count: null,
  hasEvaluation: false,
  hasIdentifiers: false,
  hasResults: false,
  disposition: null,
  dkim: null,
  spf: null,
  reasons: [],
  headerFrom: null,
  envelopeFrom: null,
  dkimResults: [],
  spfResults: [],
});

/** Most names have no prefix, and are what they are. */
const localName = (name: string): string => {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
};
/** Whether a tag has no attribute, and so declares no namespace. */
const isPlain = ({ attributes }: SaxesTagPlain): boolean => {
  for (const _name in attributes) return false;
  return true;
};
const prefixOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')));

/**
 * Makes a reader of one report. Order of the elements is of no account, foreign elements and extensions are passed over,
 * and what is not well-formed is read as far as it can be understood. Never throws.
 *
 * @param onRow is given each record as it is read.
 */
export function createAggregateReader(onRow: (row: AggregateRow) => void = () => undefined): AggregateReader {
  const problems = new Problems();
  const parser = new SaxesParser({ xmlns: false, position: false });
  const ampersands = createAmpersandMender();
  const stack: string[] = [];
  /** Of each element of the stack, whether it holds others and no text. */
  const containers: boolean[] = [];
  let text = '';
  /** Depth at which an extension or a foreign element began; 0: not within one. */
  let foreignAt = 0;
  let isRefused = false;
  let hasText = false;
  let isEnding = false;
  let sinceTag = 0;
  let isBroken = false;
  let errors = 0;
  let root: 'none' | 'open' | 'closed' = 'none';
  let namespace: string | null = null;
  const prefixes = new Map<string, string>();

  let version: string | null = null;
  let hasMetadata = false;
  let hasPeriod = false;
  let org: string | null = null;
  let email: string | null = null;
  let reportId: string | null = null;
  let generator: string | null = null;
  let begin: number | null = null;
  let end: number | null = null;
  let policies = 0;
  let domain: string | null = null;
  const policy = new Map<string, string>();

  let record: RawRecord | null = null;
  /** Whether what the parser was given last began a record. */
  let hasBegunRecord = false;
  let auth: RawResult | null = null;
  let reasonType: string | null = null;
  let records = 0;
  let messages: Count = 0;
  let withoutCount = 0;
  let lastHeaderFrom = '';
  /** By what stands behind the count of records of the usual spelling; counted once no more of them are looked for. */
  const kinds = new Map<string, RecordKind>();
  /** By what was made of DKIM, then of SPF. */
  const evaluated: Count[] = Array.from({ length: PLACES * PLACES }, () => 0);
  const dispositions = new Sums();
  const reasons = new Sums();
  const headerFroms = new Sums();
  const authDkim = new Sums();
  const authSpf = new Sums();
  /** By how they are written: sources come again, and what they are is found once. */
  const sources = new Map<string, CountedSource>();

  const refuse = (problem: Problem) => {
    problems.add(problem);
    isRefused = true;
  };

  const sourceOf = (written: string): CountedSource => {
    const before = sources.get(written);
    if (before !== undefined) return before;
    const address = parseIp(written);
    // A dotted quad is read in its canonical form alone.
    const isCanonical = address === null || (address.length === 4 && !written.includes(':'));
    if (address !== null && isInside(address)) problems.add('source-not-public');
    const source = { name: isCanonical ? written : formatIp(address), isValid: address !== null, messages: 0 };
    sources.set(written, source);
    return source;
  };

  /** The first of what belongs there once. */
  const once = <Value>(before: Value | null, value: Value): Value => {
    if (before === null) return value;
    problems.add('value-twice');
    return before;
  };

  const checkText = (value: string) => {
    if (isHostileText(value)) problems.add('hostile-text');
  };

  const readTime = (value: string): number | null => {
    const [, seconds, fraction] = /^(\d{1,15})(\.\d*)?$/.exec(value) ?? [];
    if (seconds === undefined) {
      problems.add('period-invalid');
      return null;
    }
    if (fraction !== undefined) problems.add('period-not-integer');
    return Number(seconds);
  };

  /** A value out of a few, read without regard to case. */
  const wordOf = (value: string, words: ReadonlySet<string>, problem: Problem): string => {
    if (value === '' || words.has(value)) return value;
    const small = value.toLowerCase();
    if (small !== value) problems.add('values-not-lower-case');
    if (!words.has(small)) problems.add(problem);
    return small;
  };

  const countEvaluated = ({ dkim, spf }: RecordKind, amount: Count) => {
    const place = placeOf(dkim) * PLACES + placeOf(spf);
    evaluated[place] = plus(evaluated[place] ?? 0, amount);
  };

  /** What stands in a reason without a type is taken for one. */
  const reasonOf = ({ type, text: said }: RawReason): string => {
    const small = (type ?? said).toLowerCase();
    if (type === null || small === '' || !REASONS.has(small)) problems.add('reason-malformed');
    return small;
  };

  const authDomain = ({ domain: written }: RawResult): string => {
    const small = written.toLowerCase();
    const bare = small.endsWith('.') ? small.slice(0, -1) : small;
    if (bare === '') problems.add('auth-domain-empty');
    return bare;
  };

  const dkimResult = (raw: RawResult): DkimResult => ({
    domain: authDomain(raw),
    selector: raw.by,
    result: wordOf(raw.result, DKIM_RESULTS, 'unknown-result'),
  });

  const spfResult = (raw: RawResult): SpfResult => ({
    domain: authDomain(raw),
    scope: raw.by,
    result: wordOf(raw.result, SPF_RESULTS, 'unknown-result'),
  });

  const kindOf = (raw: RawRecord): RecordKind => {
    if (!raw.hasEvaluation) problems.add('policy-evaluated-missing');
    else if (!raw.dkim || !raw.spf || !raw.disposition) problems.add('policy-evaluated-incomplete');
    if (!raw.hasIdentifiers) problems.add('identifiers-missing');
    if (!raw.hasResults) problems.add('auth-results-missing');
    const headerFrom = raw.headerFrom ?? '';
    // It is the same in row after row.
    if (headerFrom !== lastHeaderFrom) {
      lastHeaderFrom = headerFrom;
      if (/[^\0-\x7f]/.test(headerFrom)) problems.add('header-from-u-label');
      checkText(headerFrom);
    }
    return {
      disposition: wordOf(raw.disposition ?? '', DISPOSITIONS, 'unknown-disposition'),
      dkim: wordOf(raw.dkim ?? '', EVALUATED_RESULTS, 'unknown-result'),
      spf: wordOf(raw.spf ?? '', EVALUATED_RESULTS, 'unknown-result'),
      reasons: raw.reasons.map(reasonOf),
      headerFrom,
      envelopeFrom: raw.envelopeFrom,
      dkimResults: raw.dkimResults.map(dkimResult),
      spfResults: raw.spfResults.map(spfResult),
      messages: 0,
    };
  };

  const countKind = (kind: RecordKind) => {
    const amount = kind.messages;
    countEvaluated(kind, amount);
    dispositions.add(kind.disposition || '(empty)', amount);
    for (const reason of kind.reasons) reasons.add(reason || '(empty)', amount);
    headerFroms.add(kind.headerFrom || '(none)', amount);
    for (const { result } of kind.dkimResults) authDkim.add(result || '(empty)', amount);
    for (const { result } of kind.spfResults) authSpf.add(result || '(empty)', amount);
  };

  /** Counts the kinds that records of the usual spelling were of. */
  const countKinds = () => {
    for (const kind of kinds.values()) countKind(kind);
    kinds.clear();
  };

  const addRecord = (kind: RecordKind, writtenSource: string, writtenCount: string | null) => {
    records += 1;
    const source = sourceOf(writtenSource);
    if (source.name === '') problems.add('source-ip-empty');
    else if (!source.isValid) problems.add('source-ip-invalid');
    const count = writtenCount === null ? null : readCount(writtenCount);
    if (count === null) {
      problems.add(writtenCount === null ? 'count-missing' : 'count-invalid');
      withoutCount += 1;
    } else {
      if (typeof count === 'bigint') problems.add('count-implausible');
      messages = plus(messages, count);
      source.messages = plus(source.messages, count);
      kind.messages = plus(kind.messages, count);
    }
    onRow({
      source: source.name,
      isSourceValid: source.isValid,
      count,
      disposition: kind.disposition,
      dkim: kind.dkim,
      spf: kind.spf,
      reasons: kind.reasons,
      headerFrom: kind.headerFrom,
      envelopeFrom: kind.envelopeFrom,
      dkimResults: kind.dkimResults,
      spfResults: kind.spfResults,
    });
  };

  const hasRoom = (): boolean => {
    if (records < limits.records) return true;
    problems.add('too-many-records');
    return false;
  };

  const addParsed = (raw: RawRecord) => {
    if (!hasRoom()) return;
    const kind = kindOf(raw);
    addRecord(kind, raw.source ?? '', raw.count);
    countKind(kind);
  };

  /** @returns where its end tag begins; -1 where it is of another spelling, or not whole. */
  const addPlain = (piece: string, from: number): number => {
    const plain = plainRecordAt(piece, from, limits.valueLength);
    if (plain === null) return -1;
    let kind = kinds.get(plain.rest);
    if (kind === undefined) {
      const raw = readPlainRest(plain.rest);
      if (raw === null) return -1;
      kind = kindOf(raw);
      if (kinds.size >= KINDS_AT_HAND) countKinds();
      kinds.set(plain.rest, kind);
    }
    if (hasRoom()) addRecord(kind, plain.source, plain.count);
    return plain.end;
  };

  /** Whether an element holds others: by its own name, `dkim` and `spf` by that of the one around. */
  const isContainer = (name: string, parent: string | undefined): boolean =>
    name === 'dkim' || name === 'spf' ? parent === 'auth_results' : CONTAINERS.has(name);

  /** Whether an element is one of the report's own: of its namespace, or of none. */
  const isOwn = (tag: SaxesTagPlain): boolean => {
    const prefix = prefixOf(tag.name);
    if (prefix === '' && isPlain(tag)) return true;
    const attributes = tag.attributes as Readonly<Record<string, string>>;
    const bound = attributes[prefix === '' ? 'xmlns' : `xmlns:${prefix}`] ?? prefixes.get(prefix);
    return bound === undefined || bound === '' || bound === namespace || NAMESPACE.test(bound);
  };

  const openRoot = (tag: SaxesTagPlain) => {
    // Some write the beginning of the schema around their report.
    if (localName(tag.name) === 'schema') {
      problems.add('not-well-formed');
      return;
    }
    if (localName(tag.name).toLowerCase() !== 'feedback') {
      refuse('not-a-report');
      return;
    }
    root = 'open';
    const attributes = tag.attributes as Readonly<Record<string, string>>;
    for (const [name, value] of Object.entries(attributes)) {
      if (name === 'xmlns') prefixes.set('', value);
      else if (name.startsWith('xmlns:')) prefixes.set(name.slice(6), value);
    }
    namespace = prefixes.get(prefixOf(tag.name)) ?? null;
  };

  const openElement = (name: string) => {
    const parent = stack.at(-2);
    if (name === 'record' && stack.length === 2) {
      record = newRecord();
      hasBegunRecord = true;
    } else if (name === 'report_metadata' && stack.length === 2) {
      if (hasMetadata) problems.add('value-twice');
      hasMetadata = true;
    } else if (name === 'date_range' && parent === 'report_metadata') hasPeriod = true;
    else if (name === 'policy_published' && stack.length === 2) policies += 1;
    if (record === null) return;
    if (name === 'policy_evaluated') {
      if (record.hasEvaluation) problems.add('value-twice');
      record.hasEvaluation = true;
    } else if (name === 'identifiers') record.hasIdentifiers = true;
    else if (name === 'auth_results') record.hasResults = true;
    else if (name === 'reason' && parent === 'policy_evaluated') reasonType = null;
    else if (parent === 'auth_results' && (name === 'dkim' || name === 'spf'))
      auth = { domain: '', by: null, result: '' };
  };

  const closeMetadata = (name: string, value: string) => {
    if (name === 'org_name') org = once(org, value);
    else if (name === 'email') email = once(email, value);
    else if (name === 'report_id') reportId = once(reportId, value);
    else if (name === 'generator') generator = once(generator, value);
    else return;
    checkText(value);
  };

  const closePolicy = (name: string, value: string) => {
    if (policies > 1) return;
    if (name === 'domain') {
      domain = once(domain, value.toLowerCase().replace(/\.$/, ''));
      checkText(value);
    } else if (policy.has(name)) problems.add('value-twice');
    else if (POLICY_NAMES.has(name)) {
      policy.set(name, value);
      if (value === '') problems.add('policy-value-empty');
      else if (/^[sn]?p$/.test(name) && !POLICIES.has(value.toLowerCase())) problems.add('unknown-policy');
    }
  };

  const closeEvaluated = (open: RawRecord, name: string, value: string) => {
    if (name === 'disposition') open.disposition = once(open.disposition, value);
    else if (name === 'dkim') open.dkim = once(open.dkim, value);
    else if (name === 'spf') open.spf = once(open.spf, value);
    else if (name === 'reason' && open.reasons.length < limits.resultsOfRecord)
      open.reasons.push({ type: reasonType, text: value });
  };

  const closeAuth = (open: RawRecord, name: string) => {
    if (auth === null) return;
    const results = name === 'dkim' ? open.dkimResults : open.spfResults;
    if (results.length < limits.resultsOfRecord) results.push(auth);
    auth = null;
  };

  const closeAuthValue = (name: string, value: string, parent: 'dkim' | 'spf') => {
    if (auth === null) return;
    if (name === 'domain') auth.domain = once(auth.domain || null, value);
    else if (name === 'result') auth.result = once(auth.result || null, value);
    else if (name === (parent === 'dkim' ? 'selector' : 'scope')) auth.by = once(auth.by, value);
  };

  /** @param parent the element that the closed one stood in. */
  const closeElement = (name: string, parent: string | undefined, value: string) => {
    switch (parent) {
      case 'feedback':
        if (name === 'record' && record !== null && stack.length === 1) {
          addParsed(record);
          record = null;
        } else if (name === 'version') version = once(version, value);
        return;
      case 'report_metadata':
        closeMetadata(name, value);
        return;
      case 'date_range':
        if (name === 'begin') begin = once(begin, readTime(value));
        else if (name === 'end') end = once(end, readTime(value));
        return;
      case 'policy_published':
        closePolicy(name, value);
        return;
      case undefined:
        return;
    }
    if (record === null) return;
    switch (parent) {
      case 'row':
        if (name === 'source_ip') record.source = once(record.source, value);
        else if (name === 'count') record.count = once(record.count, value);
        return;
      case 'policy_evaluated':
        closeEvaluated(record, name, value);
        return;
      case 'reason':
        if (name === 'type') reasonType = once(reasonType, value);
        return;
      case 'identifiers':
        if (name === 'header_from') record.headerFrom = once(record.headerFrom, value);
        else if (name === 'envelope_from') record.envelopeFrom = once(record.envelopeFrom, value);
        return;
      case 'auth_results':
        closeAuth(record, name);
        return;
      case 'dkim':
      case 'spf':
        closeAuthValue(name, value, parent);
        return;
    }
  };

  const damagedBy = (name: string) => {
    if (name === 'email') problems.add('email-unreadable');
    else if (name === 'header_from') problems.add('header-from-damaged');
  };

  parser.on('error', () => {
    if (isRefused) return;
    problems.add('not-well-formed');
    errors += 1;
    // Each costs as much as a thousand characters without one.
    if (errors > limits.xmlErrors) isBroken = true;
  });
  parser.on('doctype', (doctype) => {
    refuse('doctype-refused');
    if (!/^\s*(?:[\w.-]+:)?feedback\b/i.test(doctype)) problems.add('not-a-report');
  });
  parser.on('opentag', (tag) => {
    if (isRefused || root === 'closed') return;
    if (root === 'none') openRoot(tag);
    if (isRefused || root === 'none') return;
    const name = stack.length === 0 ? localName(tag.name).toLowerCase() : localName(tag.name);
    // Below a value stands no element: what looks like one is a part of the value that was not escaped.
    const parent = stack.at(-1);
    const isInValue = parent !== undefined && foreignAt === 0 && containers.at(-1) === false && parent !== 'reason';
    text = isInValue ? `${text}<${tag.name}` : '';
    if (isInValue) damagedBy(parent);
    stack.push(name);
    containers.push(isContainer(name, parent));
    if (stack.length > limits.xmlDepth) refuse('too-deep');
    if (foreignAt > 0) return;
    if (stack.length > 1 && (name === 'extensions' || name === 'extension' || !isOwn(tag))) foreignAt = stack.length;
    else openElement(name);
  });
  const onText = (piece: string) => {
    if (isRefused || stack.length === 0 || foreignAt > 0 || root !== 'open') return;
    if (containers.at(-1) === true) {
      if (/\S/.test(piece)) problems.add('stray-text');
      return;
    }
    text += piece;
    if (text.length > limits.valueLength) {
      text = text.slice(0, limits.valueLength);
      problems.add('value-too-long');
    }
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', (tag) => {
    if (isRefused || root !== 'open') return;
    const name = localName(tag.name);
    // The parser closes for itself what was left open at the end of the document: that is no end.
    if (isEnding) return;
    const depth = stack.length;
    stack.pop();
    containers.pop();
    if (foreignAt > 0) {
      if (foreignAt === depth) foreignAt = 0;
      text = '';
      return;
    }
    const parent = stack.at(-1);
    closeElement(name, parent, text.trim());
    if (stack.length === 0 || containers.at(-1) === true || parent === 'reason') text = '';
    if (stack.length === 0) root = 'closed';
  });

  const checkPeriod = () => {
    if (!hasMetadata) problems.add('metadata-missing');
    if (!hasPeriod || (begin === null && end === null && !problems.has('period-invalid')))
      problems.add('period-missing');
    if (begin === null || end === null) {
      if (begin !== end && !problems.has('period-invalid')) problems.add('period-incomplete');
      return;
    }
    if (end > FAR_FUTURE || begin > FAR_FUTURE) problems.add('period-implausible');
    else if (end === begin) problems.add('period-zero-length');
    else if (end < begin) problems.add('period-reversed');
    else if (end - begin > LONGEST_DAY) problems.add('period-longer-than-a-day');
  };

  const checkWhole = () => {
    checkPeriod();
    if (hasMetadata) {
      if (org === null) problems.add('org-missing');
      else if (org === '') problems.add('org-empty');
      if (email === null) problems.add('email-missing');
      else if (email === '') problems.add('email-empty');
      if (reportId === null) problems.add('report-id-missing');
      else if (reportId === '') problems.add('report-id-empty');
    }
    if (policies === 0) problems.add('policy-missing');
    if (policies > 1) problems.add('policy-twice');
    if (policies > 0 && !policy.has('p')) problems.add('policy-p-missing');
    if (policies > 0 && !domain) problems.addAll(['policy-domain-missing', 'domain-missing']);
    if (records === 0) problems.add('no-records');
    if (root !== 'closed') problems.add('truncated');
  };

  /** Even with a handler of errors the parser throws at some ends; what it read before that stays. */
  const parse = (work: () => void) => {
    try {
      work();
    } catch {
      problems.add('not-well-formed');
      isBroken = true;
    }
  };

  /**
   * Reads records of the usual spelling that follow each other.
   *
   * @param from where the start tag of the first ends, which the parser has read.
   * @returns from where on the parser reads: what stands in a record of another spelling, or the end tag of the last.
   */
  const readPlainRecords = (piece: string, from: number): number => {
    for (let at = from; ; ) {
      const end = addPlain(piece, at);
      if (end === -1) return at;
      const next = afterSpace(piece, end + RECORD_END.length);
      if (!piece.startsWith(RECORD_START, next)) {
        record = null;
        return end;
      }
      at = next + RECORD_START.length;
    }
  };

  /** Once the report is refused, or too broken, the parser gets no more than it has: its own stack would grow with what is nested. */
  const give = (piece: string) => {
    for (let start = 0; start < piece.length && !isRefused && !isBroken; start += GIVEN_AT_ONCE)
      parser.write(piece.slice(start, start + GIVEN_AT_ONCE));
  };

  const read = (piece: string) => {
    let at = 0;
    for (let start = piece.indexOf(RECORD_START); start !== -1; start = piece.indexOf(RECORD_START, at)) {
      give(piece.slice(at, start));
      hasBegunRecord = false;
      give(RECORD_START);
      at = start + RECORD_START.length;
      // Within a comment, or an element that is none of the report's own, none begins.
      if (hasBegunRecord) at = readPlainRecords(piece, at);
    }
    give(piece.slice(at));
  };

  const feed = (piece: string, isLast: boolean) => {
    const lastEnd = piece.lastIndexOf('>');
    sinceTag = lastEnd === -1 ? sinceTag + piece.length : piece.length - lastEnd - 1;
    // The parser keeps a text, a comment or a tag whole until it ends.
    if (sinceTag > limits.xmlStretch) {
      refuse('too-large');
      return;
    }
    const mended = ampersands.mend(piece, isLast);
    if (ampersands.hasMended()) problems.add('not-well-formed');
    parse(() => read(mended));
  };

  return {
    write(piece) {
      if (isRefused || isBroken) return;
      if (!hasText) {
        const trimmed = piece.trimStart();
        if (trimmed === '') return;
        // A declaration that spaces stand before is none to the parser.
        if (trimmed !== piece && trimmed.startsWith('<?xml')) problems.add('not-well-formed');
        hasText = true;
        if (!trimmed.startsWith('<')) {
          refuse('not-xml');
          return;
        }
        feed(trimmed, false);
        return;
      }
      feed(piece, false);
    },
    isDone: () => isRefused || isBroken,
    close() {
      if (hasText && !isRefused && !isBroken) {
        feed('', true);
        isEnding = true;
        parse(() => parser.close());
      }
      if (!hasText) refuse('empty');
      else if (!isRefused && root === 'none') refuse('not-a-report');
      else if (!isRefused && records === 0 && !hasMetadata && policies === 0) refuse('not-a-report');
      if (isRefused) return { report: null, problems: problems.list() };
      checkWhole();
      countKinds();
      const bySource = new Sums();
      const invalidSources: string[] = [];
      for (const { name, isValid, messages: amount } of sources.values()) {
        if (isValid) bySource.add(name, amount);
        else invalidSources.push(name);
      }
      const report: AggregateReport = {
        org,
        email: problems.has('email-unreadable') ? null : email,
        reportId,
        begin,
        end,
        domain,
        policy: Object.fromEntries(policy),
        version,
        namespace,
        generator,
        records,
        messages: figureOf(messages),
        bySource: bySource.toFigures(),
        evaluated: evaluatedFigures(evaluated),
        disposition: dispositions.toFigures(),
        reasons: reasons.toFigures(),
        headerFrom: headerFroms.toFigures(),
        authDkim: authDkim.toFigures(),
        authSpf: authSpf.toFigures(),
        ...(invalidSources.length === 0 ? {} : { invalidSources }),
        ...(withoutCount === 0 ? {} : { recordsWithoutCount: withoutCount }),
      };
      return { report, problems: problems.list() };
    },
  };
}
