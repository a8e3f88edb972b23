import { allListed } from '../text/listed.ts';
import { dkimName, isSelector } from './selector.ts';

/**
 * Changing a DKIM key without losing a message: the new key at a selector of its own beside the old one, signing
 * switched once every cache can know it, the old key kept until what it signed has been delivered, and then revoked
 * (RFC 6376 §3.1, §3.6.1). Pure: whoever asks says what time it is.
 */

/** One key, as far as its rotation is concerned; times are milliseconds since the epoch. */
export interface RotationKey {
  readonly selector: string;
  readonly algorithm: 'rsa' | 'ed25519';
  /** 0 where it is not known. */
  readonly bits: number;
  /** Null for a key that was not made here. */
  readonly createdAt: number | null;
  /** Since when DNS answers with it, without a break; null: it does not, or nobody asked. */
  readonly publishedSince: number | null;
  /** Since when mail is signed with it, as somebody said. */
  readonly signingSince: number | null;
  readonly revokedAt: number | null;
}

export type RotationStepId = 'make' | 'publish' | 'wait' | 'switch' | 'keep' | 'revoke' | 'remove';

export interface RotationStep {
  readonly id: RotationStepId;
  readonly title: string;
  readonly text: string;
  /** `due`: can be done now; `later`: not before `from`, or not before the step above it is done. */
  readonly state: 'done' | 'due' | 'later';
  /** When it was done, or may be done at the earliest; null while that depends on a step that is not done. */
  readonly from: number | null;
  /** The records that the step changes; `value` null: the record goes away. */
  readonly records: readonly { readonly name: string; readonly type: 'TXT'; readonly value: string | null }[];
}

export interface RotationPlan {
  readonly domain: string;
  readonly algorithm: 'rsa' | 'ed25519';
  /** Who makes the new key: this console, or the provider, whose key is published here or only pointed at. */
  readonly kind: 'own-key' | 'provider-key' | 'delegated';
  /** Selectors that go. */
  readonly outgoing: readonly string[];
  /** The selector that comes, a proposal while no key is made at it. */
  readonly incoming: string;
  readonly steps: readonly RotationStep[];
  /** Where the rotation stands, in one sentence. */
  readonly summary: string;
  /** From when the outgoing keys may be revoked; null while that can't be said. */
  readonly mayRevokeFrom: number | null;
}

export interface RotationInput {
  readonly domain: string;
  readonly keys: readonly RotationKey[];
  readonly kind: RotationPlan['kind'];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds for which resolvers may remember that the new name did not exist (RFC 2308 §5). */
  readonly negativeTtl: number;
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** Senders try for 4 to 5 days to deliver a message (RFC 5321 §4.5.4.1); two more for what is verified late. */
const DELIVERY_DAYS = 7;
/** For how long a revoked record is worth keeping: it says for sure that old signatures are void. */
const REVOKED_DAYS = 30;

/** A selector like the one given that is not taken: its last number grows, or it gets one. */
export function nextSelector(current: string, taken: readonly string[]): string {
  const used = new Set(taken.map((selector) => selector.toLowerCase()));
  const [, stem = current, digits = '1'] = /^(.*?)(\d{0,15})$/.exec(current.toLowerCase()) ?? [];
  for (let number = Number(digits === '' ? '1' : digits) + 1; ; number += 1) {
    const candidate = `${stem}${String(number).padStart(digits.length, '0')}`;
    if (!isSelector(candidate)) return nextSelector('key1', taken);
    if (!used.has(candidate)) return candidate;
  }
}

/** The moments of one rotation, as far as they are known. */
interface Moments {
  readonly made: number | null;
  readonly published: number | null;
  /** From when no cache can still say that the new name does not exist. */
  readonly known: number | null;
  readonly switched: number | null;
  readonly mayRevoke: number | null;
}

function momentsOf(incoming: RotationKey | undefined, negativeTtl: number): Moments {
  const published = incoming?.publishedSince ?? null;
  const switched = incoming?.signingSince ?? null;
  return {
    made: incoming?.createdAt ?? null,
    published,
    known: published === null ? null : published + negativeTtl * SECOND,
    switched,
    mayRevoke: switched === null ? null : switched + DELIVERY_DAYS * DAY,
  };
}

function hours(seconds: number): string {
  if (seconds < 5400) return `${Math.max(1, Math.round(seconds / 60))} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}

type Draft = Omit<RotationStep, 'state' | 'records'> & {
  readonly doneAt: number | null;
  readonly isDone: boolean;
  readonly records?: RotationStep['records'];
};

/** A step is due once the one before it is done and its time has come. */
function settle(drafts: readonly Draft[], now: number): readonly RotationStep[] {
  let isOpen = true;
  return drafts.map(({ doneAt, isDone, records = [], ...step }) => {
    const isDue = isOpen && !isDone && (step.from === null || step.from <= now);
    const state = isDone ? 'done' : isDue ? 'due' : 'later';
    isOpen = isOpen && isDone;
    return { ...step, state, from: isDone ? doneAt : step.from, records };
  });
}

function draftSteps(
  { domain, kind, now, negativeTtl }: RotationInput,
  incoming: string,
  outgoing: readonly string[],
  { made, published, known, switched, mayRevoke }: Moments,
  isMade: boolean,
): readonly Draft[] {
  const old = allListed(outgoing);
  const changed = (value: string | null) =>
    outgoing.map((selector) => ({ name: dkimName(selector, domain), type: 'TXT' as const, value }));
  const maker = kind === 'own-key' ? 'Make a key pair' : 'Ask the provider for a new key';
  return [
    {
      id: 'make',
      title: `${maker} at ${incoming}`,
      text: 'A selector of its own lets both keys stand side by side; the old one is never overwritten.',
      from: now,
      isDone: isMade,
      doneAt: made,
    },
    {
      id: 'publish',
      title: `Publish ${incoming} beside ${old}`,
      text: 'Nothing depends on it yet, so this can’t break anything.',
      from: null,
      isDone: published !== null,
      doneAt: published,
    },
    {
      id: 'wait',
      title: 'Wait until every resolver can know the key',
      text: `Resolvers may remember for ${hours(negativeTtl)} that ${incoming} did not exist.`,
      from: known,
      isDone: switched !== null || (known !== null && known <= now),
      doneAt: known,
    },
    {
      id: 'switch',
      title: `Sign with ${incoming}`,
      text: 'Change the selector where mail is signed, and send yourself a message to see dkim=pass with it.',
      from: known,
      isDone: switched !== null,
      doneAt: switched,
    },
    {
      id: 'keep',
      title: `Leave ${old} in place`,
      text: `Messages signed with it may be under way for days, and are verified when they arrive. ${DELIVERY_DAYS} days are safe.`,
      from: mayRevoke,
      isDone: mayRevoke !== null && mayRevoke <= now,
      doneAt: mayRevoke,
    },
    {
      id: 'revoke',
      title: `Revoke ${old}`,
      text: 'An empty p= says that the key is void, so nobody can use the old private key any more.',
      from: mayRevoke,
      isDone: false,
      doneAt: null,
      records: changed('v=DKIM1; p='),
    },
    {
      id: 'remove',
      title: `Remove ${old}`,
      text: `After ${REVOKED_DAYS} days nothing asks for it any more.`,
      from: mayRevoke === null ? null : mayRevoke + REVOKED_DAYS * DAY,
      isDone: false,
      doneAt: null,
      records: changed(null),
    },
  ];
}

function summarise(steps: readonly RotationStep[], incoming: string, outgoing: readonly string[]): string {
  const next = steps.find((step) => step.state !== 'done');
  switch (next?.id) {
    case 'make':
      return `${allListed(outgoing)} can be changed for ${incoming} at any time.`;
    case 'publish':
      return `The key at ${incoming} is made and not yet seen in DNS.`;
    case 'wait':
      return `${incoming} is published; signing can be switched once no cache remembers its absence.`;
    case 'switch':
      return `${incoming} is known everywhere: sign with it now.`;
    case 'keep':
      return `Mail is signed with ${incoming}; ${allListed(outgoing)} stays until older mail is delivered.`;
    default:
      return `${allListed(outgoing)} may be revoked.`;
  }
}

function delegatedPlan(
  input: RotationInput,
  algorithm: RotationPlan['algorithm'],
  keys: readonly RotationKey[],
): RotationPlan {
  const selectors = keys.map((key) => key.selector);
  return {
    domain: input.domain,
    algorithm,
    kind: input.kind,
    outgoing: [],
    incoming: selectors[0] ?? '',
    steps: [],
    summary: `The provider changes the keys behind ${allListed(selectors)} by itself. Leave the aliases in place, all of them.`,
    mayRevokeFrom: null,
  };
}

/**
 * The rotation of a domain's keys, one plan for each algorithm: RSA and Ed25519 keys stand beside each other for good
 * (RFC 8463 §3), so each is only ever replaced by its own kind.
 *
 * @returns none for a domain without a live key.
 */
export function rotationPlans(input: RotationInput): readonly RotationPlan[] {
  return (['rsa', 'ed25519'] as const).flatMap((algorithm): readonly RotationPlan[] => {
    const live = input.keys
      .filter((key) => key.algorithm === algorithm && key.revokedAt === null)
      .sort((left, right) => (left.createdAt ?? 0) - (right.createdAt ?? 0));
    const newest = live.at(-1);
    if (newest === undefined) return [];
    if (input.kind === 'delegated') return [delegatedPlan(input, algorithm, live)];
    const isUnderWay = live.length > 1 && input.kind === 'own-key';
    const key = isUnderWay ? newest : undefined;
    const outgoing = (isUnderWay ? live.slice(0, -1) : live).map(({ selector }) => selector);
    const taken = input.keys.map(({ selector }) => selector);
    const incoming = key?.selector ?? nextSelector(newest.selector, taken);
    const moments = momentsOf(key, input.negativeTtl);
    const steps = settle(draftSteps(input, incoming, outgoing, moments, key !== undefined), input.now);
    return [
      {
        domain: input.domain,
        algorithm,
        kind: input.kind,
        outgoing,
        incoming,
        steps,
        summary: summarise(steps, incoming, outgoing),
        mayRevokeFrom: moments.mayRevoke,
      },
    ];
  });
}
