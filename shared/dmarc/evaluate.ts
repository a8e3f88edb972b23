import type { Lookup } from '../dns/lookup.ts';
import { sameName } from '../dns/names.ts';
import type { SpfResultName } from '../spf/check-host.ts';
import { discoverDmarc } from './discovery.ts';
import type { DmarcDiscovery } from './discovery.ts';
import type { AlignmentMode, DmarcPolicy, DmarcRecord } from './record.ts';

export interface Authenticated {
  /** The domain in From. */
  readonly fromDomain: string;
  readonly spf: { readonly result: SpfResultName; readonly domain: string };
  /** One for each signature: whether it verifies, and its `d=`. */
  readonly dkim: readonly { readonly pass: boolean; readonly domain: string }[];
  /** The From domain does not exist in DNS: `np=` applies (RFC 9989 §4.7). */
  readonly nonexistent?: boolean;
}

export interface DmarcVerdict {
  readonly result: 'pass' | 'fail' | 'none' | 'temperror';
  readonly spfAligned: boolean;
  readonly dkimAligned: boolean;
  /** What the domain owner asks receivers to do with a failing message; absent without a record. */
  readonly requested?: DmarcPolicy;
  readonly discovery: DmarcDiscovery;
}

/** Identifier alignment (RFC 9989 §4.4): the very same domain, or the same organizational domain when relaxed. */
export async function isAligned(
  fromDomain: string,
  authenticatedDomain: string,
  mode: AlignmentMode,
  fromOrganisation: string,
  lookup: Lookup,
): Promise<boolean> {
  if (sameName(fromDomain, authenticatedDomain)) return true;
  if (mode === 'strict') return false;
  const { organisationalDomain } = await discoverDmarc(authenticatedDomain, lookup);
  return sameName(organisationalDomain, fromOrganisation);
}

/** The policy that a record asks for, for a message from `fromDomain` (RFC 9989 §4.7 `p`, `sp`, `np`, `t`). */
export function requestedPolicy(record: DmarcRecord, isOwnRecord: boolean, nonexistent: boolean): DmarcPolicy {
  const forSubdomain = record.subdomainPolicy ?? record.policy;
  const stated = isOwnRecord ? record.policy : nonexistent ? (record.nonexistentPolicy ?? forSubdomain) : forSubdomain;
  if (!record.testing) return stated;
  return stated === 'reject' ? 'quarantine' : 'none';
}

/** Evaluates DMARC for a message whose SPF and DKIM results are known (RFC 9989 §5.3). */
export async function evaluateDmarc(message: Authenticated, lookup: Lookup): Promise<DmarcVerdict> {
  const discovery = await discoverDmarc(message.fromDomain, lookup);
  const { record, organisationalDomain } = discovery;
  if (record === null) {
    const result = discovery.temporaryFailure ? 'temperror' : 'none';
    return { result, spfAligned: false, dkimAligned: false, discovery };
  }
  const aligned = (domain: string, mode: AlignmentMode) =>
    isAligned(message.fromDomain, domain, mode, organisationalDomain, lookup);
  const spfAligned = message.spf.result === 'pass' && (await aligned(message.spf.domain, record.spfAlignment));
  let dkimAligned = false;
  for (const signature of message.dkim) {
    if (signature.pass && !dkimAligned) dkimAligned = await aligned(signature.domain, record.dkimAlignment);
  }
  const isOwnRecord = discovery.policyDomain !== null && sameName(discovery.policyDomain, message.fromDomain);
  return {
    result: spfAligned || dkimAligned ? 'pass' : 'fail',
    spfAligned,
    dkimAligned,
    requested: requestedPolicy(record, isOwnRecord, message.nonexistent ?? false),
    discovery,
  };
}
