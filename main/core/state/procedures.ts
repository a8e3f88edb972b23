import type { Managed } from '../../../shared/managed/policy.ts';
import { summarise } from '../settings/service.ts';
import { lossWords } from '../damage.ts';
import { vaultState } from '../vault/service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';
import type { CoreParts } from '../parts.ts';

/** What people can't decide any more; a switch that is left on takes nothing away. */
const takenAway = ({ locked }: Managed): string[] =>
  Object.entries(locked).flatMap(([name, value]) => (value === true ? [] : [name]));

/** What answers the procedures of `shared/contract/state.ts`. */
export function stateProcedures(os: Implementer['state'], context: RunningCore, parts: CoreParts) {
  return {
    snapshot: os.snapshot.handler(() => ({
      sequence: context.changes.sequence(),
      version: parts.version,
      host: parts.host,
      dataFolder: parts.dataFolder,
      log: { file: parts.log.file, trouble: parts.log.trouble() },
      troubles: [...context.store.troubles, ...context.store.losses.map(lossWords)],
      managed:
        Object.keys(parts.managed.locked).length === 0
          ? null
          : { source: parts.managed.source, locked: takenAway(parts.managed) },
      vault: vaultState(context),
      workspaces: context.store.workspaces.list().map((workspace) => summarise(context, workspace)),
      jobs: [...context.jobs.list()],
      link: context.links.pending(),
    })),
    changes: os.changes.handler(({ input, signal }) => context.changes.follow(input.after, signal)),
  };
}
