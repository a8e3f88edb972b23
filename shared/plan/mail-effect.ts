import type { ReportedMail } from '../dmarc/policy-evidence.ts';
import { hasAddress } from '../dns/address-set.ts';
import { parseIp } from '../dns/ip.ts';
import { sameName } from '../dns/names.ts';
import { isOwn } from '../evidence/senders/senders.ts';
import type { Judgement } from '../judge/judge.ts';

/** What a plan does to the mail that receivers reported: the judge’s word on it, with DNS as it is and as it will be. */

/** Messages that do not pass DMARC (RFC 9989 §5.3.4), by today’s records and by the new ones. */
interface Failing {
  readonly before: number;
  readonly after: number;
}

export interface MailOfSender {
  readonly sender: string;
  /** What it is, in a word or two. */
  readonly is: string;
  readonly messages: number;
  readonly failing: Failing;
}

export interface MailEffect {
  readonly messages: number;
  readonly failing: Failing;
  /** Senders of whom some mail fails before or after: first those that lose most, then those with most that fails. */
  readonly senders: readonly MailOfSender[];
  /** Messages that fail afterwards of the senders beyond these. */
  readonly others: number;
}

const SHOWN = 20;

const isAligned = (name: string, from: string, isStrict: boolean): boolean =>
  isStrict ? sameName(name, from) : isOwn(name, from);

/** SPF of the mail by the records of a side; as it was reported where these are not judged, or not known. */
function passesSpf({ spfDomain, source, spfResult, spf, from }: ReportedMail, side: Judgement): boolean {
  if (spfDomain === '') return spf;
  if (!isAligned(spfDomain, from, side.dmarc.record?.spfAlignment === 'strict')) return false;
  const view = side.senders.find(({ domain }) => sameName(domain, spfDomain));
  const octets = parseIp(source);
  const wasPass = spfResult === 'pass';
  if (view === undefined || view.state === 'not-known' || octets === null) return wasPass;
  return hasAddress(view.passing, octets) || (wasPass && view.notKnown.length > 0);
}

/** A signature that passed goes on passing while its key is there; nobody can tell of one that failed whether it would. */
function passesDkim({ signers, dkim, from }: ReportedMail, side: Judgement): boolean {
  if (signers.length === 0) return dkim;
  const isStrict = side.dmarc.record?.dkimAlignment === 'strict';
  return signers.some((signer) => {
    const at = signer.indexOf('/');
    const [name, selector] = [signer.slice(0, at), signer.slice(at + 1)];
    const key = side.keys.find((each) => sameName(each.selector, selector) && sameName(each.domain, name));
    return isAligned(name, from, isStrict) && key?.usable !== 'no';
  });
}

const passes = (mail: ReportedMail, side: Judgement): boolean => passesSpf(mail, side) || passesDkim(mail, side);

/** Counts the reported mail that would fail, sender by sender. Linear in the ways that mail went. */
export function mailEffect(
  mail: readonly ReportedMail[],
  { before, after }: { readonly before: Judgement; readonly after: Judgement },
): MailEffect {
  const bySender = new Map<string, { sender: string; is: string; messages: number; was: number; will: number }>();
  for (const way of mail) {
    const key = `${way.is} ${way.sender}`;
    const sum = bySender.get(key) ?? { sender: way.sender, is: way.is, messages: 0, was: 0, will: 0 };
    const isPass = passes(way, before);
    sum.messages += way.messages;
    if (!isPass) sum.was += way.messages;
    if (!(before === after ? isPass : passes(way, after))) sum.will += way.messages;
    bySender.set(key, sum);
  }
  const sums = [...bySender.values()];
  const told = sums
    .filter(({ was, will }) => was + will > 0)
    .sort((left, right) => right.will - right.was - (left.will - left.was) || right.will - left.will);
  const total = (count: (sum: (typeof sums)[number]) => number) => sums.reduce((all, sum) => all + count(sum), 0);
  return {
    messages: total(({ messages }) => messages),
    failing: { before: total(({ was }) => was), after: total(({ will }) => will) },
    senders: told.slice(0, SHOWN).map(({ sender, is, messages, was, will }) => ({
      sender,
      is,
      messages,
      failing: { before: was, after: will },
    })),
    others: told.slice(SHOWN).reduce((all, { will }) => all + will, 0),
  };
}
