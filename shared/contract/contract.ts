import type { ContractRouterClient } from '@orpc/contract';
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { contractErrors } from './errors.ts';
import {
  activityEntry,
  changedDomain,
  dkimKeyPublic,
  domainConfiguration,
  domainListReport,
  domainRow,
  handOverText,
  inputs,
  jobState,
  keyCheck,
  outputs,
  practiceState,
  schedule,
  settings,
  snapshot,
  stateChange,
  timelineEntry,
  vaultState,
  workspaceSummary,
} from './schemas.ts';

/**
 * The border between the window and the core, whole: every procedure with what it takes, gives and may answer as an
 * error. Hosts carry it, the core implements it, the tests run against it. There is no procedure that returns a
 * secret and none that deletes a sender domain.
 */

const procedure = oc.errors(contractErrors);
const nothing = z.object({}).optional();

export const contract = {
  state: {
    /** All that the window shows before anything is opened. */
    snapshot: procedure.input(nothing).output(snapshot),
    /** Every change numbered higher than `after`, from now on without end. */
    changes: procedure.input(inputs.watch).output(eventIterator(stateChange)),
  },
  vault: {
    /** Chooses the first passphrase, or adds one beside the OS keychain. */
    create: procedure.input(inputs.passphrase).output(vaultState),
    unlock: procedure.input(inputs.passphrase).output(vaultState),
    lock: procedure.input(nothing).output(vaultState),
    changePassphrase: procedure.input(inputs.changePassphrase).output(vaultState),
    /** Keep secrets in memory until the console closes, when the person declines a passphrase. */
    useSession: procedure.input(nothing).output(vaultState),
  },
  workspaces: {
    create: procedure.input(inputs.createWorkspace).output(workspaceSummary),
    rename: procedure.input(inputs.renameWorkspace).output(workspaceSummary),
  },
  settings: {
    get: procedure.input(inputs.inWorkspace).output(settings),
    save: procedure.input(inputs.saveSettings).output(settings),
    saveDraft: procedure.input(inputs.saveDraft).output(z.object({ changedAt: z.int() })),
    discardDraft: procedure.input(inputs.inWorkspace).output(settings),
  },
  templates: {
    list: procedure.input(inputs.inWorkspace).output(outputs.templates),
    /** Changes a template for this workspace; a null override goes back to the catalogue's. */
    override: procedure.input(inputs.overrideTemplate).output(outputs.templates),
  },
  probes: {
    connection: procedure.input(inputs.probeConnection).output(outputs.trace),
    keys: procedure.input(inputs.inWorkspace).output(keyCheck),
    responses: procedure.input(inputs.inWorkspace).output(outputs.trace),
    monitoring: procedure.input(inputs.inWorkspace).output(outputs.trace),
    /** Addresses the service was seen at or may send from (traces, and the provider's SPF), for the deny-list check. */
    serviceAddresses: procedure.input(inputs.inWorkspace).output(
      z.object({
        addresses: z.array(z.object({ address: z.string(), from: z.string() })),
        /** What could not be read, in words; the list is then shorter than it should be. */
        gaps: z.array(z.string()),
      }),
    ),
  },
  domains: {
    /** In the order of their names: numbers count as numbers, letters as their base letters. */
    list: procedure.input(inputs.domainList).output(z.array(domainRow)),
    /** What adding this text would do: a list, a paste or a CSV. Nothing is stored. */
    preview: procedure.input(inputs.addDomains).output(domainListReport),
    add: procedure.input(inputs.addDomains).output(domainListReport.extend({ added: z.array(domainRow) })),
    setInUse: procedure.input(inputs.setInUse).output(z.array(domainRow)),
    configuration: procedure
      .input(inputs.inDomain)
      .output(
        z.object({ configuration: domainConfiguration, dkimKeys: z.array(dkimKeyPublic), pastedZone: z.string() }),
      ),
    configure: procedure.input(inputs.configureDomain).output(outputs.manual),
    /** The zone as somebody pasted it: the offline way to say what is published today. Empty text forgets it. */
    pasteZone: procedure.input(inputs.pasteZone).output(outputs.manual),
    makeDkimKey: procedure.input(inputs.makeDkimKey).output(dkimKeyPublic),
    /** How the domain's DKIM keys can be changed without losing a message, and how far each change has come. */
    rotations: procedure.input(inputs.inDomain).output(outputs.rotations),
    /** Notes that mail is signed with a key now, or revokes one: its required record becomes the empty key. */
    markDkimKey: procedure.input(inputs.markDkimKey).output(outputs.rotations),
    manual: procedure.input(inputs.inDomain).output(outputs.manual),
    handOver: procedure.input(inputs.handOver).output(handOverText),
    /** The receivers' verdict on today's DNS beside the one with the prepared records laid over it. */
    prove: procedure.input(inputs.inDomain).output(outputs.receivers),
    spfTree: procedure.input(inputs.inDomain).output(outputs.spfTree),
    observations: procedure.input(inputs.inDomain).output(outputs.observations),
    timeline: procedure.input(inputs.inDomain).output(z.array(timelineEntry)),
    verify: procedure.input(inputs.verify).output(jobState),
    changedSince: procedure.input(inputs.inWorkspace.extend({ since: z.int() })).output(z.array(changedDomain)),
    report: procedure.input(inputs.report).output(handOverText),
  },
  jobs: {
    list: procedure.input(nothing).output(z.array(jobState)),
    /** Progress numbered higher than `after` until the job ends. Ending the watch never ends the job. */
    watch: procedure.input(inputs.watchJob).output(eventIterator(jobState)),
    cancel: procedure.input(inputs.job).output(jobState),
    pause: procedure.input(inputs.job).output(jobState),
    resume: procedure.input(inputs.job).output(jobState),
  },
  schedule: {
    get: procedure.input(inputs.inWorkspace).output(schedule),
    set: procedure.input(inputs.setSchedule).output(schedule),
  },
  activity: {
    list: procedure.input(inputs.activity).output(z.array(activityEntry)),
  },
  monitoring: {
    /** The support bundle as it would be saved, redacted. */
    bundle: procedure.input(inputs.bundle).output(handOverText),
  },
  practice: {
    /** Makes the practice workspace, or finds it, and starts its service and DNS server. */
    open: procedure.input(nothing).output(workspaceSummary),
    state: procedure.input(inputs.inWorkspace).output(practiceState),
    setFault: procedure.input(inputs.setFault).output(practiceState),
    /** Publishes the domain's prepared records in the practice zone. Refused for a workspace not marked practice. */
    publish: procedure.input(inputs.inDomain).output(z.object({ published: z.int() })),
  },
};

export type Contract = typeof contract;

/** What the window, the CLI and the tests hold: one function per procedure. */
export type CoreClient = ContractRouterClient<Contract>;
