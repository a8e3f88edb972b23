import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import type { ActivityEntry, JobState, Snapshot } from '../../shared/contract/schemas.ts';
import { createResolver } from '../probes/dns/resolver.ts';
import type { NameServer } from '../probes/dns/roots.ts';
import { createViews } from '../probes/dns/views.ts';
import type { Proxy } from '../probes/http/proxy.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { makeBundle } from './bundle.ts';
import { createChanges } from './changes.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace } from './context.ts';
import * as domains from './domains.ts';
import { toContractError } from './errors.ts';
import { handOver, prove, report, trees } from './evaluation.ts';
import { createJobs } from './jobs.ts';
import type { Clock, Log, Notifier, PracticePort, PracticeSurroundings } from './ports.ts';
import { openPractice, practiceState, publishRecords, resumePractice, setFault } from './practice.ts';
import { testConnection, testKeys, testMonitoring, testResponses } from './probes.ts';
import { markDkimKey, rotations } from './rotation.ts';
import { createTick, getSchedule, setSchedule, TICK_MS } from './schedule.ts';
import { serviceAddresses } from './service-addresses.ts';
import { getSettings, saveSettings, summarise } from './settings.ts';
import { changeTemplate, listTemplates } from './templates.ts';
import { startVerification } from './verification.ts';
import { createWorkspace, renameWorkspace } from './workspaces.ts';

export interface CoreParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: Snapshot['host'];
  readonly version: string;
  readonly dataFolder: string;
  readonly notifier: Notifier;
  readonly practice: PracticePort | null;
  readonly proxyFor: (url: URL) => Promise<Proxy | null>;
  /** Where delegations are followed from; the public root unless it is given. */
  readonly rootServers?: readonly NameServer[];
  readonly randomId: () => string;
  /** Gives memory back that large work has left behind. */
  readonly giveBackMemory: () => Promise<void>;
  /** Schedules and looks for foreign writes run in the background; a one-shot CLI needs neither. */
  readonly background: boolean;
}

/** A job of so many items leaves memory behind that is worth giving back. */
const LARGE_JOB = 1000;
/** By then the windows have shown how the job ended, in milliseconds. */
const REST_AFTER_MS = 2000;
/** How often writes by another process are looked for, in milliseconds. */
const FOREIGN_WRITES_MS = 1000;

/** The core: every procedure of the contract behind one router, whatever carries the calls. */
export interface Core {
  readonly router: ReturnType<typeof createRouter>;
  /** Whether checks repeat by themselves in some workspace, so that they should go on without a window. */
  readonly hasSchedule: () => boolean;
  /** What a background core does every minute: due checks, and history kept within bounds. */
  readonly tick: () => void;
  readonly close: () => Promise<void>;
}

interface Running extends CoreContext {
  readonly startPractice: () => Promise<PracticeSurroundings>;
  readonly remember: (surroundings: PracticeSurroundings) => void;
}

function createRouter(context: Running, parts: CoreParts) {
  const os = implement(contract).use(async ({ next }, input) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error, input, parts.log);
    }
  });
  const { store, vault, clock, changes, jobs } = context;
  const tellVault = async () => {
    const vaultState = await vault.state();
    const told = { ...vaultState, keepers: [...vaultState.keepers] };
    changes.publish({ kind: 'vault', vault: told });
    for (const workspace of store.workspaces.list()) changes.publish({ kind: 'settings', workspaceId: workspace.id });
    return told;
  };

  return os.router({
    state: {
      snapshot: os.state.snapshot.handler(async () => {
        const vaultState = await vault.state();
        return {
          sequence: changes.sequence(),
          version: parts.version,
          host: parts.host,
          dataFolder: parts.dataFolder,
          vault: { ...vaultState, keepers: [...vaultState.keepers] },
          workspaces: store.workspaces.list().map((workspace) => summarise(context, workspace)),
          jobs: [...jobs.list()],
        };
      }),
      changes: os.state.changes.handler(({ input, signal }) => changes.follow(input.after, signal)),
    },
    vault: {
      create: os.vault.create.handler(async ({ input }) => {
        await vault.create(input.passphrase);
        return tellVault();
      }),
      unlock: os.vault.unlock.handler(async ({ input }) => {
        await vault.unlock(input.passphrase);
        return tellVault();
      }),
      lock: os.vault.lock.handler(() => {
        vault.lock();
        return tellVault();
      }),
      changePassphrase: os.vault.changePassphrase.handler(async ({ input }) => {
        await vault.changePassphrase(input.current, input.next);
        return tellVault();
      }),
      useSession: os.vault.useSession.handler(() => {
        vault.useSession();
        return tellVault();
      }),
    },
    workspaces: {
      create: os.workspaces.create.handler(({ input }) => createWorkspace(context, input.name)),
      rename: os.workspaces.rename.handler(({ input }) => renameWorkspace(context, input.workspaceId, input.name)),
    },
    settings: {
      get: os.settings.get.handler(({ input }) => getSettings(context, input.workspaceId)),
      save: os.settings.save.handler(({ input }) => saveSettings(context, input)),
      saveDraft: os.settings.saveDraft.handler(({ input }) => {
        findWorkspace(context, input.workspaceId);
        const changedAt = clock.now();
        store.workspaces.saveDraft(
          input.workspaceId,
          input.baseRevision,
          JSON.parse(JSON.stringify(input.fields)),
          changedAt,
        );
        return { changedAt };
      }),
      discardDraft: os.settings.discardDraft.handler(({ input }) => {
        findWorkspace(context, input.workspaceId);
        store.workspaces.dropDraft(input.workspaceId);
        return getSettings(context, input.workspaceId);
      }),
    },
    templates: {
      list: os.templates.list.handler(({ input }) => listTemplates(context, input.workspaceId)),
      override: os.templates.override.handler(({ input }) =>
        changeTemplate(context, input.workspaceId, input.templateId, input.override),
      ),
    },
    probes: {
      connection: os.probes.connection.handler(({ input, signal }) =>
        testConnection(context, input.workspaceId, input.unsaved, signal),
      ),
      keys: os.probes.keys.handler(({ input, signal }) => testKeys(context, input.workspaceId, signal)),
      responses: os.probes.responses.handler(({ input, signal }) => testResponses(context, input.workspaceId, signal)),
      monitoring: os.probes.monitoring.handler(({ input, signal }) =>
        testMonitoring(context, input.workspaceId, signal),
      ),
      serviceAddresses: os.probes.serviceAddresses.handler(({ input }) => serviceAddresses(context, input.workspaceId)),
    },
    domains: {
      list: os.domains.list.handler(({ input }) => domains.listDomains(context, input.workspaceId, input.first)),
      preview: os.domains.preview.handler(({ input }) =>
        domains.previewDomains(context, input.workspaceId, input.text),
      ),
      add: os.domains.add.handler(({ input }) => domains.addDomains(context, input.workspaceId, input.text)),
      setInUse: os.domains.setInUse.handler(({ input }) =>
        domains.setInUse(context, input.workspaceId, input.domainIds, input.inUse),
      ),
      configuration: os.domains.configuration.handler(({ input }) =>
        domains.domainConfiguration(context, input.workspaceId, input.domainId),
      ),
      configure: os.domains.configure.handler(({ input }) =>
        domains.configureDomain(context, input.workspaceId, input.domainId, input.configuration),
      ),
      pasteZone: os.domains.pasteZone.handler(({ input }) =>
        domains.pasteZone(context, input.workspaceId, input.domainId, input.text),
      ),
      makeDkimKey: os.domains.makeDkimKey.handler(({ input }) => domains.makeDkimKey(context, input)),
      rotations: os.domains.rotations.handler(({ input }) => [
        ...rotations(context, input.workspaceId, input.domainId),
      ]),
      markDkimKey: os.domains.markDkimKey.handler(({ input }) => [...markDkimKey(context, input)]),
      manual: os.domains.manual.handler(({ input }) => domains.manualOf(context, input.workspaceId, input.domainId)),
      handOver: os.domains.handOver.handler(({ input }) =>
        handOver(context, input.workspaceId, input.domainId, input.format, input.wayBack === true),
      ),
      prove: os.domains.prove.handler(({ input }) => prove(context, input.workspaceId, input.domainId)),
      spfTree: os.domains.spfTree.handler(({ input }) => trees(context, input.workspaceId, input.domainId)),
      observations: os.domains.observations.handler(({ input }) => {
        domains.findDomain(context, input.workspaceId, input.domainId);
        return store.history.observations(input.domainId);
      }),
      timeline: os.domains.timeline.handler(({ input }) => {
        domains.findDomain(context, input.workspaceId, input.domainId);
        return store.history.timeline(input.domainId);
      }),
      verify: os.domains.verify.handler(({ input }) =>
        startVerification(context, input.workspaceId, input.selection, input.resolver),
      ),
      changedSince: os.domains.changedSince.handler(({ input }) => {
        findWorkspace(context, input.workspaceId);
        return store.history.changedSince(input.workspaceId, input.since);
      }),
      report: os.domains.report.handler(({ input }) => report(context, input.workspaceId, input.format)),
    },
    jobs: {
      list: os.jobs.list.handler(() => [...jobs.list()]),
      watch: os.jobs.watch.handler(({ input, signal }) => jobs.watch(input.jobId, input.after, signal)),
      cancel: os.jobs.cancel.handler(({ input }) => jobs.cancel(input.jobId)),
      pause: os.jobs.pause.handler(({ input }) => jobs.pause(input.jobId)),
      resume: os.jobs.resume.handler(({ input }) => jobs.resume(input.jobId)),
    },
    schedule: {
      get: os.schedule.get.handler(({ input }) => getSchedule(context, input.workspaceId)),
      set: os.schedule.set.handler(({ input }) =>
        setSchedule(context, input.workspaceId, input.enabled, input.everyMinutes),
      ),
    },
    activity: {
      list: os.activity.list.handler(({ input }) => {
        findWorkspace(context, input.workspaceId);
        const filter = {
          kinds: input.kinds ?? null,
          severities: input.severities ?? null,
          since: input.since ?? 0,
          text: input.text ?? '',
          before: input.before ?? Number.MAX_SAFE_INTEGER,
          limit: input.limit,
        };
        return store.records.activity(input.workspaceId, filter) as ActivityEntry[];
      }),
    },
    monitoring: {
      bundle: os.monitoring.bundle.handler(({ input }) =>
        makeBundle(context, input.workspaceId, input.options, parts.version),
      ),
    },
    practice: {
      open: os.practice.open.handler(() => openPractice(context, context.startPractice)),
      state: os.practice.state.handler(({ input }) => practiceState(context, input.workspaceId)),
      setFault: os.practice.setFault.handler(({ input }) =>
        setFault(context, input.workspaceId, input.fault, context.remember),
      ),
      publish: os.practice.publish.handler(({ input }) => publishRecords(context, input.workspaceId, input.domainId)),
    },
  });
}

/** Gives memory back some time after the last large job has ended. */
function createRest({ giveBackMemory, log }: CoreParts) {
  let timer: NodeJS.Timeout | undefined;
  return {
    onChange({ status, finishedAt, total }: JobState): void {
      if (total < LARGE_JOB || status === 'paused') return;
      clearTimeout(timer);
      if (finishedAt === null) return;
      timer = setTimeout(() => {
        giveBackMemory().catch((error: unknown) => log.error({ error }, 'memory could not be given back'));
      }, REST_AFTER_MS);
      timer.unref();
    },
    close: () => clearTimeout(timer),
  };
}

/**
 * Composes the core from its parts. Nothing of it is global: a test composes one on a temporary folder, a host on the
 * person's own.
 */
export async function createCore(parts: CoreParts): Promise<Core> {
  const { store, clock } = parts;
  const changes = createChanges();
  let surroundings: PracticeSurroundings | null = null;
  const resolver = createResolver({ now: clock.now, proxyFor: parts.proxyFor });
  const rest = createRest(parts);
  const jobs = createJobs({
    now: clock.now,
    newId: parts.randomId,
    save: (job) => store.records.putJob(job),
    earlier: parts.background ? store.records.jobs<JobState>() : [],
    onChange(job) {
      changes.publish({ kind: 'job', job });
      rest.onChange(job);
    },
  });
  const context: Running = {
    store,
    vault: parts.vault,
    clock,
    log: parts.log,
    changes,
    jobs,
    dns: createViews({
      resolver,
      now: clock.now,
      ...(parts.rootServers === undefined ? {} : { roots: parts.rootServers }),
    }),
    notifier: parts.notifier,
    practice: parts.practice,
    surroundings: () => surroundings,
    proxyFor: parts.proxyFor,
    randomId: parts.randomId,
    remember(found) {
      surroundings = found;
    },
    async startPractice() {
      if (parts.practice === null) throw new Error('There is no practice service in this host');
      surroundings = await parts.practice.start();
      return surroundings;
    },
  };

  await parts.vault.openWithKeychain();
  const tick = createTick(context);
  const timers: NodeJS.Timeout[] = [];
  if (parts.background) {
    await resumePractice(context, context.startPractice).catch((error: unknown) =>
      parts.log.error({ error }, 'the practice service did not start'),
    );
    let seen = store.foreignWrites();
    timers.push(
      setInterval(() => {
        const now = store.foreignWrites();
        if (now === seen) return;
        seen = now;
        changes.publish({ kind: 'reload' });
      }, FOREIGN_WRITES_MS),
      setInterval(tick, TICK_MS),
    );
    for (const timer of timers) timer.unref();
  }

  return {
    router: createRouter(context, parts),
    tick,
    hasSchedule: () =>
      store.workspaces.list().some((workspace) => store.records.schedule(workspace.id)?.enabled === true),
    async close() {
      for (const timer of timers) clearInterval(timer);
      await jobs.close();
      rest.close();
      changes.close();
      await parts.practice?.stop();
      await resolver.close();
      parts.vault.lock();
      store.close();
    },
  };
}
