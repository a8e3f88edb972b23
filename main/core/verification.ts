import type { JobState, VerifySelection } from '../../shared/contract/schemas.ts';
import type { Observation } from '../../shared/plan/types.ts';
import type { Servers } from '../probes/dns/servers.ts';
import type { StoredTimelineEntry, VerificationResult } from '../store/domains.ts';
import type { CoreContext } from './context.ts';
import { record } from './context.ts';
import type { DomainView } from './domains.ts';
import { findDomain, observationsOf, toRow, verdictsOf, viewDomain } from './domains.ts';
import type { JobControl } from './jobs.ts';
import { observeDomain, serversFor } from './observing.ts';
import { announce, fieldsOf } from './settings.ts';
import { templatesOf } from './templates.ts';

/** Asks DNS for every required record of many domains, and stores what came as it comes. */

/** Domains checked at once; their questions are bounded for each server besides. */
const CONCURRENCY = 32;
/** Results written together: a crash loses less than this many. */
const BATCH = 50;
const BATCH_MS = 500;

function selected(context: CoreContext, workspaceId: number, selection: VerifySelection): readonly number[] {
  if (selection.which === 'chosen') {
    for (const id of selection.domainIds) findDomain(context, workspaceId, id);
    return [...new Set(selection.domainIds)];
  }
  return context.store.domains
    .list(workspaceId)
    .filter((domain) => domain.inUse && (selection.which === 'all' || domain.verdict !== 'verified'))
    .map((domain) => domain.id);
}

/** What has changed since the last check, for the domain's timeline; the domain's own verdict has the empty id. */
function timelineOf(
  context: CoreContext,
  view: DomainView,
  outcome: ReturnType<typeof verdictsOf>,
): StoredTimelineEntry[] {
  const before = context.store.domains.lastVerdicts(view.domain.id);
  const at = context.clock.now();
  const own = { recordId: '', verdict: outcome.detail.verdict, summary: `Domain ${outcome.detail.verdict}` };
  return [own, ...outcome.detail.records]
    .filter((entry) => before.get(entry.recordId) !== entry.verdict)
    .map((entry) => ({
      at,
      recordId: entry.recordId,
      before: before.get(entry.recordId) ?? null,
      after: entry.verdict,
      summary: entry.summary,
    }));
}

function judge(context: CoreContext, view: DomainView, fresh: readonly Observation[]): VerificationResult {
  const known = observationsOf(context, view);
  const outcome = verdictsOf(view, [...known, ...fresh]);
  return {
    domainId: view.domain.id,
    observations: fresh,
    verdicts: outcome.verdicts,
    timeline: timelineOf(context, view, outcome),
  };
}

/** Collects results and writes them in batches. */
function createWriter(context: CoreContext, workspaceId: number, defaultTemplate: string) {
  let pending: VerificationResult[] = [];
  let writtenAt = context.clock.now();
  const flush = () => {
    if (pending.length === 0) return;
    const results = pending;
    pending = [];
    writtenAt = context.clock.now();
    context.store.domains.saveResults(results);
    const rows = results.map((result) =>
      toRow(context, findDomain(context, workspaceId, result.domainId), defaultTemplate),
    );
    context.changes.publish({ kind: 'domains', workspaceId, rows });
  };
  return {
    add(result: VerificationResult) {
      pending.push(result);
      if (pending.length >= BATCH || context.clock.now() - writtenAt >= BATCH_MS) flush();
    },
    flush,
  };
}

function tellBroken(context: CoreContext, view: DomainView, before: string, after: string): void {
  if (before !== 'verified' || after !== 'failing') return;
  context.notifier.notify(
    `${view.domain.unicodeName} no longer verifies`,
    'A record that was published is missing or different. Open the domain’s manual to see which.',
  );
}

async function runVerification(
  context: CoreContext,
  workspaceId: number,
  ids: readonly number[],
  servers: Servers,
  control: JobControl,
): Promise<string> {
  const templates = templatesOf(context, workspaceId);
  const writer = createWriter(context, workspaceId, fieldsOf(context, workspaceId).recordTemplate);
  const totals: Record<string, number> = {};
  let next = 0;
  const worker = async () => {
    for (;;) {
      await control.whenRunning();
      const id = ids[next];
      if (id === undefined || control.signal.aborted) return;
      next += 1;
      const view = viewDomain(context, findDomain(context, workspaceId, id), templates);
      const fresh = await observeDomain(context, view, servers, control.signal);
      // What was cut short says nothing about DNS.
      if (control.signal.aborted) return;
      const result = judge(context, view, fresh);
      writer.add(result);
      tellBroken(context, view, view.domain.verdict, result.verdicts.verdict);
      totals[result.verdicts.verdict] = (totals[result.verdicts.verdict] ?? 0) + 1;
      control.progress({ done: 1, counts: { [result.verdicts.verdict]: 1 } });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, ids.length) }, worker));
  } finally {
    writer.flush();
    announce(context, workspaceId);
  }
  const parts = Object.entries(totals).map(([verdict, amount]) => `${amount} ${verdict}`);
  const summary = parts.length === 0 ? 'Nothing to check' : parts.join(', ');
  record(context, workspaceId, 'verify', `${ids.length} domain${ids.length === 1 ? '' : 's'} checked`, {
    detail: summary,
    severity: (totals.failing ?? 0) > 0 ? 'warning' : 'info',
  });
  return summary;
}

/** Starts the check as a job; results are stored while it runs. */
export function startVerification(
  context: CoreContext,
  workspaceId: number,
  selection: VerifySelection,
  chosen: string | undefined,
): JobState {
  const servers = serversFor(context, workspaceId, chosen);
  const ids = selected(context, workspaceId, selection);
  return context.jobs.start(
    {
      workspaceId,
      kind: 'verify',
      total: ids.length,
      message: `Checking ${ids.length} domain${ids.length === 1 ? '' : 's'}`,
    },
    (control) => runVerification(context, workspaceId, ids, servers, control),
  );
}
