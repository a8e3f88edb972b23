import { X509Certificate } from 'node:crypto';

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
