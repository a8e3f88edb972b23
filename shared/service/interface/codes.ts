/**
 * The codes of the service's answers: what each says, and what it blames. A code blames only what it names, so that a
 * wrong Auth key is never told as a fault of the API key.
 */

/** What a code speaks of. */
export type ErrorSubject =
  | 'nothing'
  | 'service'
  | 'api-key'
  | 'auth-key'
  | 'response-domain'
  | 'sender-domain'
  | 'unnamed';

export const SUCCESS = 0;
/** The console's own, as in the documented application: no answer that can be read. */
export const NO_ANSWER = -1;

const blames: ReadonlyMap<number, ErrorSubject> = new Map([
  [SUCCESS, 'nothing'],
  [NO_ANSWER, 'service'],
  [101, 'api-key'],
  [105, 'response-domain'],
  [109, 'response-domain'],
  [110, 'auth-key'],
  [111, 'sender-domain'],
  [112, 'sender-domain'],
  [115, 'sender-domain'],
  [118, 'sender-domain'],
]);

/** What a code blames; `unnamed` for one that is not known. */
export function blamedBy(code: number): ErrorSubject {
  return blames.get(code) ?? 'unnamed';
}
