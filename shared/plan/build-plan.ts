import { allListed } from '../text/listed.ts';
import { lintDkimAnswer, parseDkimKey } from '../dkim/key-record.ts';
import type { ReportedMail } from '../dmarc/policy-evidence.ts';
import { lintDmarc, parseDmarc } from '../dmarc/record.ts';
import type { DnsQuestion, LookupAtOnce } from '../dns/asking.ts';
import { askedAtOnce } from '../dns/asking.ts';
import { checkName, isSubdomain, parentName, sameName } from '../dns/names.ts';
import { wildcardAnswering } from '../dns/overlay-lookup.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt, octetsToText, splitTxt, textToOctets } from '../dns/txt.ts';
import { applyFix } from '../findings/apply-fix.ts';
import type { Finding, TextFix } from '../findings/finding.ts';
import { freeDomains } from './free-domains.ts';
import { planFinding } from './findings.ts';
import { lintBimi, lintBimiPolicy } from '../policy/bimi.ts';
import { lintMtaSts } from '../policy/mta-sts.ts';
import { lintTlsRpt } from '../policy/tls-rpt.ts';
import { effectSide } from '../judge/judge.ts';
import { keyAt } from '../judge/keys.ts';
import { sendersAtOnce } from '../judge/senders.ts';
import { remainingTerms } from '../spf/remaining-terms.ts';
import { lintSpf } from '../spf/lint.ts';
import type { SpfEdit } from '../spf/merge.ts';
import type { Weakening } from './effect.ts';
import { decidedBy, judgedEffect, openQuestions, preparedLookup, subjectOf, weakenings } from './effect.ts';
import { dataAt, delegationAbove, isNameInUse } from './in-the-way.ts';
import { mailEffect } from './mail-effect.ts';
import { dmarcTextsOf, isMeantAsDmarc, isNearlySpf, spfTextsOf } from './meant.ts';
import type { PublishedSet } from '../observed/observed.ts';
import { publishedSet } from '../observed/observed.ts';
import { observedLookup } from './observed-lookup.ts';
import { meantTexts, plannedDmarc } from './planned-dmarc.ts';
import { passesTerms, plannedSpf } from './planned-spf.ts';
import { policyAdvice } from './policy-advice.ts';
import { sameData } from '../dns/same-data.ts';
import { concerned, foreignServers, satisfies, txtTexts } from './satisfies.ts';
import type { Change, ChosenWeakening, Plan, WeakeningKind } from './types.ts';
import type { Observation } from '../observed/observation.ts';
import type { RecordPurpose, RecordValue, RequiredRecord } from '../required/record.ts';

/** The order in which changes are safe: keys before the policies that rely on them. */
const ORDER = {
  dkim: 0,
  verification: 1,
  mx: 2,
  'return-path': 3,
  delegation: 4,
  spf: 5,
  'report-authorisation': 6,
  dmarc: 7,
  tracking: 8,
  'mta-sts': 9,
  'tls-rpt': 10,
  bimi: 11,
} as const satisfies Record<RecordPurpose, number>;

/** The questions that have to be answered to plan and judge these records. */
export function questionsFor(required: readonly RequiredRecord[]): readonly DnsQuestion[] {
  const questions: DnsQuestion[] = [];
  for (const { name, type, value } of required) {
    const isAsked = questions.some((other) => other.type === type && sameName(other.name, name));
    if (value.state === 'known' && !isAsked)
      questions.push(type === 'NS' ? { name, type, above: true } : { name, type });
  }
  return questions;
}

/** What a plan may take into account besides what was observed. */
export interface PlanContext {
  /** What is known of DNS beyond the observations, such as a whole pasted zone. */
  readonly beyond?: LookupAtOnce | undefined;
  /** What the person has chosen to make weaker. */
  readonly chosen?: readonly ChosenWeakening[] | undefined;
  /** The domain’s mail in receivers’ reports. */
  readonly mail?: readonly ReportedMail[] | undefined;
}

interface Planning {
  readonly domain: string;
  readonly observations: readonly Observation[];
  readonly zone: string | null;
  /** DNS as it is today. */
  readonly today: LookupAtOnce;
  /** DNS that records are judged by: today’s, with what is prepared before them. */
  readonly dns: LookupAtOnce;
  readonly chosen: ReadonlySet<WeakeningKind>;
}

function toRecord(required: RequiredRecord, data: RecordValue): ResourceRecord {
  return { name: required.name, ttl: required.ttl, ...data };
}

function txtRecord(required: RequiredRecord, text: string): ResourceRecord {
  return { name: required.name, ttl: required.ttl, type: 'TXT', strings: splitTxt(textToOctets(text)) };
}

/** What is to stand at a name, and in the place of what. */
interface Prepared {
  readonly after: readonly ResourceRecord[];
  /** The texts that it takes the place of; null: what `supersedes` says. */
  readonly replaced: readonly string[] | null;
  readonly findings: readonly Finding[];
  readonly edits?: readonly SpfEdit[];
}

function prepare(
  required: RequiredRecord,
  data: RecordValue,
  here: readonly ResourceRecord[],
  planning: Planning,
): Prepared {
  const texts = txtTexts(here);
  const { match } = required;
  if (match.kind === 'spf-terms') {
    const { record, edits, findings, replaced } = plannedSpf(required.name, match, texts, planning.dns);
    return { after: [txtRecord(required, record)], replaced, findings, edits };
  }
  if (match.kind === 'no-senders')
    return { after: [toRecord(required, data)], replaced: spfTextsOf(texts), findings: [] };
  if (match.kind === 'dmarc-policy' && data.type === 'TXT') {
    const isExact = planning.chosen.has('policy');
    const { text, findings, replaced } = plannedDmarc(
      planning.domain,
      joinTxt(data.strings),
      texts,
      planning.dns,
      isExact,
      match.edited,
    );
    return { after: [txtRecord(required, text)], replaced, findings };
  }
  return { after: [toRecord(required, data)], replaced: null, findings: [] };
}

/** The text that a TXT requirement asks for, once it is known. */
function requiredText({ value }: RequiredRecord): string | undefined {
  return value.state === 'known' && value.data.type === 'TXT' ? joinTxt(value.data.strings) : undefined;
}

const LINTS: Readonly<Partial<Record<RecordPurpose, (texts: readonly string[]) => readonly Finding[]>>> = {
  'mta-sts': lintMtaSts,
  'tls-rpt': lintTlsRpt,
  bimi: lintBimi,
};

function lintPublished(required: RequiredRecord, published: readonly ResourceRecord[]): Finding[] {
  const texts = txtTexts(published);
  if (texts.length === 0) return [];
  if (required.purpose === 'spf') return texts.slice(0, 5).flatMap(lintSpf);
  if (required.purpose === 'dkim' && required.type === 'TXT') return lintDkimAnswer(texts, requiredText(required));
  const { match } = required;
  if (match.kind === 'dmarc-policy') return lintDmarc(meantTexts(texts, match.edited));
  const lint = LINTS[required.purpose];
  return lint === undefined || required.type !== 'TXT' ? [] : [...lint(texts)];
}

/** Why a record is refused where nothing that is published is to blame. */
const REFUSALS: Readonly<Record<string, string>> = {
  'plan.key-of-no-use': 'The requested record is not usable.',
  'plan.name-too-long': 'The name is too long for DNS.',
  'plan.delegation-needs-glue': 'The server’s address is missing.',
  'plan.delegation-of-zone': 'The zone above delegates it.',
};

function reasonFor(
  action: Change['action'],
  required: RequiredRecord,
  before: readonly ResourceRecord[],
  findings: readonly Finding[],
): string {
  switch (action) {
    case 'keep':
      return 'What is published meets it.';
    case 'add':
      return required.purpose === 'spf' || required.purpose === 'dmarc'
        ? 'No such record is published.'
        : 'Nothing is published at the name.';
    case 'replace':
      if (before.length > 1) return `${before.length} records are published where one belongs.`;
      return required.purpose === 'spf'
        ? 'The published record lacks the provider’s servers.'
        : 'Another value is published.';
    case 'waiting':
      return 'A value that only the provider knows is missing.';
    case 'unknown':
      return 'What is published today is not known.';
    case 'conflict':
      return REFUSALS[findings[0]?.code ?? ''] ?? 'Something else is in the way.';
  }
}

/**
 * Whether a required value takes the place of a published record that is not the same: of its kind by version
 * (`v=spf1`), or by the name that verification tokens carry in front.
 */
function supersedes(required: RequiredRecord, data: RecordValue, record: ResourceRecord): boolean {
  // Servers of others are left to whoever knows what they hold.
  if (required.match.kind === 'delegation') return false;
  if (required.match.kind !== 'same-data') return true;
  if (data.type !== 'TXT' || record.type !== 'TXT') return record.type === data.type;
  const [wanted, published] = [joinTxt(data.strings), joinTxt(record.strings).toLowerCase()];
  const prefix = /^(?:v=[a-z0-9]+|[a-z0-9._-]{3,40}[=:])/i.exec(wanted)?.[0];
  return prefix !== undefined && published.startsWith(prefix.toLowerCase());
}

function isNullMx(data: RecordValue | ResourceRecord): boolean {
  return data.type === 'MX' && data.exchange === '';
}

function makeChange(
  required: RequiredRecord,
  published: PublishedSet | null,
  action: Change['action'],
  before: readonly ResourceRecord[],
  after: readonly ResourceRecord[],
  findings: readonly Finding[] = [],
  edits?: readonly SpfEdit[],
): Change {
  const stays = (record: ResourceRecord) => record.type === required.type && !before.includes(record);
  const isOwn = published !== null && published.aliases.length === 0;
  // What a cache has left of a TTL is not what to restore.
  const restored = (record: ResourceRecord) =>
    published?.isFromZone === true || record.ttl >= required.ttl ? record : { ...record, ttl: required.ttl };
  return {
    recordId: required.id,
    purpose: required.purpose,
    name: required.name,
    type: required.type,
    action,
    before: action === 'replace' ? before.map(restored) : before,
    after,
    beside: isOwn ? published.records.filter(stays) : [],
    reason: reasonFor(action, required, before, findings),
    findings,
    ...(edits === undefined ? {} : { edits }),
  };
}

/** Whether what is published fulfils a requirement for receivers as well: the provider's mail must pass by an SPF record. */
function isFulfilledBy(required: RequiredRecord, records: readonly ResourceRecord[], planning: Planning): boolean {
  if (!satisfies(required, records)) return false;
  if (required.match.kind === 'dmarc-policy' && planning.chosen.has('policy') && required.value.state === 'known') {
    // A milder policy was chosen: what is stricter is not what is wanted.
    const [exact] = prepare(required, required.value.data, records, planning).after;
    return exact !== undefined && concerned(required, records).some((record) => sameData(record, exact));
  }
  if (required.match.kind !== 'spf-terms') return true;
  const { dns } = planning;
  const [text] = txtTexts(concerned(required, records));
  if (text === undefined) return true;
  const { terms, choice } = required.match;
  const remaining = remainingTerms(terms, choice?.without ?? []);
  return passesTerms(sendersAtOnce(required.name, text, dns), remaining, dns) !== 'no';
}

/** The records that fulfil a requirement, without others that stand at the same name. */
function fulfilling(required: RequiredRecord, records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const { kind } = required.match;
  if ((kind !== 'same-data' && kind !== 'delegation') || required.value.state === 'waiting') return records;
  const { data } = required.value;
  return records.filter((record) => sameData(record, data));
}

/** Characters of a text that a finding repeats. */
const TOLD = 60;

/** Says of texts beside the record that look like one what receivers make of them. */
function nearby(required: RequiredRecord, records: readonly ResourceRecord[]): readonly Finding[] {
  const isNear = NEARLY[required.purpose];
  if (isNear === undefined || required.type !== 'TXT') return [];
  const texts = txtTexts(records);
  const counted = new Set(required.purpose === 'spf' ? spfTextsOf(texts) : dmarcTextsOf(texts));
  return texts
    .filter((text) => !counted.has(text) && isNear(text))
    .map((text) => planFinding('plan.nearly-a-record', { text: text.slice(0, TOLD) }));
}

const NEARLY: Readonly<Partial<Record<RecordPurpose, (text: string) => boolean>>> = {
  spf: isNearlySpf,
  dmarc: isMeantAsDmarc,
};

/** What a provider's alias leads to, where that is known and of no use. */
function behindAlias(required: RequiredRecord, data: RecordValue, { dns }: Planning): readonly Finding[] {
  if (data.type !== 'CNAME' || required.purpose !== 'dkim') return [];
  const answer = dns.query(data.target, 'TXT');
  if (answer.status === 'failure') return [];
  const [selector = '', signer = ''] = required.name.split('._domainkey.');
  const there: LookupAtOnce = { query: () => answer };
  const { usable, reason } = askedAtOnce(keyAt(selector, signer), there);
  return usable === 'yes' ? [] : [planFinding('plan.alias-to-nothing', { target: data.target, state: reason })];
}

/** Nothing stands at the name itself: its own record takes the wildcard's place there, and has to say what that said. */
function inPlaceOf(
  wildcard: string,
  required: RequiredRecord,
  data: RecordValue,
  records: readonly ResourceRecord[],
  planning: Planning,
): Change {
  const finding = planFinding('plan.wildcard-ends', { wildcard, name: required.name });
  const { after, findings, edits } = prepare(required, data, records, planning);
  return makeChange(required, null, 'add', [], after, [finding, ...findings], edits);
}

/**
 * Plans records of their own where wildcards give what is required, and would be cut off by what else is planned: they
 * answer nowhere at or below a name that comes into being (RFC 4592 §2.2.1, §3.3.1). Each such record may cut off
 * further ones.
 *
 * @param changes one for each required record, in their order.
 */
function withOwnRecords(
  required: readonly RequiredRecord[],
  changes: readonly Change[],
  planning: Planning,
): readonly Change[] {
  const { dns } = planning;
  const wildcards = changes.map(({ action, name, type }) =>
    action === 'keep' ? wildcardAnswering(name, type, dns) : null,
  );
  if (wildcards.every((wildcard) => wildcard === null)) return changes;
  const prepared = preparedLookup(changes, dns);
  const planned = changes.map((change, index) => {
    const record = required[index] as RequiredRecord;
    const wildcard = wildcards[index] ?? null;
    if (wildcard === null || record.value.state === 'waiting') return change;
    const [before, after] = [dns, prepared].map((lookup) => lookup.query(record.name, record.type));
    const isHeld = after?.status === 'failure' || (after?.status === 'answer' && satisfies(record, after.records));
    if (before?.status !== 'answer' || isHeld) return change;
    return inPlaceOf(wildcard, record, record.value.data, before.records, planning);
  });
  return planned.some((change, index) => change !== changes[index])
    ? withOwnRecords(required, planned, planning)
    : changes;
}

/** What is wrong with a key that is asked for, and of no use to receivers; null where it is, or is no key at all. */
function unusableKey(required: RequiredRecord, data: RecordValue): readonly Finding[] | null {
  if (required.match.kind !== 'dkim-key' || required.source.kind === 'local-key' || data.type !== 'TXT') return null;
  const text = octetsToText(joinTxt(data.strings));
  const { key, findings } = parseDkimKey(text);
  if (key !== null) return null;
  const errorsOf = (told: readonly Finding[]) =>
    told.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  const errors = new Set(errorsOf(findings));
  // What would only be wrong in another way is not what was meant.
  const isMeaning = (reading: TextFix) =>
    errorsOf(parseDkimKey(applyFix(text, reading)).findings).every((code) => errors.has(code));
  return [
    planFinding('plan.key-of-no-use', { name: required.name }),
    ...findings.map(({ span: _span, fix: _fix, readings, ...finding }) => {
      const meanings = readings?.filter(isMeaning) ?? [];
      return meanings.length === 0 ? finding : { ...finding, readings: meanings };
    }),
  ];
}

/** What keeps a name from being handed over to a server; null when nothing is known to. */
function delegationObstacle(
  required: RequiredRecord,
  server: string,
  { records }: PublishedSet,
  { observations, zone }: Planning,
): Finding | null {
  const { name } = required;
  if (zone !== null && sameName(name, zone)) return planFinding('plan.delegation-of-zone', { name });
  if (isSubdomain(server, name)) return planFinding('plan.delegation-needs-glue', { name, server });
  const foreign = foreignServers(required, records).map(({ target }) => target);
  if (foreign.length > 0)
    return planFinding('plan.delegated-elsewhere', { name, servers: foreign.slice(0, 4).join(', ') });
  if (records.length > 0) return null;
  const types = [...new Set(dataAt(name, observations).map(({ type }) => type))];
  if (types.length > 0) return planFinding('plan.delegation-hides', { name, types: allListed(types) });
  return isNameInUse(name, observations) ? planFinding('plan.delegation-hides-below', { name }) : null;
}

function planRecord(required: RequiredRecord, planning: Planning): Change {
  const { observations, zone } = planning;
  const published: PublishedSet | null = publishedSet(observations, required.name, required.type);
  const change = (
    action: Change['action'],
    before: readonly ResourceRecord[],
    after: readonly ResourceRecord[],
    findings: readonly Finding[] = [],
    edits?: readonly SpfEdit[],
  ) => makeChange(required, published, action, before, after, findings, edits);

  if (required.value.state === 'waiting') return change('waiting', [], []);
  const { data } = required.value;
  const fault = checkName(required.name);
  if (fault !== null) {
    const octets = fault.fault === 'empty-label' ? 0 : fault.octets;
    return change('conflict', [], [toRecord(required, data)], [planFinding('plan.name-too-long', { octets })]);
  }
  const unusable = unusableKey(required, data);
  if (unusable !== null && published?.records.some((record) => sameData(record, data)) !== true)
    return change('conflict', [], [toRecord(required, data)], unusable);
  const isFulfilled = published !== null && isFulfilledBy(required, published.records, planning);
  // What hands a name over lies in the zone above it.
  const place = required.type === 'NS' ? (parentName(required.name) ?? '') : required.name;
  const cut = isFulfilled || zone === null ? null : delegationAbove(place, zone, observations);
  if (cut !== null) return change('conflict', [], [toRecord(required, data)], [planFinding('plan.delegated', cut)]);
  if (published === null) {
    const terms = required.match.kind === 'spf-terms' ? required.match.terms.join(' ') : '';
    const wasAsked = observations.some(
      ({ question }) => question.type === required.type && sameName(question.name, required.name),
    );
    const { after, findings, edits } = prepare(required, data, [], planning);
    const unseen =
      observations.length > 0
        ? planFinding('plan.name-not-asked', { name: required.name })
        : planFinding('plan.not-observed');
    const told = [
      wasAsked ? planFinding('plan.not-answered') : unseen,
      ...(terms === '' ? [] : [planFinding('plan.spf-may-exist', { terms })]),
      ...findings,
    ];
    return change('unknown', [], after, told, edits);
  }

  const relevant = concerned(required, published.records);
  const lint = [...lintPublished(required, relevant), ...nearby(required, published.records)];
  const [alias] = published.aliases;
  if (isFulfilled) {
    // A record reached through an alias is somebody else's to change; it is fine as it is.
    const kept = alias === undefined ? fulfilling(required, relevant) : [];
    return change('keep', kept, kept, [...lint, ...behindAlias(required, data, planning)]);
  }
  const wildcard = wildcardAnswering(required.name, required.type, planning.today);
  if (wildcard !== null) return inPlaceOf(wildcard, required, data, published.records, planning);
  if (alias !== undefined && required.type !== 'CNAME') {
    const finding = planFinding('plan.cname-in-the-way', { name: required.name, target: alias });
    return change('conflict', [], [toRecord(required, data)], [finding]);
  }
  if (required.type === 'CNAME') {
    const others = dataAt(required.name, observations);
    if (others.length > 0) {
      const finding = planFinding('plan.data-in-the-way', { name: required.name });
      return change('conflict', others, [toRecord(required, data)], [finding]);
    }
    const giving = wildcardAnswering(required.name, 'TXT', planning.today);
    if (giving !== null) lint.push(planFinding('plan.wildcard-ends', { wildcard: giving, name: required.name }));
  }
  if (data.type === 'NS') {
    const obstacle = delegationObstacle(required, data.target, published, planning);
    if (obstacle !== null) return change('conflict', [], [toRecord(required, data)], [obstacle]);
  }
  if (data.type === 'MX' && relevant.length > 0) {
    const exchanges = relevant.map((record) => (record.type === 'MX' ? record.exchange || '.' : '')).join(', ');
    if (isNullMx(data)) {
      const finding = planFinding('plan.receives-mail', { name: required.name, exchanges });
      return change('conflict', [], [toRecord(required, data)], [finding]);
    }
    lint.push(planFinding('plan.mx-replaced', { name: required.name, exchanges }));
  }
  const { after, replaced, findings, edits } = prepare(required, data, published.records, planning);
  const before = relevant.filter((record) =>
    replaced === null
      ? supersedes(required, data, record)
      : record.type === 'TXT' && replaced.includes(joinTxt(record.strings)),
  );
  const several =
    required.purpose === 'dkim' && before.length > 1 ? [planFinding('plan.several-keys', { name: required.name })] : [];
  // What the published text was found to lack is found again where it is merged.
  const isTold = ({ code, values }: Finding) =>
    lint.some((each) => each.code === code && JSON.stringify(each.values) === JSON.stringify(values));
  const merged = findings.filter((finding) => !isTold(finding));
  // What another key than the one that is required was meant as is no question.
  const ofToday = required.purpose === 'dkim' ? lint.map(({ readings: _readings, ...finding }) => finding) : lint;
  const told = [...ofToday, ...merged, ...several, ...behindAlias(required, data, planning)];
  const [only] = before;
  // What can't be made any better stays.
  if (before.length === 1 && only !== undefined && after.length === 1 && sameData(only, after[0] as ResourceRecord))
    return change('keep', before, before, unusable ?? told);
  const shown = required.purpose === 'dmarc' ? [...told, ...adviceOn(after)] : told;
  return change(before.length === 0 ? 'add' : 'replace', before, after, shown, edits);
}

/** Plans each record; what an SPF record’s `mx` stands for is what the exchangers will be. */
function plannedRecords(required: readonly RequiredRecord[], planning: Planning): readonly Change[] {
  const isExchanger = ({ type }: RequiredRecord) => type === 'MX';
  const exchangers = new Map(
    required.filter(isExchanger).map((record) => [record, planRecord(record, planning)] as const),
  );
  const prepared = { ...planning, dns: preparedLookup([...exchangers.values()], planning.dns) };
  return required.map(
    (record) => exchangers.get(record) ?? planRecord(record, record.match.kind === 'spf-terms' ? prepared : planning),
  );
}

/** What is to be said of a policy before it is published: whoever publishes it should get reports. */
function adviceOn(after: readonly ResourceRecord[]): readonly Finding[] {
  return lintDmarc(txtTexts(after))
    .filter(({ code }) => code === 'dmarc.no-reports')
    .map(({ span: _span, fix: _fix, ...finding }) => finding);
}

/** Whether a record lies at or below a name that another hands over, and so outside of the zone. */
function isHidden({ name, type }: Change, cut: Change): boolean {
  return cut.type === 'NS' && !(type === 'NS' && sameName(name, cut.name)) && isSubdomain(name, cut.name);
}

/** Requirements that can't stand together at one name: an alias beside anything, two keys at one selector. */
function withoutCollisions(changes: readonly Change[]): readonly Change[] {
  const clashes = (one: Change, other: Change) => {
    if (one === other) return false;
    if (isHidden(other, one) || isHidden(one, other)) return true;
    if (!sameName(one.name, other.name) || one.type === 'NS') return false;
    if (one.type === 'CNAME' || other.type === 'CNAME') {
      const [left, right] = [one.after[0], other.after[0]];
      return left === undefined || right === undefined || !sameData(left, right);
    }
    const isOneKey = one.purpose === 'dkim' && other.purpose === 'dkim';
    return (
      isOneKey &&
      !(one.after[0] !== undefined && other.after[0] !== undefined && sameData(one.after[0], other.after[0]))
    );
  };
  return changes.map((change) => {
    if (change.action === 'waiting') return change;
    const other = changes.find((each) => each.action !== 'waiting' && clashes(change, each));
    if (other === undefined) return change;
    const [cut, below] = isHidden(change, other) ? [other, change] : [change, other];
    if (isHidden(below, cut)) {
      const values = { name: below.name, cut: cut.name, first: cut.recordId, second: below.recordId };
      return asConflict(change, [planFinding('plan.below-delegation', values)]);
    }
    const values = { name: change.name, first: `${change.recordId}`, second: `${other.recordId}` };
    return asConflict(change, [planFinding('plan.two-at-one-name', values)]);
  });
}

/** A change that is not made until somebody has decided. */
function asConflict(change: Change, findings: readonly Finding[], weakens?: readonly WeakeningKind[]): Change {
  return {
    ...change,
    action: 'conflict',
    reason:
      weakens === undefined
        ? 'Something else is in the way.'
        : 'Something would be weaker, and nobody has accepted that.',
    findings: [...findings, ...change.findings],
    ...(weakens === undefined ? {} : { weakens }),
  };
}

/** What undoes a change once all are made. */
function undo(change: Change, made: readonly Change[]): Change {
  const { edits: _edits, weakens: _weakens, ...plain } = change;
  const others = made.filter((other) => other !== change && isSameSet(other, change));
  const isGone = (record: ResourceRecord) =>
    others.some((other) => other.before.some((gone) => sameData(gone, record)));
  return {
    ...plain,
    action: change.after.length === 0 ? 'add' : 'replace',
    before: change.after,
    after: change.before,
    beside: [...change.beside.filter((record) => !isGone(record)), ...others.flatMap((other) => other.after)],
    reason: change.before.length === 0 ? 'Nothing was published before.' : 'Restores what was published before.',
    findings: [],
  };
}

/**
 * Two requirements at one name and type, such as a verification token beside SPF, never touch each other's records, and
 * what one of them takes away is not taken away again.
 */
function withoutForeign(changes: readonly Change[]): readonly Change[] {
  return changes.map((change, index) => {
    const kept = changes.flatMap((other, otherIndex) => {
      if (otherIndex === index) return [];
      if (other.action === 'keep') return other.after;
      return otherIndex < index && other.action === 'replace' ? other.before : [];
    });
    const isKept = (record: ResourceRecord) => kept.some((own) => own.name === record.name && sameData(own, record));
    return change.action === 'replace'
      ? { ...change, before: change.before.filter((record) => !isKept(record)) }
      : change;
  });
}

function isMade(change: Change): boolean {
  return change.action === 'add' || change.action === 'replace';
}

function isSameSet(left: Change, right: Change): boolean {
  return left.type === right.type && sameName(left.name, right.name);
}

/** Records of one name and type have one TTL (RFC 2181 §5.2): that of those that stay, as far as the zone tells it. */
function withSetTtls(changes: readonly Change[], observations: readonly Observation[]): readonly Change[] {
  return changes.map((change) => {
    if (!isMade(change)) return change;
    const group = changes.filter((other) => isMade(other) && isSameSet(other, change));
    const isFromZone = publishedSet(observations, change.name, change.type)?.isFromZone === true;
    const gone = group.flatMap((other) => other.before);
    const stays = change.beside.find((record) => !gone.some((each) => sameData(each, record)));
    const ttl = isFromZone && stays !== undefined ? stays.ttl : group[0]?.after[0]?.ttl;
    return ttl === undefined ? change : { ...change, after: change.after.map((record) => ({ ...record, ttl })) };
  });
}

/** A logo is shown only under a strict policy: said beside the BIMI record, as the policy will be. */
function withLogoPolicy(changes: readonly Change[]): readonly Change[] {
  const dmarc = changes.find((change) => change.purpose === 'dmarc');
  const text = txtTexts(dmarc?.after ?? [])[0];
  const record = text === undefined ? null : parseDmarc(text).record;
  if (record === null) return changes;
  return changes.map((change) =>
    change.purpose === 'bimi' ? { ...change, findings: [...change.findings, ...lintBimiPolicy(record)] } : change,
  );
}

function isHandedOver({ action }: Change): boolean {
  return action === 'add' || action === 'replace' || action === 'unknown';
}

/** Says beside the policy what it leans on. */
function withPolicyAdvice(changes: readonly Change[], advice: readonly Finding[]): readonly Change[] {
  if (advice.length === 0) return changes;
  return changes.map((change) =>
    change.purpose === 'dmarc' && (isMade(change) || change.action === 'keep')
      ? { ...change, findings: [...change.findings, ...advice] }
      : change,
  );
}

/**
 * The changes that are behind a weakening: those without which it would not come; where there are none, each that would
 * bring it alone.
 */
function behind(
  { kind, finding }: Weakening,
  changes: readonly Change[],
  comeWith: (made: readonly Change[]) => readonly Weakening[],
): readonly Change[] {
  const made = changes.filter(isHandedOver);
  const isSame = (other: Weakening) =>
    other.kind === kind &&
    other.finding.code === finding.code &&
    (other.finding.values.name ?? '') === (finding.values.name ?? '');
  const needed = made.filter((change) => !comeWith(made.filter((other) => other !== change)).some(isSame));
  if (needed.length > 0) return needed;
  const sufficient = made.filter((change) => comeWith([change]).some(isSame));
  return sufficient.length > 0 ? sufficient : made;
}

/**
 * Holds required records against what was observed: what to add, replace and keep, what stands in the way, what waits
 * for a value and what is not known, in an order that is safe, the way back, and what it changes for receivers. What
 * would be weaker without having been chosen is a conflict.
 *
 * @param zone the zone that the records go into; with it, names that it delegates are told from its own.
 */
export function buildPlan(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
  zone: string | null = null,
  { beyond, chosen = [], mail = [] }: PlanContext = {},
): Plan {
  const dns = observedLookup(observations, beyond);
  const planning = { domain, observations, zone, today: dns, dns, chosen: new Set(chosen.map(({ kind }) => kind)) };
  const planned = withOwnRecords(required, plannedRecords(required, planning), planning);
  let changes: readonly Change[] = [...withLogoPolicy(withoutForeign(withoutCollisions(planned)))].sort(
    (left, right) => ORDER[left.purpose] - ORDER[right.purpose],
  );

  const subject = subjectOf(domain, required);
  const decided = decidedBy(domain, required, dns);
  let judged = judgedEffect(subject, changes, dns);
  const { before } = judged;
  const weakenedBy = (made: readonly Change[]) =>
    weakenings(domain, judgedEffect(subject, made, dns, before), decided, made);
  let weaker = weakenings(domain, judged, decided, changes);
  while (weaker.some(({ kind }) => !planning.chosen.has(kind))) {
    const unchosen = weaker.filter(({ kind }) => !planning.chosen.has(kind));
    const [first] = unchosen as [Weakening, ...Weakening[]];
    const guilty = new Set(behind(first, changes, weakenedBy));
    if (guilty.size === 0) break;
    const same = unchosen.filter(({ kind }) => kind === first.kind);
    changes = changes.map((change) =>
      guilty.has(change)
        ? asConflict(
            change,
            same.map(({ finding }) => finding),
            [first.kind],
          )
        : change,
    );
    judged = judgedEffect(subject, changes, dns, before);
    weaker = weakenings(domain, judged, decided, changes);
  }
  // Which records stay is known once it is known what is not made.
  changes = withSetTtls(withPolicyAdvice(changes, policyAdvice(domain, required, judged)), observations);
  const made = changes.filter(isMade);
  const given = new Set(weaker.map(({ kind }) => kind));
  const isOpen = ({ code, readings = [] }: Finding) => code === 'plan.policy-not-known' || readings.length > 0;
  return {
    domain,
    changes,
    wayBack: [...made].reverse().map((change) => undo(change, made)),
    findings: [...freeDomains(domain, required, dns), ...changes.flatMap((change) => change.findings)],
    effect: {
      before: effectSide(judged.before),
      after: effectSide(judged.after),
      ...(mail.length === 0 ? {} : { mail: mailEffect(mail, judged) }),
    },
    questions: [...changes.flatMap(({ findings }) => findings.filter(isOpen)), ...openQuestions(judged)],
    chosen: chosen.filter(({ kind }) => given.has(kind)),
  };
}
