import { decodeBase64, encodeBase64 } from '../dkim/public-key.ts';
import { decodeText } from '../text/decode.ts';

/** Certificates as administrators are given them: PEM, DER, or PKCS #7 in either. */

export type CertificateText =
  /** PEM of each certificate, each with its own line end; nothing else of what was given. */
  | { readonly kind: 'certificates'; readonly pem: string }
  /** It holds a private key, whatever else; nothing of it may be kept or shown. */
  | { readonly kind: 'private-key' }
  /** PKCS #12, the form of `.pfx` and `.p12`: a key and its certificates under one password. */
  | { readonly kind: 'key-store' }
  | { readonly kind: 'none' };

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length included. */
  readonly whole: Uint8Array;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const CONTEXT_0 = 0xa0;
/** `id-signedData` (RFC 5652 §5.1), in hexadecimal. */
const SIGNED_DATA = '2a864886f70d010702';
/** The version of a PFX (RFC 7292 §4). */
const PFX_VERSION = 3;

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/;
const PEM_BLOCK =
  /-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE|PKCS7|PKCS #7 SIGNED DATA|CMS)-----([\s\S]*?)-----END \1-----/g;

/** @returns the elements that follow one another in DER (ITU-T X.690 §8.1); null where the octets are something else. */
function elementsOf(octets: Uint8Array): readonly Element[] | null {
  const elements: Element[] = [];
  for (let at = 0; at < octets.length; ) {
    const [tag, first] = [octets[at], octets[at + 1]];
    if (tag === undefined || first === undefined) return null;
    const more = first < 0x80 ? 0 : first - 0x80;
    // A certificate is far below 4 GB, and an indefinite length is not DER.
    if (first === 0x80 || more > 4) return null;
    const length =
      more === 0 ? first : octets.subarray(at + 2, at + 2 + more).reduce((sum, octet) => sum * 256 + octet, 0);
    const begin = at + 2 + more;
    const end = begin + length;
    if (end > octets.length) return null;
    elements.push({ tag, content: octets.subarray(begin, end), whole: octets.subarray(at, end) });
    at = end;
  }
  return elements;
}

function pemOf(certificate: Uint8Array): string {
  const lines = encodeBase64(certificate).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** @param content of a ContentInfo of signed data (RFC 5652 §3, §5.1; RFC 2315 §9.1 is the same in this). */
function certificatesOfSignedData(content: Element | undefined): CertificateText {
  const [signedData] = elementsOf(content?.content ?? new Uint8Array()) ?? [];
  const parts = elementsOf(signedData?.content ?? new Uint8Array()) ?? [];
  const set = parts.find(({ tag }) => tag === CONTEXT_0);
  const certificates = (elementsOf(set?.content ?? new Uint8Array()) ?? []).filter(({ tag }) => tag === SEQUENCE);
  if (certificates.length === 0) return { kind: 'none' };
  return { kind: 'certificates', pem: certificates.map(({ whole }) => pemOf(whole)).join('') };
}

/** @returns null where the octets are no such structure. */
function readDer(octets: Uint8Array): CertificateText | null {
  const [outer, ...others] = octets[0] === SEQUENCE ? (elementsOf(octets) ?? []) : [];
  if (outer === undefined || others.length > 0) return null;
  const parts = elementsOf(outer.content) ?? [];
  const [first, second, third] = parts;
  const hex = (content: Uint8Array) => Array.from(content, (octet) => octet.toString(16).padStart(2, '0')).join('');
  if (first?.tag === OBJECT_IDENTIFIER && hex(first.content) === SIGNED_DATA) return certificatesOfSignedData(second);
  // Every form of a private key begins with its version (RFC 5208 §5, RFC 8017 §A.1.2, RFC 5915 §3), but the encrypted one.
  if (first?.tag === INTEGER) return { kind: first.content[0] === PFX_VERSION ? 'key-store' : 'private-key' };
  if (first?.tag === SEQUENCE && second?.tag === OCTET_STRING && parts.length === 2) return { kind: 'private-key' };
  if (first?.tag !== SEQUENCE || second?.tag !== SEQUENCE || third?.tag !== BIT_STRING) return null;
  return { kind: 'certificates', pem: pemOf(outer.whole) };
}

/**
 * Reads the certificates of a text as it is pasted: PEM, with what stands around it, and PKCS #7 in PEM. Whether each
 * certificate is one is left to who uses it.
 */
export function readCertificateText(text: string): CertificateText {
  if (PRIVATE_KEY.test(text)) return { kind: 'private-key' };
  const pem = Array.from(text.matchAll(PEM_BLOCK), ([block, label, body]) => {
    if (label?.endsWith('CERTIFICATE') === true) return `${block}\n`;
    const read = readDer(decodeBase64(body ?? '') ?? new Uint8Array());
    return read?.kind === 'certificates' ? read.pem : '';
  }).join('');
  return pem === '' ? { kind: 'none' } : { kind: 'certificates', pem };
}

/** As `readCertificateText`, of a file's octets: text in any of its encodings, or DER. */
export function readCertificateFile(octets: Uint8Array): CertificateText {
  return readDer(octets) ?? readCertificateText(decodeText(octets).text);
}

/** What is wrong with a text or a file that gives no certificates, and what to do; null where it gives some. */
export function certificateFault(read: CertificateText): { readonly message: string; readonly remedy: string } | null {
  switch (read.kind) {
    case 'certificates':
      return null;
    case 'private-key':
      return {
        message: 'The extra CA contains a private key',
        remedy: 'Provide only the certificate. Nothing was kept; anyone who saw the file can use the key.',
      };
    case 'key-store':
      return {
        message: 'The extra CA is a PKCS #12 file, which holds a private key',
        remedy: 'Export the certificate without its key, as PEM, DER or PKCS #7, and provide that. Nothing was kept.',
      };
    case 'none':
      return {
        message: 'The extra CA contains no certificate',
        remedy: 'Provide PEM text, from BEGIN CERTIFICATE to END CERTIFICATE, or a file in PEM, DER or PKCS #7.',
      };
  }
}
