import { SaxesParser } from 'saxes';
import type { SaxesTagPlain } from 'saxes';
import ipaddr from 'ipaddr.js';
import { formatIp, parseIp } from '../../dns/ip.ts';
import type { Figure } from '../figures.ts';
import { figureOf, readCount, Sums } from '../figures.ts';
import { limits } from '../limits.ts';
import type { Problem } from '../problems.ts';
import { isHostileText, Problems } from '../problems.ts';

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
  readonly count: bigint | null;
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

const EVALUATED = [
  'dkimPass',
  'dkimFail',
  'dkimOther',
  'spfPass',
  'spfFail',
  'spfOther',
  'dmarcPass',
  'dmarcFail',
] as const;
type EvaluatedName = (typeof EVALUATED)[number];

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

const BARE_AMPERSAND = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{0,30});)/gi;
const LONGEST_ENTITY = 33;

const NAMESPACE = /^(?:urn:ietf:params:xml:ns:dmarc-|https?:\/\/dmarc\.org\/)/i;

interface OpenRecord {
  source: string | null;
  count: string | null;
  hasEvaluation: boolean;
  hasIdentifiers: boolean;
  disposition: string | null;
  dkim: string | null;
  spf: string | null;
  reasons: string[];
  headerFrom: string | null;
  envelopeFrom: string | null;
  dkimResults: DkimResult[];
  spfResults: SpfResult[];
}

const newRecord = (): OpenRecord => ({
  source: null,
  count: null,
  hasEvaluation: false,
  hasIdentifiers: false,
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

/** Ranges that no mail comes from across the internet (RFC 6890). */
const INSIDE: ReadonlySet<string> = new Set([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'unspecified',
  'broadcast',
  'multicast',
  'carrierGradeNat',
]);

/**
 * Makes a reader of one report. Order of the elements is of no account, foreign elements and extensions are passed over,
 * and what is not well-formed is read as far as it can be understood. Never throws.
 *
 * @param onRow is given each record as it is read.
 */
export function createAggregateReader(onRow: (row: AggregateRow) => void = () => undefined): AggregateReader {
  const problems = new Problems();
  const parser = new SaxesParser({ xmlns: false, position: false });
  const stack: string[] = [];
  /** Of each element of the stack, whether it holds others and no text. */
  const containers: boolean[] = [];
  let text = '';
  /** Depth at which an extension or a foreign element began; 0: not within one. */
  let foreignAt = 0;
  let isRefused = false;
  let hasText = false;
  let isEnding = false;
  let hasCdata = false;
  /** The end of a piece in which an entity may have begun. */
  let heldBack = '';
  let sinceTag = 0;
  let isBroken = false;
  /** The text that was looked at last: the domain in From is the same in row after row. */
  let lastChecked = '';
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

  let record: OpenRecord | null = null;
  let auth: { domain: string; selector: string | null; scope: string | null; result: string | null } | null = null;
  let reasonType: string | null = null;
  let records = 0;
  let messages = 0n;
  let withoutCount = 0;
  const invalidSources = new Set<string>();
  const evaluated = new Map<EvaluatedName, bigint>(EVALUATED.map((name) => [name, 0n]));
  const bySource = new Sums();
  const dispositions = new Sums();
  const reasons = new Sums();
  const headerFroms = new Sums();
  const authDkim = new Sums();
  const authSpf = new Sums();
  /** Sources are few and come again: their canonical form is found once. */
  const sources = new Map<string, string | null>();

  const refuse = (problem: Problem) => {
    problems.add(problem);
    isRefused = true;
  };

  const canonicalSource = (written: string): string | null => {
    const known = sources.get(written);
    if (known !== undefined) return known;
    const address = parseIp(written);
    const canonical = address === null ? null : formatIp(address);
    if (canonical !== null && INSIDE.has(ipaddr.parse(canonical).range())) problems.add('source-not-public');
    sources.set(written, canonical);
    return canonical;
  };

  const checkText = (value: string) => {
    if (value === lastChecked) return;
    lastChecked = value;
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

  /** A value that is read without regard to case. */
  const lowered = (value: string): string => {
    const small = value.toLowerCase();
    if (small !== value) problems.add('values-not-lower-case');
    return small;
  };

  const known = (value: string, names: ReadonlySet<string>, problem: Problem): string => {
    if (value !== '' && !names.has(value)) problems.add(problem);
    return value;
  };

  const countEvaluated = (row: AggregateRow, amount: bigint) => {
    const add = (name: EvaluatedName) => evaluated.set(name, (evaluated.get(name) ?? 0n) + amount);
    add(row.dkim === 'pass' ? 'dkimPass' : row.dkim === 'fail' ? 'dkimFail' : 'dkimOther');
    add(row.spf === 'pass' ? 'spfPass' : row.spf === 'fail' ? 'spfFail' : 'spfOther');
    add(row.dkim === 'pass' || row.spf === 'pass' ? 'dmarcPass' : 'dmarcFail');
  };

  const rowOf = (open: OpenRecord): AggregateRow => {
    const written = open.source ?? '';
    const canonical = written === '' ? null : canonicalSource(written);
    if (written === '') problems.add('source-ip-empty');
    else if (canonical === null) problems.add('source-ip-invalid');
    const count = open.count === null ? null : readCount(open.count);
    if (count === null) problems.add(open.count === null ? 'count-missing' : 'count-invalid');
    else if (count > BigInt(Number.MAX_SAFE_INTEGER)) problems.add('count-implausible');
    if (!open.hasEvaluation) problems.add('policy-evaluated-missing');
    else if (!open.dkim || !open.spf || !open.disposition) problems.add('policy-evaluated-incomplete');
    if (!open.hasIdentifiers) problems.add('identifiers-missing');
    const headerFrom = open.headerFrom ?? '';
    if (/[^\0-\x7f]/.test(headerFrom)) problems.add('header-from-u-label');
    checkText(headerFrom);
    return {
      source: canonical ?? written,
      isSourceValid: canonical !== null,
      count,
      disposition: known(lowered(open.disposition ?? ''), DISPOSITIONS, 'unknown-disposition'),
      dkim: known(lowered(open.dkim ?? ''), EVALUATED_RESULTS, 'unknown-result'),
      spf: known(lowered(open.spf ?? ''), EVALUATED_RESULTS, 'unknown-result'),
      reasons: open.reasons,
      headerFrom,
      envelopeFrom: open.envelopeFrom,
      dkimResults: open.dkimResults,
      spfResults: open.spfResults,
    };
  };

  const addRecord = (open: OpenRecord) => {
    if (records >= limits.records) {
      problems.add('too-many-records');
      return;
    }
    records += 1;
    const row = rowOf(open);
    const amount = row.count ?? 0n;
    if (row.count === null) withoutCount += 1;
    messages += amount;
    if (row.isSourceValid) bySource.add(row.source, amount);
    else invalidSources.add(row.source);
    countEvaluated(row, amount);
    dispositions.add(row.disposition || '(empty)', amount);
    for (const reason of row.reasons) reasons.add(reason || '(empty)', amount);
    headerFroms.add(row.headerFrom || '(none)', amount);
    for (const { result } of row.dkimResults) authDkim.add(result || '(empty)', amount);
    for (const { result } of row.spfResults) authSpf.add(result || '(empty)', amount);
    onRow(row);
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
    if (name === 'record' && stack.length === 2) record = newRecord();
    else if (name === 'report_metadata' && stack.length === 2) hasMetadata = true;
    else if (name === 'date_range' && parent === 'report_metadata') hasPeriod = true;
    else if (name === 'policy_published' && stack.length === 2) policies += 1;
    if (record === null) return;
    if (name === 'policy_evaluated') record.hasEvaluation = true;
    else if (name === 'identifiers') record.hasIdentifiers = true;
    else if (name === 'reason' && parent === 'policy_evaluated') reasonType = null;
    else if (parent === 'auth_results' && (name === 'dkim' || name === 'spf'))
      auth = { domain: '', selector: null, scope: null, result: null };
  };

  const closeMetadata = (name: string, value: string) => {
    if (name === 'org_name') org ??= value;
    else if (name === 'email') email ??= value;
    else if (name === 'report_id') reportId ??= value;
    else if (name === 'generator') generator ??= value;
    else return;
    checkText(value);
  };

  const closePolicy = (name: string, value: string) => {
    if (policies > 1) return;
    if (name === 'domain') {
      domain ??= value.toLowerCase().replace(/\.$/, '');
      checkText(value);
    } else if (POLICY_NAMES.has(name) && !policy.has(name)) {
      policy.set(name, value);
      if (value === '') problems.add('policy-value-empty');
      else if (/^[sn]?p$/.test(name)) known(value.toLowerCase(), POLICIES, 'unknown-policy');
    }
  };

  const closeEvaluated = (open: OpenRecord, name: string, value: string) => {
    if (name === 'disposition') open.disposition ??= value;
    else if (name === 'dkim') open.dkim ??= value;
    else if (name === 'spf') open.spf ??= value;
    else if (name === 'reason') {
      const type = (reasonType ?? value).toLowerCase();
      if (reasonType === null || type === '' || !REASONS.has(type)) problems.add('reason-malformed');
      if (open.reasons.length < limits.resultsOfRecord) open.reasons.push(type);
    }
  };

  const closeAuth = (open: OpenRecord, name: string) => {
    if (auth === null) return;
    const { domain: authDomain, selector, scope } = auth;
    const result = lowered(auth.result ?? '');
    if (authDomain === '') problems.add('auth-domain-empty');
    if (name === 'dkim') {
      known(result, DKIM_RESULTS, 'unknown-result');
      if (open.dkimResults.length < limits.resultsOfRecord)
        open.dkimResults.push({ domain: authDomain, selector, result });
    } else {
      known(result, SPF_RESULTS, 'unknown-result');
      if (open.spfResults.length < limits.resultsOfRecord) open.spfResults.push({ domain: authDomain, scope, result });
    }
    auth = null;
  };

  const closeAuthValue = (name: string, value: string) => {
    if (auth === null) return;
    if (name === 'domain') auth.domain = value.toLowerCase().replace(/\.$/, '');
    else if (name === 'selector') auth.selector = value;
    else if (name === 'scope') auth.scope = value;
    else if (name === 'result') auth.result = value;
  };

  /** @param parent the element that the closed one stood in. */
  const closeElement = (name: string, parent: string | undefined, value: string) => {
    switch (parent) {
      case 'feedback':
        if (name === 'record' && record !== null && stack.length === 1) {
          addRecord(record);
          record = null;
        } else if (name === 'version') version ??= value;
        return;
      case 'report_metadata':
        closeMetadata(name, value);
        return;
      case 'date_range':
        if (name === 'begin') begin ??= readTime(value);
        else if (name === 'end') end ??= readTime(value);
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
        if (name === 'source_ip') record.source ??= value;
        else if (name === 'count') record.count ??= value;
        return;
      case 'policy_evaluated':
        closeEvaluated(record, name, value);
        return;
      case 'reason':
        if (name === 'type') reasonType ??= value;
        return;
      case 'identifiers':
        if (name === 'header_from') record.headerFrom ??= value;
        else if (name === 'envelope_from') record.envelopeFrom ??= value;
        return;
      case 'auth_results':
        closeAuth(record, name);
        return;
      case 'dkim':
      case 'spf':
        closeAuthValue(name, value);
        return;
    }
  };

  const damagedBy = (name: string) => {
    if (name === 'email') problems.add('email-unreadable');
    else if (name === 'header_from') problems.add('header-from-damaged');
  };

  parser.on('error', () => {
    if (!isRefused) problems.add('not-well-formed');
  });
  parser.on('doctype', (doctype) => {
    refuse('doctype-refused');
    if (!/^\s*(?:[\w.-]+:)?feedback\b/i.test(doctype)) problems.add('not-a-report');
  });
  parser.on('opentag', (tag) => {
    if (isRefused || root === 'closed') return;
    if (root === 'none') openRoot(tag);
    if (isRefused || root === 'none') return;
    const name = localName(tag.name);
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
    if (begin === null || end === null) return;
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
    if (policies > 0 && !domain) problems.add('policy-domain-missing');
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

  /** The parser reads on for the end of an entity: an ampersand that begins none would take the document with it. */
  const feed = (piece: string, isLast: boolean) => {
    const whole = heldBack + piece;
    heldBack = '';
    const lastEnd = piece.lastIndexOf('>');
    sinceTag = lastEnd === -1 ? sinceTag + piece.length : piece.length - lastEnd - 1;
    // The parser keeps a text, a comment or a tag whole until it ends.
    if (sinceTag > limits.xmlStretch) {
      refuse('too-large');
      return;
    }
    if (!whole.includes('&')) {
      parse(() => parser.write(whole));
      return;
    }
    hasCdata ||= whole.includes('<![CDATA[');
    const last = whole.lastIndexOf('&');
    const isOpen = !isLast && whole.length - last <= LONGEST_ENTITY && !whole.includes(';', last);
    const sure = isOpen ? whole.slice(0, last) : whole;
    if (isOpen) heldBack = whole.slice(last);
    const mended = hasCdata ? sure : sure.replace(BARE_AMPERSAND, '&amp;');
    if (mended !== sure) problems.add('not-well-formed');
    parse(() => parser.write(mended));
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
      if (hasText && !isRefused) {
        feed('', true);
        isEnding = true;
        parse(() => parser.close());
      }
      if (!hasText) refuse('empty');
      else if (!isRefused && root === 'none') refuse('not-a-report');
      else if (!isRefused && records === 0 && !hasMetadata && policies === 0) refuse('not-a-report');
      if (isRefused) return { report: null, problems: problems.list() };
      checkWhole();
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
        evaluated: Object.fromEntries(EVALUATED.map((name) => [name, figureOf(evaluated.get(name) ?? 0n)])) as Record<
          EvaluatedName,
          Figure
        >,
        disposition: dispositions.toFigures(),
        reasons: reasons.toFigures(),
        headerFrom: headerFroms.toFigures(),
        authDkim: authDkim.toFigures(),
        authSpf: authSpf.toFigures(),
        ...(invalidSources.size === 0 ? {} : { invalidSources: [...invalidSources] }),
        ...(withoutCount === 0 ? {} : { recordsWithoutCount: withoutCount }),
      };
      return { report, problems: problems.list() };
    },
  };
}
