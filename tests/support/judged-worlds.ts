import { networkRange, commonRanges } from '../../shared/dns/address-set.ts';
import { parseIp } from '../../shared/dns/ip.ts';
import { canonicalName, checkName, isSubdomain, sameName } from '../../shared/dns/names.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { buildPlan, questionsFor } from '../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../shared/plan/in-the-way.ts';
import { handedOver } from '../../shared/plan/record-sets.ts';
import type { Change, Plan } from '../../shared/plan/types.ts';
import type { Observation } from '../../shared/observed/observation.ts';
import { domainVerdict } from '../../shared/verdict/verdict.ts';
import { changed, meaning } from './hand-over.ts';
import { holdHandOver, READ_FORMATS } from './held-hand-overs.ts';
import { observedIn } from './observed.ts';
import type { Dns, PolicyAnswer } from './plain-receiver.ts';
import { dnsOf, isKeyUsable, policyOf, spfResult, textsAt } from './plain-receiver.ts';
import type { DomainWorld, Random } from './worlds-of-domains.ts';
import { PROVIDER_SAMPLES, SAMPLES } from './worlds-of-domains.ts';

/** Holds plans and verdicts against a receiver written apart from the product. */

/** How worlds were planned and judged: neither silence nor refusal is a way out. */
export interface Told {
  readonly plans: number;
  readonly conflicts: number;
  readonly questions: number;
  readonly refusals: number;
  readonly fixes: number;
  readonly verified: number;
  readonly couldVerify: number;
}

interface Receiver {
  readonly own: PolicyAnswer;
  readonly below: PolicyAnswer;
  readonly missing: PolicyAnswer;
  readonly passing: ReadonlySet<string>;
  readonly broken: boolean;
  readonly keys: ReadonlySet<string>;
}

const RANK = { none: 1, quarantine: 2, reject: 3 } as const;

const told = (answer: PolicyAnswer): number => (answer.policy === null ? 0 : RANK[answer.policy]);
const applied = (answer: PolicyAnswer): number => (answer.isTest && told(answer) > 1 ? told(answer) - 1 : told(answer));

function selectorsIn({ required, domain }: DomainWorld): readonly string[] {
  const suffix = `._domainkey.${domain}`;
  return required.flatMap(({ purpose, name, value }) =>
    purpose === 'dkim' && value.state === 'known' && name.endsWith(suffix) && !name.startsWith('*')
      ? [name.slice(0, -suffix.length)]
      : [],
  );
}

/** What the plain receiver makes of a domain; names below it that have no record of their own, there or not. */
function receive(world: DomainWorld, records: readonly ResourceRecord[]): Receiver {
  const { domain } = world;
  const dns = dnsOf(records);
  const results = SAMPLES.map((ip) => [ip, spfResult(ip, domain, dns)] as const);
  return {
    own: policyOf(dns, domain, dns(domain, 'TXT').exists),
    below: policyOf(dns, `x.${domain}`, true, true),
    missing: policyOf(dns, `x.${domain}`, false, true),
    passing: new Set(results.filter(([, result]) => result === 'pass').map(([ip]) => ip)),
    broken: results.some(([, result]) => result === 'permerror'),
    keys: new Set(selectorsIn(world).filter((selector) => isKeyUsable(selector, domain, dns))),
  };
}

/** What is weaker afterwards, as the plain receiver sees it. */
function weakerParts(world: DomainWorld, before: Receiver, after: Receiver): readonly string[] {
  const weaker: string[] = [];
  for (const part of ['own', 'below', 'missing'] as const) {
    if (told(after[part]) < told(before[part]) || applied(after[part]) < applied(before[part]))
      weaker.push(`policy ${part}: ${JSON.stringify(before[part])} → ${JSON.stringify(after[part])}`);
  }
  for (const address of before.own.reported)
    if (!after.own.reported.some((each) => each.toLowerCase() === address.toLowerCase()))
      weaker.push(`reports to ${address}`);
  if (!world.needs.neverSends) for (const ip of before.passing) if (!after.passing.has(ip)) weaker.push(`sender ${ip}`);
  for (const selector of before.keys) if (!after.keys.has(selector)) weaker.push(`key ${selector}`);
  return weaker;
}

function apply(records: readonly ResourceRecord[], changes: readonly Change[]): readonly ResourceRecord[] {
  return changed(records, handedOver(changes));
}

function inZone({ zone }: DomainWorld, records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  return records.filter(({ name }) => name === zone || name.endsWith(`.${zone}`));
}

/** What a plan is made from: everything that a check would ask, or the pasted zone alone. */
function planIn(
  world: DomainWorld,
  records: readonly ResourceRecord[],
  isPasted: boolean,
  observed?: readonly Observation[],
): Plan {
  const { domain, zone, required } = world;
  if (!isPasted) return buildPlan(domain, required, observed ?? observedIn(records, domain, required, zone), zone);
  const beyond = zoneLookup(inZone(world, records), { outside: 'not-known', zones: [zone] });
  return buildPlan(domain, required, pastedObservations(beyond, zone, required, questionsFor(required), 1), zone, {
    beyond,
  });
}

/** The judge's word must be the plain receiver's. */
function effectFaults(side: Plan['effect']['before'], receiver: Receiver, when: string): string[] {
  const faults: string[] = [];
  const { dmarc, senders, keys, reports } = side;
  const expect = (what: string, ours: unknown, theirs: unknown) => {
    if (ours !== 'unknown' && ours !== theirs)
      faults.push(`${when} ${what}: ours ${String(ours)}, theirs ${String(theirs)}`);
  };
  expect('policy', dmarc.policy, receiver.own.policy);
  expect('subdomainPolicy', dmarc.subdomainPolicy, receiver.below.policy);
  expect('nonexistentPolicy', dmarc.nonexistentPolicy, receiver.missing.policy);
  if (dmarc.policy !== 'unknown') expect('testing', dmarc.testing, receiver.own.isTest);
  if (dmarc.policy !== 'unknown') expect('at', dmarc.at, receiver.own.at);
  const consenting = reports.filter(({ consent }) => consent === 'yes').map(({ address }) => address);
  for (const address of consenting)
    if (!receiver.own.reported.includes(address)) faults.push(`${when} reports to ${address}: not so`);
  for (const address of receiver.own.reported)
    if (dmarc.policy !== 'unknown' && !reports.some((each) => each.address === address && each.consent !== 'no'))
      faults.push(`${when} reports to ${address}: not told`);
  for (const ip of SAMPLES) {
    const octets = parseIp(ip) ?? [];
    const isNamed = senders.networks.some((network) => {
      const [address = '', prefix] = network.split('/');
      const base = parseIp(address) ?? [];
      if (base.length !== octets.length) return false;
      const single = networkRange(octets, octets.length * 8);
      return commonRanges([networkRange(base, Number(prefix))], [single]).length > 0;
    });
    // What is not known may be an error that keeps everybody from passing.
    if (isNamed && senders.complete && !receiver.passing.has(ip)) faults.push(`${when} sender ${ip}: does not pass`);
    if (!isNamed && senders.complete && receiver.passing.has(ip)) faults.push(`${when} sender ${ip}: not told`);
  }
  for (const { selector, usable } of keys)
    if (usable !== 'unknown') expect(`key ${selector}`, usable === 'yes', receiver.keys.has(selector));
  return faults;
}

/** Records that a plan prepares and no receiver could read. */
function preparedFaults(world: DomainWorld, changes: readonly Change[], after: readonly ResourceRecord[]): string[] {
  const faults: string[] = [];
  const dns: Dns = dnsOf(after);
  for (const change of changes) {
    for (const record of change.after) if (checkName(record.name) !== null) faults.push(`${record.name} is too long`);
    if (change.purpose === 'spf') {
      const broken = SAMPLES.find((ip) => spfResult(ip, change.name, dns) === 'permerror');
      if (broken !== undefined) faults.push(`SPF at ${change.name} is a permanent error for ${broken}`);
    }
    if (change.purpose === 'dmarc') {
      const texts = textsAt(dns, change.name).filter((text) => /^\s*v\s*=\s*DMARC1\s*(;|$)/.test(text));
      if (texts.length !== 1) faults.push(`${texts.length} DMARC records at ${change.name}`);
      if (policyOf(dns, world.domain, true).at !== world.domain) faults.push('the DMARC record is not read');
    }
  }
  return faults;
}

/** What became of a world. */
export interface Judged {
  /** What is wrong, if anything. */
  readonly faults: readonly string[];
  readonly told: Told;
  /** The world with the exported plan applied. */
  readonly after: readonly ResourceRecord[];
  readonly selectors: readonly string[];
}

/** What was certainly meant by a text that receivers can't read, or not in full, is what takes its place. */
function meaningFaults({ domain, meant }: DomainWorld, changes: readonly Change[]): readonly string[] {
  const change = changes.find(({ purpose, name }) => purpose === 'dmarc' && name === `_dmarc.${domain}`);
  const [after] = change?.after ?? [];
  if (meant === null || change?.action === 'conflict' || after?.type !== 'TXT') return [];
  const text = after.strings.join('');
  const policyIn = (record: string) => RANK[(/p=(none|quarantine|reject)/.exec(record)?.[1] ?? 'none') as 'none'];
  const lost = [...meant.matchAll(/mailto:([^,;]+)/g)].flatMap(([, address = '']) =>
    text.includes(address) ? [] : [`meant to report to ${address}: ${text}`],
  );
  return policyIn(text) < policyIn(meant) ? [...lost, `meant as ${meant}: ${text}`] : lost;
}

/** Whether something does stand where a refused record is to go: no server would load both, or mail would be turned away. */
function isRefusalFounded({ required, records }: DomainWorld, change: Change): boolean {
  const { name, type, recordId } = change;
  if (checkName(name) !== null) return true;
  const here = records.filter((record) => sameName(record.name, name));
  const asked = required.filter((record) => sameName(record.name, name) && record.id !== recordId);
  const isCut = (each: { readonly type: string; readonly name: string }) =>
    each.type === 'NS' && isSubdomain(name, each.name);
  if (type === 'NS') {
    const isOther = (each: { readonly name: string }) => isSubdomain(each.name, name);
    const isMeant = (record: ResourceRecord) =>
      change.after.some((after) => meaning(after, false) === meaning(record, false));
    return (
      records.some((each) => isOther(each) && !isMeant(each)) ||
      required.some((each) => each.id !== recordId && isOther(each))
    );
  }
  if (records.some(isCut) || required.some(isCut)) return true;
  const isAlias = (each: { readonly type: string }) => each.type === 'CNAME';
  if (type === 'CNAME') return here.some((record) => !isAlias(record)) || asked.length > 0;
  if (here.some(isAlias) || asked.some(isAlias)) return true;
  if (type === 'MX') return here.some((record) => record.type === 'MX' && record.exchange !== '');
  return asked.some(({ purpose }) => purpose === 'dkim');
}

/** The plan in one of the formats, and back: what the format holds is what the plan says. */
function handOverFaults(known: readonly ResourceRecord[], plan: Plan, random: Random): readonly string[] {
  const id = READ_FORMATS[random(READ_FORMATS.length)] as string;
  try {
    holdHandOver(id, known, plan, { texts: 0, leftOut: 0 });
    return [];
  } catch (error) {
    return [`handed over as ${id}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/**
 * Plans and judges one world.
 *
 * @param isPasted the plan is made from the pasted zone alone.
 * @param random chooses the format that the plan is handed over in.
 */
export function judgeWorld(world: DomainWorld, isPasted: boolean, random: Random): Judged {
  const { domain, zone, required, records, needs } = world;
  const faults: string[] = [];
  const plan = planIn(world, records, isPasted);
  const exported = handedOver(plan.changes);
  const before = receive(world, records);
  const afterRecords = apply(records, plan.changes);
  const after = receive(world, afterRecords);

  for (const weaker of weakerParts(world, before, after)) {
    // What lies outside of the pasted zone can't be known: then the plan has to say so.
    const isOpen = isPasted && plan.questions.length > 0;
    if (!isOpen) faults.push(`weaker: ${weaker}`);
  }
  faults.push(...effectFaults(plan.effect.before, before, 'before'));
  faults.push(...effectFaults(plan.effect.after, after, 'after'));
  if (plan.effect.after.dmarc.policy === 'unknown' && plan.questions.length === 0)
    faults.push('the policy is not known, and no question is open');
  if (!isPasted) faults.push(...preparedFaults(world, exported, afterRecords));

  const decisions = plan.changes.filter(({ weakens }) => weakens !== undefined);
  for (const decision of decisions) {
    const taken = changed(afterRecords, [{ ...decision, action: 'replace' }]);
    const [old, now] = [dnsOf(afterRecords), dnsOf(taken)];
    const names = [domain, decision.name];
    const isFounded =
      weakerParts(world, after, receive(world, taken)).length > 0 ||
      SAMPLES.some((ip) =>
        names.some((name) => {
          const [was, is] = [spfResult(ip, name, old), spfResult(ip, name, now)];
          return is === 'permerror' || (was === 'pass' && is !== 'pass');
        }),
      );
    if (!isFounded && !isPasted)
      faults.push(`needless conflict: ${decision.recordId} ${decision.weakens?.join() ?? ''}`);
  }

  faults.push(...meaningFaults(world, plan.changes));
  faults.push(...handOverFaults(isPasted ? inZone(world, records) : records, plan, random));

  const observed = observedIn(afterRecords, domain, required, zone);
  for (const change of plan.changes)
    if (change.action === 'conflict' && change.weakens === undefined && !isRefusalFounded(world, change))
      faults.push(`needless refusal: ${change.recordId} ${change.findings[0]?.code ?? ''}`);

  const again = planIn(world, afterRecords, isPasted, observed);
  const left = again.changes.filter(({ action }) => action === 'add' || action === 'replace');
  for (const change of left) faults.push(`planned again: ${change.action} ${change.recordId} ${change.name}`);

  const verdict = domainVerdict(domain, required, observed, zone);
  const isWhole = plan.changes.every(({ action, recordId }) => {
    const isOptional = required.find(({ id }) => id === recordId)?.optional === true;
    return isOptional || (action !== 'conflict' && action !== 'waiting');
  });
  const couldVerify = !isPasted && isWhole && world.isProviderReady;
  if (couldVerify && verdict.verdict !== 'verified') {
    const wrong = verdict.records.find((record) => record.verdict !== 'verified');
    faults.push(`not verified: ${verdict.verdict}, ${wrong?.recordId ?? ''}: ${wrong?.fact.code ?? ''}`);
  }
  if (verdict.verdict === 'verified' && !needs.neverSends) {
    const dns = dnsOf(afterRecords);
    for (const { match, name } of required) {
      if (match.kind !== 'spf-terms' || match.terms.length === 0) continue;
      const failed = PROVIDER_SAMPLES.find((ip) => spfResult(ip, name, dns) !== 'pass');
      if (failed !== undefined) faults.push(`verified, and ${failed} does not pass at ${name}`);
    }
    for (const selector of selectorsIn(world))
      if (!after.keys.has(selector)) faults.push(`verified, and the key ${selector} is of no use`);
    if (after.own.at === null) faults.push('verified, and no policy applies');
  }
  const names = new Set(
    plan.changes.filter(({ action }) => action === 'conflict').map(({ name }) => canonicalName(name)),
  );
  return {
    faults,
    told: {
      plans: exported.length > 0 ? 1 : 0,
      conflicts: decisions.length > 0 ? 1 : 0,
      questions: plan.questions.length > 0 ? 1 : 0,
      refusals: names.size > decisions.length ? 1 : 0,
      fixes: plan.changes.some(({ findings }) => findings.some(({ fix }) => fix !== undefined)) ? 1 : 0,
      verified: verdict.verdict === 'verified' ? 1 : 0,
      couldVerify: couldVerify ? 1 : 0,
    },
    after: afterRecords,
    selectors: selectorsIn(world),
  };
}
