import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';

/** Why a question got no answer. */

/** A failure with the reason an observation takes. */
export class AskFailure extends Error {
  readonly reason: FailureReason;
  readonly what: Fact;
  constructor(reason: FailureReason, what: Fact) {
    super(what.code);
    this.reason = reason;
    this.what = what;
  }
}

/** No answer came before the deadline. */
export const late = (): AskFailure => new AskFailure('timeout', fact('dns.late'));

/** Error codes that say this machine has no way to the address, whatever the server does. */
const NO_ROUTE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'EAFNOSUPPORT',
]);

/** What an error of a socket means for an observation. */
export function networkFailure(
  protocol: 'UDP' | 'TCP' | 'HTTPS',
  { code, message }: NodeJS.ErrnoException,
): AskFailure {
  return code !== undefined && NO_ROUTE.has(code)
    ? new AskFailure('offline', fact('dns.no-route', { systemCode: code }))
    : new AskFailure('network', fact('dns.broken', { protocol, systemCode: code ?? message }));
}
