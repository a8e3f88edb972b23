import { parentName, sameName } from '../../../shared/dns/names.ts';
import { likelyZone } from '../../../shared/dns/sender-domain.ts';
import { keyStates, mendingSteps } from '../../../shared/manual/mending.ts';
import type { Mending, OwnSignature } from '../../../shared/manual/mending.ts';
import type { CoreContext } from '../context.ts';
import { manualOf, readyDomain } from '../domains/service.ts';
import { unicodeFree } from './service.ts';

/** The number of a domain in a workspace's list, or of the nearest above it within its zone; null where there is none. */
export function listedDomain(
  { store }: CoreContext,
  workspaceId: number,
  domain: string,
): { readonly id: number; readonly name: string } | null {
  const first = unicodeFree(domain.replace(/\.$/, ''));
  const top = likelyZone(first);
  for (let name: string | null = first; name !== null; name = parentName(name)) {
    const id = store.domains.idOf(workspaceId, name);
    if (id !== null) return { id, name };
    if (name === top) break;
  }
  return null;
}

/**
 * What the manual of a mail's domain says of the records that the mail asks for.
 *
 * @param workspaceId null: the first workspace that has the domain, those for practice last.
 * @param domain that the mail was sent from. @param records what is to be changed.
 * @param signatures of a message that is looked at.
 * @returns null where no list has the domain.
 */
export async function mendingOf(
  context: CoreContext,
  workspaceId: number | null,
  domain: string,
  records: readonly string[],
  signatures: readonly (OwnSignature & { readonly domain: string })[] = [],
): Promise<Mending | null> {
  const all = context.store.workspaces.list();
  const chosen = workspaceId === null ? all : all.filter(({ id }) => id === workspaceId);
  for (const { id, name } of [...chosen].sort((left, right) => Number(left.practice) - Number(right.practice))) {
    const listed = listedDomain(context, id, domain);
    if (listed === null) continue;
    await readyDomain(context, { workspaceId: id, domainId: listed.id });
    const manual = manualOf(context, id, listed.id);
    return {
      workspaceId: id,
      workspaceName: name,
      domainId: listed.id,
      domain: manual.domain,
      sentence: manual.sentence,
      steps: mendingSteps(manual, records),
      keys: keyStates(
        manual,
        signatures.filter((signature) => sameName(signature.domain, manual.domain)),
        signatures.length === 0 ? [] : context.store.history.observations(listed.id),
      ),
    };
  }
  return null;
}
