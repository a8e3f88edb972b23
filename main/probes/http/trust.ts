import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { CertificateFacts } from '../../../shared/service/trace.ts';

/** Whom a probe trusts: the authorities that come with Node, the operating system's, and extra ones. */

const PEM = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

export type ReadCertificates =
  | { readonly ok: true; readonly certificates: readonly X509Certificate[] }
  /** `position` counts from 1; 0 when there is no certificate at all. */
  | { readonly ok: false; readonly position: number };

/** Reads every certificate of a PEM text; empty text holds none and is no fault. */
export function readCertificates(pem: string): ReadCertificates {
  const blocks = pem.match(PEM) ?? [];
  if (blocks.length === 0) return pem.trim() === '' ? { ok: true, certificates: [] } : { ok: false, position: 0 };
  const certificates: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return { ok: false, position: index + 1 };
    }
  }
  return { ok: true, certificates };
}

let bundled: readonly string[] | null = null;
let fingerprints: ReadonlySet<string> | null = null;

function bundledAuthorities(): readonly string[] {
  bundled ??= getCACertificates('bundled');
  return bundled;
}

/** The authorities to trust, as PEM. Node reads the system's once in the life of a process. */
function trustedAuthorities(extraCa: string): string[] {
  return [
    ...new Set([...bundledAuthorities(), ...getCACertificates('system'), ...getCACertificates('extra')]),
    ...(extraCa.trim() === '' ? [] : [extraCa]),
  ];
}

/**
 * Trust as TLS takes it: at least TLS 1.2, and an authority that is an intermediate alone will do, because that may be all
 * an administrator holds.
 *
 * @throws Error when the extra certificates can't be read.
 */
export function trustContext(extraCa: string): SecureContext {
  // OpenSSL passes over what it can't read, and trust would be missing without a word.
  if (!readCertificates(extraCa).ok) throw new Error('The extra CA can’t be read');
  return createSecureContext({ ca: trustedAuthorities(extraCa), minVersion: 'TLSv1.2', allowPartialTrustChain: true });
}

/** Where the authority at the end of a trusted chain is known from. */
export function trustOf(rootFingerprint: string, extraCa: string): NonNullable<CertificateFacts['trustedBy']> {
  const extra = readCertificates(extraCa);
  const isExtra = extra.ok && extra.certificates.some(({ fingerprint256 }) => fingerprint256 === rootFingerprint);
  if (isExtra) return 'extra';
  fingerprints ??= new Set(bundledAuthorities().map((pem) => new X509Certificate(pem).fingerprint256));
  return fingerprints.has(rootFingerprint) ? 'bundled' : 'system';
}
