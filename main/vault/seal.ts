import { createCipheriv, createDecipheriv } from 'node:crypto';

export const DATA_KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/** Seals a secret with AES-256-GCM, its identity as associated data. @param random gives that many random octets. */
export function seal(dataKey: Buffer, id: string, value: string, random: (octets: number) => Buffer): Buffer {
  const nonce = random(NONCE_OCTETS);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @returns null when the data key is not the one it was sealed with, or the record was tampered with. */
export function unseal(dataKey: Buffer, id: string, sealed: Buffer): string | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, sealed.subarray(0, NONCE_OCTETS))
      .setAAD(Buffer.from(id))
      .setAuthTag(sealed.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS));
    return decipher.update(sealed.subarray(NONCE_OCTETS + TAG_OCTETS), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
