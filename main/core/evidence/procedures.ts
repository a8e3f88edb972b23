import {
  evidenceDomains,
  evidenceMails,
  evidenceSenders,
  evidenceSenderVolume,
  evidenceVolume,
  forgetEvidence,
  nameSender,
} from './service.ts';
import { exportSenders } from './export.ts';
import { keptEvidence, setRetention } from './retention.ts';
import { unwatchFolder, watchedFolders, watchFolder } from './watching.ts';
import type { RunningCore } from '../context.ts';
import { findWorkspace } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/evidence.ts`. */
export function evidenceProcedures(os: Implementer['evidence'], context: RunningCore) {
  return {
    import: os.import.handler(async function* ({ input }) {
      const { importEvidence } = await import('./bring-in.ts');
      yield* importEvidence(context, input.workspaceId, input.paths);
    }),
    folders: os.folders.handler(({ input }) => [...watchedFolders(context, input.workspaceId)]),
    watch: os.watch.handler(async ({ input: { workspaceId, path } }) => {
      const folders = await watchFolder(context, workspaceId, path);
      context.watching.begin();
      return [...folders];
    }),
    unwatch: os.unwatch.handler(({ input: { workspaceId, folderId } }) => {
      const folders = unwatchFolder(context, workspaceId, folderId);
      context.watching.refresh();
      return [...folders];
    }),
    look: os.look.handler(({ input: { workspaceId } }) => {
      findWorkspace(context, workspaceId);
      return context.watching.look(workspaceId);
    }),
    read: os.read.handler(async ({ input }) => {
      const { readHandedIn } = await import('./bring-in.ts');
      return readHandedIn(context, input.workspaceId, input.files);
    }),
    readUpload: os.readUpload.handler(async ({ input: { workspaceId, uploadId, name } }) => {
      const { readUploaded } = await import('./bring-in.ts');
      return readUploaded(context, workspaceId, uploadId, name);
    }),
    mail: os.mail.handler(async ({ input }) => {
      // What judges a message is loaded when there is one.
      const { readOneMail } = await import('./mail.ts');
      return readOneMail(context, input.workspaceId, input.content);
    }),
    mending: os.mending.handler(async ({ input: { workspaceId, domain, records } }) => {
      const { mendingOf } = await import('./mending.ts');
      return mendingOf(context, workspaceId, domain, records);
    }),
    volume: os.volume.handler(({ input }) => [
      ...evidenceVolume(context, input.workspaceId, input.domain, input.sinceDays),
    ]),
    senderVolume: os.senderVolume.handler(({ input }) =>
      evidenceSenderVolume(context, input.workspaceId, input.domain, input.sinceDays),
    ),
    senders: os.senders.handler(({ input }) => [
      ...evidenceSenders(context, input.workspaceId, input.domain, input.sinceDays),
    ]),
    export: os.export.handler(({ input: { workspaceId, domain, ...choice } }) =>
      exportSenders(context, workspaceId, domain, choice),
    ),
    nameSender: os.nameSender.handler(({ input }) => [
      ...nameSender(context, input.workspaceId, input.domain, input.key, input.word),
    ]),
    letSend: os.letSend.handler(async ({ input }) => {
      const { letSend } = await import('./let-send.ts');
      return letSend(context, input.workspaceId, input.domain, input.addresses);
    }),
    domains: os.domains.handler(({ input }) => [...evidenceDomains(context, input.workspaceId)]),
    tls: os.tls.handler(async ({ input }) => {
      const { evidenceTls } = await import('./tls.ts');
      return [...evidenceTls(context, input.workspaceId, input.domain)];
    }),
    published: os.published.handler(async ({ input, signal }) => {
      const { evidencePublished } = await import('./tls.ts');
      return evidencePublished(context, input.workspaceId, input.domain, signal);
    }),
    mails: os.mails.handler(({ input }) => [...evidenceMails(context, input.workspaceId, input.domain, input.limit)]),
    kept: os.kept.handler(({ input }) => keptEvidence(context, input.workspaceId)),
    setRetention: os.setRetention.handler(({ input: { workspaceId, ...retention } }) =>
      setRetention(context, workspaceId, retention),
    ),
    forget: os.forget.handler(({ input: { workspaceId, ...chosen } }) => forgetEvidence(context, workspaceId, chosen)),
  };
}
