import { allListed } from '../text/listed.ts';
import { counted, countText } from '../text/counted.ts';
import { rejectInPractice } from './evaluate.ts';
import type { PolicyEvidence } from './policy-evidence.ts';
import { noEvidence } from './policy-evidence.ts';
import type { DmarcPolicy, DmarcRecord } from './record.ts';
import { printDmarc } from './record.ts';

/** Who writes mail from a domain: people, who may post to mailing lists, or programs alone. */
export type DomainUsers = 'people' | 'programs';

/** Something that has to be true before a step, and what is known of it. */
export interface StepCondition {
  readonly kind: 'users' | 'key' | 'signed' | 'reports' | 'time';
  /** What is asked, as a sentence. */
  readonly asks: string;
  readonly state: 'met' | 'not-met' | 'unknown';
  /** What is known of it, as a sentence. */
  readonly known: string;
}

/** The next step of a policy, and what it leans on. */
export interface PolicyStep {
  readonly label: string;
  readonly why: string;
  readonly conditions: readonly StepCondition[];
  /** The record after the step. */
  readonly record: string;
}

/** What is known of a domain that a step leans on. */
export interface LadderContext {
  readonly domain: string;
  /** Where aggregate reports shall go when the record names nobody, as `mailto:…`. */
  readonly reportAddress?: string;
  /** Absent: nobody has said. */
  readonly users?: DomainUsers | undefined;
  /** Whether a usable DKIM key is published, as the judge says. */
  readonly key?: 'yes' | 'no' | 'unknown';
  readonly evidence?: PolicyEvidence;
}

const DAY = 86_400_000;
/** The standard says “at least a month”; this is the longest. */
const MONTH = 31 * DAY;

function keyCondition({ key = 'unknown' }: LadderContext): StepCondition {
  const known = {
    yes: 'A usable key is published.',
    no: 'No usable key is published.',
    unknown: 'Whether a usable key is published is not known here.',
  };
  const state = { yes: 'met', no: 'not-met', unknown: 'unknown' } as const;
  return { kind: 'key', asks: 'A usable DKIM key is published.', state: state[key], known: known[key] };
}

/** What the reports say of one kind of fault in the domain's own mail. */
function reported(
  kind: 'signed' | 'reports',
  asks: string,
  fault: string,
  count: (mail: NonNullable<PolicyEvidence['ownMail']>) => {
    readonly now: number;
    readonly before: number | undefined;
  },
  { evidence = noEvidence }: LadderContext,
): StepCondition {
  const { ownMail } = evidence;
  if (ownMail === null || ownMail.messages === 0)
    return { kind, asks, state: 'unknown', known: 'No report about mail of your own was read here.' };
  const { now: faulty, before = 0 } = count(ownMail);
  const of = `${countText(ownMail.messages)} messages of your own in the reports`;
  if (faulty === 0 && before > 0) {
    const known = `${countText(before)} of ${of} ${fault}; everything that their senders were reported with since is in order.`;
    return { kind, asks, state: 'met', known };
  }
  return faulty === 0
    ? { kind, asks, state: 'met', known: `None of ${of} ${fault}.` }
    : { kind, asks, state: 'not-met', known: `${countText(faulty)} of ${of} ${fault}.` };
}

function signedCondition(asks: string, context: LadderContext): StepCondition {
  return reported(
    'signed',
    asks,
    'lack a signature that passes and is aligned',
    (mail) => ({ now: mail.unsigned, before: mail.unsignedBefore }),
    context,
  );
}

function reportsCondition(asks: string, context: LadderContext): StepCondition {
  return reported('reports', asks, 'failed', (mail) => ({ now: mail.failing, before: mail.failedBefore }), context);
}

/** Whole days for which receivers met a policy without a gap, up to the last report. */
function daysAt(policy: DmarcPolicy, { evidence = noEvidence }: LadderContext): number {
  const last = evidence.periods.findLast((period) => period.policy === policy);
  return last === undefined ? 0 : Math.floor((last.until - last.from) / DAY);
}

const NO_TIME = 'For a domain that programs alone send from the standard names no time: the reports decide.';

const A_MONTH_OF_NONE = 'p=none has been published for at least a month';

/** The wait that the standard asks for where people may post to mailing lists, and there alone (RFC 9989 §7.4). */
function timeConditions(policies: readonly DmarcPolicy[], context: LadderContext): readonly StepCondition[] {
  const { users } = context;
  if (users === 'programs') return [];
  const wait =
    policies.length === 1
      ? A_MONTH_OF_NONE
      : `${A_MONTH_OF_NONE}, then p=quarantine for as long, and the results compared`;
  if (users === undefined) {
    const asks = `Where people write who may post to mailing lists: ${wait}.`;
    return [{ kind: 'time', asks, state: 'unknown', known: `Nobody has said who writes from the domain. ${NO_TIME}` }];
  }
  const waited = policies.map((policy) => ({ policy, days: daysAt(policy, context) }));
  const asks = `For people who may post to mailing lists: ${wait}.`;
  if (waited.every(({ days }) => days === 0)) {
    const known = 'No report was read here that tells since when the policy is published.';
    return [{ kind: 'time', asks, state: 'unknown', known }];
  }
  const known = `Reports cover ${allListed(waited.map(({ policy, days }) => counted(days, { one: `{count} day of p=${policy}`, other: `{count} days of p=${policy}` })))}.`;
  return [{ kind: 'time', asks, state: waited.every(({ days }) => days * DAY >= MONTH) ? 'met' : 'not-met', known }];
}

/** Whether the domain's people can do without mailing lists (RFC 9989 §7.4). */
function usersCondition({ users }: LadderContext): readonly StepCondition[] {
  if (users === 'programs') return [];
  const asks =
    'No people write from the domain who may post to mailing lists. Where they do, the domain should not go to reject; if it does, they have to be told that lists may lose their mail.';
  return users === 'people'
    ? [{ kind: 'users', asks, state: 'not-met', known: 'People write from the domain.' }]
    : [{ kind: 'users', asks, state: 'unknown', known: 'Nobody has said who writes from the domain.' }];
}

const OF_REJECT = `With reject: ${rejectInPractice}.`;
const NEVER_SPF_ALONE = 'All of your own mail is signed with DKIM: at reject nobody may rely on SPF alone.';

/**
 * The next step from a published record: reports first, then quarantine as a test, quarantine, reject as a test,
 * reject, and the subdomains (RFC 9989 §5.1, §7.4, §8). Each says what it asks for, and what is known of that.
 *
 * @returns null at the top of the ladder.
 */
export function nextPolicyStep(record: DmarcRecord, context: LadderContext): PolicyStep | null {
  const step = (
    label: string,
    why: string,
    conditions: readonly StepCondition[],
    change: Partial<DmarcRecord>,
  ): PolicyStep => ({
    label,
    why,
    conditions,
    // A share of the messages can no longer be asked for: who still honours pct= would weaken the step.
    record: printDmarc({ ...record, ...change, others: record.others.filter(([name]) => name !== 'pct') }),
  });
  if (record.aggregateReports.length === 0) {
    return step(
      'Ask for reports',
      'Reports show who sends in the domain’s name. Every later step leans on them, and whoever takes part in full collects and reads them.',
      [],
      { aggregateReports: [context.reportAddress ?? `mailto:dmarc-reports@${context.domain}`] },
    );
  }
  if (record.policy === 'none') {
    return step(
      'Quarantine, as a test',
      'With t=y receivers that follow RFC 9989 report, and deliver as before. Receivers that follow RFC 7489 do not know the tag: they quarantine at once.',
      [
        keyCondition(context),
        signedCondition('All of your own mail is signed with DKIM.', context),
        reportsCondition('Reports show no mail of your own that fails.', context),
        ...timeConditions(['none'], context),
      ],
      { policy: 'quarantine', testing: true },
    );
  }
  const isReject = record.policy === 'reject';
  if (record.testing) {
    return step(
      isReject ? 'Reject' : 'Quarantine',
      isReject
        ? `The test showed what would be lost; now the policy counts. ${OF_REJECT}`
        : 'The test showed what would be lost; now the policy counts.',
      [
        keyCondition(context),
        signedCondition(isReject ? NEVER_SPF_ALONE : 'All of your own mail is signed with DKIM.', context),
        reportsCondition('Reports of the test show no mail of your own that fails.', context),
        ...(isReject
          ? [...timeConditions(['none', 'quarantine'], context), ...usersCondition(context)]
          : timeConditions(['none'], context)),
      ],
      { testing: false },
    );
  }
  if (record.policy === 'quarantine') {
    return step(
      'Reject, as a test',
      `With t=y receivers that follow RFC 9989 quarantine instead of refusing. Receivers that follow RFC 7489 do not know the tag and refuse at once. ${OF_REJECT}`,
      [
        keyCondition(context),
        signedCondition(NEVER_SPF_ALONE, context),
        reportsCondition('Reports show no mail of your own that is quarantined.', context),
        ...timeConditions(['none', 'quarantine'], context),
        ...usersCondition(context),
      ],
      { policy: 'reject', testing: true },
    );
  }
  const { subdomainPolicy, nonexistentPolicy, ...rest } = record;
  const weakest = [subdomainPolicy, nonexistentPolicy].filter((policy) => policy !== undefined && policy !== 'reject');
  if (weakest.length === 0) return null;
  return {
    label: 'Protect the subdomains',
    why: 'Forgers turn to subdomains once the domain itself is protected.',
    conditions: [reportsCondition('Reports show no subdomain of yours that fails.', context)],
    record: printDmarc(rest),
  };
}
