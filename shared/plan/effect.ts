import { domainOfAddress } from '../dns/mail-address.ts';
import { countText } from '../text/counted.ts';
import type { AddressSet } from '../dns/address-set.ts';
import { addressCount, isEmptySet, networksIn, noAddresses, united, without } from '../dns/address-set.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import type { Asking } from '../dns/asking.ts';
import { sameName } from '../dns/names.ts';
import { overlayLookup, wildcardAnswering } from '../dns/overlay-lookup.ts';
import type { DmarcPolicy } from '../dmarc/record.ts';
import { strictness } from '../dmarc/record.ts';
import { consentName } from '../dmarc/reports.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from './findings.ts';
import type { Judgement, PermanentError, Subject } from '../judge/judge.ts';
import { judgedAtOnce, judgementQuestions } from '../judge/judge.ts';
import type { PolicyInForce } from '../judge/policy.ts';
import type { EvaluateSenders } from '../judge/senders.ts';
import { sendersAtOnce, sendersByRecord } from '../judge/senders.ts';
import { spfText } from '../spf/syntax.ts';
import { questionsBehind } from './judged-view.ts';
import { handedOver, recordSets } from './record-sets.ts';
import type { Change, WeakeningKind } from './types.ts';
import type { RequiredRecord } from '../required/record.ts';

/** What a plan changes for receivers: the judge's word on DNS as it is and on DNS with the plan laid over it. */

const WEAKENING_CODES: ReadonlySet<string> = new Set([
  'plan.weaker-policy',
  'plan.reports-lost',
  'plan.sender-lost',
  'plan.key-lost',
  'plan.new-permerror',
]);

/** Whether a finding tells of something that would be weaker. */
export function isWeakeningCode(code: string): boolean {
  return WEAKENING_CODES.has(code);
}

/** Something that would be weaker afterwards. */
export interface Weakening {
  readonly kind: WeakeningKind;
  readonly finding: Finding;
}

const SELECTOR = /^(.+)\._domainkey\.(.+)$/i;

/** What there is to judge of a domain with these records. */
export function subjectOf(domain: string, required: readonly RequiredRecord[]): Subject {
  const bounceDomains: string[] = [];
  const keys: { selector: string; domain: string }[] = [];
  for (const { purpose, name, value } of required) {
    if (value.state === 'waiting') continue;
    const isBounce = purpose === 'return-path' || purpose === 'mx' || purpose === 'spf';
    const isNew = !sameName(name, domain) && !bounceDomains.some((known) => sameName(known, name));
    if (isBounce && isNew) bounceDomains.push(name);
    if (purpose !== 'dkim') continue;
    const [, selector, signer] = SELECTOR.exec(name) ?? [];
    if (selector === undefined || signer === undefined || selector === '*') continue;
    if (!keys.some((key) => sameName(key.selector, selector))) keys.push({ selector, domain: signer });
  }
  return { domain, bounceDomains, keys };
}

/**
 * Asks for everything that a domain and its requirements are judged by, beside the questions of `questionsFor`.
 *
 * @param evaluate how an SPF record is evaluated.
 */
export function* judgedQuestions(
  domain: string,
  required: readonly RequiredRecord[],
  evaluate: EvaluateSenders = sendersByRecord,
): Asking<void> {
  // Keys that stand at their own names are required records, which `questionsFor` asks for.
  const others = required.filter(({ purpose, type }) => purpose !== 'dkim' || type !== 'TXT');
  yield* judgementQuestions(subjectOf(domain, others), evaluate);
  for (const record of required) {
    for (const question of questionsBehind(record)) yield question;
    // What the provider sends from has to be known, whether its terms are published or not.
    if (record.match.kind === 'spf-terms' && record.value.state === 'known')
      for (const term of record.match.terms) {
        const senders = evaluate(record.name, spfText([term, '-all']));
        if ('next' in senders) yield* senders;
      }
  }
}

/** Every name lies in it: what a plan changes may lie in several zones. */
const ROOT = '';

/** DNS with a plan's changes made. */
export function preparedLookup(changes: readonly Change[], dns: LookupAtOnce): LookupAtOnce {
  const sets = recordSets({ changes, zone: ROOT });
  if (sets.length === 0) return dns;
  return overlayLookup(
    sets.map(({ name, type, all }) => ({ name, type, records: all })),
    dns,
  );
}

/**
 * Judges DNS as it is and as it will be.
 *
 * @param before DNS as it is, where it was judged already.
 */
export function judgedEffect(
  subject: Subject,
  changes: readonly Change[],
  dns: LookupAtOnce,
  before: Judgement = judgedAtOnce(subject, dns),
): { readonly before: Judgement; readonly after: Judgement } {
  const prepared = preparedLookup(changes, dns);
  return { before, after: prepared === dns ? before : judgedAtOnce(subject, prepared) };
}

/** No record at all is the mildest. */
const NOTHING = -1;

function rank(policy: PolicyInForce, testing: boolean): { readonly told: number; readonly applied: number } | null {
  if (policy === 'unknown') return null;
  if (policy === null) return { told: NOTHING, applied: NOTHING };
  const told = strictness(policy);
  return { told, applied: testing ? Math.max(told - 1, 0) : told };
}

function policyText(policy: DmarcPolicy | 'unknown' | null, testing: boolean): string {
  if (policy === null) return 'no policy';
  return testing ? `${policy} as a test` : policy;
}

/** Policies that receivers of either standard would apply more mildly (RFC 9989 §4.7; RFC 7489 knows no `t=`). */
function policyWeakenings(before: Judgement, after: Judgement, domain: string): readonly Weakening[] {
  const parts = [
    ['policy', 'testing', `from ${domain}`],
    ['subdomainPolicy', 'testingBelow', `from names below ${domain}`],
    ['nonexistentPolicy', 'testingBelow', `from names below ${domain} that do not exist`],
  ] as const;
  return parts.flatMap(([part, testing, mail]): readonly Weakening[] => {
    const [was, is] = [before.dmarc, after.dmarc];
    const [old, now] = [rank(was[part], was[testing]), rank(is[part], is[testing])];
    if (old === null || now === null || (now.told >= old.told && now.applied >= old.applied)) return [];
    const values = { mail, before: policyText(was[part], was[testing]), after: policyText(is[part], is[testing]) };
    return [{ kind: 'policy', finding: planFinding('plan.weaker-policy', values) }];
  });
}

function reportWeakenings(before: Judgement, after: Judgement): readonly Weakening[] {
  return before.reports.flatMap(({ address, consent }): readonly Weakening[] => {
    const kept = after.reports.find((report) => report.address.toLowerCase() === address.toLowerCase());
    if (consent === 'no' || (kept !== undefined && kept.consent !== 'no')) return [];
    const why =
      kept === undefined
        ? 'The record no longer names it.'
        : 'It is of another organization, and consents to reports of the domain above alone.';
    return [{ kind: 'reports', finding: planFinding('plan.reports-lost', { address, why }) }];
  });
}

/** Networks that a sentence names. */
const NAMED = 3;

function networksText(set: AddressSet): string {
  const named = networksIn(set, NAMED + 1);
  return `${named.slice(0, NAMED).join(', ')}${named.length > NAMED ? ' and more' : ''}`;
}

function senderWeakenings(
  before: Judgement,
  after: Judgement,
  { senders: chosen, unused }: Pick<Decided, 'senders' | 'unused'>,
): readonly Weakening[] {
  return before.senders.flatMap((was, index): readonly Weakening[] => {
    const is = after.senders[index];
    if (is === undefined || unused.has(was.domain) || (chosen === 'all' && index === 0)) return [];
    const gone = without(was.passing, is.passing);
    const lost = index === 0 && chosen !== 'all' ? without(gone, chosen) : gone;
    if (isEmptySet(lost)) return [];
    const count = countText(addressCount(lost));
    const values = { name: was.domain, count, networks: networksText(lost) };
    return [{ kind: 'senders', finding: planFinding('plan.sender-lost', values) }];
  });
}

function keyWeakenings(before: Judgement, after: Judgement, revoked: ReadonlySet<string>): readonly Weakening[] {
  return before.keys.flatMap(({ selector, usable }, index): readonly Weakening[] => {
    const isLost = usable === 'yes' && after.keys[index]?.usable === 'no' && !revoked.has(selector.toLowerCase());
    return isLost ? [{ kind: 'keys', finding: planFinding('plan.key-lost', { selector }) }] : [];
  });
}

/** Errors that come; an SPF record that is written anew must be none, whatever it was before. */
function errorWeakenings(before: Judgement, after: Judgement, changes: readonly Change[]): readonly Weakening[] {
  const isWritten = (name: string) =>
    handedOver(changes).some((change) => change.purpose === 'spf' && sameName(change.name, name));
  const isKept = (name: string) =>
    !isWritten(name) &&
    before.senders.some((was, index) => was.domain === name && was.record === after.senders[index]?.record);
  const isOld = (error: PermanentError) =>
    (error.standard !== 'SPF' || isKept(error.name)) &&
    before.permerrors.some(({ name, standard }) => name === error.name && standard === error.standard);
  return after.permerrors.flatMap((error): readonly Weakening[] =>
    isOld(error) ? [] : [{ kind: 'permerrors', finding: planFinding('plan.new-permerror', { ...error }) }],
  );
}

/** What the person has decided that makes something weaker. */
interface Decided {
  /** Addresses that the domain's own SPF record may lose. */
  readonly senders: AddressSet | 'all';
  /** Selectors whose keys are revoked, in lower case. */
  readonly revoked: ReadonlySet<string>;
  /** Bounce domains that come into being as aliases: what a wildcard says at such a name nobody has ever sent by. */
  readonly unused: ReadonlySet<string>;
}

function unusedBounceDomains(required: readonly RequiredRecord[], dns: LookupAtOnce): ReadonlySet<string> {
  const aliases = required.filter(({ purpose, type }) => purpose === 'return-path' && type === 'CNAME');
  return new Set(aliases.map(({ name }) => name).filter((name) => wildcardAnswering(name, 'TXT', dns) !== null));
}

function revokedSelectors(required: readonly RequiredRecord[]): ReadonlySet<string> {
  const revoked = new Set<string>();
  for (const { purpose, name, value, match } of required) {
    const data = value.state === 'known' ? value.data : null;
    const isRevoked = match.kind === 'dkim-key' && data?.type === 'TXT' && data.strings.join('').endsWith('p=');
    const selector = SELECTOR.exec(name)?.[1];
    if (purpose === 'dkim' && isRevoked && selector !== undefined) revoked.add(selector.toLowerCase());
  }
  return revoked;
}

/** What a domain's requirements themselves give up. */
export function decidedBy(domain: string, required: readonly RequiredRecord[], dns: LookupAtOnce): Decided {
  const given = { revoked: revokedSelectors(required), unused: unusedBounceDomains(required, dns) };
  const own = required.find(({ purpose, name }) => purpose === 'spf' && sameName(name, domain))?.match;
  if (own?.kind === 'no-senders') return { senders: 'all', ...given };
  if (own?.kind !== 'spf-terms' || own.choice === undefined) return { senders: noAddresses, ...given };
  if (own.choice.edited !== null) return { senders: 'all', ...given };
  const senders = own.choice.remove.reduce(
    (all, term) => united(all, sendersAtOnce(domain, spfText([term, '-all']), dns).passing),
    noAddresses,
  );
  return { senders, ...given };
}

/** Everything that would be weaker once the changes are made, without having been decided. */
export function weakenings(
  domain: string,
  { before, after }: { readonly before: Judgement; readonly after: Judgement },
  decided: Decided,
  changes: readonly Change[],
): readonly Weakening[] {
  if (before === after) return [];
  return [
    ...policyWeakenings(before, after, domain),
    ...reportWeakenings(before, after),
    ...senderWeakenings(before, after, decided),
    ...keyWeakenings(before, after, decided.revoked),
    ...errorWeakenings(before, after, changes),
  ];
}

/** Questions that are open: what the judge does not know. */
export function openQuestions({
  before,
  after,
}: {
  readonly before: Judgement;
  readonly after: Judgement;
}): readonly Finding[] {
  const findings: Finding[] = [];
  const names = [...new Set([...before.senders, ...after.senders].flatMap(({ notKnown }) => notKnown))];
  if (names.length > 0) findings.push(planFinding('plan.senders-not-known', { names: names.slice(0, 5).join(', ') }));
  for (const { address, consent } of after.reports) {
    if (consent !== 'unknown') continue;
    const destination = domainOfAddress(address);
    const name = consentName(after.dmarc.at ?? '', destination);
    findings.push(planFinding('plan.consent-not-known', { address, name }));
  }
  return findings;
}
