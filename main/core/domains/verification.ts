import { factText } from '../../../shared/facts/fact-text.ts';
import type { DomainRow, VerifySelection } from '../../../shared/contract/domains.ts';
import type { JobState } from '../../../shared/contract/jobs.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { VERDICTS_BY_NEED } from '../../../shared/verdict/verdict-words.ts';
import type { RecordVerdict, Verdict } from '../../../shared/verdict/types.ts';
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
const CONCURRENCY = 160;
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
function reasonOf({ detail }: Outcome): Fact {
  if (detail.records.length === 0) return fact('domain.no-template');
  const culprit = detail.records.find((entry) => entry.verdict === detail.verdict);
  return detail.verdict === 'verified' || culprit === undefined
    ? fact('domain.verified')
    : fact('domain.because', { record: culprit.recordId, what: culprit.fact });
}

/** What has changed since the last check; a first check is one entry, the domain's own, which has the empty id. */
function changesOf({ domain }: DomainView, outcome: Outcome, at: number): StoredTimelineEntry[] {
  const isFirst = domain.seenAt === null;
  const { verdict, records } = outcome.detail;
  const changes: StoredTimelineEntry[] = [];
  if (isFirst || domain.verdict !== verdict) {
    const before = isFirst ? null : domain.verdict;
    changes.push({ at, recordId: '', before, after: verdict, fact: reasonOf(outcome) });
  }
  if (isFirst) return changes;
  for (const entry of records) {
    const before = domain.recordVerdicts[entry.recordId] ?? null;
    // No answer changes nothing of a record; the domain's own entry tells of it.
    if (entry.verdict === 'unknown' || before === entry.verdict) continue;
    changes.push({ at, recordId: entry.recordId, before, after: entry.verdict, fact: entry.fact });
  }
  return changes;
}

/** What is known of each record: a check that got no answer takes nothing back. */
function lastKnown({ recordVerdicts }: DomainView['domain'], { detail }: Outcome): Readonly<Record<string, Verdict>> {
  const isAsBefore = ({ recordId, verdict }: RecordVerdict) => {
    const before = recordVerdicts[recordId];
    return before !== undefined && (verdict === 'unknown' || verdict === before);
  };
  // Nearly always nothing has changed, and thousands of domains share the one object that says what is known.
  if (detail.records.length === Object.keys(recordVerdicts).length && detail.records.every(isAsBefore))
    return recordVerdicts;
  const known: Record<string, Verdict> = {};
  for (const { recordId, verdict } of detail.records)
    known[recordId] = verdict === 'unknown' ? (recordVerdicts[recordId] ?? verdict) : verdict;
  return known;
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
  const domains = sorted.slice(0, NAMED).map(({ unicodeName }) => unicodeName);
  const others = broken.length - domains.length;
  const title = factText(
    broken.length === 1
      ? fact('notice.broken', { domain: first.unicodeName })
      : fact('notice.several-broken', { count: broken.length }),
  );
  const body = factText(
    broken.length === 1
      ? fact('notice.look')
      : others === 0
        ? fact('notice.names', { domains })
        : fact('notice.first-names', { domains, others }),
  );
  context.notifier.notify(title, body, () => context.links.show(workspaceId, first));
  context.changes.publish({ kind: 'notice', workspaceId, title, body });
}

async function runVerification(
  context: CoreContext,
  workspaceId: number,
  ids: readonly number[],
  servers: Servers,
  control: JobControl,
): Promise<Fact> {
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
    const { observations, shared, plain } = await observeDomain(view, ask);
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
        check: writeCheck(observations, shared),
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
  const found = foundFact(totals, control.signal.aborted);
  record(context, workspaceId, 'verify', fact('check.done', { count: ids.length }), {
    details: [found],
    severity: (totals.get('failing') ?? 0) > 0 ? 'warning' : 'info',
  });
  return found;
}

/** How many domains have which verdict. */
function foundFact(totals: ReadonlyMap<Verdict, number>, isCancelled: boolean): Fact {
  const parts = VERDICTS_BY_NEED.toReversed().flatMap((verdict) => {
    const count = totals.get(verdict);
    return count === undefined ? [] : [fact('check.count', { verdict, count })];
  });
  if (isCancelled) return fact('check.cancelled', { count: sum(totals), parts });
  return parts.length === 0 ? fact('check.nothing') : fact('check.counts', { parts });
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
      message: fact('check.begun', { count: ids.length }),
    },
    (control) => runVerification(context, workspaceId, ids, servers, control),
  );
}
