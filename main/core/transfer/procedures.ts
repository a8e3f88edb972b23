import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';
import { exportWorkspace, importWorkspace, previewImport, workspaceFiles } from './service.ts';

/** What answers the procedures of `shared/contract/transfer.ts`. */
export function transferProcedures(os: Implementer['transfer'], context: RunningCore) {
  return {
    export: os.export.handler(({ input }) => exportWorkspace(context, input)),
    files: os.files.handler(({ input }) => workspaceFiles(context, input.workspaceId)),
    begin: os.begin.handler(() => ({ uploadId: context.uploads.begin() })),
    octets: os.octets.handler(async ({ input }) => ({
      octets: await context.uploads.octets(input.uploadId, Buffer.from(input.content, 'base64')),
    })),
    texts: os.texts.handler(async ({ input }) => ({ files: await context.uploads.files(input.uploadId, input.files) })),
    drop: os.drop.handler(async ({ input }) => {
      await context.uploads.drop(input.uploadId);
      return {};
    }),
    preview: os.preview.handler(({ input }) => previewImport(context, input)),
    import: os.import.handler(({ input }) => importWorkspace(context, input)),
  };
}
