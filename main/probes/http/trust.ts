import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { CertificateFacts } from '../../../shared/service/trace.ts';
import { readCertificates } from './certificates.ts';

/** Whom a probe trusts: the authorities that come with Node, the operating system's, and extra ones. */

let bundled: readonly string[] | null = null;

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

/** The extra CA is no list of certificates. */
export class ExtraCaFault extends Error {}

/**
 * Trust as TLS takes it: at least TLS 1.2, and an authority that is an intermediate alone will do, because that may be all
 * an administrator holds.
 *
 * @throws Error when the extra certificates can't be read.
 */
export function trustContext(extraCa: string): SecureContext {
  // OpenSSL passes over what it can't read, and trust would be missing without a word.
  if (!readCertificates(extraCa).ok) throw new ExtraCaFault('The extra CA can’t be read');
  return createSecureContext({ ca: trustedAuthorities(extraCa), minVersion: 'TLSv1.2', allowPartialTrustChain: true });
}

let known: { readonly bundled: readonly X509Certificate[]; readonly system: readonly X509Certificate[] } | null = null;

/** The authorities that are trusted without a word of anybody; read once, as Node reads them. */
function knownAuthorities() {
  const read = (list: readonly string[]) => list.map((pem) => new X509Certificate(pem));
  known ??= { bundled: read(bundledAuthorities()), system: read(getCACertificates('system')) };
  return known;
}

/**
 * Where the authority is known from that makes a trusted chain end. As OpenSSL looks for it: from the server's own
 * certificate upwards, the first one that is trusted itself or was issued by one that is. The end of what the server
 * sent need not be it: the trusted one may be another certificate of the same authority, or stand below.
 *
 * @param chain from the server's own certificate upwards.
 */
export function trustOf(chain: readonly X509Certificate[], extraCa: string): CertificateFacts['trustedBy'] {
  const extra = readCertificates(extraCa);
  const lists = Object.entries({ extra: extra.ok ? extra.certificates : [], ...knownAuthorities() }) as [
    Exclude<CertificateFacts['trustedBy'], 'none'>,
    readonly X509Certificate[],
  ][];
  for (const link of chain) {
    const isItself = (authority: X509Certificate) => authority.fingerprint256 === link.fingerprint256;
    const isIssuer = (authority: X509Certificate) => link.checkIssued(authority) && link.verify(authority.publicKey);
    const found =
      lists.find(([, authorities]) => authorities.some(isItself)) ??
      lists.find(([, authorities]) => authorities.some(isIssuer));
    if (found !== undefined) return found[0];
  }
  return 'system';
}
