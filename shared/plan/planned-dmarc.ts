import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import { isDmarcRecord, parseDmarc, printDmarc, strictness } from '../dmarc/record.ts';
import { effectivePolicies } from '../dmarc/evaluate.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import { askedAtOnce } from '../dns/asking.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from './findings.ts';
import type { PolicyView } from '../judge/policy.ts';
import { policyInForce } from '../judge/policy.ts';
import { remembering } from '../memo.ts';
import { repairDmarc } from '../dmarc/repair.ts';
import { dmarcTextsOf } from './meant.ts';
import type { EditedText } from '../required/record.ts';

/** The DMARC record to publish: what is wanted, and all that holds today. */

function stricter(left: DmarcPolicy, right: DmarcPolicy): DmarcPolicy {
  return strictness(right) > strictness(left) ? right : left;
}

function addressesOf(...lists: readonly (readonly string[])[]): readonly string[] {
  const addresses: string[] = [];
  for (const address of lists.flat())
    if (!addresses.some((known) => known.toLowerCase() === address.toLowerCase())) addresses.push(address);
  return addresses;
}

/** A record with other policies. What `sp=` and `np=` would only repeat is left out where the record has none. */
function withPolicies(
  record: DmarcRecord,
  { policy, subdomains, nonexistent }: Record<'policy' | 'subdomains' | 'nonexistent', DmarcPolicy>,
): DmarcRecord {
  const { subdomainPolicy: sp, nonexistentPolicy: np, ...rest } = record;
  return {
    ...rest,
    policy,
    policyTakenAsNone: false,
    ...(sp === undefined && subdomains === policy ? {} : { subdomainPolicy: subdomains }),
    ...(np === undefined && nonexistent === subdomains ? {} : { nonexistentPolicy: nonexistent }),
  };
}

function policiesOf(record: DmarcRecord) {
  const subdomains = record.subdomainPolicy ?? record.policy;
  return { policy: record.policy, subdomains, nonexistent: record.nonexistentPolicy ?? subdomains };
}

/** Whether receivers would do less to failing mail by the one record than by the other. */
function isMilder(record: DmarcRecord, than: DmarcRecord): boolean {
  const [one, other] = [effectivePolicies(record), effectivePolicies(than)];
  return (['own', 'subdomains', 'nonexistent'] as const).some(
    (part) => strictness(one[part]) < strictness(other[part]),
  );
}

/**
 * What is wanted laid over what holds: each policy the stricter of the two, strict alignment where either has it, the
 * report addresses of both. A test is begun with a stricter policy alone, and never where receivers would do less than
 * today.
 */
export function withHeld(wanted: DmarcRecord, held: DmarcRecord): DmarcRecord {
  const [want, have] = [policiesOf(wanted), policiesOf(held)];
  const policy = stricter(have.policy, want.policy);
  const isStep = policy !== have.policy;
  const isWanted = wanted.subdomainPolicy !== undefined;
  // Without sp= subdomains follow p=, also to what is stricter.
  const follows = held.subdomainPolicy === undefined ? policy : have.subdomains;
  const subdomains = isWanted ? stricter(have.subdomains, want.subdomains) : follows;
  const nonexistent =
    held.nonexistentPolicy === undefined
      ? subdomains
      : stricter(have.nonexistent, isWanted ? want.subdomains : have.nonexistent);
  const merged: DmarcRecord = {
    ...withPolicies(held, { policy, subdomains, nonexistent }),
    dkimAlignment: wanted.dkimAlignment === 'strict' ? 'strict' : held.dkimAlignment,
    spfAlignment: wanted.spfAlignment === 'strict' ? 'strict' : held.spfAlignment,
    aggregateReports: addressesOf(held.aggregateReports, wanted.aggregateReports),
    testing: isStep ? wanted.testing : held.testing && (wanted.testing || want.policy !== policy || policy === 'none'),
  };
  return merged.testing && isMilder(merged, held) ? { ...withPolicies(merged, have), testing: held.testing } : merged;
}

/** Pairs of texts that are remembered. */
const REMEMBERED = 256;

/** By the published and the wanted text as JSON: whether nothing is left to change. */
const suffices = remembering(REMEMBERED, (pair): boolean => {
  const [text, required] = JSON.parse(pair) as [string, string];
  const [published, wanted] = [parseDmarc(text), parseDmarc(required)];
  const isInvalid = published.findings.some(({ code }) => code === 'dmarc.repeated-tag');
  if (isInvalid || published.record === null || wanted.record === null || published.record.policyTakenAsNone)
    return false;
  const read = printDmarc(published.record);
  return printDmarc(withHeld(wanted.record, published.record)) === read && !saysMore(text, read);
});

/** Whether a text was certainly meant to say more than receivers read, such as where reports go. */
function saysMore(text: string, read: string): boolean {
  const repair = repairDmarc(text);
  const meant = repair?.isCertain === true ? parseDmarc(repair.text).record : null;
  return meant !== null && printDmarc(meant) !== read;
}

/** Whether a published DMARC record does at least what is required: as strict, and reporting to the wanted addresses. */
export function dmarcSuffices(published: string, wanted: string): boolean {
  return suffices(JSON.stringify([published, wanted]));
}

/** Several records as one: nothing of any is lost. */
function together(records: readonly DmarcRecord[]): DmarcRecord | null {
  const [first, ...others] = records;
  if (first === undefined) return null;
  return others.reduce((held, record) => {
    const merged = withHeld({ ...record, testing: false }, held);
    const failureReports = addressesOf(held.failureReports, record.failureReports);
    const failureOptions = held.failureReports.length === 0 ? record.failureOptions : held.failureOptions;
    return { ...merged, testing: held.testing && record.testing, failureReports, failureOptions };
  }, first);
}

/** What a record above says for a domain, as the domain's own record would say it (RFC 9989 §4.10.1). */
function inherited({ record, policy }: PolicyView): DmarcRecord | null {
  if (record === null || policy === null || policy === 'unknown') return null;
  // What holds for names that exist holds once the domain's records are there.
  const own = stricter(record.subdomainPolicy ?? record.policy, policy);
  // Only the organizational domain says that it is one; names below stay its own.
  const { subdomainPolicy: _sp, nonexistentPolicy: _np, ...rest } = record;
  return { ...rest, policy: own, policyTakenAsNone: false, publicSuffix: 'u' };
}

/** The published texts as they were meant: the one that a person has chosen a meaning for, as that. */
export function meantTexts(texts: readonly string[], edited: EditedText | undefined): readonly string[] {
  return edited !== undefined && texts.length === 1 && texts[0] === edited.from ? [edited.to] : texts;
}

export interface PlannedDmarc {
  readonly text: string;
  readonly findings: readonly Finding[];
  /** The texts that it takes the place of. */
  readonly replaced: readonly string[];
}

/**
 * @param texts all TXT texts at the `_dmarc` name, as far as they are known.
 * @param edited what the one published record was meant as, where a person has chosen.
 * @param isExact the wanted record is taken as it stands: the person has chosen what is weaker of it.
 */
export function plannedDmarc(
  domain: string,
  required: string,
  texts: readonly string[],
  lookup: LookupAtOnce,
  isExact: boolean,
  edited?: EditedText,
): PlannedDmarc {
  const replaced = dmarcTextsOf(texts);
  const wanted = parseDmarc(required).record;
  if (wanted === null) return { text: required, findings: [], replaced };
  const own = meantTexts(replaced, edited).flatMap((text) => parseDmarc(repairDmarc(text)?.text ?? '').record ?? []);
  const isRead =
    replaced.length === 1 && isDmarcRecord(replaced[0] as string) && parseDmarc(replaced[0] as string).record !== null;
  const findings: Finding[] = [];
  let above: DmarcRecord | null = null;
  if (!isRead) {
    const view = askedAtOnce(policyInForce(domain), lookup);
    above = inherited(view);
    if (view.policy === 'unknown') {
      // Without a failing step of the walk it is the domain itself of which nobody knows whether it exists.
      const failing = view.discovery.steps.find((step) => step.outcome === 'failure');
      const name = failing === undefined ? domain : `_dmarc.${failing.domain}`;
      const answer = lookup.query(name, 'TXT');
      const wasAsked = answer.status === 'failure' && answer.reason !== 'not-known';
      const why = wasAsked ? 'gave no answer' : 'was not asked';
      findings.push(planFinding('plan.policy-not-known', { name, domain, why }));
    } else if (above !== null && view.at !== null)
      findings.push(planFinding('plan.policy-carried', { from: view.at, policy: above.policy }));
  }
  const held = together([...own, ...(above === null ? [] : [above])]);
  const record = held === null ? wanted : withHeld(wanted, held);
  if (!isExact || held === null) return { text: printDmarc(record), findings, replaced };
  const { subdomainPolicy: _sp, nonexistentPolicy: _np, ...others } = record;
  const exact = { ...withPolicies(others, policiesOf(wanted)), testing: wanted.testing };
  return { text: printDmarc(exact), findings, replaced };
}
