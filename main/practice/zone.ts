import { sameData } from '../../shared/dns/same-data.ts';
import type { Change } from '../../shared/plan/types.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { canonicalName, sameName } from '../../shared/dns/names.ts';
import { joinTxt } from '../../shared/dns/txt.ts';
import { providerTemplates } from '../../shared/providers/catalogue.ts';
import type { FaultId } from '../../shared/practice/faults.ts';

/** What the two practice name servers hold: every name of the world, as far as anything was published under it. */
export interface PracticeZone {
  readonly primary: readonly ResourceRecord[];
  readonly secondary: readonly ResourceRecord[];
  /** Grows with every publication; the SOA serial of the first server. */
  readonly serial: number;
  /** That of the second one, where it is behind. */
  readonly secondarySerial?: number;
}

export const emptyZone: PracticeZone = { primary: [], secondary: [], serial: 1 };

/** The hosts that providers' aliases and mail exchangers lead to, as far as their names are the same for every customer. */
const providerHosts: readonly string[] = providerTemplates.flatMap(({ modes }) =>
  modes.flatMap(({ records }) =>
    records
      .filter(({ type, value }) => type !== 'TXT' && !value.includes('{'))
      .map(({ value }) => canonicalName(value)),
  ),
);

/** The names whose SPF records providers have included, as far as they are the same for every customer. */
const includedNames: readonly string[] = providerTemplates.flatMap(({ modes }) =>
  modes.flatMap(({ spfTerms, fields }) =>
    spfTerms.flatMap((term) => {
      const [, fieldId, name] = /^include:(?:\{([a-zA-Z]+)\}|([^{}]+))$/.exec(term) ?? [];
      const field = fields.find(({ id }) => id === fieldId);
      return [name, field?.fallback, ...(field?.choices ?? [])].filter((each) => each !== undefined);
    }),
  ),
);

/**
 * The SPF records of the providers' own sending hosts, and the hosts that their aliases lead to, with addresses kept for documentation (RFC 5737, RFC 3849): the
 * practice world has no others, and a receiver's evaluation has to lead somewhere.
 */
export const senderRecords: readonly ResourceRecord[] = [
  ...[...new Set(providerHosts)].map((name) => ({ name, ttl: 3600, type: 'A' as const, address: '192.0.2.1' })),
  ...[...new Set(includedNames)].map((name) => ({
    name,
    ttl: 3600,
    type: 'TXT' as const,
    strings: ['v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all'],
  })),
];

/** The octets after which a form that cuts values off stops. */
const CUT_OFF = 255;

const sameRecord = (left: ResourceRecord, right: ResourceRecord): boolean =>
  sameName(left.name, right.name) && sameData(left, right);

function spoil(record: ResourceRecord, domain: string, fault: FaultId): ResourceRecord {
  if (fault === 'dns-zone-doubled') return { ...record, name: `${record.name}.${domain}` };
  if (fault === 'dns-truncated-key' && record.type === 'TXT') {
    return { ...record, strings: [joinTxt(record.strings).slice(0, CUT_OFF)] };
  }
  return record;
}

/**
 * Applies a domain's prepared changes, spoiled by the chosen fault.
 *
 * @param domain A-label name that the changes belong to.
 * @returns the zone after it, and how many records were published.
 */
export function publish(
  zone: PracticeZone,
  domain: string,
  changes: readonly Change[],
  fault: FaultId,
): { readonly zone: PracticeZone; readonly published: number } {
  let primary = [...zone.primary];
  let published = 0;
  for (const change of changes) {
    if (change.action !== 'add' && change.action !== 'replace') continue;
    const keepsOld = fault === 'dns-second-spf' && change.purpose === 'spf';
    if (!keepsOld) primary = primary.filter((old) => !change.before.some((gone) => sameRecord(old, gone)));
    for (const record of change.after) {
      const kept = spoil(record, domain, fault);
      if (!primary.some((old) => sameRecord(old, kept))) primary.push(kept);
      published += 1;
    }
    if (keepsOld && change.action === 'add') {
      primary.push({ name: domain, ttl: 300, type: 'TXT', strings: ['v=spf1 mx ~all'] });
    }
  }
  return {
    zone:
      fault === 'dns-one-stale'
        ? {
            primary,
            secondary: zone.secondary,
            serial: zone.serial + 1,
            secondarySerial: zone.secondarySerial ?? zone.serial,
          }
        : { primary, secondary: primary, serial: zone.serial + 1 },
    published,
  };
}

/** Whether a domain's records are what the practice provider asks for: its key, and its include in the SPF record. */
export function holdsProviderRecords(records: readonly ResourceRecord[], domain: string, dkimKey: string): boolean {
  const textsAt = (name: string) =>
    records.flatMap((record) =>
      record.type === 'TXT' && sameName(record.name, name) ? [joinTxt(record.strings)] : [],
    );
  const spf = textsAt(domain).filter((text) => /^v=spf1( |$)/i.test(text));
  const keys = textsAt(`api._domainkey.${domain}`);
  return (
    spf.length === 1 &&
    / include:_spf\.elasticemail\.com( |$)/i.test(spf[0] ?? '') &&
    keys.length === 1 &&
    (keys[0] ?? '').replace(/\s/g, '').includes(`p=${dkimKey}`)
  );
}

/** Whether the name or anything under it holds a record: else the answer is NXDOMAIN (RFC 8020). */
export function nameExists(records: readonly ResourceRecord[], name: string): boolean {
  const wanted = canonicalName(name);
  return records.some((record) => {
    const owner = canonicalName(record.name);
    return owner === wanted || owner.endsWith(`.${wanted}`);
  });
}
