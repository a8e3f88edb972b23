import { createPublicKey } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { ResourceRecord } from '../../shared/dns/records.ts';

/**
 * A receiver written apart from the product, as plainly as the standards allow: what it finds is what the product has to
 * find. It knows a world of DNS in memory and nothing else.
 */

export interface Found {
  readonly exists: boolean;
  readonly records: readonly ResourceRecord[];
}

export type Dns = (name: string, type: ResourceRecord['type']) => Found;

/** A world as every resolver sees it: aliases followed, wildcards where nothing closer stands (RFC 4592). */
export function dnsOf(world: readonly ResourceRecord[]): Dns {
  const byName = new Map<string, ResourceRecord[]>();
  const names = new Set<string>();
  for (const record of world) {
    const name = record.name.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), record]);
    for (let above = name; above !== ''; above = above.split('.').slice(1).join('.')) names.add(above);
  }
  const at = (name: string): readonly ResourceRecord[] | null => {
    if (names.has(name)) return byName.get(name) ?? [];
    let above = name;
    while (above !== '' && !names.has(above)) above = above.split('.').slice(1).join('.');
    return byName.get(`*.${above}`) ?? null;
  };
  return (asked, type) => {
    // Nobody can ask for it (RFC 1035 §3.1).
    if (asked.length > 253) return { exists: false, records: [] };
    let name = asked.toLowerCase();
    for (let hops = 0; hops < 9; hops += 1) {
      const here = at(name);
      // A name whose alias leads nowhere exists itself.
      if (here === null) return { exists: hops > 0, records: [] };
      const wanted = here.filter((record) => record.type === type);
      const alias = here.find((record) => record.type === 'CNAME');
      if (wanted.length > 0 || alias?.type !== 'CNAME') return { exists: true, records: wanted };
      name = alias.target.toLowerCase();
    }
    return { exists: true, records: [] };
  };
}

export function textsAt(dns: Dns, name: string): readonly string[] {
  return dns(name, 'TXT').records.flatMap((record) => (record.type === 'TXT' ? [record.strings.join('')] : []));
}

export type SpfAnswer = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'permerror';

interface Count {
  lookups: number;
  voids: number;
}

class Permanent extends Error {}

type Term =
  | { readonly sign?: undefined; readonly name: string; readonly value: string }
  | {
      readonly sign: keyof typeof QUALIFIED;
      readonly name: string;
      readonly value: string | undefined;
      readonly four: number;
      readonly six: number;
    };

const QUALIFIED = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;
function isIn(ip: string, network: string, prefix: number): boolean {
  const [address, base] = [ipaddr.parse(ip), ipaddr.parse(network)];
  return address.kind() === base.kind() && address.match(base, prefix);
}

function spfOf(ip: string, domain: string, dns: Dns, count: Count): SpfAnswer {
  const records = textsAt(dns, domain).filter((text) => /^v=spf1( |$)/i.test(text));
  if (records.length === 0) return 'none';
  if (records.length > 1) throw new Permanent(`two records at ${domain}`);
  const words = (records[0] as string)
    .split(' ')
    .slice(1)
    .filter((word) => word !== '');
  const isFour = ipaddr.parse(ip).kind() === 'ipv4';
  const use = () => {
    count.lookups += 1;
    if (count.lookups > 10) throw new Permanent('more than 10 lookups');
  };
  const ask = (name: string, type: 'A' | 'AAAA' | 'MX') => {
    const { records: found } = dns(name, type);
    if (found.length === 0) {
      count.voids += 1;
      if (count.voids > 2) throw new Permanent('more than 2 void lookups');
    }
    return found;
  };
  const isAddress = (name: string, four: number, six: number) =>
    ask(name, isFour ? 'A' : 'AAAA').some(
      (record) => 'address' in record && isIn(ip, record.address, isFour ? four : six),
    );
  // What can't be read anywhere in the record breaks all of it, before anything is asked.
  const read = words.map((word): Term => {
    const modifier = /^([a-z][a-z0-9._-]*)=(.*)$/i.exec(word);
    if (modifier !== null) return { name: (modifier[1] as string).toLowerCase(), value: modifier[2] as string };
    const found = /^([+?~-]?)(all|include|a|mx|ip4|ip6|exists|ptr)(?::(.*?))?(?:\/(\d+))?(?:\/\/(\d+))?$/i.exec(word);
    if (found === null) throw new Permanent(`${word} can’t be read`);
    const [, sign = '', kind = '', value] = found;
    const name = kind.toLowerCase();
    const four = found[4] === undefined ? 32 : Number(found[4]);
    const six = found[5] === undefined ? 128 : Number(found[5]);
    const isNetwork = name === 'ip4' || name === 'ip6';
    if (isNetwork && (value === undefined || !(name === 'ip4' ? ipaddr.IPv4 : ipaddr.IPv6).isValid(value)))
      throw new Permanent(`${word} has no address`);
    if (name === 'ip4' && !/^\d+\.\d+\.\d+\.\d+$/.test(value as string)) throw new Permanent(`${word} has no address`);
    if ((name === 'include' || name === 'exists') && (value ?? '') === '') throw new Permanent(`${word} has no domain`);
    if (!isNetwork && value !== undefined && !/^[!-~]+\.[a-z0-9-]*[a-z-][a-z0-9-]*\.?$/i.test(value))
      throw new Permanent(`${word} has no domain`);
    if (name === 'all' && value !== undefined) throw new Permanent(`${word} takes nothing`);
    return {
      sign: sign === '' ? '+' : (sign as '-'),
      name,
      value,
      four,
      six: name === 'ip6' && found[4] !== undefined ? four : six,
    };
  });
  if (read.filter(({ sign, name }) => sign === undefined && name === 'redirect').length > 1)
    throw new Permanent('redirect twice');
  for (const term of read) {
    if (term.sign === undefined) continue;
    const { name, value = domain, four, six } = term;
    let isMatch = false;
    if (name === 'all') isMatch = true;
    else if (name === 'ip4' || name === 'ip6') isMatch = isIn(ip, value, name === 'ip4' ? four : six);
    else {
      use();
      if (name === 'include') {
        const inner = spfOf(ip, value, dns, count);
        if (inner === 'none') throw new Permanent(`${value} has no record`);
        isMatch = inner === 'pass';
      } else if (name === 'a') isMatch = isAddress(value, four, six);
      else if (name === 'exists') isMatch = ask(value, 'A').length > 0;
      else if (name === 'mx') {
        const exchanges = ask(value, 'MX');
        if (exchanges.length > 10) throw new Permanent('more than 10 exchangers');
        for (const record of exchanges) {
          if (isMatch || record.type !== 'MX' || record.exchange === '') continue;
          isMatch = isAddress(record.exchange, four, six);
        }
      }
    }
    if (isMatch) return QUALIFIED[term.sign];
  }
  const target = read.find(({ sign, name }) => sign === undefined && name === 'redirect')?.value;
  if (target === undefined) return 'neutral';
  use();
  const inner = spfOf(ip, target, dns, count);
  if (inner === 'none') throw new Permanent(`${target} has no record`);
  return inner;
}

/** check_host() of RFC 7208 §4, without macros. */
export function spfResult(ip: string, domain: string, dns: Dns): SpfAnswer {
  try {
    return spfOf(ip, domain, dns, { lookups: 0, voids: 0 });
  } catch (error) {
    if (error instanceof Permanent) return 'permerror';
    throw error;
  }
}

/** Whether a key stands at a selector that a receiver can verify with. */
export function isKeyUsable(selector: string, domain: string, dns: Dns): boolean {
  const texts = textsAt(dns, `${selector}._domainkey.${domain}`);
  if (texts.length !== 1) return false;
  const tags = tagsOf(texts[0] as string);
  const key = tags?.get('p')?.replace(/\s+/g, '') ?? '';
  if (tags === null || key === '' || (tags.has('v') && tags.get('v') !== 'DKIM1')) return false;
  try {
    const octets = Buffer.from(key, 'base64');
    if (tags.get('k') === 'ed25519') return octets.length === 32;
    const { asymmetricKeyDetails } = createPublicKey({ key: octets, format: 'der', type: 'spki' });
    return (asymmetricKeyDetails?.modulusLength ?? 0) >= 1024;
  } catch {
    return false;
  }
}

/** Null: a tag stands twice, and the list is none (RFC 6376 §3.2). */
function tagsOf(text: string): ReadonlyMap<string, string> | null {
  const tags = new Map<string, string>();
  for (const piece of text.split(';')) {
    const found = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*([^]*?)\s*$/.exec(piece);
    if (found === null) continue;
    if (tags.has(found[1] as string)) return null;
    tags.set(found[1] as string, found[2] as string);
  }
  return tags;
}

type Policy = 'none' | 'quarantine' | 'reject';

interface PolicyRecord {
  readonly p: Policy;
  readonly sp: Policy | undefined;
  readonly np: Policy | undefined;
  readonly isTest: boolean;
  readonly addresses: readonly string[];
  readonly psd: string;
}

const isPolicy = (text: string | undefined): text is Policy =>
  text === 'none' || text === 'quarantine' || text === 'reject';

/** `unusable`: it counts in the walk, and asks for nothing. */
function policyAt(dns: Dns, domain: string): PolicyRecord | 'unusable' | null {
  const texts = textsAt(dns, `_dmarc.${domain}`).filter((text) =>
    /^[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*(;|$)/.test(text),
  );
  if (texts.length !== 1) return null;
  const tags = tagsOf(texts[0] as string);
  if (tags === null) return 'unusable';
  const lower = (name: string) => tags.get(name)?.toLowerCase();
  const addresses = (name: string) =>
    (tags.get(name) ?? '')
      .split(',')
      .map((address) => address.trim())
      .filter((address) => /^mailto:[^@\s]+@[a-z0-9.-]+$/i.test(address));
  const rua = addresses('rua');
  const isBroken =
    !isPolicy(lower('p')) || (tags.has('sp') && !isPolicy(lower('sp'))) || (tags.has('np') && !isPolicy(lower('np')));
  if (isBroken && rua.length === 0) return 'unusable';
  return {
    p: isBroken ? 'none' : (lower('p') as Policy),
    sp: isBroken ? undefined : (lower('sp') as Policy | undefined),
    np: isBroken ? undefined : (lower('np') as Policy | undefined),
    isTest: lower('t') === 'y',
    addresses: [...new Set([...rua, ...addresses('ruf')])],
    psd: lower('psd') ?? 'u',
  };
}

export interface PolicyAnswer {
  /** Null: no record applies. */
  readonly policy: Policy | null;
  readonly isTest: boolean;
  readonly at: string | null;
  /** Addresses that reports may be sent to: of the organization, or with consent. */
  readonly reported: readonly string[];
}

/**
 * DMARC policy discovery and reports (RFC 9989 §4.10, RFC 9990 §4).
 *
 * @param hasNone the domain is taken to have no record of its own.
 */
export function policyOf(dns: Dns, domain: string, doesExist: boolean, hasNone = false): PolicyAnswer {
  const labels = domain.split('.');
  const targets = [domain];
  for (let left = Math.min(labels.length - 1, 7); left > 0; left -= 1) targets.push(labels.slice(-left).join('.'));
  const found: { readonly at: string; readonly record: PolicyRecord | 'unusable' }[] = [];
  for (const target of targets) {
    const record = hasNone && target === domain ? null : policyAt(dns, target);
    if (record !== null) found.push({ at: target, record });
    if (record !== null && record !== 'unusable' && record.psd !== 'u') break;
  }
  const psdOf = (record: PolicyRecord | 'unusable') => (record === 'unusable' ? 'u' : record.psd);
  const stop = found.find(({ at, record }) => psdOf(record) === 'n' || (psdOf(record) === 'y' && at !== domain));
  let organisation = found.at(-1)?.at ?? domain;
  if (stop !== undefined)
    organisation = psdOf(stop.record) === 'n' ? stop.at : labels.slice(-(stop.at.split('.').length + 1)).join('.');
  const applied =
    found.find(({ at }) => at === domain) ??
    found.find(({ at }) => at === organisation) ??
    found.find(({ record }) => psdOf(record) === 'y');
  if (applied === undefined || applied.record === 'unusable')
    return { policy: null, isTest: false, at: null, reported: [] };
  const { record, at } = applied;
  const below = doesExist ? (record.sp ?? record.p) : (record.np ?? record.sp ?? record.p);
  const reported = record.addresses.filter((address) => {
    const host = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    if (host === organisation || host.endsWith(`.${organisation}`)) return true;
    return textsAt(dns, `${at}._report._dmarc.${host}`).some((text) => /^\s*v\s*=\s*DMARC1\s*(;|$)/i.test(text));
  });
  return { policy: at === domain ? record.p : below, isTest: record.isTest, at, reported };
}
