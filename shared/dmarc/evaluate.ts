import { asked } from '../dns/asking.ts';
import type { Lookup } from '../dns/lookup.ts';
import { isSubdomain, nameLabels, sameName } from '../dns/names.ts';
import type { SpfResultName } from '../spf/check-host.ts';
import { discoverDmarc, domainExists } from './discovery.ts';
import type { DmarcDiscovery } from './discovery.ts';
import type { AlignmentMode, DmarcPolicy, DmarcRecord } from './record.ts';

export interface Authenticated {
  /** The domain in From. */
  readonly fromDomain: string;
  readonly spf: { readonly result: SpfResultName; readonly domain: string };
  /** One for each signature: whether it verifies, and its `d=`; `unknown` when its key could not be had. */
  readonly dkim: readonly { readonly result: 'pass' | 'fail' | 'unknown'; readonly domain: string }[];
}

export interface DmarcVerdict {
  readonly result: 'pass' | 'fail' | 'none' | 'temperror';
  readonly spfAligned: boolean;
  readonly dkimAligned: boolean;
  /** What the domain owner asks receivers to do with a failing message; absent without a record, or when unknown. */
  readonly requested?: DmarcPolicy;
  readonly discovery: DmarcDiscovery;
}

type Alignment = 'aligned' | 'not-aligned' | 'unknown';

/** Identifiers whose own tree is walked for one message; a hostile message may carry any number of signatures. */
const MOST_WALKS = 10;

/**
 * Identifier alignment (RFC 9989 §4.4): the very same domain, or the same organizational domain when relaxed. The
 * organizational domain is the identifier itself or one above it, so only what lies below the author's needs a walk.
 */
export async function alignment(
  fromDomain: string,
  authenticatedDomain: string,
  mode: AlignmentMode,
  fromOrganisation: string | null,
  lookup: Lookup,
): Promise<Alignment> {
  if (sameName(fromDomain, authenticatedDomain)) return 'aligned';
  if (mode === 'strict') return 'not-aligned';
  const top = (name: string) => nameLabels(name).at(-1) ?? '';
  if (fromOrganisation === null) {
    return sameName(top(fromDomain), top(authenticatedDomain)) ? 'unknown' : 'not-aligned';
  }
  if (!isSubdomain(authenticatedDomain, fromOrganisation)) return 'not-aligned';
  const { organisationalDomain } = await discoverDmarc(authenticatedDomain, lookup);
  if (organisationalDomain === null) return 'unknown';
  return sameName(organisationalDomain, fromOrganisation) ? 'aligned' : 'not-aligned';
}

/** `t=y` asks for the policy one step milder (RFC 9989 §4.7). */
function asTested(policy: DmarcPolicy, testing: boolean): DmarcPolicy {
  if (!testing) return policy;
  return policy === 'reject' ? 'quarantine' : 'none';
}

/** The policies that a record asks for (RFC 9989 §4.7 `p`, `sp`, `np`, `t`): for its own domain, and for those below. */
export function effectivePolicies(record: DmarcRecord): {
  readonly own: DmarcPolicy;
  readonly subdomains: DmarcPolicy;
  readonly nonexistent: DmarcPolicy;
} {
  const subdomains = record.subdomainPolicy ?? record.policy;
  return {
    own: asTested(record.policy, record.testing),
    subdomains: asTested(subdomains, record.testing),
    nonexistent: asTested(record.nonexistentPolicy ?? subdomains, record.testing),
  };
}

/** @returns undefined when `sp=` and `np=` differ and it is not known whether the domain exists. */
async function requestedPolicy(
  record: DmarcRecord,
  fromDomain: string,
  isOwnRecord: boolean,
  lookup: Lookup,
): Promise<DmarcPolicy | undefined> {
  const policies = effectivePolicies(record);
  if (isOwnRecord) return policies.own;
  if (policies.subdomains === policies.nonexistent) return policies.subdomains;
  const found = await asked(domainExists(fromDomain), lookup);
  if (found === 'unknown') return undefined;
  return found ? policies.subdomains : policies.nonexistent;
}

/** Evaluates DMARC for a message whose SPF and DKIM results are known (RFC 9989 §5.3). */
export async function evaluateDmarc(message: Authenticated, lookup: Lookup): Promise<DmarcVerdict> {
  const discovery = await discoverDmarc(message.fromDomain, lookup);
  const { record, organisationalDomain, policyDomain } = discovery;
  if (record === null) {
    const result = discovery.temporaryFailure && policyDomain === null ? 'temperror' : 'none';
    return { result, spfAligned: false, dkimAligned: false, discovery };
  }
  const align = (domain: string, mode: AlignmentMode) =>
    alignment(message.fromDomain, domain, mode, organisationalDomain, lookup);
  const isSpfOfInterest = message.spf.result === 'pass' || message.spf.result === 'temperror';
  const spf = isSpfOfInterest ? await align(message.spf.domain, record.spfAlignment) : 'not-aligned';
  const spfAligned = message.spf.result === 'pass' && spf === 'aligned';
  // Neither passes nor fails: what a temporary error hides may have been the aligned pass (RFC 9989 §5.3).
  let isUndecided = spf === 'unknown' || (message.spf.result === 'temperror' && spf === 'aligned');
  let dkimAligned = false;
  for (const signature of message.dkim.filter((each) => each.result !== 'fail').slice(0, MOST_WALKS)) {
    if (dkimAligned) break;
    const aligned = await align(signature.domain, record.dkimAlignment);
    if (signature.result === 'pass' && aligned === 'aligned') dkimAligned = true;
    else if (aligned !== 'not-aligned') isUndecided = true;
  }
  const isOwnRecord = policyDomain !== null && sameName(policyDomain, message.fromDomain);
  const requested = await requestedPolicy(record, message.fromDomain, isOwnRecord, lookup);
  const failed = isUndecided || requested === undefined ? 'temperror' : 'fail';
  return {
    result: spfAligned || dkimAligned ? 'pass' : failed,
    spfAligned,
    dkimAligned,
    ...(requested === undefined ? {} : { requested }),
    discovery,
  };
}

/** What a record means for one kind of sender below its domain, for people. */
export interface PolicyLine {
  readonly mail: string;
  /** What receivers of RFC 9989 are asked to apply. */
  readonly policy: DmarcPolicy;
  /** What those of RFC 7489 apply, where that differs: they do not know `t=`, and know no `np=`. */
  readonly older?: DmarcPolicy;
  readonly because: string;
}

/** What becomes of mail that a policy of reject asks to refuse (RFC 9989 §5.4, §7.4). */
export const rejectInPractice =
  'receivers are not to refuse for the policy alone, and without other knowledge treat it as quarantine; in practice such mail is often refused';

/**
 * Says in words whom a record's policies reach (RFC 9989 §4.10.1).
 *
 * @param domain where the record is published.
 * @param organisation the organizational domain; another one means that `sp=` and `np=` here are never used.
 */
export function explainPolicies(
  record: DmarcRecord,
  domain: string,
  organisation: string = domain,
): readonly PolicyLine[] {
  const { own, subdomains, nonexistent } = effectivePolicies(record);
  const tested = record.testing ? ', one step milder because of t=y' : '';
  const line = (mail: string, policy: DmarcPolicy, because: string, older: DmarcPolicy): PolicyLine => ({
    mail,
    policy,
    ...(older === policy ? {} : { older }),
    because: `${because}${tested}`,
  });
  const lines = [line(`From ${domain}`, own, `p=${record.policy}`, record.policy)];
  if (!sameName(domain, organisation)) return lines;
  const older = record.subdomainPolicy ?? record.policy;
  const sp =
    record.subdomainPolicy === undefined ? `p=${record.policy}, as there is no sp=` : `sp=${record.subdomainPolicy}`;
  const np = record.nonexistentPolicy === undefined ? sp : `np=${record.nonexistentPolicy}`;
  return [
    ...lines,
    line(`From a subdomain of ${domain} without a record of its own`, subdomains, sp, older),
    line(`From a name below ${domain} that does not exist`, nonexistent, np, older),
  ];
}
