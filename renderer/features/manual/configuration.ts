import type { ConfigurationChange, DomainConfiguration } from '../../../shared/contract/domains.ts';
import type { WeakeningKind } from '../../../shared/plan/types.ts';
import type { SpfChoice } from '../../../shared/spf/choice.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import { changeManual } from '../../data/manual.ts';
import { shownError } from '../../session/errors.ts';
import { attempt, core, tell } from '../../session/store.ts';

/** How often a change is made anew on what somebody else has saved in the meantime. */
const ATTEMPTS = 3;

/**
 * Changes a part of a domain's configuration, from what is stored now: another window's changes stay.
 *
 * @throws what the core answers with.
 */
export async function configure(
  where: DomainRef,
  change: (configuration: DomainConfiguration) => ConfigurationChange,
): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    const { revision, configuration } = await core().domains.configuration(where);
    try {
      await changeManual(where.domainId, () =>
        core().domains.configure({ ...where, revision, configuration: change(configuration) }),
      );
      return;
    } catch (error) {
      if (shownError(error).code !== 'CONFLICT' || attempts === ATTEMPTS) throw error;
    }
  }
}

/** Changes a part of a domain's configuration and says so; what goes wrong is told at the top of the window. */
export async function changeConfiguration(
  where: DomainRef,
  change: (configuration: DomainConfiguration) => ConfigurationChange,
  told: string,
): Promise<void> {
  const isDone = await attempt(async () => {
    await configure(where, change);
    return true;
  });
  if (isDone !== null) tell(told);
}

/** Records what the person decides about the SPF record. */
export function decideSpf(where: DomainRef, part: Partial<SpfChoice>, told: string): Promise<void> {
  return changeConfiguration(
    where,
    ({ spf }) => {
      const next = { ...spf, ...part };
      return { spf: { remove: [...next.remove], without: [...next.without], edited: next.edited } };
    },
    told,
  );
}

/**
 * Records what the person says a DMARC or DKIM record was meant as.
 *
 * @param from the text as it is published or asked for.
 * @param to what it was meant as; null takes that back.
 */
export function decideMeaning(
  where: DomainRef,
  { purpose, from, to }: { readonly purpose: string; readonly from: string; readonly to: string | null },
  told: string,
): Promise<void> {
  const edited = to === null ? null : { from, to };
  if (purpose !== 'dkim') return changeConfiguration(where, () => ({ dmarcEdited: edited }), told);
  return changeConfiguration(
    where,
    ({ dkimEdited = [] }) => {
      const others = dkimEdited.filter((each) => each.from !== from);
      return { dkimEdited: edited === null ? others : [...others, edited] };
    },
    told,
  );
}

/** Takes on purpose what would be weaker, or takes that back; the core keeps who did it and when. */
export async function chooseWeaker(where: DomainRef, kind: WeakeningKind, chosen: boolean): Promise<void> {
  const isDone = await attempt(async () => {
    await changeManual(where.domainId, () => core().domains.chooseWeaker({ ...where, kind, chosen }));
    return true;
  });
  if (isDone !== null) tell(`${chosen ? 'Chosen' : 'Taken back'}. Who did it, and when, is kept in Activity`);
}
