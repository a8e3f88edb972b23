import type { Lookup } from '../../dns/lookup.ts';
import { parseIp, reverseName } from '../../dns/ip.ts';
import type { MailboxProvider, Requirement, RequirementKind } from '../../policy/mailbox-providers.ts';
import { mailboxProviders } from '../../policy/mailbox-providers.ts';
import type { MessageVerdict } from './message.ts';

/** What the large receivers ask of bulk mail, held against one message. */

export type RuleState = 'met' | 'not-met' | 'not-checkable';

export interface CheckedRule {
  readonly text: string;
  readonly state: RuleState;
  readonly audience: Requirement['audience'];
  /** The codes that a message gets when the rule is not met. */
  readonly rejection: string | null;
}

export interface ReceiverRules {
  readonly receiver: string;
  readonly rules: readonly CheckedRule[];
}

/** RFC 8301 §3.2. */
const LEAST_BITS = 1024;

const state = (met: boolean | null): RuleState => (met === null ? 'not-checkable' : met ? 'met' : 'not-met');

/** Whether the address has a name that leads back to it; null where DNS does not tell. */
async function hasReverseName(ip: string | null, lookup: Lookup): Promise<boolean | null> {
  const address = ip === null ? null : parseIp(ip);
  if (address === null) return null;
  const pointers = await lookup.query(reverseName(address), 'PTR');
  if (pointers.status === 'failure') return null;
  const names =
    pointers.status === 'answer' ? pointers.records.flatMap((each) => (each.type === 'PTR' ? [each.target] : [])) : [];
  const type = address.length === 4 ? 'A' : 'AAAA';
  for (const name of names.slice(0, 10)) {
    const back = await lookup.query(name, type);
    if (back.status === 'failure') return null;
    const addresses = back.status === 'answer' ? back.records : [];
    const leadsBack = addresses.some(
      (each) => (each.type === 'A' || each.type === 'AAAA') && String(parseIp(each.address)) === String(address),
    );
    if (leadsBack) return true;
  }
  return false;
}

async function hasZone(domain: string | null, lookup: Lookup): Promise<boolean | null> {
  if (domain === null) return null;
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const answer = await lookup.query(name, 'SOA');
    if (answer.status === 'failure') return null;
    if (answer.status === 'answer') return true;
  }
  return false;
}

interface Facts {
  readonly spf: boolean | null;
  readonly dkim: boolean | null;
  readonly dmarc: boolean | null;
  readonly hasPolicy: boolean | null;
  readonly aligned: boolean | null;
  readonly bits: boolean | null;
  readonly reverse: boolean | null;
  readonly zone: boolean | null;
  readonly tls: boolean | null;
  readonly oneClick: boolean;
}

const either = (left: boolean | null, right: boolean | null): boolean | null =>
  left === true || right === true ? true : left === null || right === null ? null : false;
const both = (left: boolean | null, right: boolean | null): boolean | null =>
  left === false || right === false ? false : left === null || right === null ? null : true;

function met(kind: RequirementKind, facts: Facts): boolean | null {
  switch (kind) {
    case 'spf-and-dkim':
      return both(facts.spf, facts.dkim);
    case 'spf-or-dkim':
      return either(facts.spf, facts.dkim);
    case 'aligned-authentication':
      return facts.aligned;
    case 'dmarc-record':
      return facts.hasPolicy;
    case 'dmarc-aligned':
      return facts.dmarc;
    case 'dkim-key-length':
      return facts.bits;
    case 'reverse-dns':
      return facts.reverse;
    case 'zone':
      return facts.zone;
    case 'tls':
      return facts.tls;
    case 'one-click-unsubscribe':
      return facts.oneClick;
    case 'complaint-rate':
      return null;
  }
}

async function factsOf(verdict: MessageVerdict, lookup: Lookup): Promise<Facts> {
  const { spf, dkim, dmarc, envelope, hops, oneClick, from } = verdict;
  const passing = dkim.filter(({ result }) => result === 'pass');
  const isSpf = spf.result === 'not-checked' || spf.result === 'temperror' ? null : spf.result === 'pass';
  const isDkim = passing.length > 0 ? true : dkim.some(({ result }) => result === 'temperror') ? null : false;
  const alignedDkim = passing.some(({ aligned }) => aligned === true);
  return {
    spf: isSpf,
    dkim: isDkim,
    dmarc: dmarc === 'temperror' ? null : dmarc === 'pass',
    hasPolicy: dmarc === 'temperror' ? null : dmarc === 'pass' || dmarc === 'fail',
    aligned: either(isSpf === null ? null : isSpf && spf.aligned === true, alignedDkim),
    bits:
      passing.length === 0
        ? null
        : passing.every(({ algorithm, bits }) => !algorithm.startsWith('rsa') || bits >= LEAST_BITS),
    reverse: await hasReverseName(envelope.ip, lookup),
    zone: await hasZone(from, lookup),
    tls: hops.at(-1)?.tls ?? null,
    oneClick: oneClick.ok,
  };
}

/** What each receiver asks, and whether this message meets it. */
export async function rulesForMessage(
  verdict: MessageVerdict,
  lookup: Lookup,
  providers: readonly MailboxProvider[] = mailboxProviders,
): Promise<readonly ReceiverRules[]> {
  const facts = await factsOf(verdict, lookup);
  return providers.map(({ name, requirements }) => ({
    receiver: name,
    rules: requirements.map(({ kind, text, audience, rejection }) => ({
      text,
      audience,
      rejection: rejection ?? null,
      state: state(met(kind, facts)),
    })),
  }));
}
