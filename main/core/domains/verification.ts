import type { DomainRow, VerifySelection } from '../../../shared/contract/domains.ts';
import type { JobState } from '../../../shared/contract/jobs.ts';
import { recordWords } from '../../../shared/required/record-words.ts';
import type { Verdict } from '../../../shared/verdict/types.ts';
import type { Servers } from '../../probes/dns/servers.ts';
import { writeCheck } from '../../store/check-text.ts';
import type { StoredTimelineEntry, VerificationResult } from '../../store/history.ts';
import { seenDomains } from '../service/account-domains.ts';
import type { CoreContext } from '../context.ts';
import { record } from '../context.ts';
import type { DomainView } from './service.ts';
import { findDomain, toRow, verdictsOf, viewDomain } from './service.ts';
import type { JobControl } from '../jobs/service.ts';
import { createAsk, observeDomain, serversFor } from './observing.ts';
import { announce, effectiveFields } from '../settings/service.ts';
import { templatesOf } from '../templates/service.ts';

/** Asks DNS for every required record of many domains, and stores what came as it comes. */

/** Domains checked at once; their questions are bounded for each server besides. */
const CONCURRENCY = 96;
/** Results written together: a crash loses fewer than this many, and no more than came in this time. */
const BATCH = 500;
const BATCH_MS = 500;
/** Domains read together from the store, just before their turn. */
const READ_TOGETHER = 200;
/** Broken domains that a notification names. */
const NAMED = 3;

function selected(context: CoreContext, workspaceId: number, selection: VerifySelection): readonly number[] {
  if (selection.which === 'chosen') {
    for (const id of selection.domainIds) findDomain(context, workspaceId, id);
    return [...new Set(selection.domainIds)];
  }
  return context.store.domains.idsInUse(workspaceId, selection.which);
}

/** The domains of a list one by one, read some at a time; one that is not there any more is passed over. */
function createReader(context: CoreContext, workspaceId: number, ids: readonly number[]) {
  let next = 0;
  let readAhead: ReturnType<CoreContext['store']['domains']['findSeveral']> = new Map();
  return () => {
    while (next < ids.length) {
      if (next % READ_TOGETHER === 0)
        readAhead = context.store.domains.findSeveral(workspaceId, ids.slice(next, next + READ_TOGETHER));
      const found = readAhead.get(ids[next] as number);
      next += 1;
      if (found !== undefined) return found;
    }
    return null;
  };
}

type Outcome = ReturnType<typeof verdictsOf>;

/** What a domain's own entry in the timeline says: the first record that keeps it from being verified. */
function summaryOf({ detail }: Outcome): string {
  if (detail.records.length === 0) return 'Waiting for the choice of a record template';
  const culprit = detail.records.find((entry) => entry.verdict === detail.verdict);
  return detail.verdict === 'verified' || culprit === undefined
    ? 'Every required record is published and correct'
    : `${recordWords(culprit.recordId)}: ${culprit.summary}`;
}

/** What has changed since the last check; a first check is one entry, the domain's own, which has the empty id. */
function changesOf({ domain }: DomainView, outcome: Outcome, at: number): StoredTimelineEntry[] {
  const isFirst = domain.seenAt === null;
  const { verdict, records } = outcome.detail;
  const changes: StoredTimelineEntry[] = [];
  if (isFirst || domain.verdict !== verdict) {
    const before = isFirst ? null : domain.verdict;
    changes.push({ at, recordId: '', before, after: verdict, summary: summaryOf(outcome) });
  }
  if (isFirst) return changes;
  for (const entry of records) {
    const before = domain.recordVerdicts[entry.recordId] ?? null;
    // No answer changes nothing of a record; the domain's own entry tells of it.
    if (entry.verdict === 'unknown' || before === entry.verdict) continue;
    changes.push({ at, recordId: entry.recordId, before, after: entry.verdict, summary: entry.summary });
  }
  return changes;
}

/** What is known of each record: a check that got no answer takes nothing back. */
function lastKnown({ recordVerdicts }: DomainView['domain'], { detail }: Outcome): Record<string, Verdict> {
  return Object.fromEntries(
    detail.records.map(({ recordId, verdict }) => [
      recordId,
      verdict === 'unknown' ? (recordVerdicts[recordId] ?? verdict) : verdict,
    ]),
  );
}

/** Whether the domain was verified when it was last known how it stands. */
function wasVerified({ domain, required }: DomainView): boolean {
  if (domain.verdict !== 'unknown') return domain.verdict === 'verified';
  const counted = required.filter(({ optional }) => !optional);
  return counted.length > 0 && counted.every(({ id }) => domain.recordVerdicts[id] === 'verified');
}

/** Collects results, writes them in batches and tells the windows. */
function createWriter(context: CoreContext, workspaceId: number) {
  let results: VerificationResult[] = [];
  let rows: DomainRow[] = [];
  let writtenAt = performance.now();
  const flush = () => {
    if (results.length === 0) return;
    const batch = results;
    const changed = rows;
    results = [];
    rows = [];
    context.store.history.saveResults(batch);
    writtenAt = performance.now();
    context.changes.publish({ kind: 'domains', workspaceId, rows: changed });
  };
  return {
    add(result: VerificationResult, row: DomainRow) {
      results.push(result);
      rows.push(row);
      if (results.length >= BATCH || performance.now() - writtenAt >= BATCH_MS) flush();
    },
    flush,
  };
}

interface Broken {
  readonly id: number;
  readonly unicodeName: string;
}

/** Tells the person of verified domains that fail now: once for all of a job, because they often break together. */
function notifyBroken(context: CoreContext, workspaceId: number, broken: readonly Broken[]): void {
  const sorted = broken.toSorted((left, right) => (left.unicodeName < right.unicodeName ? -1 : 1));
  const [first] = sorted;
  if (first === undefined) return;
  const others = broken.length - NAMED;
  const named = sorted.slice(0, NAMED).map(({ unicodeName }) => unicodeName);
  const names = `${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  const title =
    broken.length === 1 ? `${first.unicodeName} no longer verifies` : `${broken.length} domains no longer verify`;
  const body =
    broken.length === 1
      ? 'A published record is missing or different. Open the domain’s manual to see which.'
      : `Published records are missing or different: ${names}.`;
  context.notifier.notify(title, body, () => context.links.show(workspaceId, first));
  context.changes.publish({ kind: 'notice', workspaceId, title, body });
}

async function runVerification(
  context: CoreContext,
  workspaceId: number,
  ids: readonly number[],
  servers: Servers,
  control: JobControl,
): Promise<string> {
  const templates = templatesOf(context, workspaceId);
  const fields = effectiveFields(context, workspaceId);
  const told = seenDomains(context, workspaceId);
  const writer = createWriter(context, workspaceId);
  const totals = new Map<Verdict, number>();
  const broken: Broken[] = [];
  const ask = createAsk(context, servers, control.signal);
  const nextDomain = createReader(context, workspaceId, ids);

  const check = async ({ domain, dkimKeys }: NonNullable<ReturnType<typeof nextDomain>>) => {
    const view = viewDomain(context, domain, { templates, fields, dkimKeys, told });
    const { observations, plain } = await observeDomain(view, ask);
    // What was cut short says nothing about DNS.
    if (control.signal.aborted) return;
    const at = context.clock.now();
    const outcome = verdictsOf(view, observations, plain);
    const { verdict } = outcome.verdicts;
    const recordVerdicts = lastKnown(domain, outcome);
    writer.add(
      {
        domainId: domain.id,
        at,
        check: writeCheck(observations),
        verdicts: outcome.verdicts,
        recordVerdicts,
        timeline: changesOf(view, outcome, at),
      },
      toRow(context, { ...domain, ...outcome.verdicts }, fields.recordTemplate),
    );
    if (wasVerified(view) && verdict === 'failing') broken.push(domain);
    totals.set(verdict, (totals.get(verdict) ?? 0) + 1);
    control.progress({ done: 1, counts: { [verdict]: 1 } });
  };
  const worker = async () => {
    for (;;) {
      const pause = control.whenRunning();
      if (pause !== null) {
        writer.flush();
        await pause;
      }
      const found = control.signal.aborted ? null : nextDomain();
      if (found === null) return;
      await check(found);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, ids.length) }, worker));
  } finally {
    writer.flush();
    announce(context, workspaceId);
    notifyBroken(context, workspaceId, broken);
  }
  const parts = [...totals].map(([verdict, amount]) => `${amount} ${verdict}`);
  const summary = parts.length === 0 ? 'Nothing to check' : parts.join(', ');
  record(
    context,
    workspaceId,
    'verify',
    `${ids.length.toLocaleString('en')} domain${ids.length === 1 ? '' : 's'} checked`,
    {
      detail: control.signal.aborted ? `Cancelled after ${sum(totals)}: ${summary}` : summary,
      severity: (totals.get('failing') ?? 0) > 0 ? 'warning' : 'info',
    },
  );
  return summary;
}

function sum(totals: ReadonlyMap<Verdict, number>): number {
  return [...totals.values()].reduce((total, amount) => total + amount, 0);
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
