import { createHash, timingSafeEqual } from 'node:crypto';

/** How long a launch token can be exchanged, in milliseconds: long enough for a slow browser's first start. */
export const TOKEN_LIFETIME_MS = 120_000;

/** How many sessions may be open at once; the oldest goes first. A session is one browser tab. */
const MAX_SESSIONS = 32;

export interface AccessOptions {
  /** @returns that many random octets. */
  readonly random: (octets: number) => Buffer;
  /** @returns milliseconds since the epoch. */
  readonly now: () => number;
}

export type Exchange =
  | { readonly ok: true; readonly session: string }
  | { readonly ok: false; readonly code: 'TOKEN_UNKNOWN' | 'TOKEN_USED' | 'TOKEN_EXPIRED' };

/**
 * Who may speak to the loopback host. A launch token is made for each window, can be exchanged once within its
 * lifetime, and gives a session key that the window sends with every request. Only hashes are kept.
 */
export interface Access {
  readonly issueToken: () => string;
  readonly exchange: (token: string) => Exchange;
  readonly isSession: (key: string | undefined) => boolean;
}

/** @returns an empty access list; nothing is persisted, so a restart ends every session. */
export function createAccess(options: AccessOptions): Access {
  const tokens = new Map<string, { expiresAt: number; used: boolean }>();
  const sessions = new Set<string>();

  const secret = () => options.random(32).toString('base64url');
  const digest = (value: string) => createHash('sha256').update(value).digest('base64url');

  const forgetOldTokens = () => {
    for (const [key, token] of tokens) {
      if (token.expiresAt + TOKEN_LIFETIME_MS < options.now()) tokens.delete(key);
    }
  };

  return {
    issueToken() {
      forgetOldTokens();
      const token = secret();
      tokens.set(digest(token), { expiresAt: options.now() + TOKEN_LIFETIME_MS, used: false });
      return token;
    },

    exchange(value) {
      const token = tokens.get(digest(value));
      if (token === undefined) return { ok: false, code: 'TOKEN_UNKNOWN' };
      if (token.used) return { ok: false, code: 'TOKEN_USED' };
      if (token.expiresAt < options.now()) return { ok: false, code: 'TOKEN_EXPIRED' };
      token.used = true;
      const session = secret();
      sessions.add(digest(session));
      const [oldest] = sessions;
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      return { ok: true, session };
    },

    isSession(key) {
      if (key === undefined || key.length > 128) return false;
      const wanted = Buffer.from(digest(key));
      let known = false;
      for (const session of sessions) {
        const candidate = Buffer.from(session);
        if (candidate.length === wanted.length && timingSafeEqual(candidate, wanted)) known = true;
      }
      return known;
    },
  };
}
