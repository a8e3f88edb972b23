import type { DmarcPolicy } from '../dmarc/record.ts';

/** The part of a step that a domain's configuration takes on. */
interface Step {
  readonly policy: DmarcPolicy;
  readonly subdomainPolicy: DmarcPolicy | null;
  readonly testing: boolean;
  readonly asksAddress: boolean;
}

/**
 * What a domain's configuration says of DMARC once a step has been prepared.
 *
 * @param dmarc what it says now. @param address that reports go to, where the step asks for one.
 */
export function preparedStep<Dmarc extends object>(dmarc: Dmarc, step: Step, address: string) {
  const { policy, subdomainPolicy, testing, asksAddress } = step;
  return { ...dmarc, policy, subdomainPolicy, testing, ...(asksAddress ? { reportAddress: address } : {}) };
}
