import { fact } from '../../../shared/facts/catalogue.ts';
import { instantText } from '../../../shared/text/instant.ts';
import type { HandedOver } from '../../../shared/contract/domains.ts';
import type { HandOverText } from '../../../shared/contract/values.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { overlayLookup } from '../../../shared/dns/overlay-lookup.ts';
import { csvTable } from '../../../shared/text/csv.ts';
import { recordSets } from '../../../shared/plan/record-sets.ts';
import { mailDraft } from '../../../shared/handover/email.ts';
import type { HandOver, HandOverFormat } from '../../../shared/handover/format.ts';
import { formatById, handOverFormats } from '../../../shared/handover/index.ts';
import { remarksOf } from '../../../shared/manual/remarks.ts';
import { offeredSavings, describedTree } from '../../../shared/manual/spf-budget.ts';
import { VERDICT_WORDS } from '../../../shared/verdict/verdict-words.ts';
import { txtTexts } from '../../../shared/plan/satisfies.ts';
import type { Plan } from '../../../shared/plan/types.ts';
import { receiverVerdict } from '../../../shared/judge/receiver.ts';
import { selectorsOf } from '../../../shared/providers/required-records.ts';
import { spfTree } from '../../../shared/spf/budget.ts';
import { isSpfRecord } from '../../../shared/spf/syntax.ts';
import type { CoreContext } from '../context.ts';
import { listedDomains, record } from '../context.ts';
import { fail } from '../errors.ts';
import type { DomainView, OfDomain } from './service.ts';
import { findDomain, listDomains, manualOf, viewDomain } from './service.ts';
import { pastedZoneOf } from './pasted-zone.ts';
import { serversFor } from './observing.ts';

/** What receivers would say: of today's DNS, and of DNS as it will be. */

/** Today's DNS: live, the domain's own zone by its own servers, with a pasted zone in front where there is one. */
function todaysLookup(context: CoreContext, view: DomainView): Lookup {
  const live = context.dns.lookup(serversFor(context, view.domain.workspaceId), view.zone);
  const pasted = pastedZoneOf(context, view.domain.id, view.zone);
  if (pasted === null) return live;
  return {
    query(name, type, options) {
      const answer = pasted.query(name, type);
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
  const { plan } = manualOf(context, workspaceId, domainId);
  const today = todaysLookup(context, view);
  const bounce = view.required.find(
    (requirement) => requirement.purpose === 'return-path' || requirement.purpose === 'mx',
  );
  const input = {
    domain: view.domain.name,
    ...(bounce === undefined || bounce.value.state === 'waiting' ? {} : { mailFromDomain: bounce.name }),
    rules: context.rules.providers(),
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
  if (required === undefined) return { today: null, prepared: null, savings: [] };
  const { plan } = manualOf(context, workspaceId, domainId);
  const change = plan.changes.find((candidate) => candidate.recordId === required.id);
  const planned = txtTexts(change?.after ?? []).find(isSpfRecord);
  const today = todaysLookup(context, view);
  const options = planned === undefined ? {} : { record: planned };
  const [now, then] = [
    await spfTree(required.name, today),
    await spfTree(required.name, prepared(plan, today), options),
  ];
  const terms = required.match.kind === 'spf-terms' ? required.match.terms : [];
  return { today: describedTree(now), prepared: describedTree(then), savings: [...offeredSavings(then, terms)] };
}

/** What is handed over: the changes, what undoes them, or every required record. */
export type HandOverContent = 'changes' | 'way-back' | 'complete';

/** @throws BAD_INPUT when both are asked for. */
export function contentOf({
  wayBack = false,
  complete = false,
}: {
  readonly wayBack?: boolean | undefined;
  readonly complete?: boolean | undefined;
}): HandOverContent {
  if (wayBack && complete) {
    throw fail('BAD_INPUT', 'Undo reverts changes; the complete record set has none', {
      field: 'complete',
      value: 'true',
      remedy: 'Choose one of the two.',
    });
  }
  return wayBack ? 'way-back' : complete ? 'complete' : 'changes';
}

/** @throws BAD_INPUT for a format that is not known. */
export function formatNamed(id: string): HandOverFormat {
  const format = formatById(id);
  if (format !== undefined) return format;
  throw fail('BAD_INPUT', `There is no format ${id}`, {
    field: 'format',
    value: id,
    remedy: `Use one of ${handOverFormats.map((each) => each.id).join(', ')}.`,
  });
}

/** What is handed over for a domain, whatever the format. @throws BAD_INPUT where no record template is chosen. */
export function handOverOf(
  context: CoreContext,
  { workspaceId, domainId }: OfDomain,
  content: HandOverContent,
): HandOver {
  const manual = manualOf(context, workspaceId, domainId);
  const { domain, zone, plan, unicodeName } = manual;
  if (manual.awaitsTemplate) {
    throw fail('BAD_INPUT', `No record template is chosen for ${unicodeName}`, {
      field: 'configuration.providers',
      value: '',
      remedy: 'Choose the provider that sends for it, in its manual or for the whole workspace in General settings.',
    });
  }
  return {
    domain,
    zone,
    changes: content === 'way-back' ? plan.wayBack : plan.changes,
    generatedAt: new Date(context.clock.now()).toISOString(),
    isWayBack: content === 'way-back',
    isComplete: content === 'complete',
    remarks: remarksOf(manual),
  };
}

export function writeHandOver(format: HandOverFormat, input: HandOver, content: HandOverContent): HandOverText {
  return {
    fileName: `${input.domain}${content === 'changes' ? '' : `.${content}`}.${format.extension}`,
    mediaType: format.mediaType,
    text: format.write(input),
    remarks: [...(format.besides?.(input) ?? [])],
  };
}

/** What is prepared for a domain, as text in a format and as a letter. Nothing is noted: whoever takes it says so. */
export function handOver(context: CoreContext, of: OfDomain, formatId: string, content: HandOverContent): HandedOver {
  const format = formatNamed(formatId);
  const input = handOverOf(context, of, content);
  const { unicodeName } = findDomain(context, of.workspaceId, of.domainId);
  const { mailto, message } = mailDraft(input, unicodeName);
  return { ...writeHandOver(format, input, content), draft: { mailto, message } };
}

/** Notes that somebody has taken what was prepared for domains out of the console. */
export function noteHandOver(
  context: CoreContext,
  workspaceId: number,
  domainIds: readonly number[],
  formatId: string,
  content: HandOverContent,
): void {
  const { id: format } = formatNamed(formatId);
  const nameOf = (id: number) => findDomain(context, workspaceId, id).unicodeName;
  const [only] = domainIds;
  if (only !== undefined && domainIds.length === 1) {
    record(context, workspaceId, 'export', fact('handed-over.one', { content, domain: nameOf(only), format }));
    return;
  }
  record(context, workspaceId, 'export', fact('handed-over.several', { content, count: domainIds.length, format }), {
    details: [listedDomains(domainIds, nameOf)],
  });
}

export function report(context: CoreContext, workspaceId: number, format: 'csv' | 'json'): HandOverText {
  const rows = listDomains(context, workspaceId);
  const day = new Date(context.clock.now()).toISOString().slice(0, 10);
  record(context, workspaceId, 'export', fact('report.made', { count: rows.length }));
  if (format === 'json') {
    const domains = rows.map(({ id: _id, ...row }) => ({
      ...row,
      addedAt: new Date(row.addedAt).toISOString(),
      seenAt: row.seenAt === null ? null : new Date(row.seenAt).toISOString(),
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
    VERDICT_WORDS[row.verdict],
    VERDICT_WORDS[row.spf],
    VERDICT_WORDS[row.dkim],
    VERDICT_WORDS[row.dmarc],
    row.seenAt === null ? '' : instantText(row.seenAt),
  ]);
  const table = [['domain', 'name', 'use', 'verdict', 'spf', 'dkim', 'dmarc', 'last seen'], ...lines];
  return {
    fileName: `sender-domains-${day}.csv`,
    mediaType: 'text/csv',
    text: csvTable(table),
  };
}
