import { isSubdomain } from '../../dns/names.ts';
import { likelyZone } from '../../dns/sender-domain.ts';
import { parseIp } from '../../dns/ip.ts';
import type { PolicyEvidence, PolicyPeriod, ReportedMail } from '../../dmarc/policy-evidence.ts';
import { knownSender } from './known-senders.ts';
import { SENDER_WORDS } from './sender-words.ts';

/** Who sends in a domain’s name, by what receivers reported. */

/** Mail of one source that was evaluated alike, summed over reports. Times are seconds since the epoch. */
export interface SourceSum {
  readonly source: string;
  readonly messages: number;
  /** What receivers evaluated for DMARC: `pass` is a pass that is aligned. */
  readonly dkim: string;
  readonly spf: string;
  /** Domains of DKIM signatures that passed, with their selectors: `example.com/s1`. */
  readonly signers: readonly string[];
  /** Those of signatures that did not. */
  readonly failedSigners: readonly string[];
  /** The domain whose SPF was checked, and what came of it; empty where the report says nothing. */
  readonly spfDomain: string;
  readonly spfResult: string;
  /** Why the disposition was another than the policy asks for. */
  readonly reasons: readonly string[];
  readonly reporters: number;
  readonly since: number | null;
  readonly until: number | null;
}

/** The same, told apart by the domain in From too. */
export interface SourceSumByFrom extends SourceSum {
  readonly headerFrom: string;
}

export type SenderKind = 'ours' | 'known' | 'unknown' | 'forwarding' | 'forgery';

export interface Sender {
  /** By which a person’s word about it is kept: `known:SendGrid`, `domain:example.net`, `network:192.0.2.0`. */
  readonly key: string;
  readonly name: string;
  readonly kind: SenderKind;
  /** One sentence. */
  readonly reason: string;
  readonly messages: number;
  /** Messages that pass DMARC. */
  readonly pass: number;
  /** Messages with an aligned pass of each. */
  readonly dkimAligned: number;
  readonly spfAligned: number;
  readonly sources: readonly { readonly address: string; readonly messages: number }[];
  /** How many sources there are; the list has the largest alone. */
  readonly sourceCount: number;
  /** Selectors of the domain’s own keys that sign. */
  readonly selectors: readonly string[];
  /** Addresses that use the domain’s own MAIL FROM and that its SPF record does not let pass: in it, they would pass DMARC. */
  readonly notInSpf: readonly string[];
  readonly since: number | null;
  readonly until: number | null;
  /** When mail that passes DMARC, and mail that does not, was reported last; null: never, or at a time that no report tells. */
  readonly passUntil: number | null;
  readonly failUntil: number | null;
  /** The same of mail with and without an aligned signature that passes. */
  readonly signedUntil: number | null;
  readonly unsignedUntil: number | null;
}

/** What a person said of a sender. */
export interface NamedSender {
  readonly key: string;
  readonly name: string;
  readonly kind: SenderKind;
}

const SHOWN_SOURCES = 20;
const FORWARDED: ReadonlySet<string> = new Set(['forwarded', 'trusted_forwarder', 'mailing_list']);

/** The network that a source is grouped by where nothing else tells whose it is: its /24 or /48. */
function networkOf(source: string): string {
  const octets = parseIp(source);
  if (octets === null) return source;
  if (octets.length === 4) return `${octets.slice(0, 3).join('.')}.0/24`;
  const groups = [0, 2, 4].map((at) => (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16));
  return `${groups.join(':')}::/48`;
}

const domainOf = (signer: string): string => signer.slice(0, Math.max(0, signer.indexOf('/')));
const selectorOf = (signer: string): string => signer.slice(signer.indexOf('/') + 1);

interface Grouping {
  readonly key: string;
  readonly name: string;
  readonly kind: SenderKind;
  readonly reason: string;
}

/** Whether a name belongs to the domain’s organization, as far as names tell. */
export function isOwn(name: string, domain: string): boolean {
  return name !== '' && (isSubdomain(name, domain) || isSubdomain(name, likelyZone(domain)));
}

function groupingOf(sum: SourceSum, domain: string): Grouping {
  const isPass = sum.dkim === 'pass' || sum.spf === 'pass';
  const foreign = sum.signers.map(domainOf).filter((signer) => !isOwn(signer, domain));
  const spfForeign = sum.spfDomain !== '' && !isOwn(sum.spfDomain, domain) ? sum.spfDomain : '';
  const service = [...foreign, spfForeign]
    .map((name) => (name === '' ? null : knownSender(name)))
    .find((name) => name !== null);
  const network = networkOf(sum.source);
  const wasForwarded = sum.reasons.some((reason) => FORWARDED.has(reason));
  if (wasForwarded || (sum.dkim === 'pass' && sum.spf !== 'pass' && spfForeign !== '' && service === undefined)) {
    const by = spfForeign === '' ? network : likelyZone(spfForeign);
    return {
      key: spfForeign === '' ? `network:${network}` : `domain:${by}`,
      name: by,
      kind: 'forwarding',
      reason: wasForwarded
        ? 'Receivers say that it was forwarded, by a mailing list or a forwarder.'
        : 'The domain’s own signature is intact, but MAIL FROM belongs to another domain: the mail was forwarded, or a service sends it.',
    };
  }
  if (service !== undefined && service !== null) {
    return {
      key: `known:${service}`,
      name: service,
      kind: isPass ? 'ours' : 'known',
      reason: isPass
        ? `${service} sends it, and it passes as the domain’s own.`
        : `${service} sends it, but authenticates it only as its own: the domain needs its own key or MAIL FROM there.`,
    };
  }
  if (isPass) {
    const selectors = sum.signers.filter((signer) => isOwn(domainOf(signer), domain)).map(selectorOf);
    const by =
      sum.dkim === 'pass'
        ? `it is signed with the domain’s own key${selectors.length === 0 ? '' : ` (${selectors.join(', ')})`}`
        : 'its address is in the domain’s SPF record';
    return { key: `network:${network}`, name: network, kind: 'ours', reason: `Its mail passes: ${by}.` };
  }
  const other = foreign[0] ?? (sum.spfResult === 'pass' ? spfForeign : '');
  if (other !== '') {
    const name = likelyZone(other);
    return {
      key: `domain:${name}`,
      name,
      kind: 'unknown',
      reason: `It is authenticated as ${name}, not as the domain: an unlisted sender, or someone else’s mail in its name.`,
    };
  }
  const triedOwn = sum.failedSigners.some((signer) => isOwn(domainOf(signer), domain));
  return triedOwn
    ? {
        key: `network:${network}`,
        name: network,
        kind: 'unknown',
        reason:
          'It carries a signature of the domain that does not verify: changed on the way, or signed with a key that is not published.',
      }
    : {
        key: `network:${network}`,
        name: network,
        kind: 'forgery',
        reason:
          'None of it is authenticated: no signature passes, and SPF does not include its address. A forgotten server of your own looks the same.',
      };
}

/** The key of the sender that `sendersOf` counts mail to. */
export const senderKeyOf = (sum: SourceSum, domain: string): string => groupingOf(sum, domain).key;

interface Gathered extends Grouping {
  messages: number;
  pass: number;
  dkimAligned: number;
  spfAligned: number;
  since: number | null;
  until: number | null;
  passUntil: number | null;
  failUntil: number | null;
  signedUntil: number | null;
  unsignedUntil: number | null;
  readonly sources: Map<string, number>;
  readonly selectors: Set<string>;
  /** Addresses by when SPF last did not name them, and did. */
  readonly notInSpf: Map<string, number>;
  readonly inSpf: Map<string, number>;
}

/** Results of SPF that another record would change. */
const NOT_LISTED: ReadonlySet<string> = new Set(['fail', 'softfail', 'neutral', 'none']);

const earlier = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.min(left, right);
const later = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.max(left, right);

/** Of several readings of one sender the one that says most of it is told. */
const WEIGHTS: Readonly<Record<SenderKind, number>> = { ours: 4, known: 3, forwarding: 2, unknown: 1, forgery: 0 };

/**
 * The senders of a domain, those with the most mail first.
 *
 * @param named what a person said; it goes before what can be read off.
 */
export function sendersOf(
  domain: string,
  sums: readonly SourceSum[],
  named: readonly NamedSender[] = [],
): readonly Sender[] {
  const gathered = new Map<string, Gathered>();
  for (const sum of sums) {
    const grouping = groupingOf(sum, domain);
    const before = gathered.get(grouping.key);
    const isStronger = before === undefined || WEIGHTS[grouping.kind] > WEIGHTS[before.kind];
    const group: Gathered = before ?? {
      ...grouping,
      messages: 0,
      pass: 0,
      dkimAligned: 0,
      spfAligned: 0,
      since: null,
      until: null,
      passUntil: null,
      failUntil: null,
      signedUntil: null,
      unsignedUntil: null,
      sources: new Map(),
      selectors: new Set(),
      notInSpf: new Map(),
      inSpf: new Map(),
    };
    group.messages += sum.messages;
    if (sum.dkim === 'pass' || sum.spf === 'pass') group.pass += sum.messages;
    if (sum.dkim === 'pass') group.dkimAligned += sum.messages;
    if (sum.spf === 'pass') group.spfAligned += sum.messages;
    group.since = earlier(group.since, sum.since);
    group.until = later(group.until, sum.until);
    if (sum.dkim === 'pass' || sum.spf === 'pass') group.passUntil = later(group.passUntil, sum.until);
    else group.failUntil = later(group.failUntil, sum.until);
    if (sum.dkim === 'pass') group.signedUntil = later(group.signedUntil, sum.until);
    else group.unsignedUntil = later(group.unsignedUntil, sum.until);
    group.sources.set(sum.source, (group.sources.get(sum.source) ?? 0) + sum.messages);
    for (const signer of sum.signers)
      if (isOwn(domainOf(signer), domain) && selectorOf(signer) !== '') group.selectors.add(selectorOf(signer));
    if (sum.spfDomain === domain && parseIp(sum.source) !== null) {
      const addresses = NOT_LISTED.has(sum.spfResult) ? group.notInSpf : group.inSpf;
      addresses.set(sum.source, Math.max(addresses.get(sum.source) ?? 0, sum.until ?? 0));
    }
    gathered.set(grouping.key, isStronger ? { ...group, kind: grouping.kind, reason: grouping.reason } : group);
  }
  const words = new Map(named.map((each) => [each.key, each]));
  return [...gathered.values()]
    .map(({ sources, selectors, notInSpf, inSpf, ...group }): Sender => {
      const word = words.get(group.key);
      const largest = [...sources].sort(([, left], [, right]) => right - left);
      return {
        ...group,
        ...(word === undefined ? {} : { name: word.name, kind: word.kind, reason: 'Classified by hand.' }),
        sources: largest.slice(0, SHOWN_SOURCES).map(([address, messages]) => ({ address, messages })),
        sourceCount: sources.size,
        selectors: [...selectors].sort(),
        // What has been put into the record since is not missing any more.
        notInSpf: [...notInSpf]
          .filter(([address, until]) => (inSpf.get(address) ?? -1) <= until)
          .map(([address]) => address)
          .sort()
          .slice(0, SHOWN_SOURCES),
      };
    })
    .sort((left, right) => right.messages - left.messages || (left.key < right.key ? -1 : 1));
}

/** The mail of a domain by the ways that it went, each with its sender. @param senders what `sendersOf` made of it. */
export function reportedMail(
  domain: string,
  sums: readonly SourceSumByFrom[],
  senders: readonly Sender[],
): readonly ReportedMail[] {
  const byKey = new Map(senders.map((sender) => [sender.key, sender]));
  return sums.map((sum) => {
    const { key, name, kind } = groupingOf(sum, domain);
    const sender = byKey.get(key);
    return {
      sender: sender?.name ?? name,
      is: SENDER_WORDS[sender?.kind ?? kind],
      source: sum.source,
      from: sum.headerFrom === '' ? domain : sum.headerFrom,
      messages: sum.messages,
      dkim: sum.dkim === 'pass',
      spf: sum.spf === 'pass',
      signers: sum.signers,
      spfDomain: sum.spfDomain,
      spfResult: sum.spfResult,
    };
  });
}

/** What a step of the policy leans on: the mail of the domain’s own senders, and the policies that receivers met. */
export function policyEvidence(senders: readonly Sender[], periods: readonly PolicyPeriod[]): PolicyEvidence {
  const own = senders.filter(({ kind }) => kind === 'ours' || kind === 'known');
  const sum = (count: (sender: Sender) => number) => own.reduce((total, sender) => total + count(sender), 0);
  const messages = sum((sender) => sender.messages);
  const faults = {
    failing: (sender: Sender) => sender.messages - sender.pass,
    unsigned: (sender: Sender) => sender.messages - sender.dkimAligned,
  };
  // Of a sender that was put right the mail from before says nothing any more: all of it that was reported since is in order.
  const isRight = {
    failing: ({ passUntil, failUntil }: Sender) => passUntil !== null && passUntil > (failUntil ?? 0),
    unsigned: ({ signedUntil, unsignedUntil }: Sender) => signedUntil !== null && signedUntil > (unsignedUntil ?? 0),
  };
  const open = (kind: keyof typeof faults) => sum((sender) => (isRight[kind](sender) ? 0 : faults[kind](sender)));
  const righted = (kind: keyof typeof faults) => sum((sender) => (isRight[kind](sender) ? faults[kind](sender) : 0));
  const milliseconds = (at: number | null) => (at === null ? null : at * 1000);
  return {
    periods,
    senders: senders.map(({ name, kind, messages: all, pass, since, until }) => ({
      name,
      is: SENDER_WORDS[kind],
      messages: all,
      failing: all - pass,
      from: milliseconds(since),
      until: milliseconds(until),
    })),
    ownMail:
      senders.length === 0
        ? null
        : {
            messages,
            failing: open('failing'),
            unsigned: open('unsigned'),
            failedBefore: righted('failing'),
            unsignedBefore: righted('unsigned'),
          },
  };
}
