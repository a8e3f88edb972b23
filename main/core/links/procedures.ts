import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/links.ts`. */
export function linksProcedures(os: Implementer['links'], context: RunningCore) {
  return {
    taken: os.taken.handler(({ input }) => {
      context.links.taken(input.id);
      return {};
    }),
  };
}
