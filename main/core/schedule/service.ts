import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { Schedule } from '../../../shared/contract/schedule.ts';
import type { CheckPace } from '../../store/domains.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { pruneEvidence } from '../evidence/retention.ts';
import { startVerification } from '../domains/verification.ts';

/** Checks that repeat by themselves while the console runs, and the history they leave kept within bounds. */

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 24 * 60;
/** How often due checks are looked for, in milliseconds. */
export const TICK_MS = MINUTE_MS;
/** The first check again after a verdict that is not *verified*; each later one waits twice as long. */
const FIRST_AGAIN_MINUTES = 15;
/** Checks that become due within this time are made together. */
const TOGETHER_MS = 5 * MINUTE_MS;
/** Domains whose history is looked over in a minute: a few milliseconds, and 10,000 domains in four hours. */
const PRUNED_A_TICK = 50;

function paceOf(everyMinutes: number): CheckPace {
  return { every: everyMinutes * MINUTE_MS, first: Math.min(FIRST_AGAIN_MINUTES, everyMinutes) * MINUTE_MS };
}

/** How often, in the largest unit that fits: `Checks every 6 hours`. */
function paceFact(minutes: number): Fact {
  if (minutes % DEFAULT_MINUTES === 0) return fact('schedule.on', { unit: 'day', count: minutes / DEFAULT_MINUTES });
  return minutes % 60 === 0
    ? fact('schedule.on', { unit: 'hour', count: minutes / 60 })
    : fact('schedule.on', { unit: 'minute', count: minutes });
}

export function getSchedule(context: CoreContext, workspaceId: number): Schedule {
  findWorkspace(context, workspaceId);
  const { enabled, everyMinutes } = context.store.records.schedule(workspaceId) ?? {
    enabled: false,
    everyMinutes: DEFAULT_MINUTES,
  };
  const due = enabled ? context.store.domains.nextDue(workspaceId, paceOf(everyMinutes)) : null;
  return { enabled, everyMinutes, nextAt: due === null ? null : Math.max(due, context.clock.now()) };
}

export function setSchedule(
  context: CoreContext,
  workspaceId: number,
  enabled: boolean,
  everyMinutes: number,
): Schedule {
  findWorkspace(context, workspaceId);
  context.store.records.putSchedule(workspaceId, { enabled, everyMinutes });
  record(context, workspaceId, 'schedule', enabled ? paceFact(everyMinutes) : fact('schedule.off'));
  context.changes.publish({ kind: 'settings', workspaceId });
  return getSchedule(context, workspaceId);
}

/**
 * Starts the checks that are due: a verified domain's after the schedule's time, any other's sooner at first and then
 * less and less often, until it too is checked at the schedule's time.
 */
function runDue(context: CoreContext): void {
  const now = context.clock.now();
  for (const workspace of context.store.workspaces.list()) {
    const schedule = context.store.records.schedule(workspace.id);
    if (schedule === null || !schedule.enabled) continue;
    const isBusy = context.jobs
      .list()
      .some((job) => job.workspaceId === workspace.id && (job.status === 'running' || job.status === 'paused'));
    if (isBusy) continue;
    const pace = paceOf(schedule.everyMinutes);
    if ((context.store.domains.nextDue(workspace.id, pace) ?? Number.POSITIVE_INFINITY) > now) continue;
    const domainIds = context.store.domains.due(workspace.id, pace, now + TOGETHER_MS);
    startVerification(context, workspace.id, { which: 'chosen', domainIds }, undefined);
  }
}

/** What is to be done every minute. */
export function createTick(context: CoreContext): () => void {
  let pruneAfter = 0;
  return () => {
    runDue(context);
    pruneAfter = context.store.history.prune(pruneAfter, PRUNED_A_TICK, context.clock.now()).next ?? 0;
    pruneEvidence(context);
  };
}
