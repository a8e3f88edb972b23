/** Public keys in DER, as far as DKIM needs them (RFC 3279 §2.3.1, RFC 8017 §A.1.1, RFC 8463). */

export type PublicKeyReading =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'truncated' | 'private' | 'unreadable' };

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;

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

/**
 * Reads an RSA public key: SubjectPublicKeyInfo as DKIM uses it, or the bare RSAPublicKey that some publish.
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
    // A private key begins with its version, the integer 0; a bare public key with its modulus.
    const bits = integerBits(der, first);
    return bits < 2 ? { kind: 'private' } : { kind: 'rsa', bits };
  }
  const bitString = first.tag === SEQUENCE ? readElement(der, first.end) : null;
  if (bitString === null || bitString.tag !== BIT_STRING) return { kind: 'unreadable' };
  const inner = readElement(der, bitString.start + 1);
  const modulus = inner === null ? null : readElement(der, inner.start);
  if (modulus === null || modulus.tag !== INTEGER || modulus.end > der.length) return { kind: 'unreadable' };
  return { kind: 'rsa', bits: integerBits(der, modulus) };
}

/** @returns the octets, or null when the text is not base64. White space is allowed (RFC 6376 §2.10). */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const compact = text.replace(/[ \t\r\n]+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) return null;
  const binary = atob(compact.replace(/=+$/, ''));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Octets as base64 with padding. */
export function encodeBase64(octets: Uint8Array): string {
  let binary = '';
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary);
}
