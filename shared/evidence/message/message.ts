import { domainOfAddress } from '../../dns/mail-address.ts';
import { discoverDmarc } from '../../dmarc/discovery.ts';
import { alignment, evaluateDmarc } from '../../dmarc/evaluate.ts';
import type { DmarcVerdict } from '../../dmarc/evaluate.ts';
import type { DmarcPolicy } from '../../dmarc/record.ts';
import type { Lookup } from '../../dns/lookup.ts';
import { isSubdomain } from '../../dns/names.ts';
import { parseIp } from '../../dns/ip.ts';
import { checkHost } from '../../spf/check-host.ts';
import type { SpfResultName } from '../../spf/check-host.ts';
import { limits } from '../limits.ts';
import { addressesIn } from '../mail/addresses.ts';
import type { Mail } from '../mail/mail.ts';
import { fieldValue, fieldValues, readMail } from '../mail/mail.ts';
import type { Arc } from './arc.ts';
import { checkArc } from './arc.ts';
import type { Hop } from './hops.ts';
import { readHops } from './hops.ts';
import type { OneClick } from './one-click.ts';
import { coversUnsubscribe, readOneClick } from './one-click.ts';
import type { ReceivedResults } from './results.ts';
import { readResults } from './results.ts';
import type { Signature } from './signature.ts';
import { checkDkimSignature } from './signature.ts';

/** A message as a receiver judges it, evaluated anew: SPF, DKIM, DMARC, ARC, and the way out of the list. */

/** What the receiving server saw of the sender, which stands in no message for sure. */
export interface Envelope {
  /** Null where it is not known: SPF is then not evaluated. */
  readonly ip: string | null;
  readonly helo: string | null;
  /** Empty for a message that is not to be answered; null where it is not known. */
  readonly mailFrom: string | null;
}

export type MessageRecord = 'spf' | 'dkim' | 'dmarc' | 'one-click';

export interface CheckedSignature extends Signature {
  /** Whether its domain is aligned with From, whatever comes of the signature; null where From can't be read. */
  readonly aligned: boolean | null;
}

export interface MessageVerdict {
  readonly envelope: Envelope;
  readonly from: string | null;
  readonly spf: {
    readonly result: SpfResultName | 'not-checked';
    readonly domain: string | null;
    readonly aligned: boolean | null;
    readonly reason: string | null;
  };
  readonly dkim: readonly CheckedSignature[];
  readonly dmarc: DmarcVerdict['result'] | 'permerror';
  /** Why no verdict of DMARC can be had. */
  readonly dmarcReason: string | null;
  /** What the owner of the domain asks for when the message fails. */
  readonly policy: DmarcPolicy | null;
  readonly arc: Arc;
  readonly oneClick: OneClick;
  readonly hops: readonly Hop[];
  readonly receiverSaid: readonly ReceivedResults[];
  /** What the owner of the domain would change. */
  readonly record: readonly MessageRecord[];
  /** When the message was read, which decides whether a signature has expired. */
  readonly evaluatedAt: string;
}

export interface MessageInput {
  readonly octets: Uint8Array;
  /** What is known of the envelope; the rest is taken from the message’s own fields. */
  readonly envelope: Partial<Envelope>;
  readonly lookup: Lookup;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const domainOf = (address: string): string => domainOfAddress(address).toLowerCase().replace(/\.$/, '');

/** The envelope as far as it is given, else as the last server wrote it into the message. */
function envelopeOf(mail: Mail, given: Partial<Envelope>, hops: readonly Hop[]): Envelope {
  const last = hops.at(-1);
  const returnPath = fieldValue(mail.fields, 'return-path');
  const path = returnPath === null ? null : (addressesIn(returnPath)[0] ?? '');
  return {
    ip: given.ip ?? last?.ip ?? null,
    helo: given.helo ?? last?.from ?? null,
    mailFrom: given.mailFrom ?? path,
  };
}

type Author =
  | { readonly domain: string; readonly fault: null }
  | { readonly domain: string | null; readonly fault: string };

/** The domain in From, and why it can't be told: DMARC needs one From of one domain (RFC 9989 §5.3.1). */
function authorOf(mail: Mail): Author {
  const fields = fieldValues(mail.fields, 'from');
  const domains = [...new Set(fields.flatMap(addressesIn).map(domainOf))];
  const [domain] = domains;
  if (fields.length === 0) return { domain: null, fault: 'There is no From field.' };
  if (domain === undefined) return { domain: null, fault: 'From names no address.' };
  if (fields.length > 1) return { domain, fault: 'There is more than one From field.' };
  if (domains.length > 1) return { domain, fault: 'From names addresses of several domains.' };
  return { domain, fault: null };
}

interface Alignments {
  readonly spf: (domain: string) => Promise<boolean>;
  readonly dkim: (domain: string) => Promise<boolean>;
}

async function alignmentsOf(from: string, lookup: Lookup): Promise<Alignments> {
  const { record, organisationalDomain } = await discoverDmarc(from, lookup);
  const organisation = organisationalDomain ?? null;
  const align = async (domain: string, mode: 'strict' | 'relaxed') =>
    (await alignment(from, domain, mode, organisation, lookup)) === 'aligned';
  return {
    spf: (domain) => align(domain, record?.spfAlignment ?? 'relaxed'),
    dkim: (domain) => align(domain, record?.dkimAlignment ?? 'relaxed'),
  };
}

async function checkSpf(
  { ip, helo, mailFrom }: Envelope,
  lookup: Lookup,
  now: number,
): Promise<{
  readonly result: SpfResultName | 'not-checked';
  readonly domain: string | null;
  readonly reason: string | null;
}> {
  const isNull = mailFrom === '';
  const domain = mailFrom === null ? null : isNull ? helo : domainOf(mailFrom);
  if (ip === null || parseIp(ip) === null || domain === null) {
    return { result: 'not-checked', domain, reason: 'The address that sent, or MAIL FROM, is not known.' };
  }
  const sender = isNull ? `postmaster@${domain}` : (mailFrom ?? '');
  const { result, reason } = await checkHost({ ip, sender, helo: helo ?? domain, lookup, now: now / 1000 });
  return { result, domain, reason: reason ?? null };
}

async function checkSignatures(mail: Mail, lookup: Lookup, now: number): Promise<readonly Signature[]> {
  const fields = mail.fields.filter(({ name }) => /^dkim-signature$/i.test(name)).slice(0, limits.signatures);
  const signatures: Signature[] = [];
  for (const field of fields) signatures.push(await checkDkimSignature(field, { mail, lookup }, now / 1000));
  return signatures;
}

const ADVISED_BITS = 2048;

/** What a failing signature of the domain’s own says of its records: a body that was changed says nothing of them. */
const isKeyAtFault = ({ result, reason }: Signature): boolean =>
  result === 'permerror' || (result === 'fail' && reason?.startsWith('signature') === true);

function recordsToChange(
  verdict: Pick<MessageVerdict, 'spf' | 'dkim' | 'dmarc' | 'oneClick' | 'arc'>,
  from: string | null,
  mail: Mail,
): readonly MessageRecord[] {
  if (from === null || verdict.dmarc === 'permerror') return [];
  const { spf, dkim, dmarc, oneClick } = verdict;
  const records = new Set<MessageRecord>();
  // Below one domain and not aligned: strict alignment keeps them apart.
  const isRelated = (domain: string) => isSubdomain(domain, from) || isSubdomain(from, domain);
  const own = dkim.filter(({ aligned, domain }) => aligned === true || isRelated(domain));
  const isKeptApart = dmarc === 'fail' && own.some(({ aligned, result }) => aligned === false && result === 'pass');
  if (isKeptApart) records.add('dmarc');
  if (spf.aligned === true && !['pass', 'not-checked', 'temperror', 'none'].includes(spf.result)) records.add('spf');
  const isWeak = own.some(
    ({ result, bits, algorithm, bodyLength }) =>
      result === 'pass' && ((algorithm.startsWith('rsa') && bits < ADVISED_BITS) || bodyLength !== null),
  );
  const isMissing = dmarc === 'fail' && own.length === 0;
  if (own.some(isKeyAtFault) || isWeak || isMissing || isKeptApart) records.add('dkim');
  const isCovered = dkim.length === 0 || dkim.some((signature) => coversUnsubscribe(mail, signature));
  if (!oneClick.header || !oneClick.post || !oneClick.https || !isCovered) records.add('one-click');
  return [...records];
}

/** Evaluates a message. Never throws for what is in it. */
export async function evaluateMessage({ octets, envelope: given, lookup, now }: MessageInput): Promise<MessageVerdict> {
  const mail = readMail(octets);
  const hops = readHops(mail);
  const envelope = envelopeOf(mail, given, hops);
  const { domain: from, fault } = authorOf(mail);
  const [spf, signatures, arc] = [
    await checkSpf(envelope, lookup, now),
    await checkSignatures(mail, lookup, now),
    await checkArc({ mail, lookup }),
  ];
  const align = from === null ? null : await alignmentsOf(from, lookup);
  const dkim: CheckedSignature[] = [];
  for (const signature of signatures)
    dkim.push({ ...signature, aligned: align === null ? null : await align.dkim(signature.domain) });
  const isSpfOfAuthor = align !== null && spf.domain !== null && envelope.mailFrom !== '';
  const verdict =
    from === null || fault !== null
      ? null
      : await evaluateDmarc(
          {
            fromDomain: from,
            spf: { result: spf.result === 'not-checked' ? 'none' : spf.result, domain: spf.domain ?? from },
            dkim: dkim.map(({ result, domain }) => ({
              domain,
              result: result === 'pass' ? 'pass' : result === 'temperror' ? 'unknown' : 'fail',
            })),
          },
          lookup,
        );
  const judged = {
    spf: { ...spf, aligned: isSpfOfAuthor ? await align.spf(spf.domain as string) : null },
    dkim,
    dmarc: verdict?.result ?? (from === null ? ('none' as const) : ('permerror' as const)),
    arc,
    oneClick: readOneClick(mail, signatures),
  };
  return {
    envelope,
    from,
    ...judged,
    dmarcReason: fault,
    policy: verdict?.requested ?? null,
    hops,
    receiverSaid: readResults(mail, hops.at(-1)?.by ?? null),
    record: recordsToChange(judged, from, mail),
    evaluatedAt: new Date(now).toISOString(),
  };
}
