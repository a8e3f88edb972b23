import { sameName } from '../../../shared/dns/names.ts';
import { mergeSpf, spfHolds } from '../../../shared/spf/merge.ts';
import { core } from '../../session/store.ts';
import { configure } from '../manual/configuration.ts';

/** A sender that the reports tell of is put into the SPF record of its domain. */

/** A single address as a mechanism (RFC 7208 §5.6). */
const mechanismOf = (address: string): string => `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`;

/**
 * Prepares an SPF record that names the addresses; nothing is published.
 *
 * @returns what was done, in words, and the domain whose manual shows it; null where the workspace has none by that name.
 * @throws what the core answers with.
 */
export async function prepareSender(
  workspaceId: number,
  domain: string,
  addresses: readonly string[],
): Promise<{ readonly told: string; readonly domainId: number | null }> {
  const row = (await core().domains.list({ workspaceId })).find(({ name }) => sameName(name, domain));
  if (row === undefined)
    return { told: `${domain} is not in the list of sender domains: add it first`, domainId: null };
  const where = { workspaceId, domainId: row.id };
  const { steps } = await core().domains.manual(where);
  const card = steps
    .flatMap(({ cards }) => cards)
    .find(({ spf, name }) => spf !== null && sameName(name.absolute, domain));
  const terms = addresses.map(mechanismOf);
  const spf = card?.spf;
  if (card === undefined || spf === null || spf === undefined)
    return { told: `The manual of ${domain} prepares no SPF record: choose its provider first`, domainId: row.id };
  if (spfHolds(card.value, terms)) return { told: 'The prepared SPF record names it already', domainId: row.id };
  const { record } = mergeSpf(spf.text === '' ? [] : spf.text.split('\n'), { add: terms });
  await configure(where, ({ spf: { remove, without } }) => ({
    spf: { remove, without, edited: { from: spf.published, to: record } },
  }));
  return { told: 'Put into the prepared SPF record. Publish it, and verify', domainId: row.id };
}
