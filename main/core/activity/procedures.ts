import { findWorkspace } from '../context.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/activity.ts`. */
export function activityProcedures(os: Implementer['activity'], context: RunningCore) {
  return {
    list: os.list.handler(({ input }) => {
      findWorkspace(context, input.workspaceId);
      const filter = {
        kinds: input.kinds ?? null,
        severities: input.severities ?? null,
        since: input.since ?? 0,
        text: input.text ?? '',
        before: input.before ?? Number.MAX_SAFE_INTEGER,
        limit: input.limit,
      };
      return context.store.records.activity(input.workspaceId, filter);
    }),
  };
}
