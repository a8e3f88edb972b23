import { getSchedule, setSchedule } from './service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/schedule.ts`. */
export function scheduleProcedures(os: Implementer['schedule'], context: RunningCore) {
  return {
    get: os.get.handler(({ input }) => getSchedule(context, input.workspaceId)),
    set: os.set.handler(({ input }) => setSchedule(context, input.workspaceId, input.enabled, input.everyMinutes)),
  };
}
