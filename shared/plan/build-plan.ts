import { lintDkimAnswer } from '../dkim/key-record.ts';
import { lintDmarc, parseDmarc, printDmarc, strictness } from '../dmarc/record.ts';
import { canonicalName, sameName } from '../dns/names.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';
import { joinTxt, splitTxt, textToOctets } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../findings/plan.ts';
import { lintBimi, lintBimiPolicy } from '../policy/bimi.ts';
import { lintMtaSts } from '../policy/mta-sts.ts';
import { lintTlsRpt } from '../policy/tls-rpt.ts';
import { lintSpf } from '../spf/lint.ts';
import { mergeChosen, noSpfChoice } from '../spf/choice.ts';
import type { SpfEdit } from '../spf/merge.ts';
import { mergeSpf } from '../spf/merge.ts';
import { dataAt, delegationAbove, wildcardBehind } from './in-the-way.ts';
import type { PublishedSet } from './observed.ts';
import { publishedSet } from './observed.ts';
import { concerned, sameData, satisfies, txtTexts } from './satisfies.ts';
import type { Change, Observation, Plan, RecordPurpose, RecordValue, RequiredRecord } from './types.ts';

/** The order in which changes are safe: keys before the policies that rely on them. */
const ORDER: readonly RecordPurpose[] = [
  'dkim',
  'verification',
  'mx',
  'return-path',
  'spf',
  'report-authorisation',
  'dmarc',
  'tracking',
  'mta-sts',
  'tls-rpt',
  'bimi',
];

/** The questions that have to be answered to plan and judge these records. */
export function questionsFor(
  required: readonly RequiredRecord[],
): readonly { readonly name: string; readonly type: QueryType }[] {
  const questions: { name: string; type: QueryType }[] = [];
  for (const { name, type, value } of required) {
    const isAsked = questions.some((other) => other.type === type && sameName(other.name, name));
    if (value.state === 'known' && !isAsked) questions.push({ name, type });
  }
  return questions;
}

function toRecord(required: RequiredRecord, data: RecordValue): ResourceRecord {
  return { name: required.name, ttl: required.ttl, ...data };
}

function txtRecord(required: RequiredRecord, text: string): ResourceRecord {
  return { name: required.name, ttl: required.ttl, type: 'TXT', strings: splitTxt(textToOctets(text)) };
}

/** The SPF record to publish, and how it came about. */
export function plannedSpf(
  required: RequiredRecord,
  published: readonly string[],
): { readonly record: string; readonly edits: readonly SpfEdit[]; readonly findings: readonly Finding[] } {
  if (required.match.kind !== 'spf-terms') return mergeSpf(published, { add: [] });
  return mergeChosen(published, required.match.terms, required.match.choice ?? noSpfChoice);
}

/** The DMARC record to publish: the stricter policy of the two, and the report addresses of both. */
function plannedDmarc(required: string, published: string | undefined): string {
  const wanted = parseDmarc(required).record;
  const have = parseDmarc(published ?? '').record;
  if (wanted === null || have === null) return required;
  const addresses = [...have.aggregateReports];
  for (const address of wanted.aggregateReports) {
    if (!addresses.some((known) => known.toLowerCase() === address.toLowerCase())) addresses.push(address);
  }
  const stricter = strictness(have.policy) > strictness(wanted.policy) ? have : wanted;
  const { subdomainPolicy } = wanted;
  const keptForSubdomains = have.subdomainPolicy ?? stricter.policy;
  const isLooser = subdomainPolicy !== undefined && strictness(keptForSubdomains) < strictness(subdomainPolicy);
  return printDmarc({
    ...have,
    policy: stricter.policy,
    policyTakenAsNone: false,
    testing: stricter.testing,
    ...(isLooser ? { subdomainPolicy } : {}),
    dkimAlignment: wanted.dkimAlignment === 'strict' ? 'strict' : have.dkimAlignment,
    spfAlignment: wanted.spfAlignment === 'strict' ? 'strict' : have.spfAlignment,
    aggregateReports: addresses,
  });
}

function plannedRecords(
  required: RequiredRecord,
  data: RecordValue,
  before: readonly ResourceRecord[],
): readonly ResourceRecord[] {
  const texts = txtTexts(before);
  if (required.match.kind === 'spf-terms') return [txtRecord(required, plannedSpf(required, texts).record)];
  if (required.match.kind === 'dmarc-policy' && data.type === 'TXT') {
    return [txtRecord(required, plannedDmarc(joinTxt(data.strings), texts.length === 1 ? texts[0] : undefined))];
  }
  return [toRecord(required, data)];
}

/** The text that a TXT requirement asks for, once it is known. */
function requiredText({ value }: RequiredRecord): string | undefined {
  return value.state === 'known' && value.data.type === 'TXT' ? joinTxt(value.data.strings) : undefined;
}

const LINTS: Readonly<Partial<Record<RecordPurpose, (texts: readonly string[]) => readonly Finding[]>>> = {
  dmarc: lintDmarc,
  'mta-sts': lintMtaSts,
  'tls-rpt': lintTlsRpt,
  bimi: lintBimi,
};

function lintPublished(required: RequiredRecord, published: readonly ResourceRecord[]): Finding[] {
  const texts = txtTexts(published);
  if (texts.length === 0) return [];
  if (required.purpose === 'spf') return texts.slice(0, 5).flatMap(lintSpf);
  if (required.purpose === 'dkim' && required.type === 'TXT') return lintDkimAnswer(texts, requiredText(required));
  const lint = LINTS[required.purpose];
  return lint === undefined || required.type !== 'TXT' ? [] : [...lint(texts)];
}

function reasonFor(action: Change['action'], required: RequiredRecord, before: readonly ResourceRecord[]): string {
  switch (action) {
    case 'keep':
      return 'What is published fulfils it.';
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
      return 'Something else stands in the way.';
  }
}

/**
 * Whether a required value takes the place of a published record that is not the same: of its kind by version
 * (`v=spf1`), or by the name that verification tokens carry in front.
 */
function supersedes(required: RequiredRecord, data: RecordValue, record: ResourceRecord): boolean {
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
    reason: reasonFor(action, required, before),
    findings,
  };
}

function planRecord(required: RequiredRecord, observations: readonly Observation[], zone: string | null): Change {
  const published: PublishedSet | null = publishedSet(observations, required.name, required.type);
  const change = (
    action: Change['action'],
    before: readonly ResourceRecord[],
    after: readonly ResourceRecord[],
    findings: readonly Finding[] = [],
  ) => makeChange(required, published, action, before, after, findings);

  if (required.value.state === 'waiting') return change('waiting', [], []);
  const { data } = required.value;
  const isFulfilled = published !== null && satisfies(required, published.records);
  const cut = isFulfilled || zone === null ? null : delegationAbove(required.name, zone, observations);
  if (cut !== null) return change('conflict', [], [toRecord(required, data)], [planFinding('plan.delegated', cut)]);
  if (published === null) {
    const terms = required.match.kind === 'spf-terms' ? required.match.terms.join(' ') : '';
    const findings = [
      planFinding('plan.not-observed'),
      ...(terms === '' ? [] : [planFinding('plan.spf-may-exist', { terms })]),
    ];
    return change('unknown', [], plannedRecords(required, data, []), findings);
  }

  const relevant = concerned(required, published.records);
  const lint = lintPublished(required, relevant);
  const [alias] = published.aliases;
  if (isFulfilled) {
    // A record reached through an alias is somebody else's to change; it is fine as it is.
    return change('keep', alias === undefined ? relevant : [], alias === undefined ? relevant : [], lint);
  }
  const wildcard = wildcardBehind(required.name, required.type, published, observations);
  if (wildcard !== null) {
    // Nothing stands at the name itself: the new record takes the wildcard's place there (RFC 4592 §2.2.1).
    const finding = planFinding('plan.wildcard-ends', { wildcard, name: required.name });
    return makeChange(required, null, 'add', [], plannedRecords(required, data, []), [finding]);
  }
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
  }
  if (isNullMx(data) && relevant.length > 0) {
    const exchanges = relevant.map((record) => (record.type === 'MX' ? record.exchange : '')).join(', ');
    const finding = planFinding('plan.receives-mail', { name: required.name, exchanges });
    return change('conflict', [], [toRecord(required, data)], [finding]);
  }
  const before = relevant.filter((record) => supersedes(required, data, record));
  const after = plannedRecords(required, data, before);
  const several =
    required.purpose === 'dkim' && before.length > 1 ? [planFinding('plan.several-keys', { name: required.name })] : [];
  return change(before.length === 0 ? 'add' : 'replace', before, after, [...lint, ...several]);
}

/** What undoes a change once all are made. */
function undo(change: Change, made: readonly Change[]): Change {
  const others = made.filter((other) => other !== change && isSameSet(other, change));
  const isGone = (record: ResourceRecord) =>
    others.some((other) => other.before.some((gone) => sameRecord(gone, record)));
  return {
    ...change,
    action: change.after.length === 0 ? 'add' : 'replace',
    before: change.after,
    after: change.before,
    beside: [...change.beside.filter((record) => !isGone(record)), ...others.flatMap((other) => other.after)],
    reason: change.before.length === 0 ? 'Nothing was published before.' : 'Restores what was published before.',
    findings: [],
  };
}

/** Two requirements at one name and type, such as a verification token beside SPF, never touch each other's records. */
function withoutForeign(changes: readonly Change[]): readonly Change[] {
  return changes.map((change, index) => {
    const kept = changes.flatMap((other, otherIndex) =>
      otherIndex === index ? [] : other.action === 'keep' ? other.after : [],
    );
    const isKept = (record: ResourceRecord) => kept.some((own) => own.name === record.name && sameRecord(own, record));
    return change.action === 'replace'
      ? { ...change, before: change.before.filter((record) => !isKept(record)) }
      : change;
  });
}

function isMade(change: Change): boolean {
  return change.action === 'add' || change.action === 'replace';
}

function isSameSet(left: Change, right: Change): boolean {
  return left.type === right.type && canonicalName(left.name) === canonicalName(right.name);
}

/** Records of one name and type have one TTL (RFC 2181 §5.2): that of those that stay, as far as the zone tells it. */
function withSetTtls(changes: readonly Change[], observations: readonly Observation[]): readonly Change[] {
  return changes.map((change) => {
    if (!isMade(change)) return change;
    const group = changes.filter((other) => isMade(other) && isSameSet(other, change));
    const isFromZone = publishedSet(observations, change.name, change.type)?.isFromZone === true;
    const gone = group.flatMap((other) => other.before);
    const stays = change.beside.find((record) => !gone.some((each) => sameRecord(each, record)));
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

function sameRecord(left: ResourceRecord, right: ResourceRecord): boolean {
  if (left.type === 'TXT') return sameData(right, { type: 'TXT', strings: left.strings });
  if (left.type === 'CNAME') return sameData(right, { type: 'CNAME', target: left.target });
  if (left.type === 'MX') return sameData(right, { type: 'MX', preference: left.preference, exchange: left.exchange });
  return false;
}

/**
 * Holds required records against what was observed: what to add, replace and keep, what stands in the way, what waits
 * for a value and what is not known, in an order that is safe, and the way back.
 *
 * @param zone the zone that the records go into; with it, names that it delegates are told from its own.
 */
export function buildPlan(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
  zone: string | null = null,
): Plan {
  const planned = required.map((record) => planRecord(record, observations, zone));
  const changes = [...withLogoPolicy(withSetTtls(withoutForeign(planned), observations))].sort(
    (left, right) => ORDER.indexOf(left.purpose) - ORDER.indexOf(right.purpose),
  );
  const made = changes.filter(isMade);
  return {
    domain,
    changes,
    wayBack: [...made].reverse().map((change) => undo(change, made)),
    findings: changes.flatMap((change) => change.findings),
  };
}
