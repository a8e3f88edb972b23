import type { Schedule } from '../../shared/contract/schemas.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace, record } from './context.ts';
import { startVerification } from './verification.ts';

/** Checks that repeat by themselves while the console runs. */

const DEFAULT_MINUTES = 24 * 60;
/** How often due checks are looked for, in milliseconds. */
export const TICK_MS = 60_000;
/** A workspace whose domains are not all verified is checked again sooner, at this part of its interval. */
const EAGER_PART = 4;

export function getSchedule(context: CoreContext, workspaceId: number): Schedule {
  findWorkspace(context, workspaceId);
  return context.store.records.schedule(workspaceId) ?? { enabled: false, everyMinutes: DEFAULT_MINUTES, nextAt: null };
}

export function setSchedule(
  context: CoreContext,
  workspaceId: number,
  enabled: boolean,
  everyMinutes: number,
): Schedule {
  findWorkspace(context, workspaceId);
  const nextAt = enabled ? context.clock.now() + everyMinutes * 60_000 : null;
  context.store.records.putSchedule(workspaceId, { enabled, everyMinutes, nextAt });
  record(context, workspaceId, 'schedule', enabled ? `Checks every ${everyMinutes} minutes` : 'Scheduled checks off');
  context.changes.publish({ kind: 'settings', workspaceId });
  return getSchedule(context, workspaceId);
}

/** Starts what is due; to be called every minute. */
export function runDue(context: CoreContext): void {
  for (const workspace of context.store.workspaces.list()) {
    const schedule = context.store.records.schedule(workspace.id);
    if (schedule === null || !schedule.enabled || schedule.nextAt === null || schedule.nextAt > context.clock.now())
      continue;
    const isBusy = context.jobs
      .list()
      .some((job) => job.workspaceId === workspace.id && (job.status === 'running' || job.status === 'paused'));
    if (isBusy) continue;
    const { failing, pending } = context.store.domains.counts(workspace.id);
    const minutes =
      failing + pending > 0 ? Math.max(5, Math.round(schedule.everyMinutes / EAGER_PART)) : schedule.everyMinutes;
    context.store.records.putSchedule(workspace.id, { ...schedule, nextAt: context.clock.now() + minutes * 60_000 });
    startVerification(context, workspace.id, { which: 'all' }, undefined);
  }
}
