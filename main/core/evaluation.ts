import type { HandOverText } from '../../shared/contract/schemas.ts';
import type { Lookup } from '../../shared/dns/lookup.ts';
import { overlayLookup } from '../../shared/dns/overlay-lookup.ts';
import { readZone } from '../../shared/dns/zone-file.ts';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { csvCell } from '../../shared/manual/formats/csv.ts';
import { recordSets } from '../../shared/manual/formats/format.ts';
import { formatById, handOverFormats } from '../../shared/manual/formats/index.ts';
import { buildPlan } from '../../shared/plan/build-plan.ts';
import { txtTexts } from '../../shared/plan/satisfies.ts';
import type { Plan } from '../../shared/plan/types.ts';
import { receiverVerdict } from '../../shared/policy/receiver.ts';
import { selectorsOf } from '../../shared/providers/required-records.ts';
import { spfTree } from '../../shared/spf/budget.ts';
import { isSpfRecord } from '../../shared/spf/syntax.ts';
import type { CoreContext } from './context.ts';
import { record } from './context.ts';
import { fail } from './errors.ts';
import type { DomainView } from './domains.ts';
import { findDomain, listDomains, manualOf, observationsOf, viewDomain } from './domains.ts';
import { serversFor } from './observing.ts';

/** What receivers would say: of today's DNS, and of DNS as it will be. */

/** Today's DNS: live, the domain's own zone by its own servers, with a pasted zone in front where there is one. */
function todaysLookup(context: CoreContext, view: DomainView): Lookup {
  const live = context.dns.lookup(serversFor(context, view.domain.workspaceId), view.zone);
  const text = context.store.domains.pastedZone(view.domain.id);
  if (text === '') return live;
  const pasted = zoneLookup(readZone(text, { origin: view.zone }).records, {
    outside: 'not-known',
    zones: [view.zone],
  });
  return {
    async query(name, type, options) {
      const answer = await pasted.query(name, type, options);
      return answer.status === 'failure' ? live.query(name, type, options) : answer;
    },
  };
}

/** Every name lies in it: what is proved may lie in several zones. */
const ROOT = '';

function prepared(plan: Plan, base: Lookup): Lookup {
  return overlayLookup(
    recordSets({ changes: plan.changes, zone: ROOT }).map((set) => ({
      name: set.name,
      type: set.type,
      records: set.all,
    })),
    base,
  );
}

export async function prove(context: CoreContext, workspaceId: number, domainId: number) {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  const plan = buildPlan(view.domain.name, view.required, observationsOf(context, view), view.zone);
  const today = todaysLookup(context, view);
  const bounce = view.required.find(
    (requirement) => requirement.purpose === 'return-path' || requirement.purpose === 'mx',
  );
  const input = {
    domain: view.domain.name,
    ...(bounce === undefined || bounce.value.state === 'waiting' ? {} : { mailFromDomain: bounce.name }),
    dkim: selectorsOf(view.needs).map((selector) => ({ selector, domain: view.domain.name })),
    providerTerms: view.required.flatMap((requirement) =>
      requirement.match.kind === 'spf-terms' ? requirement.match.terms : [],
    ),
  };
  return {
    today: await receiverVerdict({ ...input, lookup: today }),
    prepared: await receiverVerdict({ ...input, lookup: prepared(plan, today) }),
  };
}

export async function trees(context: CoreContext, workspaceId: number, domainId: number) {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  const required = view.required.find(
    (requirement) => requirement.purpose === 'spf' && requirement.value.state === 'known',
  );
  if (required === undefined) return { today: null, prepared: null };
  const plan = buildPlan(view.domain.name, view.required, observationsOf(context, view), view.zone);
  const change = plan.changes.find((candidate) => candidate.recordId === required.id);
  const planned = txtTexts(change?.after ?? []).find(isSpfRecord);
  const today = todaysLookup(context, view);
  return {
    today: await spfTree(required.name, today),
    prepared: await spfTree(required.name, prepared(plan, today), planned === undefined ? {} : { record: planned }),
  };
}

export function handOver(
  context: CoreContext,
  workspaceId: number,
  domainId: number,
  formatId: string,
  isWayBack: boolean,
): HandOverText {
  const format = formatById(formatId);
  if (format === undefined) {
    throw fail('BAD_INPUT', `There is no format ${formatId}`, {
      field: 'format',
      value: formatId,
      remedy: `Use one of ${handOverFormats.map((each) => each.id).join(', ')}.`,
    });
  }
  const manual = manualOf(context, workspaceId, domainId);
  const generatedAt = new Date(context.clock.now()).toISOString();
  const { domain, zone, plan, unicodeName } = manual;
  const changes = isWayBack ? plan.wayBack : plan.changes;
  const text = format.write({ domain, zone, changes, generatedAt, isWayBack });
  record(
    context,
    workspaceId,
    'export',
    `${isWayBack ? 'Way back' : 'Records'} of ${unicodeName} prepared as ${format.label}`,
  );
  return {
    fileName: `${domain}${isWayBack ? '.way-back' : ''}.${format.extension}`,
    mediaType: format.mediaType,
    text,
  };
}

export function report(context: CoreContext, workspaceId: number, format: 'csv' | 'json'): HandOverText {
  const rows = listDomains(context, workspaceId);
  const day = new Date(context.clock.now()).toISOString().slice(0, 10);
  record(context, workspaceId, 'export', `Report of ${rows.length} domains`);
  const seen = (seenAt: number | null) => (seenAt === null ? '' : new Date(seenAt).toISOString());
  if (format === 'json') {
    const domains = rows.map(({ id: _id, ...row }) => ({
      ...row,
      addedAt: new Date(row.addedAt).toISOString(),
      seenAt: seen(row.seenAt) || null,
    }));
    return {
      fileName: `sender-domains-${day}.json`,
      mediaType: 'application/json',
      text: `${JSON.stringify({ generatedAt: day, domains }, null, 2)}\n`,
    };
  }
  const lines = rows.map((row) => [
    row.name,
    row.unicodeName,
    row.inUse ? 'in use' : 'not in use',
    row.verdict,
    row.spf,
    row.dkim,
    row.dmarc,
    seen(row.seenAt),
  ]);
  const table = [['domain', 'name', 'use', 'verdict', 'spf', 'dkim', 'dmarc', 'last seen'], ...lines];
  return {
    fileName: `sender-domains-${day}.csv`,
    mediaType: 'text/csv',
    text: `${table.map((line) => line.map(csvCell).join(',')).join('\r\n')}\r\n`,
  };
}
