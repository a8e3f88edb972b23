import { findWorkspace } from '../context.ts';
import { configureSeveral } from './configure-several.ts';
import { contentOf, handOver, noteHandOver, prove, report, trees } from './evaluation.ts';
import { markDkimKey, rotations } from './rotation.ts';
import { startVerification } from './verification.ts';
import {
  listDomains,
  previewDomains,
  addDomains,
  setInUse,
  domainConfiguration,
  change,
  configureDomain,
  afterChanges,
  chooseWeaker,
  lookAtZone,
  pasteZone,
  makeDkimKey,
  manualOf,
  findDomain,
} from './service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/domains.ts`. */
export function domainsProcedures(os: Implementer['domains'], context: RunningCore) {
  return {
    list: os.list.handler(({ input }) => listDomains(context, input.workspaceId, input.first)),
    preview: os.preview.handler(({ input }) => previewDomains(context, input)),
    add: os.add.handler(({ input }) => addDomains(context, input)),
    setInUse: os.setInUse.handler(({ input }) => setInUse(context, input.workspaceId, input.domainIds, input.inUse)),
    configuration: os.configuration.handler(({ input }) =>
      domainConfiguration(context, input.workspaceId, input.domainId),
    ),
    configure: os.configure.handler(({ input }) => configureDomain(context, input)),
    configureSeveral: os.configureSeveral.handler(({ input }) => configureSeveral(context, input)),
    chooseWeaker: os.chooseWeaker.handler(change(context, (input) => chooseWeaker(context, input))),
    pasteZone: os.pasteZone.handler(({ input }) => pasteZone(context, input.workspaceId, input.domainId, input.text)),
    lookAtZone: os.lookAtZone.handler(({ input }) => lookAtZone(input.text, input.zone)),
    makeDkimKey: os.makeDkimKey.handler(change(context, (input) => makeDkimKey(context, input))),
    rotations: os.rotations.handler(
      afterChanges(context, (input) => [...rotations(context, input.workspaceId, input.domainId)]),
    ),
    markDkimKey: os.markDkimKey.handler(change(context, (input) => [...markDkimKey(context, input)])),
    manual: os.manual.handler(afterChanges(context, (input) => manualOf(context, input.workspaceId, input.domainId))),
    handOver: os.handOver.handler(
      afterChanges(context, (input) => handOver(context, input, input.format, contentOf(input))),
    ),
    handOverSeveral: os.handOverSeveral.handler(async ({ input }) => {
      // What writes archives is loaded when one is asked for.
      const { handOverSeveral } = await import('./hand-over-several.ts');
      return handOverSeveral(context, { ...input, content: contentOf(input) });
    }),
    noteHandOver: os.noteHandOver.handler(({ input }) => {
      noteHandOver(context, input.workspaceId, input.domainIds, input.format, contentOf(input));
      return {};
    }),
    prove: os.prove.handler(afterChanges(context, (input) => prove(context, input.workspaceId, input.domainId))),
    spfTree: os.spfTree.handler(afterChanges(context, (input) => trees(context, input.workspaceId, input.domainId))),
    observations: os.observations.handler(({ input }) => {
      findDomain(context, input.workspaceId, input.domainId);
      return context.store.history.observations(input.domainId);
    }),
    timeline: os.timeline.handler(({ input }) => {
      findDomain(context, input.workspaceId, input.domainId);
      return context.store.history.timeline(input.domainId);
    }),
    verify: os.verify.handler(({ input }) =>
      startVerification(context, input.workspaceId, input.selection, input.resolver),
    ),
    changedSince: os.changedSince.handler(({ input }) => {
      findWorkspace(context, input.workspaceId);
      return context.store.history.changedSince(input.workspaceId, input.since);
    }),
    report: os.report.handler(({ input }) => report(context, input.workspaceId, input.format)),
  };
}
