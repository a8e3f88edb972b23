import { makeBundle } from './service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';
import type { CoreParts } from '../parts.ts';

/** What answers the procedures of `shared/contract/monitoring.ts`. */
export function monitoringProcedures(os: Implementer['monitoring'], context: RunningCore, parts: CoreParts) {
  return {
    bundle: os.bundle.handler(({ input }) => makeBundle(context, input.workspaceId, input.options, parts)),
  };
}
