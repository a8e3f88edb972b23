import type { DomainConfiguration } from '../../shared/contract/schemas.ts';
import type { SpfChoice } from '../../shared/spf/choice.ts';
import { attempt, core, tell } from '../app/store.ts';

/** Which domain a part of the manual speaks of. */
export interface Where {
  readonly workspaceId: number;
  readonly domainId: number;
}

/**
 * Changes a part of a domain's configuration and says so; what goes wrong is told at the top of the window.
 *
 * @param change from what is stored now, so that another window's changes stay.
 */
export async function changeConfiguration(
  where: Where,
  change: (configuration: DomainConfiguration) => Partial<DomainConfiguration>,
  told: string,
): Promise<void> {
  const done = await attempt(async () => {
    const { configuration } = await core().domains.configuration(where);
    return core().domains.configure({ ...where, configuration: { ...configuration, ...change(configuration) } });
  });
  if (done !== null) tell(told);
}

/** Records what the person decides about the SPF record. */
export function decideSpf(where: Where, part: Partial<SpfChoice>, told: string): Promise<void> {
  return changeConfiguration(
    where,
    ({ spf }) => {
      const next = { ...spf, ...part };
      return { spf: { remove: [...next.remove], without: [...next.without], edited: next.edited } };
    },
    told,
  );
}
