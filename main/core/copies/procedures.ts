import path from 'node:path';
import { copiesOf, lookIntoCopy } from '../copies.ts';
import type { RunningCore } from '../context.ts';
import { fail } from '../errors.ts';
import type { Implementer } from '../implementer.ts';
import type { CoreParts } from '../parts.ts';

/** What answers the procedures of `shared/contract/copies.ts`. */
export function copiesProcedures(os: Implementer['copies'], context: RunningCore, { dataFolder }: CoreParts) {
  const view = ({ file, madeAt, reason, octets }: ReturnType<typeof copiesOf>[number]) => ({
    name: path.basename(file),
    madeAt,
    reason,
    octets,
  });
  return {
    list: os.list.handler(() => copiesOf(dataFolder).map(view)),
    make: os.make.handler(async () => view(await context.store.copies.make('by-hand'))),
    look: os.look.handler(({ input }) => {
      // Of the list alone: a path from outside would be read as far as this account may.
      const copy = copiesOf(dataFolder).find(({ file }) => path.basename(file) === input.name);
      if (copy === undefined)
        throw fail('NOT_FOUND', 'There is no such copy in this data folder', {
          field: 'name',
          value: input.name.slice(0, 200),
          remedy: 'Ask for the list of copies.',
        });
      const { workspaces, secrets } = lookIntoCopy(dataFolder, copy.file);
      return { workspaces: [...workspaces], secrets };
    }),
  };
}
