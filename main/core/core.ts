import type { RunningCore } from './context.ts';
import { trimMemoryWhenIdle } from './memory.ts';
import type { CoreParts } from './parts.ts';
import { createPeriodicWork, guarded } from './periodic-work.ts';
import { createRouter } from './router.ts';
import type { JobState } from '../../shared/contract/jobs.ts';
import { createResolver } from '../probes/dns/resolver.ts';
import { createTries } from '../vault/tries.ts';
import { createViews } from '../probes/dns/views.ts';
import { createJudging, judgeAnew } from './domains/judging.ts';
import { createAsking } from './service/asking.ts';
import { createChanges } from './state/changes.ts';
import { askableBasis, askQuietly } from './service/service.ts';
import { createCopyKeeper } from './copies.ts';
import { createDamageReporter, damageWords, lossWords, reportLosses } from './damage.ts';
import { createIdleLock } from './vault/idle-lock.ts';
import { createWatching } from './evidence/watching.ts';
import { createJobs } from './jobs/service.ts';
import { createLinks } from './links/service.ts';
import type { PracticeEnvironment } from './ports.ts';
import { resumePractice } from './practice/service.ts';
import { createReceiverRules } from './rules/service.ts';
import { createTick, TICK_MS } from './schedule/service.ts';
import { announce } from './settings/service.ts';
import { createUploads } from './transfer/uploads.ts';
import { answerAbout, publishVaultState } from './vault/service.ts';

/** A practice service that ends again within this time, in milliseconds, is started again by a person alone. */
const PRACTICE_CALM_MS = 60_000;
/** How often writes by another process are looked for, in milliseconds. */
const FOREIGN_WRITES_MS = 1000;

/** The core: every procedure of the contract behind one router, whatever carries the calls. */
export interface Core {
  readonly router: ReturnType<typeof createRouter>;
  /** Whether checks repeat by themselves in some workspace, so that they should go on without a window. */
  readonly hasSchedule: () => boolean;
  /** What a background core does every minute: due checks, and history kept within bounds. */
  readonly tick: () => void;
  /** The machine is about to sleep: what is being checked waits, so that its silence is not taken for the servers'. */
  readonly sleep: () => void;
  /** The machine is awake again: what was being checked goes on, and what has become due meanwhile is checked. */
  readonly wake: () => void;
  /** Answers another program of this account in a word, or null for a question that it does not know. */
  readonly answer: (question: string) => string | null;
  /** What to tell a person of values that could not be read; null where all could. */
  readonly damage: () => { readonly message: string; readonly remedy: string } | null;
  /** What endangers the data file by where it lies, and a clock that is wrong. */
  readonly troubles: readonly { readonly message: string; readonly remedy: string }[];
  /** Shows in the window what a link of the product's own scheme asks for; one not meant for outside is ignored. */
  readonly openLink: (text: string) => void;
  readonly close: () => Promise<void>;
}

/**
 * Composes the core from its parts. Nothing of it is global: a test composes one on a temporary folder, a host on the
 * person's own.
 */
export async function createCore(parts: CoreParts): Promise<Core> {
  const { store, clock } = parts;
  const changes = createChanges();
  let environment: PracticeEnvironment | null = null;
  let resuming: Promise<void> | null = null;
  let isClosing = false;
  const resolver = createResolver({ now: clock.now, proxyFor: parts.proxyFor });
  const rest = trimMemoryWhenIdle(parts.giveBackMemory, parts.log);
  const jobs = createJobs({
    now: clock.now,
    newId: parts.randomId,
    save: (job) => store.records.putJob(job),
    earlier: parts.background ? store.records.jobs<JobState>() : [],
    onChange(job) {
      changes.publish({ kind: 'job', job });
      rest.onChange(job);
    },
    onFault: (error, { id, kind }) => parts.log.error({ error, job: id, kind }, 'a job failed'),
  });
  const asking = createAsking({
    // A command asks what it is told to ask, and ends.
    basisOf: (workspaceId) => (parts.background ? askableBasis(context, workspaceId) : null),
    ask: (workspaceId, signal) => askQuietly(context, workspaceId, signal),
    onChange: (workspaceId) => announce(context, workspaceId),
    onFault: (error, workspaceId) => parts.log.error({ error, workspaceId }, 'the service could not be asked'),
  });
  const judging = createJudging({
    judge: (workspaceId, names, signal) => judgeAnew(context, workspaceId, names, signal),
    onFault: (error, workspaceId) => parts.log.error({ error, workspaceId }, 'domains could not be judged anew'),
    // A command that changed what domains need leaves them judged.
    endsEarly: parts.background === true,
  });
  const context: RunningCore = {
    store,
    vault: parts.vault,
    clock,
    log: parts.log,
    changes,
    jobs,
    asking,
    judging,
    links: createLinks({ store, changes }),
    rules: createReceiverRules({ dataFolder: parts.dataFolder, key: parts.rulesKey ?? '', clock: parts.clock }),
    dns: createViews({
      resolver,
      now: clock.now,
      ...(parts.rootServers === undefined ? {} : { roots: parts.rootServers }),
    }),
    notifier: parts.notifier,
    practice: parts.practice,
    environment: () => environment,
    proxyFor: parts.proxyFor,
    typedTests: new Map(),
    randomId: parts.randomId,
    managed: parts.managed,
    person: parts.person ?? 'somebody',
    sealing: createTries(clock.now),
    uploads: createUploads(parts.dataFolder),
    idleLock: createIdleLock(parts),
    watching: createWatching(() => context, parts.background === true, parts.folderPatience),
    resuming: () => resuming,
    remember(found) {
      environment = found;
    },
    async startPractice() {
      if (parts.practice === null) throw new Error('There is no practice service in this host');
      environment = await parts.practice.start();
      return environment;
    },
  };

  for (const trouble of store.troubles) parts.log.warn({ trouble }, 'the data file is in danger');
  reportLosses(context);
  publishVaultState(context, asking.look);
  await parts.vault.start();
  const tickSchedules = createTick(context);
  const copies = createCopyKeeper(context);
  const reportDamage = createDamageReporter(context);
  const lookAtFolders = () => {
    context.watching
      .look(null)
      .catch((error: unknown) => parts.log.error({ error }, 'watched folders could not be looked at'));
  };
  const tick = () => {
    tickSchedules();
    asking.look();
    if (parts.background) copies.look();
    if (parts.background) lookAtFolders();
    parts.vault.tick().catch((error: unknown) => parts.log.error({ error }, 'the keychain could not be asked'));
  };
  const periodicWork = createPeriodicWork(jobs, tick, parts.log);
  const timers: NodeJS.Timeout[] = [];
  if (parts.background) {
    const resume = () => {
      const own = resumePractice(context, context.startPractice)
        .catch((error: unknown) => {
          if (!isClosing) parts.log.error({ error }, 'the practice service did not start');
        })
        .finally(() => {
          if (resuming === own) resuming = null;
          if (!isClosing) asking.look();
        });
      resuming = own;
    };
    resume();
    let endedAt = Number.NEGATIVE_INFINITY;
    parts.practice?.onEnd(() => {
      if (isClosing) return;
      environment = null;
      const isFirst = clock.now() - endedAt > PRACTICE_CALM_MS;
      endedAt = clock.now();
      if (isFirst) resume();
      for (const { id, practice } of store.workspaces.list())
        if (practice) changes.publish({ kind: 'practice', workspaceId: id });
    });
    let seen = store.foreignWrites();
    const lookForForeignWrites = () => {
      const now = store.foreignWrites();
      if (now === seen) return;
      seen = now;
      parts.vault.refresh();
      context.watching.refresh();
      changes.publish({ kind: 'reload' });
    };
    timers.push(
      setInterval(guarded('looking for writes by another process', lookForForeignWrites, parts.log), FOREIGN_WRITES_MS),
      setInterval(guarded('looking whether anybody works', context.idleLock.look, parts.log), FOREIGN_WRITES_MS),
      setInterval(guarded('looking for damage', reportDamage, parts.log), FOREIGN_WRITES_MS),
      setInterval(guarded('what is done every minute', periodicWork.tick, parts.log), TICK_MS),
    );
    for (const timer of timers) timer.unref();
    lookAtFolders();
  }

  return {
    router: createRouter(context, parts),
    tick: periodicWork.tick,
    sleep() {
      periodicWork.sleep();
      context.idleLock.sleep();
    },
    wake: periodicWork.wake,
    answer: (question) => answerAbout(context, question),
    damage() {
      const damage = store.damage();
      return damage.length === 0 ? null : damageWords(damage);
    },
    troubles: [...store.troubles, ...store.losses.map(lossWords)],
    openLink: context.links.open,
    hasSchedule: () =>
      store.workspaces.list().some((workspace) => store.records.schedule(workspace.id)?.enabled === true),
    async close() {
      isClosing = true;
      for (const timer of timers) clearInterval(timer);
      periodicWork.end();
      await copies.close();
      await store.copies.close();
      await context.uploads.close();
      await context.watching.close();
      await asking.close();
      await judging.close();
      await jobs.close();
      rest.close();
      changes.close();
      // Whoever is asked ends sooner when nobody holds a connection to it any more.
      await resolver.close();
      await parts.practice?.stop();
      parts.vault.close();
      store.close();
    },
  };
}
