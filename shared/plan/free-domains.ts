import type { LookupAtOnce } from '../dns/asking.ts';
import { canonicalName, isSubdomain } from '../dns/names.ts';
import type { QueryType } from '../dns/records.ts';
import { registrableDomain } from '../dns/sender-domain.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from './findings.ts';
import type { RecordPurpose, RequiredRecord } from '../required/record.ts';

/** What whoever registers the domain behind a record gets by it. */
const GAINS: Readonly<Partial<Record<RecordPurpose, string>>> = {
  dkim: 'signs mail in its name',
  'return-path': 'takes its bounces, and decides who passes SPF there',
  mx: 'takes the mail that is sent there',
  tracking: 'answers whoever opens one of its links',
  delegation: 'decides what is published at that name and below it',
};

interface Lead {
  readonly name: string;
  readonly type: QueryType;
  readonly target: string;
  readonly gain: string;
}

/** Where the published records at a name lead: the ends of aliases, mail servers, and name servers. */
function leadsOf(name: string, type: QueryType, gain: string, dns: LookupAtOnce): readonly Lead[] {
  const answer = dns.query(name, type);
  const records = answer.status === 'answer' ? answer.records : [];
  const targets = records.flatMap((record) => {
    if (record.type === 'MX') return [record.exchange];
    return record.type === 'CNAME' || record.type === 'NS' ? [record.target] : [];
  });
  // An alias in front of a key that isn't there: the answer is that of where it leads.
  const end = type === 'TXT' && answer.status === 'nxdomain' ? answer.aliases.at(-1) : undefined;
  const all = end === undefined ? targets : [...targets, end];
  return all.filter((target) => target !== '').map((target) => ({ name, type, target: canonicalName(target), gain }));
}

/** The registrable domain of a name that does not exist, where that does not exist either; else null. */
function freeDomainOf(target: string, dns: LookupAtOnce): { readonly gone: string; readonly domain: string } | null {
  const answer = dns.query(target, 'A');
  if (answer.status !== 'nxdomain') return null;
  const gone = canonicalName(answer.aliases.at(-1) ?? target);
  const domain = registrableDomain(gone);
  return domain !== null && dns.query(domain, 'TXT').status === 'nxdomain' ? { gone, domain } : null;
}

/**
 * Names that anybody may register and that published records of a domain lead to: aliases of keys, bounces and links, servers
 * that a name is handed over to, and mail servers, of the domain itself as well. What SPF leads to is told with its lookups.
 *
 * @param dns as it is published; what is not known there is no finding.
 */
export function freeDomains(
  domain: string,
  required: readonly RequiredRecord[],
  dns: LookupAtOnce,
): readonly Finding[] {
  const leads = [
    ...required.flatMap(({ name, type, purpose }) => {
      const gain = GAINS[purpose];
      return gain === undefined || name.includes('{') ? [] : leadsOf(name, type, gain, dns);
    }),
    ...leadsOf(domain, 'MX', 'takes its mail', dns),
  ];
  const told = new Set<string>();
  return leads.flatMap(({ name, type, target, gain }) => {
    const key = `${canonicalName(name)} ${target}`;
    if (told.has(key) || isSubdomain(target, domain)) return [];
    told.add(key);
    const free = freeDomainOf(target, dns);
    if (free === null) return [];
    const values = { name, target: free.gone, domain: free.domain, gain, type: type === 'TXT' ? 'CNAME' : type };
    return [planFinding('plan.free-domain', values)];
  });
}
