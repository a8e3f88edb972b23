import type { SenderPut } from '../../../shared/contract/evidence.ts';
import { sameName } from '../../../shared/dns/names.ts';
import { mergeSpf, spfHolds } from '../../../shared/spf/merge.ts';
import type { CoreContext } from '../context.ts';
import { configureDomain, findDomain, manualOf, readyDomain, viewDomain } from '../domains/service.ts';
import { unicodeFree } from './service.ts';

/** A sender that the reports tell of is put into the SPF record of its domain. */

/** A single address as a mechanism (RFC 7208 §5.6). */
const mechanismOf = (address: string): string => `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`;

/** Prepares an SPF record that names the addresses; nothing is published. */
export async function letSend(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  addresses: readonly string[],
): Promise<SenderPut> {
  const domainId = context.store.domains.idOf(workspaceId, unicodeFree(domain.replace(/\.$/, '')));
  if (domainId === null)
    return { told: `${domain} is not in the list of sender domains: add it first`, domainId, isPut: false };
  await readyDomain(context, { workspaceId, domainId });
  const manual = manualOf(context, workspaceId, domainId);
  const card = manual.steps
    .flatMap(({ cards }) => cards)
    .find(({ spf, name }) => spf !== null && sameName(name.absolute, manual.domain));
  const terms = addresses.map(mechanismOf);
  const spf = card?.spf ?? null;
  if (card === undefined || spf === null)
    return {
      told: `The manual of ${domain} prepares no SPF record: choose its provider first`,
      domainId,
      isPut: false,
    };
  if (spfHolds(card.value, terms))
    return { told: 'The prepared SPF record already includes it', domainId, isPut: true };
  const { record } = mergeSpf(spf.text === '' ? [] : spf.text.split('\n'), { add: terms });
  const { domain: stored, configuration } = viewDomain(context, findDomain(context, workspaceId, domainId));
  const { remove, without } = configuration.spf;
  await configureDomain(context, {
    workspaceId,
    domainId,
    revision: stored.revision,
    configuration: { spf: { remove, without, edited: { from: spf.published, to: record } } },
  });
  return { told: 'Added to the prepared SPF record. Publish it, then verify', domainId, isPut: true };
}
