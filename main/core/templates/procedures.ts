import { changeTemplate, listTemplates } from './service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/templates.ts`. */
export function templatesProcedures(os: Implementer['templates'], context: RunningCore) {
  return {
    list: os.list.handler(({ input }) => listTemplates(context, input.workspaceId)),
    override: os.override.handler(({ input }) =>
      changeTemplate(context, input.workspaceId, input.templateId, input.override),
    ),
  };
}
