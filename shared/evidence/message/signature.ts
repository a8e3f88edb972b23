import { domainOfAddress } from '../../dns/mail-address.ts';
import { parseDkimKey } from '../../dkim/key-record.ts';
import type { DkimKey, DkimKeyParse } from '../../dkim/key-record.ts';
import { decodeBase64, encodeBase64, wrapRsaPublicKey } from '../../dkim/public-key.ts';
import { dkimName } from '../../dkim/selector.ts';
import type { Lookup } from '../../dns/lookup.ts';
import { isSubdomain, sameName } from '../../dns/names.ts';
import { joinTxt } from '../../dns/txt.ts';
import { findTag, parseTagList } from '../../tags/tag-list.ts';
import type { HeaderField, MailPart } from '../mail/mail.ts';
import { binaryOctets } from '../mail/octets.ts';
import type { Canonicalization } from './canonical.ts';
import { canonicalBody, canonicalField, signedFields, withoutSignature } from './canonical.ts';

/** Signatures over messages: DKIM’s (RFC 6376 §6, RFC 8301, RFC 8463), and those of ARC, which are made alike. */

export type SignatureResult = 'pass' | 'fail' | 'permerror' | 'temperror';

export interface Signature {
  /** `d=`, in small letters; empty where the signature names none. */
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  readonly result: SignatureResult;
  /** Why it does not pass, or what is to be known although it does. */
  readonly reason: string | null;
  /** Of the key; 0 where there is none. */
  readonly bits: number;
  /** `h=` in small letters. */
  readonly signed: readonly string[];
  /** `l=`: octets of the body that are signed; null: all of them. */
  readonly bodyLength: number | null;
  /** `t=` and `x=` in seconds since the epoch. */
  readonly signedAt: number | null;
  readonly expiresAt: number | null;
}

/** The tags of a signature, their white space gone where none belongs. */
export interface SignatureTags {
  readonly get: (name: string) => string | null;
  readonly hasFault: boolean;
}

/** Reads the tags of a signature’s field (RFC 6376 §3.2). */
export function readTags(field: HeaderField): SignatureTags {
  const list = parseTagList(field.raw.slice(field.raw.indexOf(':') + 1));
  return {
    get: (name) => findTag(list, name)?.value.trim() ?? null,
    hasFault: list.repeated.length > 0 || list.faults.length > 0,
  };
}

const compact = (text: string | null): string => (text ?? '').replace(/\s+/g, '');

export const namesIn = (text: string | null): readonly string[] =>
  compact(text)
    .toLowerCase()
    .split(':')
    .filter((name) => name !== '');

/** What may be fetched instead of a key. */
type KeyAnswer =
  | { readonly key: DkimKey; readonly fault: null }
  | { readonly key: null; readonly fault: { readonly result: SignatureResult; readonly reason: string } };

const noKey = (result: SignatureResult, reason: string): KeyAnswer => ({ key: null, fault: { result, reason } });

/** A key as receivers read it: they take a bare RSA key as well, which RFC 6376 §3.6.1 itself describes. */
function readKey(text: string): DkimKeyParse {
  const parsed = parseDkimKey(text);
  const errors = parsed.findings.filter(({ severity }) => severity === 'error');
  const value = findTag(parseTagList(text), 'p');
  const bare = value === undefined ? null : decodeBase64(value.value);
  if (value === undefined || bare === null || errors.some(({ code }) => code !== 'dkim.bare-key')) return parsed;
  if (errors.length === 0) return parsed;
  const { start, end } = value.valueSpan;
  return parseDkimKey(text.slice(0, start) + encodeBase64(wrapRsaPublicKey(bare)) + text.slice(end));
}

/** Asks for the key of a selector and says why it is of no use (RFC 6376 §6.1.2). */
export async function keyFor(selector: string, domain: string, lookup: Lookup): Promise<KeyAnswer> {
  const answer = await lookup.query(dkimName(selector, domain), 'TXT');
  if (answer.status === 'failure') return noKey('temperror', `the key could not be looked up: ${answer.message}`);
  if (answer.status !== 'answer') return noKey('permerror', 'no key');
  const texts = answer.records.flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
  const keys = texts.map(readKey);
  const usable = keys.find(({ key }) => key !== null && key.publicKey !== '')?.key;
  if (usable !== undefined && usable !== null) return { key: usable, fault: null };
  if (keys.some(({ key }) => key?.publicKey === '')) return noKey('permerror', 'key revoked (empty p=)');
  const [finding] = keys.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'));
  return noKey('permerror', finding?.code === 'dkim.too-short' ? 'the key is too short' : 'no usable key');
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/** Whether a signature over a text is by the key. @param data one character an octet. */
export async function isSignedBy(key: DkimKey, signature: string, data: string): Promise<boolean> {
  const octets = decodeBase64(signature);
  const published = decodeBase64(key.publicKey);
  if (octets === null || published === null) return false;
  try {
    if (key.type === 'ed25519') {
      // RFC 8463 §3: what is signed is the hash, not the text.
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', binaryOctets(data)));
      const imported = await crypto.subtle.importKey('raw', published, { name: 'Ed25519' }, false, ['verify']);
      return await crypto.subtle.verify({ name: 'Ed25519' }, imported, octets.buffer, digest);
    }
    const imported = await crypto.subtle.importKey('spki', published, RSA, false, ['verify']);
    return await crypto.subtle.verify(RSA, imported, octets.buffer, binaryOctets(data));
  } catch {
    // A key that the platform can't use verifies nothing.
    return false;
  }
}

/** The hash of a text in base64. @param data one character an octet. */
async function hashOf(data: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', binaryOctets(data)));
  return btoa(String.fromCharCode(...digest));
}

/** `c=`: header and body (RFC 6376 §3.5). */
export function canonicalizations(text: string | null): {
  readonly header: Canonicalization;
  readonly body: Canonicalization;
} | null {
  const [header = 'simple', body = 'simple', more] = (compact(text) || 'simple/simple').toLowerCase().split('/');
  const isForm = (form: string): form is Canonicalization => form === 'simple' || form === 'relaxed';
  return more === undefined && isForm(header) && isForm(body) ? { header, body } : null;
}

interface Checked {
  readonly result: SignatureResult;
  readonly reason: string | null;
  readonly bits: number;
}

const wrong = (result: SignatureResult, reason: string, bits = 0): Checked => ({ result, reason, bits });

/** The types of keys that belong to the algorithms; anything with SHA-1 is of no use since RFC 8301. */
const ALGORITHMS: Readonly<Record<string, DkimKey['type']>> = { 'rsa-sha256': 'rsa', 'ed25519-sha256': 'ed25519' };

/** A fault of the tags that any signature over a message has to have, or null. */
export function tagFault(tags: SignatureTags, needed: readonly string[]): string | null {
  if (tags.hasFault) return 'the signature’s tags can’t be read';
  const missing = needed.find((name) => tags.get(name) === null || tags.get(name) === '');
  if (missing !== undefined) return `the signature has no ${missing}=`;
  const algorithm = compact(tags.get('a')).toLowerCase();
  if (algorithm === 'rsa-sha1') return 'rsa-sha1 must no longer be used (RFC 8301)';
  if (ALGORITHMS[algorithm] === undefined) return 'the algorithm is not known';
  return null;
}

function keyFault(key: DkimKey, tags: SignatureTags): string | null {
  const algorithm = compact(tags.get('a')).toLowerCase();
  if (ALGORITHMS[algorithm] !== key.type) return 'the key type does not match the signature';
  if (key.hashes !== undefined && !key.hashes.includes('sha256')) return 'the key does not allow SHA-256';
  if (key.services?.every((service) => service !== '*' && service !== 'email') === true)
    return 'the key is not for mail';
  const identity = compact(tags.get('i'));
  const domain = compact(tags.get('d'));
  if (identity.includes('@') && key.flags.includes('s') && !sameName(domainOfAddress(identity), domain))
    return 'the key is only for the domain itself (t=s)';
  return null;
}

/** What a signature over header and body is checked against. */
export interface SignedMail {
  readonly mail: MailPart;
  readonly lookup: Lookup;
}

/**
 * Checks a signature over header and body: DKIM’s, or a message signature of ARC.
 *
 * @param field that of the signature.
 */
export async function checkSignedMail(
  field: HeaderField,
  tags: SignatureTags,
  { mail, lookup }: SignedMail,
): Promise<Checked> {
  const forms = canonicalizations(tags.get('c'));
  if (forms === null) return wrong('permerror', 'the canonicalization is not known');
  const names = namesIn(tags.get('h'));
  const length = tags.get('l');
  if (length !== null && !/^\d{1,15}$/.test(length)) return wrong('permerror', 'l= is not a number');
  const { key, fault } = await keyFor(compact(tags.get('s')), compact(tags.get('d')), lookup);
  if (key === null) return wrong(fault.result, fault.reason);
  const unfit = keyFault(key, tags);
  if (unfit !== null) return wrong('permerror', unfit, key.bits);
  const body = canonicalBody(mail.body, forms.body);
  if (length !== null && Number(length) > body.length) return wrong('permerror', 'l= is more than the body', key.bits);
  const signedBody = length === null ? body : body.slice(0, Number(length));
  if ((await hashOf(signedBody)) !== compact(tags.get('bh'))) {
    return wrong('fail', 'body hash: the body was changed after it was signed', key.bits);
  }
  const fields = signedFields(mail, names).map(({ raw }) => `${canonicalField(raw, forms.header)}\r\n`);
  const data = fields.join('') + canonicalField(withoutSignature(field.raw), forms.header);
  return (await isSignedBy(key, compact(tags.get('b')), data))
    ? { result: 'pass', reason: null, bits: key.bits }
    : wrong('fail', 'signature: the published key is not the one that signed, or a signed field was changed', key.bits);
}

const numberOf = (text: string | null): number | null =>
  text !== null && /^\d{1,12}$/.test(text.trim()) ? Number(text.trim()) : null;

async function checkDkim(field: HeaderField, tags: SignatureTags, signed: SignedMail): Promise<Checked> {
  const fault = tagFault(tags, ['v', 'a', 'b', 'bh', 'd', 'h', 's']);
  if (fault !== null) return wrong('permerror', fault);
  if (tags.get('v') !== '1') return wrong('permerror', 'the version is not 1');
  if (!namesIn(tags.get('h')).includes('from')) return wrong('permerror', 'From is not signed');
  const identity = compact(tags.get('i'));
  const identityDomain = domainOfAddress(identity);
  if (identity.includes('@') && !isSubdomain(identityDomain, compact(tags.get('d'))))
    return wrong('permerror', 'i= is not of the domain in d=');
  return checkSignedMail(field, tags, signed);
}

/**
 * Checks one DKIM signature.
 *
 * @param at when it is read, in seconds since the epoch: a signature may have expired since it was delivered.
 */
export async function checkDkimSignature(field: HeaderField, signed: SignedMail, at: number): Promise<Signature> {
  const tags = readTags(field);
  const checked = await checkDkim(field, tags, signed);
  const expiresAt = numberOf(tags.get('x'));
  const isExpired = checked.result === 'pass' && expiresAt !== null && expiresAt < at;
  const expired = `expired (x=) at ${expiresAt === null ? '' : new Date(expiresAt * 1000).toISOString()}: it is read after that; at delivery it may have been valid`;
  const length = tags.get('l');
  const bodyLength = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null;
  const partly = checked.result === 'pass' && bodyLength !== null ? 'l=: the rest of the body is not signed' : null;
  return {
    domain: compact(tags.get('d')).toLowerCase().replace(/\.$/, ''),
    selector: compact(tags.get('s')),
    algorithm: compact(tags.get('a')).toLowerCase(),
    result: isExpired ? 'fail' : checked.result,
    reason: isExpired ? expired : (checked.reason ?? partly),
    bits: checked.bits,
    signed: namesIn(tags.get('h')),
    bodyLength,
    signedAt: numberOf(tags.get('t')),
    expiresAt,
  };
}
