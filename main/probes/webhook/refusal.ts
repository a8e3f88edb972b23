import { randomBytes } from 'node:crypto';
import type { ProbeResponse } from '../http/response.ts';

/**
 * Why the application refuses a signature. It looks in this order: is there a header, has it an Auth key itself, is the
 * header empty, are the two the same. Each refusal has a text of its own, whose words are not documented and come in the
 * application’s language; so the answers to other signatures are held against the answer to this one.
 */

/** The header that carries the Auth key, as it is. */
export const SIGNATURE_HEADER = 'bpmonline-signature';

/**
 * - `other-key`: the application has another Auth key.
 * - `no-key`: it has none.
 * - `lost`: the header does not arrive.
 * - `untold`: the answers do not tell these apart.
 */
export type RefusedSignature = 'other-key' | 'no-key' | 'lost' | 'untold';

/** Answers to the same request with the Auth key, without a signature, and with an empty one. */
interface Refusals {
  readonly signed: ProbeResponse;
  readonly unsigned: ProbeResponse;
  readonly empty: ProbeResponse;
}

/** A signature that no application has. */
export function randomSignature(): string {
  return randomBytes(24).toString('hex');
}

const NO_KEY =
  /\bkey\b.{0,40}(?:\bnot|n[’']t)\s+(?:been\s+)?(?:set|configured|specified|filled|defined|entered|present|found)\b|\bkey\b\s+(?:is|was)\s+(?:empty|missing|unset|blank)\b|\b(?:no|empty|missing)\s+(?:\w+\s+)?(?:auth\w*\s+)?key\b/i;
const LOST =
  /\b(?:no|missing|without)\b.{0,40}\b(?:signature|header)\b|\b(?:signature|header)\b.{0,40}\b(?:missing|absent|required|(?:not|n[’']t)\s+(?:found|present|specified|provided|sent|set))\b/i;
const OTHER_KEY =
  /\b(?:wrong|invalid|incorrect|mismatch\w*|differs?|different)\b|(?:\bnot|n[’']t)\s+(?:valid|correct|match|equal)/i;

/** A text without what changes from answer to answer: identifiers, times, counters. */
function comparable({ status, body }: ProbeResponse): string {
  return `${status} ${body.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '#').replaceAll(/\d+/g, '#')}`.trim();
}

/** The sentences of an answer that another one does not hold; all of them where the two are the same. */
function ownWords(answer: ProbeResponse, other: ProbeResponse): string {
  const sentences = ({ body }: ProbeResponse) =>
    body
      .replaceAll(/<[^>]*>/g, '\n')
      .split(/[\r\n]+/)
      .map((line) => line.trim());
  const others = new Set(sentences(other));
  const own = sentences(answer);
  const differing = own.filter((line) => !others.has(line));
  return (differing.length === 0 ? own : differing).join('\n');
}

/** Whether two answers are the same, but for what changes from answer to answer. */
export function isSameRefusal(left: ProbeResponse, right: ProbeResponse): boolean {
  return comparable(left) === comparable(right);
}

/** Reads why a signature was refused: by the words of the application where they say it, else by what it tells apart. */
export function readRefusal({ signed, unsigned, empty }: Refusals): RefusedSignature {
  const words = ownWords(signed, unsigned);
  if (NO_KEY.test(words)) return 'no-key';
  if (isSameRefusal(signed, unsigned)) return LOST.test(words) && !OTHER_KEY.test(words) ? 'lost' : 'untold';
  if (OTHER_KEY.test(words)) return 'other-key';
  // An empty header that is taken for a missing one says nothing.
  if (isSameRefusal(empty, unsigned)) return 'untold';
  return isSameRefusal(empty, signed) ? 'no-key' : 'other-key';
}
