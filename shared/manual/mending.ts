import { dkimName } from '../dkim/selector.ts';
import { sameName } from '../dns/names.ts';
import { joinTxt } from '../dns/txt.ts';
import type { DescribedFinding } from '../findings/catalogue.ts';
import type { Observation } from '../observed/observation.ts';
import type { Plan } from '../plan/types.ts';
import type { RequiredRecord } from '../required/record.ts';
import type { Manual, RecordCard } from './manual.ts';

/** What the manual of a domain says of a record that a bounce or a message asks for: the step, its record, its findings. */

export interface MendingRecord {
  readonly id: string;
  /** The number of its change in the plan, from 1. */
  readonly change: number;
  /** Why the plan changes it, or leaves it. */
  readonly reason: string;
  readonly title: string;
  /** The absolute name. */
  readonly name: string;
  readonly type: RequiredRecord['type'];
  readonly action: RecordCard['action'];
  /** What to do, and how it stands, in a sentence each. */
  readonly instruction: string;
  readonly summary: string;
  readonly verdict: RecordCard['verdict'];
  /** What is to be published; empty while it waits for something. */
  readonly value: string;
  readonly findings: readonly Pick<DescribedFinding, 'code' | 'severity' | 'title' | 'remedy'>[];
}

export interface MendingStep {
  /** From 1, as the manual has them. */
  readonly number: number;
  readonly title: string;
  readonly records: readonly MendingRecord[];
}

/** Which records of a domain stand behind what is to be changed; what is not named here is no record of the sender's domain. */
const PURPOSES: Readonly<Record<string, readonly RequiredRecord['purpose'][]>> = {
  spf: ['spf', 'return-path'],
  dkim: ['dkim'],
  dmarc: ['dmarc'],
  mx: ['mx'],
};

/** Findings quoted of one record. */
const MOST_FINDINGS = 3;

function recordOf(card: RecordCard, { changes }: Plan): MendingRecord {
  const { id, title, name, type, action, instruction, summary, verdict, value } = card;
  const findings = [...card.differences, ...card.findings].filter(({ severity }) => severity !== 'info');
  const at = changes.findIndex(({ recordId }) => recordId === id);
  return {
    id,
    change: at + 1,
    reason: changes[at]?.reason ?? '',
    title,
    name: name.absolute,
    type,
    action,
    instruction,
    summary,
    verdict,
    value,
    findings: findings
      .slice(0, MOST_FINDINGS)
      .map(({ code, severity, title: what, remedy }) => ({ code, severity, title: what, remedy })),
  };
}

/**
 * The steps of a manual that change what is named.
 *
 * @param records what is to be changed, by the names of bounces and messages: `spf`, `dkim`, `dmarc`, `mx`; others are no records of
 *   the domain, and give no step.
 */
export function mendingSteps(
  manual: Pick<Manual, 'steps' | 'plan'>,
  records: readonly string[],
): readonly MendingStep[] {
  const purposes = new Set(records.flatMap((record) => PURPOSES[record] ?? []));
  return manual.steps.flatMap(({ title, cards }, index) => {
    const found = cards.filter((card) => purposes.has(card.purpose)).map((card) => recordOf(card, manual.plan));
    return found.length === 0 ? [] : [{ number: index + 1, title, records: found }];
  });
}

/** The key of a signature: as it was when the message was signed, as it is, and as it will be after the plan. */
export interface KeyState {
  readonly selector: string;
  /** What the last check before the signature saw, beside what the newest saw; `not-known` without such a check. */
  readonly before: 'same' | 'another' | 'missing' | 'not-known';
  /** When that check was; milliseconds since the epoch. */
  readonly beforeAt: number | null;
  readonly now: 'yes' | 'no' | 'unknown';
  readonly after: 'yes' | 'no' | 'unknown';
}

/** A signature of the domain's own. */
export interface OwnSignature {
  readonly selector: string;
  /** In seconds since the epoch; null where the signature does not tell. */
  readonly signedAt: number | null;
  /** Whether its key could be had now; null where DNS gave no answer. */
  readonly hasKey: boolean | null;
}

/** What a check saw of a key: its text, or the name that has it; empty where there is none. */
const seenText = ({ records }: Observation): string =>
  records
    .map((record) => (record.type === 'TXT' ? joinTxt(record.strings) : 'target' in record ? record.target : ''))
    .join('\n');

/**
 * The keys of a message's own signatures through time.
 *
 * @param observations of earlier checks, in any order.
 */
export function keyStates(
  { domain, plan }: Pick<Manual, 'domain' | 'plan'>,
  signatures: readonly OwnSignature[],
  observations: readonly Observation[],
): readonly KeyState[] {
  const own = [...new Map(signatures.map((each) => [each.selector, each])).values()];
  return own.map(({ selector, signedAt, hasKey }): KeyState => {
    const seen = observations
      .filter(({ question, outcome }) => outcome !== 'failure' && sameName(question.name, dkimName(selector, domain)))
      .sort((left, right) => left.seenAt - right.seenAt);
    const earlier = signedAt === null ? undefined : seen.findLast(({ seenAt }) => seenAt <= signedAt * 1000);
    const newest = seen.at(-1);
    const text = earlier === undefined ? null : seenText(earlier);
    const isSame = newest !== undefined && text === seenText(newest);
    const now = hasKey === null ? 'unknown' : hasKey ? 'yes' : 'no';
    const after = plan.effect.after.keys.find((key) => sameName(key.selector, selector))?.usable;
    return {
      selector,
      before: text === null ? 'not-known' : text === '' ? 'missing' : isSame ? 'same' : 'another',
      beforeAt: earlier?.seenAt ?? null,
      now,
      // The plan leaves alone what it does not name.
      after: after ?? now,
    };
  });
}

const BEFORE: Readonly<Record<KeyState['before'], string>> = {
  same: 'the same key was published when the message was signed',
  another: 'another key was published when the message was signed',
  missing: 'no key was published when the message was signed',
  'not-known': 'no check from before the signature tells what was published then',
};
const USABLE: Readonly<Record<KeyState['now'], string>> = { yes: 'usable', no: 'not usable', unknown: 'not known' };

/** A key's states in a sentence. */
export function keyWords({ selector, before, now, after }: KeyState): string {
  return `Key ${selector}: ${BEFORE[before]}; now ${USABLE[now]}; after the plan ${USABLE[after]}.`;
}

/** Where a mail's domain stands in a workspace, and what its manual says. */
export interface Mending {
  readonly workspaceId: number;
  readonly workspaceName: string;
  readonly domainId: number;
  /** The domain of the list: that of the mail, or the nearest above it. */
  readonly domain: string;
  /** Where it stands, in a sentence. */
  readonly sentence: string;
  readonly steps: readonly MendingStep[];
  /** Of a message that the domain signed. */
  readonly keys: readonly KeyState[];
}

/** A record of a step in lines: what to do, the value, and what the manual finds. */
export function mendingLines(record: MendingRecord): {
  /** Which record it is, with the number of its change. */
  readonly head: string;
  readonly what: string;
  readonly value: string | null;
  readonly findings: readonly string[];
} {
  const { change, reason, title, name, type, action, instruction, summary, value, findings } = record;
  const isDone = action === 'keep';
  const advice = isDone ? 'Mail that was refused before it stood so can be sent again.' : instruction;
  return {
    head: `${change}. ${title}, ${type} at ${name}`,
    what: `${reason} ${advice} Last check: ${summary}.`,
    value: isDone || value === '' ? null : value,
    findings: findings.map(({ title: found, remedy, code }) => `${found}. ${remedy} (${code})`),
  };
}

/** What to say where the list has no more than a domain above that of the mail; null where it has the domain itself. */
export function aboveWords(domain: string, mending: Mending): string | null {
  return sameName(domain, mending.domain)
    ? null
    : `${domain} itself is not in the list, and is verified by itself. What follows is of ${mending.domain}, above it.`;
}
