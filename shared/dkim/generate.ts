import { parseDkimKey } from './key-record.ts';
import { decodeBase64, ED25519_INFO, encodeBase64 } from './public-key.ts';

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
  return encodeBase64(kind === 'ed25519' ? spki.subarray(ED25519_INFO.length) : spki);
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

/**
 * The TXT text for a public key, in the form that all receivers take.
 *
 * @param publicKey in base64.
 */
export function dkimRecord(type: 'rsa' | 'ed25519', publicKey: string): string {
  return `v=DKIM1; k=${type}; p=${publicKey}`;
}

/** An element in DER of 128 octets or more (X.690 §8.1). */
function derElement(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  return Uint8Array.from([tag, 0x80 + length.length, ...length, ...content]);
}

/** Version 0 and the algorithm rsaEncryption: what PKCS #8 puts before an RSA key (RFC 5208 §5). */
const RSA_ENVELOPE = [0x02, 1, 0, 0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0];

/** The PKCS #8 octets of a PEM text, `BEGIN PRIVATE KEY` or the older `BEGIN RSA PRIVATE KEY`; null for others. */
function privateKeyOctets(privateKeyPem: string): Uint8Array<ArrayBuffer> | null {
  const found = /-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(privateKeyPem);
  const octets = found === null ? null : decodeBase64(found[2] as string);
  if (found === null || octets === null || found[1] === undefined) return octets;
  return derElement(0x30, Uint8Array.from([...RSA_ENVELOPE, ...derElement(0x04, octets)]));
}

/** `unreadable`: the private key can't be read; `no-key`: the record holds no usable key. */
export type KeyPairCheck = 'match' | 'mismatch' | 'unreadable' | 'no-key';

/**
 * Whether a private key and a published record belong together: a signature by one is verified by the other.
 *
 * @param privateKeyPem PKCS #8 or PKCS #1 in PEM, not encrypted.
 */
export async function checkKeyPair(privateKeyPem: string, recordText: string): Promise<KeyPairCheck> {
  const { key } = parseDkimKey(recordText);
  const published = key === null || key.publicKey === '' ? null : decodeBase64(key.publicKey);
  if (key === null || published === null) return 'no-key';
  const octets = privateKeyOctets(privateKeyPem);
  if (octets === null) return 'unreadable';
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const algorithm = key.type === 'ed25519' ? { name: 'Ed25519' } : rsa;
  const importPrivate = (kind: typeof algorithm) => crypto.subtle.importKey('pkcs8', octets, kind, false, ['sign']);
  try {
    const privateKey = await importPrivate(algorithm);
    const format = key.type === 'ed25519' ? 'raw' : 'spki';
    const publicKey = await crypto.subtle.importKey(format, published, algorithm, false, ['verify']);
    const message = new TextEncoder().encode('sendwright');
    const signature = await crypto.subtle.sign(algorithm, privateKey, message);
    return (await crypto.subtle.verify(algorithm, publicKey, signature, message)) ? 'match' : 'mismatch';
  } catch {
    // Not a key of the record's type: of the other one, or none at all.
    const other = importPrivate(key.type === 'ed25519' ? rsa : { name: 'Ed25519' });
    return other.then(
      () => 'mismatch' as const,
      () => 'unreadable' as const,
    );
  }
}
