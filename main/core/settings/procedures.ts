import { findWorkspace } from '../context.ts';
import { keepTypedTest } from '../probes/service.ts';
import { draftToKeep, getSettings, saveSettings } from './service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/settings.ts`. */
export function settingsProcedures(os: Implementer['settings'], context: RunningCore) {
  return {
    get: os.get.handler(({ input }) => getSettings(context, input.workspaceId)),
    save: os.save.handler(async ({ input }) => {
      await saveSettings(context, input);
      keepTypedTest(context, input.workspaceId);
      context.asking.want(input.workspaceId);
      return getSettings(context, input.workspaceId);
    }),
    saveDraft: os.saveDraft.handler(({ input }) => {
      findWorkspace(context, input.workspaceId);
      const changedAt = context.clock.now();
      context.store.workspaces.saveDraft(
        input.workspaceId,
        input.baseRevision,
        draftToKeep(JSON.parse(JSON.stringify(input.fields))),
        changedAt,
      );
      return { changedAt };
    }),
    discardDraft: os.discardDraft.handler(({ input }) => {
      findWorkspace(context, input.workspaceId);
      context.store.workspaces.dropDraft(input.workspaceId);
      return getSettings(context, input.workspaceId);
    }),
  };
}
