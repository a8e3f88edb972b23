import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/rules.ts`. */
export function rulesProcedures(os: Implementer['rules'], context: RunningCore) {
  return {
    state: os.state.handler(() => context.rules.state()),
    take: os.take.handler(({ input }) => context.rules.take(input.text)),
  };
}
