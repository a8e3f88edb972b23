import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';
import { exportWorkspace, importWorkspace, previewImport, workspaceFiles } from './service.ts';

/** What answers the procedures of `shared/contract/transfer.ts`. */
export function transferProcedures(os: Implementer['transfer'], context: RunningCore) {
  return {
    export: os.export.handler(({ input }) => exportWorkspace(context, input)),
    files: os.files.handler(({ input }) => workspaceFiles(context, input.workspaceId)),
    preview: os.preview.handler(({ input }) => previewImport(context, input)),
    import: os.import.handler(({ input }) => importWorkspace(context, input)),
  };
}
