import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { z } from 'zod';
import type { KeyKeeper } from './ports.ts';
import { KeeperRefused } from './ports.ts';

/** What a derivation costs (RFC 7914): memory is 128 × N × r octets. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Cost of new passphrases; what was stored is opened with its own. 128 MB and about half a second. */
export const COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };
const KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const SALT_OCTETS = 16;
const ASSOCIATED = Buffer.from('sendwright/keeper/passphrase/1');
/** Passphrases of this format are normalised and never begin with a byte order mark. */
const FORMAT = 2;
const BYTE_ORDER_MARK = '\uFEFF';

const parametersSchema = z.object({
  kdf: z.literal('scrypt'),
  format: z.literal(FORMAT).optional(),
  N: z
    .int()
    .min(2 ** 14)
    .max(2 ** 20),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.base64(),
});

/** A key of 32 octets from a passphrase, which is normalised (NFKC) before. */
export function derive(passphrase: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> {
  const maxmem = 256 * N * r;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, KEY_OCTETS, { N, r, p, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function open(key: Buffer, wrapped: Buffer): Buffer | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, NONCE_OCTETS))
      .setAAD(ASSOCIATED)
      .setAuthTag(wrapped.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS));
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_OCTETS + TAG_OCTETS)), decipher.final()]);
  } catch {
    return null;
  }
}

/**
 * Wraps the data key under a passphrase: scrypt, then AES-256-GCM.
 *
 * @param random gives that many random octets.
 * @param cost of what is wrapped from now on.
 */
export function passphraseKeeper(
  passphrase: string,
  random: (octets: number) => Buffer,
  cost: ScryptCost = COST,
): KeyKeeper {
  const typed = passphrase.startsWith(BYTE_ORDER_MARK) ? passphrase.slice(BYTE_ORDER_MARK.length) : passphrase;
  return {
    kind: 'passphrase',
    async wrap(dataKey) {
      const salt = random(SALT_OCTETS);
      const nonce = random(NONCE_OCTETS);
      const cipher = createCipheriv('aes-256-gcm', await derive(typed, salt, cost), nonce).setAAD(ASSOCIATED);
      const sealed = Buffer.concat([cipher.update(dataKey), cipher.final()]);
      const parameters = {
        kdf: 'scrypt',
        format: FORMAT,
        N: cost.N,
        r: cost.r,
        p: cost.p,
        salt: salt.toString('base64'),
      };
      return { parameters, wrapped: Buffer.concat([nonce, cipher.getAuthTag(), sealed]) };
    },
    async unwrap(parameters, wrapped) {
      const parsed = parametersSchema.safeParse(parameters);
      if (!parsed.success) throw new KeeperRefused('The passphrase’s parameters can’t be read');
      const { salt, format, ...stored } = parsed.data;
      // Before, the mark at the front of a file of a passphrase became part of it, so that nobody could type it.
      const candidates = format === FORMAT ? [typed] : [typed, `${BYTE_ORDER_MARK}${typed}`];
      for (const candidate of candidates) {
        const dataKey = open(await derive(candidate, Buffer.from(salt, 'base64'), stored), wrapped);
        if (dataKey !== null) return { dataKey, shouldRewrap: format !== FORMAT || stored.N < cost.N };
      }
      throw new KeeperRefused('The passphrase does not open this vault');
    },
  };
}
