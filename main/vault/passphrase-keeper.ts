import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { z } from 'zod';
import type { KeyKeeper } from './ports.ts';
import { KeeperRefused } from './ports.ts';

/** Cost of new passphrases (RFC 7914); what was stored is opened with its own. 128 MB and about half a second. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const SALT_OCTETS = 16;
const ASSOCIATED = Buffer.from('sendwright/keeper/passphrase/1');

const parametersSchema = z.object({
  kdf: z.literal('scrypt'),
  N: z
    .int()
    .min(2 ** 14)
    .max(2 ** 20),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.base64(),
});

function derive(passphrase: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  const maxmem = 256 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, KEY_OCTETS, { ...cost, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/**
 * Wraps the data key under a passphrase: scrypt, then AES-256-GCM.
 *
 * @param random gives that many random octets.
 */
export function passphraseKeeper(passphrase: string, random: (octets: number) => Buffer): KeyKeeper {
  return {
    id: 'passphrase',
    async wrap(dataKey) {
      const salt = random(SALT_OCTETS);
      const nonce = random(NONCE_OCTETS);
      const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, COST), nonce).setAAD(ASSOCIATED);
      const sealed = Buffer.concat([cipher.update(dataKey), cipher.final()]);
      const parameters = { kdf: 'scrypt', ...COST, salt: salt.toString('base64') };
      return { parameters, wrapped: Buffer.concat([nonce, cipher.getAuthTag(), sealed]) };
    },
    async unwrap(parameters, wrapped) {
      const parsed = parametersSchema.safeParse(parameters);
      if (!parsed.success) throw new KeeperRefused('The passphrase’s parameters can’t be read');
      const { salt, N, r, p } = parsed.data;
      const key = await derive(passphrase, Buffer.from(salt, 'base64'), { N, r, p });
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, NONCE_OCTETS))
        .setAAD(ASSOCIATED)
        .setAuthTag(wrapped.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS));
      try {
        const dataKey = Buffer.concat([decipher.update(wrapped.subarray(NONCE_OCTETS + TAG_OCTETS)), decipher.final()]);
        return { dataKey, shouldRewrap: N < COST.N };
      } catch {
        throw new KeeperRefused('The passphrase does not open this vault');
      }
    },
  };
}
