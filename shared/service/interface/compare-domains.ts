import { toAsciiDomain } from '../../dns/idna.ts';
import { canonicalName } from '../../dns/names.ts';
import type { AccountDomain } from './answers.ts';

/** One sender domain, as this console lists it and as the account of the service does. */
export interface ComparedDomain {
  /** A-labels. */
  readonly domain: string;
  readonly here: boolean;
  readonly there: boolean;
  /** The service's word on it; null where it does not know the domain, or says nothing. */
  readonly status: string | null;
  /** Whether the service counts it as verified; null where it does not know the domain. */
  readonly isVerified: boolean | null;
  /** The service's own word on what is wrong; empty when it has none. */
  readonly error: string;
}

/** The form in which both lists are compared; a name that is no domain stands as the service writes it. */
export function comparableName(name: string): string {
  const canonical = canonicalName(name);
  if (/^[\x20-\x7e]*$/.test(canonical)) return canonical;
  const converted = toAsciiDomain(canonical);
  return converted.ok ? converted.ascii : canonical;
}

function entry(domain: string, here: boolean, told: AccountDomain | undefined): ComparedDomain {
  return {
    domain,
    here,
    there: told !== undefined,
    status: told?.status ?? null,
    isVerified: told?.isVerified ?? null,
    error: told?.error ?? '',
  };
}

/**
 * Lays the account's sender domains beside those listed here.
 *
 * @param here names in A-labels, lower case.
 * @returns one entry a domain: what is listed here first, in that order, then what is there alone.
 */
export function compareDomains(here: Iterable<string>, there: readonly AccountDomain[]): readonly ComparedDomain[] {
  const account = new Map(there.map((each) => [comparableName(each.domain), each]));
  const compared: ComparedDomain[] = [];
  const shared = new Set<AccountDomain>();
  for (const domain of here) {
    const told = account.get(domain);
    if (told !== undefined) shared.add(told);
    compared.push(entry(domain, true, told));
  }
  for (const [domain, told] of account) if (!shared.has(told)) compared.push(entry(domain, false, told));
  return compared;
}
