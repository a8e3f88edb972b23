import type { AccountDomainsView } from '../../../shared/contract/service.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import { templateByAlias } from '../../../shared/providers/template/template.ts';
import { recordsFor } from '../../../shared/service/interface/account-records.ts';
import type { AccountDomain, AccountDomains } from '../../../shared/service/interface/answers.ts';
import { comparableName, compareDomains } from '../../../shared/service/interface/compare-domains.ts';
import type { ReadTexts } from '../../../shared/service/interface/record-texts.ts';
import { accountBasis } from './account-observation.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace } from '../context.ts';
import { announce, fieldsOf } from '../settings/service.ts';

/** The sender domains of the service's account, as they were seen last, and the records that it generated for each. */

interface Stored {
  readonly at: number;
  readonly basis: string;
  readonly account: AccountDomains;
  /** As the service names it. */
  readonly provider?: string | null;
}

export interface SeenDomains extends Stored {
  /** A domain of the account, however it is written; undefined when the account lacks it. */
  readonly named: (name: string) => AccountDomain | undefined;
  /** How many domains the account has. */
  readonly size: number;
  /** The records that the service generated for one of them; null when the account lacks it. */
  readonly records: (name: string) => ReadTexts | null;
  /** The template of the service's provider; null where it names none that is known. */
  readonly templateId: string | null;
}

export function domainsByName({ domains }: AccountDomains): ReadonlyMap<string, AccountDomain> {
  return new Map(domains.map((each) => [comparableName(each.domain), each]));
}

interface Read {
  readonly foreignWrites: number;
  readonly seen: SeenDomains | null;
}

/** By store and workspace: a list of thousands is read once, and not for each of the domains that it is asked about. */
const read = new WeakMap<CoreContext['store'], Map<number, Read>>();

function readOf({ store }: CoreContext): Map<number, Read> {
  const known = read.get(store) ?? new Map<number, Read>();
  read.set(store, known);
  return known;
}

function indexed(stored: Stored): SeenDomains {
  const byName = domainsByName(stored.account);
  const named = (name: string) => byName.get(comparableName(name.trim()));
  const provider = stored.provider ?? null;
  const found = new Map<AccountDomain, ReadTexts>();
  return {
    ...stored,
    named,
    size: byName.size,
    records(name) {
      const domain = named(name);
      if (domain === undefined) return null;
      const texts = found.get(domain) ?? recordsFor(stored.account, domain);
      found.set(domain, texts);
      return texts;
    },
    templateId: provider === null ? null : (templateByAlias(providerTemplates, provider)?.id ?? null),
  };
}

function lastSeen(context: CoreContext, workspaceId: number): SeenDomains | null {
  const known = readOf(context);
  const foreignWrites = context.store.foreignWrites();
  const last = known.get(workspaceId);
  if (last?.foreignWrites === foreignWrites) return last.seen;
  const stored = context.store.serviceAccounts.find<Stored>(workspaceId, 'domains');
  const seen = stored === null ? null : indexed(stored);
  known.set(workspaceId, { foreignWrites, seen });
  return seen;
}

/** @returns null when the account was not asked for its domains under the settings of today. */
export function seenDomains(context: CoreContext, workspaceId: number): SeenDomains | null {
  const seen = lastSeen(context, workspaceId);
  if (seen === null) return null;
  return seen.basis === accountBasis(context, workspaceId, fieldsOf(context, workspaceId)) ? seen : null;
}

/** What a domain's records follow from, beside what is the same for all domains of the account. */
const ownTexts = ({ key, mx, spf, details }: AccountDomain): string =>
  JSON.stringify([key, mx, spf, details.map(({ host, type, value, category }) => [host, type, value, category])]);

const sharedTexts = ({ defaultKey, dkimTemplate, spf, dmarc, additionalTemplate }: AccountDomains): string =>
  JSON.stringify([defaultKey, dkimTemplate, spf, dmarc, additionalTemplate]);

/** @returns the domains whose records are others than they were; null for all. */
function changedRecords(before: SeenDomains | null, now: AccountDomains): ReadonlySet<string> | null {
  if (before === null || sharedTexts(before.account) !== sharedTexts(now)) return null;
  const after = domainsByName(now);
  const was = domainsByName(before.account);
  const names = [...new Set([...was.keys(), ...after.keys()])];
  return new Set(
    names.filter((name) => {
      const [old, own] = [was.get(name), after.get(name)];
      return old === undefined || own === undefined || ownTexts(old) !== ownTexts(own);
    }),
  );
}

/** Keeps what the service listed, unless the settings changed while it was asked. */
export function keepDomains(
  context: CoreContext,
  workspaceId: number,
  basis: string,
  account: AccountDomains,
  provider: string | null,
): void {
  if (basis !== accountBasis(context, workspaceId, fieldsOf(context, workspaceId))) return;
  const before = seenDomains(context, workspaceId);
  const changed = changedRecords(before, account);
  const stored: Stored = { at: context.clock.now(), basis, account, provider };
  context.store.serviceAccounts.put(workspaceId, 'domains', stored);
  readOf(context).delete(workspaceId);
  announce(context, workspaceId);
  if (changed === null || changed.size > 0) context.judging.want(workspaceId, changed);
}

/** The account's domains beside those listed here, as they were seen last; none there where it was not asked. */
export function accountDomains(context: CoreContext, workspaceId: number): AccountDomainsView {
  findWorkspace(context, workspaceId);
  const seen = seenDomains(context, workspaceId);
  const here = context.store.domains.names(workspaceId);
  return { seenAt: seen?.at ?? null, domains: [...compareDomains(here, seen?.account.domains ?? [])] };
}

/** How many sender domains are here alone, there alone, and in both lists; null when the account was not asked. */
export function countDomains(
  context: CoreContext,
  workspaceId: number,
): { readonly here: number; readonly there: number; readonly both: number } | null {
  const seen = seenDomains(context, workspaceId);
  if (seen === null) return null;
  const here = context.store.domains.names(workspaceId);
  let both = 0;
  for (const name of here) if (seen.named(name) !== undefined) both += 1;
  return { here: here.size - both, there: seen.size - both, both };
}

/** The records that the service generated for a domain; null when it was not asked, or does not know the domain. */
export function serviceRecords(context: CoreContext, workspaceId: number, domain: string): ReadTexts | null {
  findWorkspace(context, workspaceId);
  return seenDomains(context, workspaceId)?.records(domain) ?? null;
}

/** What the service says of one domain, for its manual; null where it was not asked under the settings of today. */
export function serviceWord(
  seen: SeenDomains | null,
  domain: string,
): { readonly seenAt: number; readonly isThere: boolean; readonly isVerified: boolean; readonly error: string } | null {
  if (seen === null) return null;
  const found = seen.named(domain);
  return {
    seenAt: seen.at,
    isThere: found !== undefined,
    isVerified: found?.isVerified === true,
    error: found?.error ?? '',
  };
}
