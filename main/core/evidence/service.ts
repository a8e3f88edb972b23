import { fact } from '../../../shared/facts/catalogue.ts';
import { parentName } from '../../../shared/dns/names.ts';
import { toAsciiDomain } from '../../../shared/dns/idna.ts';
import { likelyZone } from '../../../shared/dns/sender-domain.ts';
import type { PolicyEvidence, PolicyPeriod } from '../../../shared/dmarc/policy-evidence.ts';
import type { DmarcPolicy } from '../../../shared/dmarc/record.ts';
import type { StoredMail } from '../../../shared/evidence/kept/kept-mail.ts';
import type { NamedSender, Sender } from '../../../shared/evidence/senders/senders.ts';
import { policyEvidence, reportedMail, sendersOf } from '../../../shared/evidence/senders/senders.ts';
import type { PolicyChange, SenderVolume } from '../../../shared/evidence/senders/sender-volume.ts';
import { sendersOverTime } from '../../../shared/evidence/senders/sender-volume.ts';
import { volumeBars } from '../../../shared/evidence/senders/volume-bars.ts';
import { rememberingOf } from '../../../shared/memo.ts';
import type { DayVolume, EvidenceDomain, ReportPeriod } from '../../store/evidence.ts';
import type { Store } from '../../store/store.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { DAY_S } from '../../../shared/time.ts';

/** The history of what came back from mail: senders, and what a policy leans on. */

/** Reports that are further apart leave a gap in what is known. */
const LONGEST_GAP_S = 2 * DAY_S;

export const unicodeFree = (name: string): string => {
  const converted = toAsciiDomain(name);
  return converted.ok ? converted.ascii : name.toLowerCase();
};

/** The domain whose reports speak of a domain: itself, or the nearest one above that has some. */
function reportedAt({ store }: CoreContext, workspaceId: number, domain: string): string {
  const top = likelyZone(domain);
  for (let name: string | null = domain; name !== null && name.includes('.'); name = parentName(name)) {
    if (store.evidence.periods(workspaceId, name).length > 0) return name;
    if (name === top) break;
  }
  return domain;
}

/** Which mail speaks for a domain, and since when, in seconds since the epoch. */
function chosenMail(context: CoreContext, workspaceId: number, domain: string, sinceDays: number | null) {
  findWorkspace(context, workspaceId);
  const name = unicodeFree(domain.replace(/\.$/, ''));
  const since = sinceDays === null ? 0 : Math.floor(context.clock.now() / 1000) - sinceDays * DAY_S;
  return { name, at: reportedAt(context, workspaceId, name), since };
}

/** The senders of a domain. @param sinceDays of the last so many days alone; null: of all time. */
export function evidenceSenders(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  sinceDays: number | null,
): readonly Sender[] {
  const { name, at, since } = chosenMail(context, workspaceId, domain, sinceDays);
  const sums = context.store.evidence.sums(workspaceId, at, { since, from: at === name ? null : name });
  return sendersOf(name, sums, context.store.evidence.names(workspaceId, name));
}

/** The mail of a domain day by day. @param sinceDays of the last so many days alone; null: of all time. */
export function evidenceVolume(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  sinceDays: number | null,
): readonly DayVolume[] {
  const { name, at, since } = chosenMail(context, workspaceId, domain, sinceDays);
  return context.store.evidence.days(workspaceId, at, { since, from: at === name ? null : name });
}

/** The mail of each sender over time. @param sinceDays of the last so many days alone; null: of all time. */
export function evidenceSenderVolume(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  sinceDays: number | null,
): SenderVolume {
  const { name, at, since } = chosenMail(context, workspaceId, domain, sinceDays);
  const { evidence } = context.store;
  const from = at === name ? null : name;
  const { bars, days } = volumeBars(evidence.days(workspaceId, at, { since, from }));
  const begin = bars[0]?.from ?? 0;
  const sums =
    bars.length === 0 ? [] : evidence.sumsInTime(workspaceId, at, { since: begin / 1000, from, step: days * DAY_S });
  return {
    from: begin,
    days,
    stretches: bars.length,
    senders: [...sendersOverTime(name, sums, bars.length, evidence.names(workspaceId, name))],
    changes: policyChanges(policyPeriods(evidence.periods(workspaceId, at))).filter((change) => change.at > begin),
  };
}

/** Keeps what a person says of a sender, or takes it back. @param word null takes it back. */
export function nameSender(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  key: string,
  word: Omit<NamedSender, 'key'> | null,
): readonly Sender[] {
  findWorkspace(context, workspaceId);
  const name = unicodeFree(domain);
  if (word === null) context.store.evidence.dropName(workspaceId, name, key);
  else context.store.evidence.putName(workspaceId, name, { key, ...word });
  return evidenceSenders(context, workspaceId, name, null);
}

/** The domains of which there are reports, with what passes; those of TLS reports alone come last. */
export function evidenceDomains(
  context: CoreContext,
  workspaceId: number,
): readonly (EvidenceDomain & { readonly domainId: number | null })[] {
  findWorkspace(context, workspaceId);
  const { evidence, domains } = context.store;
  const found = evidence.domains(workspaceId);
  const known = new Set(found.map(({ domain }) => domain));
  const tlsAlone = evidence.tlsDomains(workspaceId).filter((domain) => !known.has(domain));
  return [...found, ...tlsAlone.map((domain) => ({ domain, messages: 0, passing: 0 }))].map((each) => ({
    ...each,
    domainId: domains.idOf(workspaceId, each.domain),
  }));
}

/** The mails that were kept, the newest first. @param domain in From; null: of all. */
export function evidenceMails(
  context: CoreContext,
  workspaceId: number,
  domain: string | null,
  limit: number,
): readonly StoredMail[] {
  findWorkspace(context, workspaceId);
  return context.store.evidenceMails.list(workspaceId, domain === null ? null : unicodeFree(domain), limit);
}

/** What is forgotten: reports and mails, or the addresses and words of mails alone. */
export type Forgotten = 'everything' | 'persons';

/**
 * Forgets evidence.
 *
 * @param before milliseconds since the epoch: reports that ended and mails that were brought in before; null: of any time.
 * @returns how many reports went, and how many mails, or mails' persons.
 */
export function forgetEvidence(
  context: CoreContext,
  workspaceId: number,
  {
    domain,
    before,
    what,
  }: { readonly domain: string | null; readonly before: number | null; readonly what: Forgotten },
): { readonly removed: number; readonly mails: number } {
  findWorkspace(context, workspaceId);
  const { evidence, evidenceMails } = context.store;
  const name = domain === null ? null : unicodeFree(domain);
  const removed =
    what === 'persons' ? 0 : evidence.forget(workspaceId, name, before === null ? null : Math.floor(before / 1000));
  const forget = what === 'persons' ? evidenceMails.forgetPersons : evidenceMails.forget;
  const mails = forget(workspaceId, name, before);
  if (removed + mails > 0) {
    const parts = [fact('evidence.reports', { count: removed }), fact('evidence.forgotten-mails', { count: mails })];
    const forgotten =
      what === 'persons' ? fact('evidence.persons-forgotten', { count: mails }) : fact('evidence.forgotten', { parts });
    record(context, workspaceId, 'domains', forgotten);
  }
  return { removed, mails };
}

/** Reports that follow one another under one policy, as stretches of time in milliseconds. */
export function policyPeriods(reports: readonly ReportPeriod[]): readonly PolicyPeriod[] {
  const periods: { policy: DmarcPolicy; from: number; until: number }[] = [];
  for (const { policy, beginAt, endAt } of reports) {
    const last = periods.at(-1);
    const isNext = last !== undefined && last.policy === policy && beginAt * 1000 - last.until <= LONGEST_GAP_S * 1000;
    if (isNext) last.until = Math.max(last.until, endAt * 1000);
    else periods.push({ policy: policy as DmarcPolicy, from: beginAt * 1000, until: endAt * 1000 });
  }
  return periods;
}

/** When receivers found another policy than before. */
const policyChanges = (periods: readonly PolicyPeriod[]): PolicyChange[] =>
  periods.flatMap(({ policy, from }, index) => {
    const before = periods[index - 1];
    return before === undefined || before.policy === policy ? [] : [{ at: from, from: before.policy, to: policy }];
  });

/** Domains whose evidence is at hand. */
const DOMAINS_AT_HAND = 256;

interface AtHand {
  readonly revision: number;
  readonly evidence: PolicyEvidence | undefined;
}

const atHandOf = rememberingOf((_store: Store) => new Map<string, AtHand>());

/**
 * What the next step of a domain's policy leans on; undefined where no report was read. Summed up once, and again when
 * what is kept of the domain has changed: a manual does not take longer for years of reports.
 */
export function evidenceForPolicy(
  context: CoreContext,
  workspaceId: number,
  domain: string,
): PolicyEvidence | undefined {
  const atHand = atHandOf(context.store);
  const key = `${workspaceId} ${domain}`;
  const revision = context.store.evidence.revision(workspaceId, domain);
  const before = atHand.get(key);
  if (before?.revision === revision) return before.evidence;
  const evidence = summedForPolicy(context, workspaceId, domain);
  if (atHand.size >= DOMAINS_AT_HAND) atHand.clear();
  atHand.set(key, { revision, evidence });
  return evidence;
}

function summedForPolicy(context: CoreContext, workspaceId: number, domain: string): PolicyEvidence | undefined {
  const periods = context.store.evidence.periods(workspaceId, domain);
  if (periods.length === 0) return undefined;
  const sums = context.store.evidence.sumsByFrom(workspaceId, domain);
  const senders = sendersOf(domain, sums, context.store.evidence.names(workspaceId, domain));
  return { ...policyEvidence(senders, policyPeriods(periods)), mail: reportedMail(domain, sums, senders) };
}
