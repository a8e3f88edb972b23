import path from 'node:path';
import { copiesOf, copyNamed, makeByHand, restoreByStart } from '../copies.ts';
import type { RunningCore } from '../context.ts';
import { fail } from '../errors.ts';
import type { Implementer } from '../implementer.ts';
import type { CoreParts } from '../parts.ts';

const ANSWERED_AFTER_MS = 100;

/** What answers the procedures of `shared/contract/copies.ts`. */
export function copiesProcedures(
  os: Implementer['copies'],
  context: RunningCore,
  { dataFolder, startAgain }: CoreParts,
) {
  const view = ({ file, madeAt, reason, octets }: ReturnType<typeof copiesOf>[number]) => ({
    name: path.basename(file),
    madeAt,
    reason,
    octets,
  });
  return {
    list: os.list.handler(() => copiesOf(dataFolder).map(view)),
    make: os.make.handler(async () => view(await makeByHand(context))),
    look: os.look.handler(async ({ input }) => {
      const { workspaces, secrets } = await context.store.copies.look(copyNamed(dataFolder, input.name).file);
      return { workspaces: [...workspaces], secrets };
    }),
    restore: os.restore.handler(async ({ input }) => {
      if (startAgain === null)
        throw fail('UNAVAILABLE', 'A command does not start itself again', {
          remedy: 'Put the copy back with “sendwright backup restore NAME”.',
        });
      await restoreByStart(context.store, dataFolder, input.name);
      // Whoever asked is answered first.
      setTimeout(startAgain, ANSWERED_AFTER_MS);
      return {};
    }),
  };
}
