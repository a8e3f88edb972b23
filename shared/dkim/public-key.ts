/** Public keys in DER, as far as DKIM needs them (RFC 3279 §2.3.1, RFC 8017 §A.1.1, RFC 8463). */

export type PublicKeyReading =
  /** `wrapped`: inside a SubjectPublicKeyInfo. */
  | { readonly kind: 'rsa'; readonly bits: number; readonly wrapped: boolean }
  | { readonly kind: 'truncated' | 'private' | 'unreadable' };

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
/** What stands before the key's 32 octets in an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4). */
export const ED25519_INFO: readonly number[] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** One element's header (X.690 §8.1); `end` may lie behind the data when it is cut off. */
function readElement(der: Uint8Array, at: number): Element | null {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined) return null;
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return null;
  let length = 0;
  for (let index = 0; index < count; index += 1) {
    const octet = der[at + 2 + index];
    if (octet === undefined) return null;
    length = length * 256 + octet;
  }
  return { tag, start: at + 2 + count, end: at + 2 + count + length };
}

function integerBits(der: Uint8Array, element: Element): number {
  let start = element.start;
  while (start < element.end && der[start] === 0) start += 1;
  const first = der[start];
  return first === undefined ? 0 : (element.end - start - 1) * 8 + (32 - Math.clz32(first));
}

/** The object identifier rsaEncryption, 1.2.840.113549.1.1.1, with its header (RFC 3279 §2.3.1). */
const RSA_ENCRYPTION: readonly number[] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/** An RSAPublicKey: a sequence of modulus and exponent, nothing cut off (RFC 8017 §A.1.1). */
function readModulus(der: Uint8Array, sequence: Element | null): number | null {
  if (sequence === null || sequence.tag !== SEQUENCE || sequence.end > der.length) return null;
  const modulus = readElement(der, sequence.start);
  const exponent = modulus === null ? null : readElement(der, modulus.end);
  if (modulus?.tag !== INTEGER || exponent?.tag !== INTEGER || exponent.end > sequence.end) return null;
  const isNegative = ((der[modulus.start] ?? 0x80) & 0x80) !== 0;
  return isNegative || exponent.end === exponent.start ? null : integerBits(der, modulus);
}

/**
 * Reads an RSA public key: a SubjectPublicKeyInfo as receivers expect it, or the bare RSAPublicKey that some publish.
 *
 * @param der the octets that `p=` decodes to.
 */
export function readRsaPublicKey(der: Uint8Array): PublicKeyReading {
  const outer = readElement(der, 0);
  if (outer === null || outer.tag !== SEQUENCE) return { kind: 'unreadable' };
  if (outer.end > der.length) return { kind: 'truncated' };
  const first = readElement(der, outer.start);
  if (first === null) return { kind: 'unreadable' };
  if (first.tag === INTEGER) {
    // A private key begins with its version, the integer 0 or 1; a bare public key with its modulus.
    if (integerBits(der, first) < 2) return { kind: 'private' };
    const bits = readModulus(der, outer);
    return bits === null ? { kind: 'unreadable' } : { kind: 'rsa', bits, wrapped: false };
  }
  const isRsa = first.tag === SEQUENCE && RSA_ENCRYPTION.every((octet, index) => der[first.start + index] === octet);
  const bitString = isRsa ? readElement(der, first.end) : null;
  const hasWholeOctets = bitString?.tag === BIT_STRING && der[bitString.start] === 0 && bitString.end <= outer.end;
  const bits = hasWholeOctets ? readModulus(der, readElement(der, bitString.start + 1)) : null;
  return bits === null ? { kind: 'unreadable' } : { kind: 'rsa', bits, wrapped: true };
}

/** The header of a DER element: its tag and the length of its content. */
function header(tag: number, length: number): readonly number[] {
  if (length < 0x80) return [tag, length];
  return length < 0x1_00 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
}

/** A bare RSAPublicKey inside the SubjectPublicKeyInfo that receivers expect (RFC 3279 §2.3.1). */
export function wrapRsaPublicKey(bare: Uint8Array): Uint8Array {
  const algorithm = [...header(SEQUENCE, RSA_ENCRYPTION.length + 2), ...RSA_ENCRYPTION, 0x05, 0x00];
  const bits = [...header(BIT_STRING, bare.length + 1), 0x00, ...bare];
  return Uint8Array.from([...header(SEQUENCE, algorithm.length + bits.length), ...algorithm, ...bits]);
}

/** Whether the octets are an Ed25519 SubjectPublicKeyInfo; DKIM takes the bare 32 octets behind its 12 (RFC 8463 §4). */
export function isWrappedEd25519(der: Uint8Array): boolean {
  return der.length === ED25519_INFO.length + 32 && ED25519_INFO.every((octet, index) => der[index] === octet);
}

const NO_SEXTET = 0xff;

/** What a character of base64 stands for, by its code (RFC 4648 §4). */
const SEXTETS = new Uint8Array(128).fill(NO_SEXTET);
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < BASE64.length; value += 1) SEXTETS[BASE64.charCodeAt(value)] = value;

/** Base64 without the `=` that fill its last four characters. */
export function withoutPadding(base64: string): string {
  let end = base64.length;
  while (base64.charCodeAt(end - 1) === 0x3d) end -= 1;
  return base64.slice(0, end);
}

/** @returns the octets, or null when the text is not base64. White space is allowed (RFC 6376 §2.10). */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const compact = text.replace(/[ \t\r\n]+/g, '');
  const bare = withoutPadding(compact);
  if (compact.length - bare.length > 2 || bare.length % 4 === 1) return null;
  const octets = new Uint8Array(Math.floor((bare.length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (let index = 0; index < bare.length; index += 1) {
    const value = SEXTETS[bare.charCodeAt(index)] ?? NO_SEXTET;
    if (value === NO_SEXTET) return null;
    bits = (bits << 6) | value;
    // The first of four characters completes no octet, each of the others one.
    if (index % 4 !== 0) octets[at++] = bits >> (6 - 2 * (index % 4));
  }
  return octets;
}

/** Octets as base64 with padding. */
export function encodeBase64(octets: Uint8Array): string {
  let binary = '';
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary);
}
