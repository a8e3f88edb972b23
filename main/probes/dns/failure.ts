import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { systemCodeWords } from '../../../shared/text/system-codes.ts';

/** Why a question got no answer. */

/** A failure with the reason an observation takes. */
export class AskFailure extends Error {
  readonly reason: FailureReason;
  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Error codes that say this machine has no way to the address, whatever the server does. */
const NO_ROUTE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'EAFNOSUPPORT',
]);

/** What an error of a socket means for an observation. */
export function networkFailure(protocol: string, { code, message }: NodeJS.ErrnoException): AskFailure {
  return code !== undefined && NO_ROUTE.has(code)
    ? new AskFailure('offline', systemCodeWords(code))
    : new AskFailure('network', `${protocol} failed: ${code === undefined ? message : systemCodeWords(code)}`);
}
