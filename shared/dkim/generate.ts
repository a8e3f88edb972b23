import { parseDkimKey, printDkimKey } from './key-record.ts';
import { decodeBase64, encodeBase64 } from './public-key.ts';

export type DkimKeyKind =
  | { readonly algorithm: 'rsa'; readonly bits: 1024 | 2048 | 3072 | 4096 }
  | { readonly algorithm: 'ed25519' };

export interface GeneratedKey {
  /** PEM, PKCS #8. A secret. */
  readonly privateKeyPem: string;
  /** The value of `p=`. */
  readonly publicKey: string;
  /** The whole TXT text. */
  readonly record: string;
  readonly bits: number;
}

/** Octets before the 32 of the key in an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4). */
const ED25519_PREFIX = 12;
const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1]);

function pem(octets: Uint8Array): string {
  const lines = encodeBase64(octets).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** An asymmetric key pair; WebCrypto gives one for these algorithms, though its types allow a single key. */
async function newPair(kind: DkimKeyKind) {
  const usages = ['sign', 'verify'] as const;
  const made =
    kind.algorithm === 'ed25519'
      ? await crypto.subtle.generateKey({ name: 'Ed25519' }, true, [...usages])
      : await crypto.subtle.generateKey(
          { name: 'RSASSA-PKCS1-v1_5', modulusLength: kind.bits, publicExponent: PUBLIC_EXPONENT, hash: 'SHA-256' },
          true,
          [...usages],
        );
  if (!('publicKey' in made)) throw new TypeError('WebCrypto gave a single key where a pair belongs');
  return made;
}

/** The value of `p=` from a SubjectPublicKeyInfo: all of it for RSA, the bare key for Ed25519 (RFC 8463 §4). */
function publicValue(kind: DkimKeyKind['algorithm'], spki: Uint8Array): string {
  return encodeBase64(kind === 'ed25519' ? spki.subarray(ED25519_PREFIX) : spki);
}

/** Makes a key pair for DKIM over WebCrypto (RFC 8301: RSA of 2048 bits or more is advised; RFC 8463: Ed25519). */
export async function generateDkimKey(kind: DkimKeyKind): Promise<GeneratedKey> {
  const pair = await newPair(kind);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const publicKey = publicValue(kind.algorithm, spki);
  const bits = kind.algorithm === 'rsa' ? kind.bits : 256;
  const record = dkimRecord(kind.algorithm, publicKey);
  return { privateKeyPem: pem(pkcs8), publicKey, record, bits };
}

/** The TXT text for a public key, in the form that all receivers take. */
export function dkimRecord(type: 'rsa' | 'ed25519', publicKey: string): string {
  return printDkimKey({ type, publicKey, bits: 0, hasVersion: true, flags: [], others: [] });
}

/**
 * Whether a private key and a published record belong together: a signature by one is verified by the other.
 *
 * @param privateKeyPem PKCS #8 in PEM.
 */
export async function keyPairMatches(privateKeyPem: string, recordText: string): Promise<boolean> {
  const { key } = parseDkimKey(recordText);
  const octets = decodeBase64(privateKeyPem.replace(/-----[^-]+-----/g, ''));
  const published = key === null ? null : decodeBase64(key.publicKey);
  if (key === null || octets === null || published === null) return false;
  const algorithm = key.type === 'ed25519' ? { name: 'Ed25519' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  try {
    const privateKey = await crypto.subtle.importKey('pkcs8', octets, algorithm, false, ['sign']);
    const format = key.type === 'ed25519' ? 'raw' : 'spki';
    const publicKey = await crypto.subtle.importKey(format, published, algorithm, false, ['verify']);
    const message = new TextEncoder().encode('sendwright');
    return await crypto.subtle.verify(
      algorithm,
      publicKey,
      await crypto.subtle.sign(algorithm, privateKey, message),
      message,
    );
  } catch {
    // A key of the other type, or a broken one: they do not belong together.
    return false;
  }
}
