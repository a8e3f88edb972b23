import type { SenderKind } from './senders.ts';

/** What a sender is, in a word or two. */
export const SENDER_WORDS: Readonly<Record<SenderKind, string>> = {
  ours: 'ours',
  known: 'known service',
  unknown: 'unknown',
  forwarding: 'forwarded',
  forgery: 'forgery',
};
