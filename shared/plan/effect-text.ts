import { withoutMailto } from '../dns/mail-address.ts';
import { rejectInPractice } from '../dmarc/evaluate.ts';
import type { EffectSide } from '../judge/judge.ts';
import { countText } from '../text/counted.ts';
import type { MailEffect } from './mail-effect.ts';
import type { Plan } from './types.ts';

/** What a plan changes for receivers, in words: one line, and a part for each thing that is judged. */

export interface EffectPart {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly isChanged: boolean;
  /** What has to be known to read it right; null: nothing. */
  readonly note: string | null;
}

/** Whether a side asks somewhere for mail to be refused. */
function asksToRefuse({ dmarc: { policy, subdomainPolicy, nonexistentPolicy } }: EffectSide): boolean {
  return [policy, subdomainPolicy, nonexistentPolicy].includes('reject');
}

const NO_POLICY = 'no policy applies';

function policyText(policy: EffectSide['dmarc']['policy']): string {
  if (policy === null) return NO_POLICY;
  return policy === 'unknown' ? 'not known' : policy;
}

function dmarcText({ policy, testing, at }: EffectSide['dmarc']): string {
  const text = policyText(policy);
  return `${text}${testing ? ', in test mode' : ''}${at === null ? '' : `, set at ${at}`}`;
}

function belowText({ subdomainPolicy, nonexistentPolicy }: EffectSide['dmarc']): string {
  const below = policyText(subdomainPolicy);
  return nonexistentPolicy === subdomainPolicy
    ? below
    : `${below}; names that do not exist: ${policyText(nonexistentPolicy)}`;
}

const CONSENTS = { yes: '', no: ' (without consent: none are sent)', unknown: ' (consent not known)' } as const;

function reportsText({ reports }: EffectSide): string {
  if (reports.length === 0) return 'nobody';
  return reports.map(({ address, consent }) => `${withoutMailto(address)}${CONSENTS[consent]}`).join(', ');
}

/** So many names of what can't be counted are told in a line. */
const MOST_NAMED = 3;

function sendersText({ senders }: EffectSide): string {
  const { count, complete, notKnown } = senders;
  const known = `${countText(BigInt(count))} address${count === '1' ? '' : 'es'}`;
  if (complete) return known;
  const named = notKnown.slice(0, MOST_NAMED).join(', ');
  const left = notKnown.length - MOST_NAMED;
  const open = left > 0 ? `${named} and ${left} more` : named;
  return count === '0' ? `not known: depends on ${open}` : `${known}, more through ${open}`;
}

const USES = { yes: 'usable', no: 'not usable', unknown: 'not known' } as const;

function keysText({ keys }: EffectSide): string {
  return keys.length === 0 ? 'none' : keys.map(({ selector, usable }) => `${selector} ${USES[usable]}`).join(', ');
}

function errorsText({ permerrors }: EffectSide): string {
  return permerrors.length === 0
    ? 'none'
    : permerrors.map(({ name, standard, reason }) => `${standard} at ${name}: ${reason}`).join('; ');
}

/** How many messages fail, of how many. */
function failingText(failing: number, messages: number): string {
  const all = countText(messages);
  return failing === 0 ? `all ${all} messages pass DMARC` : `${countText(failing)} of ${all} messages fail DMARC`;
}

/** The mail of the reports, in one line; who fails is its note. */
function mailPart({ messages, failing, senders, others }: MailEffect): EffectPart {
  const rest = others === 0 ? [] : [`${countText(others)} of other senders`];
  const named = senders
    .filter((sender) => sender.failing.after > 0)
    .map((each) => `${each.sender} (${each.is}) ${countText(each.failing.after)} of ${countText(each.messages)}`);
  return {
    label: 'Mail of the reports',
    before: failingText(failing.before, messages),
    after: failingText(failing.after, messages),
    isChanged: failing.before !== failing.after,
    note: named.length === 0 ? null : `Would fail with these records: ${[...named, ...rest].join('; ')}.`,
  };
}

/** The parts of an effect, in the order in which they matter. */
export function effectParts({ before, after, mail }: Plan['effect']): readonly EffectPart[] {
  const part = (label: string, text: (side: EffectSide) => string, note: string | null = null): EffectPart => {
    const [was, is] = [text(before), text(after)];
    return { label, before: was, after: is, isChanged: was !== is, note };
  };
  const ofReject = asksToRefuse(after) ? `With reject: ${rejectInPractice}.` : null;
  return [
    part('Policy', ({ dmarc }) => dmarcText(dmarc), ofReject),
    part('Policy for names below', ({ dmarc }) => belowText(dmarc)),
    part('Reports to', reportsText),
    part('May send', sendersText),
    part('Keys', keysText),
    part('Permanent errors', errorsText),
    ...(mail === undefined ? [] : [mailPart(mail)]),
  ];
}

/** An effect in one line: what changes, or that nothing does. */
export function effectLine(effect: Plan['effect']): string {
  const changed = effectParts(effect).filter(({ isChanged }) => isChanged);
  if (changed.length === 0) return 'Nothing changes for receivers.';
  return `${changed.map(({ label, before, after }) => `${label}: ${before} → ${after}`).join('. ')}.`;
}
