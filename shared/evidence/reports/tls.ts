import type { Figure } from '../figures.ts';
import type { Count } from '../figures.ts';
import { figureOf, plus, readCount, Sums } from '../figures.ts';
import { limits } from '../limits.ts';
import type { Problem } from '../problems.ts';
import { isHostileText, Problems } from '../problems.ts';

/** TLS reports (RFC 8460 §4). */

/** Where sessions failed: at which of the domain’s mail servers, as the report writes them, and by what. */
export interface TlsPlace {
  /** The place of its policy among those of the report. */
  readonly policy: number;
  /** Empty where the report does not tell. */
  readonly mx: string;
  readonly result: string;
  readonly failed: Figure;
}

export interface TlsPolicy {
  /** In small letters: `sts`, `tlsa`, `no-policy-found`, or what the report invents. */
  readonly type: string | null;
  /** In small letters, without the final dot. */
  readonly domain: string | null;
  /** The mode of an MTA-STS policy, out of its text. */
  readonly mode: string | null;
  readonly mx: readonly string[] | null;
  readonly ok: Figure;
  readonly failed: Figure;
  /** Sessions by the result type that made them fail. */
  readonly failures: Readonly<Record<string, Figure>>;
  /** Addresses of the senders whose sessions failed, as the report writes them. */
  readonly sources: readonly string[];
}

export interface TlsReport {
  readonly org: string | null;
  readonly contact: string | null;
  readonly reportId: string | null;
  /** Date and time (RFC 3339) as the report writes it. */
  readonly begin: string | null;
  readonly end: string | null;
  readonly ok: Figure;
  readonly failed: Figure;
  readonly policies: readonly TlsPolicy[];
  readonly places: readonly TlsPlace[];
}

export interface TlsReading {
  readonly reports: readonly TlsReport[];
  readonly problems: readonly Problem[];
}

/** RFC 8460 §4.2. */
const POLICY_TYPES: ReadonlySet<string> = new Set(['sts', 'tlsa', 'no-policy-found']);
/** RFC 8460 §4.3. */
const RESULTS: ReadonlySet<string> = new Set([
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure',
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
]);
const MEMBERS: ReadonlySet<string> = new Set([
  'organization-name',
  'date-range',
  'contact-info',
  'report-id',
  'policies',
]);
const MOST_PLAUSIBLE = BigInt(Number.MAX_SAFE_INTEGER);

/** A number of the document whose digits JavaScript can't hold. */
class LargeNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LargeNumber);
}

/** A member of the object's own. */
function memberOf(object: Members, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Parses JSON; whole numbers beyond 2^53 keep their digits. @returns undefined where it is no JSON. */
function parseExactly(text: string): unknown {
  const keepDigits = (_name: string, value: unknown, context?: { readonly source?: string }): unknown => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
    return /^\d+$/.test(source) ? new LargeNumber(source) : value;
  };
  try {
    return JSON.parse(text, keepDigits as (name: string, value: unknown) => unknown);
  } catch {
    // Where it breaks is of no use to whoever got it by mail: that it is no JSON says all.
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the first character behind `from` stands that is no white space of JSON. */
function afterSpace(text: string, from: number): number {
  let at = from;
  while (/[ \t\r\n]/.test(text.charAt(at))) at += 1;
  return at;
}

/**
 * Looks over a document before it is parsed: a parser takes memory for each bracket that is open, and of two members of
 * one name it has the last alone.
 */
function lookOver(text: string): { readonly isTooDeep: boolean; readonly hasTwice: boolean } {
  /** Of each bracket that is open, the names of the members. */
  const names: Set<string>[] = [];
  let quotedFrom = -1;
  let hasTwice = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (quotedFrom !== -1) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) {
        const name = text.slice(quotedFrom, index);
        const open = names.at(-1);
        if (open !== undefined && text.charAt(afterSpace(text, index + 1)) === ':') {
          if (open.has(name)) hasTwice = true;
          open.add(name);
        }
        quotedFrom = -1;
      }
    } else if (code === QUOTE) quotedFrom = index + 1;
    // [ and {, ] and } differ in this bit alone.
    else if ((code | 0x20) === 0x7b) {
      names.push(new Set());
      if (names.length > limits.jsonDepth) return { isTooDeep: true, hasTwice };
    } else if ((code | 0x20) === 0x7d) names.pop();
  }
  return { isTooDeep: false, hasTwice };
}

/** A document without byte order marks, white space, and the NULs that some programs fill up with. */
function bareDocument(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s\0]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).trimStart();
}

/** @param text the whole document. */
export function readTlsReport(text: string): TlsReading {
  const problems = new Problems();
  const trimmed = bareDocument(text);
  if (trimmed === '') return { reports: [], problems: ['empty'] };
  if (trimmed.length > limits.jsonOctets) return { reports: [], problems: ['too-large'] };
  const { isTooDeep, hasTwice } = lookOver(trimmed);
  if (isTooDeep) return { reports: [], problems: ['too-deep'] };
  if (hasTwice) problems.add('member-twice');
  const parsed = parseExactly(trimmed);
  if (parsed === undefined) return { reports: [], problems: ['not-json'] };
  if (Array.isArray(parsed)) problems.add('list-of-reports');
  const documents = Array.isArray(parsed) ? parsed.slice(0, limits.tlsPolicies) : [parsed];
  const reports = documents.flatMap((document: unknown) => readReport(document, problems) ?? []);
  return reports.length === 0 ? { reports, problems: ['not-a-report'] } : { reports, problems: problems.list() };
}

/**
 * A moment of a report in seconds since the epoch; null where it is none.
 *
 * @param at RFC 3339, as RFC 8460 asks for; one without an offset is taken to be in UTC, whatever this computer's zone is.
 */
export function reportedTime(at: string | null): number | null {
  if (at === null) return null;
  const time = Date.parse(hasNoOffset(at) ? `${at}Z` : at);
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
}

const hasNoOffset = (at: string): boolean => /T[\d:.]+$/i.test(at);

function checkPeriod(begin: string | null, end: string | null, problems: Problems): void {
  if (begin === null || end === null) {
    problems.add('period-missing');
    return;
  }
  const [from, to] = [reportedTime(begin), reportedTime(end)];
  if (from === null || to === null) problems.add('period-invalid');
  else if (to < from) problems.add('period-reversed');
  if (hasNoOffset(begin) || hasNoOffset(end)) problems.add('period-without-offset');
}

function readText(value: unknown, problems: Problems): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (isHostileText(text)) problems.add('hostile-text');
  if (text.length <= limits.valueLength) return text;
  problems.add('value-too-long');
  return text.slice(0, limits.valueLength);
}

const readDomain = (value: unknown, problems: Problems): string | null =>
  readText(value, problems)?.toLowerCase().replace(/\.$/, '') ?? null;

/** @returns null where the count is missing; 0 and a problem where it is none. */
function readNumber(value: unknown, problems: Problems): Count | null {
  if (value === undefined || value === null) return null;
  if (value instanceof LargeNumber) {
    problems.add('count-implausible');
    return readCount(value.digits) ?? 0;
  }
  if (typeof value === 'string') {
    problems.add('count-is-string');
    const count = readCount(value);
    if (count === null) problems.add('count-invalid');
    else if (count > MOST_PLAUSIBLE) problems.add('count-implausible');
    return count ?? 0;
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
    if (value > Number.MAX_SAFE_INTEGER) problems.add('count-implausible');
    return Number.isSafeInteger(value) ? value : BigInt(value);
  }
  problems.add('count-invalid');
  return 0;
}

/** The lines of an MTA-STS policy, however they are packed. */
function policyLines(value: unknown): readonly string[] {
  const lines = Array.isArray(value) ? value : [value];
  return lines
    .filter((line): line is string => typeof line === 'string')
    .flatMap((line) => line.split(/\\r\\n|\\n|\r\n|\r|\n/));
}

function readMx(value: unknown, problems: Problems): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const hosts = Array.isArray(value) ? value : [value];
  return hosts.slice(0, limits.recipients).flatMap((host) => readText(host, problems) ?? []);
}

interface Failures {
  readonly byType: Sums;
  readonly total: Count;
  readonly count: number;
  readonly sources: readonly string[];
  readonly places: readonly Omit<TlsPlace, 'policy'>[];
}

/** So many places of one policy are told apart: the first ones. */
const MOST_PLACES = 100;

function readFailures(value: unknown, problems: Problems): Failures {
  const byType = new Sums();
  const sources = new Set<string>();
  const places = new Map<string, { readonly mx: string; readonly result: string; failed: Count }>();
  let total: Count = 0;
  let count = 0;
  for (const detail of (Array.isArray(value) ? value : []).slice(0, limits.tlsFailures) as unknown[]) {
    if (!isMembers(detail)) continue;
    count += 1;
    const type = readText(memberOf(detail, 'result-type'), problems)?.toLowerCase() ?? '(none)';
    if (!RESULTS.has(type)) problems.add('unknown-result');
    const amount = readNumber(memberOf(detail, 'failed-session-count'), problems) ?? 0;
    byType.add(type, amount);
    total = plus(total, amount);
    const mx = readDomain(memberOf(detail, 'receiving-mx-hostname'), problems) ?? '';
    const key = JSON.stringify([mx, type]);
    const place = places.get(key) ?? { mx, result: type, failed: 0 };
    place.failed = plus(place.failed, amount);
    if (places.size < MOST_PLACES || places.has(key)) places.set(key, place);
    const source = readText(memberOf(detail, 'sending-mta-ip'), problems);
    if (source !== null && source !== '') sources.add(source);
  }
  const told = [...places.values()].map(({ failed, ...place }) => ({ ...place, failed: figureOf(failed) }));
  return { byType, total, count, sources: [...sources].sort(), places: told };
}

interface CountedPolicy {
  readonly places: Failures['places'];
  readonly policy: TlsPolicy;
  readonly ok: Count;
  readonly failed: Count;
}

function readPolicy(entry: Members, problems: Problems): CountedPolicy {
  const described = memberOf(entry, 'policy');
  const policy = isMembers(described) ? described : {};
  const counted = memberOf(entry, 'summary');
  const summary = isMembers(counted) ? counted : {};
  const type = readText(memberOf(policy, 'policy-type'), problems)?.toLowerCase() ?? null;
  if (type === null || !POLICY_TYPES.has(type)) problems.add('unknown-policy-type');
  const domain = readDomain(memberOf(policy, 'policy-domain'), problems);
  if (domain === null || domain === '') problems.add('policy-domain-missing');
  const succeeded = readNumber(memberOf(summary, 'total-successful-session-count'), problems);
  if (succeeded === null) problems.add('summary-incomplete');
  const ok = succeeded ?? 0;
  const failed = readNumber(memberOf(summary, 'total-failure-session-count'), problems) ?? 0;
  const failures = readFailures(memberOf(entry, 'failure-details'), problems);
  if (failed > 0 && failures.count === 0) problems.add('details-missing');
  else if (failures.total !== failed) problems.add('totals-differ');
  const lines = policyLines(memberOf(policy, 'policy-string'));
  const mode = lines.map((line) => /^\s*mode\s*:\s*(\S{1,40})/i.exec(line)?.[1]).find((found) => found !== undefined);
  return {
    ok,
    failed,
    places: failures.places,
    policy: {
      type,
      domain,
      mode: mode?.toLowerCase() ?? null,
      // The standard writes mx-host; its own example once wrote mx-host-pattern.
      mx: readMx(memberOf(policy, 'mx-host') ?? memberOf(policy, 'mx-host-pattern'), problems),
      ok: figureOf(ok),
      failed: figureOf(failed),
      failures: failures.byType.toFigures(),
      sources: failures.sources,
    },
  };
}

function policyEntries(value: unknown, problems: Problems): readonly Members[] {
  if (value === undefined || value === null) {
    problems.add('policies-missing');
    return [];
  }
  if (!Array.isArray(value)) problems.add('policies-not-a-list');
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (entries.length === 0) problems.add('no-records');
  if (entries.length > limits.tlsPolicies) problems.add('too-many-records');
  const readable = entries.slice(0, limits.tlsPolicies).filter(isMembers);
  if (readable.length < Math.min(entries.length, limits.tlsPolicies)) problems.add('policy-unreadable');
  return readable;
}

function readReport(document: unknown, problems: Problems): TlsReport | null {
  if (!isMembers(document)) return null;
  const isOne = ['policies', 'date-range', 'report-id'].some((name) => memberOf(document, name) !== undefined);
  if (!isOne) return null;
  if (Object.keys(document).some((name) => !MEMBERS.has(name))) problems.add('unknown-member');
  const range = memberOf(document, 'date-range');
  const period = isMembers(range) ? range : {};
  const begin = readText(memberOf(period, 'start-datetime'), problems);
  const end = readText(memberOf(period, 'end-datetime'), problems);
  checkPeriod(begin, end, problems);
  const org = readText(memberOf(document, 'organization-name'), problems);
  const reportId = readText(memberOf(document, 'report-id'), problems);
  if (org === null) problems.add('org-missing');
  if (reportId === null) problems.add('report-id-missing');
  const policies = policyEntries(memberOf(document, 'policies'), problems).map((entry) => readPolicy(entry, problems));
  return {
    org,
    contact: readText(memberOf(document, 'contact-info'), problems),
    reportId,
    begin,
    end,
    ok: figureOf(policies.reduce<Count>((sum, { ok }) => plus(sum, ok), 0)),
    failed: figureOf(policies.reduce<Count>((sum, { failed }) => plus(sum, failed), 0)),
    policies: policies.map(({ policy }) => policy),
    places: policies.flatMap(({ places }, policy) => places.map((place) => ({ policy, ...place }))),
  };
}
