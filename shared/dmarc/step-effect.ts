import type { PolicyEvidence, SenderMail } from './policy-evidence.ts';
import type { DmarcPolicy } from './record.ts';

/** What a step would have done to the mail that receivers reported. */
export interface StepEffect {
  /** The time that the reports cover, in milliseconds since the epoch; null where they tell none. */
  readonly from: number | null;
  readonly until: number | null;
  /** What becomes of mail that fails, once the policy counts. */
  readonly deed: 'quarantined' | 'refused';
  /** Messages that pass, and that nothing happens to. */
  readonly passing: number;
  /** Senders with mail that fails, those with the most first. */
  readonly failing: readonly SenderMail[];
  /** Messages that fail of the senders beyond these. */
  readonly others: number;
}

const SHOWN = 20;

/**
 * @param policy after the step.
 * @returns null where the policy asks for nothing, or no report was read.
 */
export function stepEffect(policy: DmarcPolicy, evidence: PolicyEvidence | undefined): StepEffect | null {
  const senders = evidence?.senders ?? [];
  if (policy === 'none' || senders.length === 0) return null;
  const begins = senders.flatMap(({ from }) => from ?? []);
  const ends = senders.flatMap(({ until }) => until ?? []);
  const failing = senders.filter((sender) => sender.failing > 0).sort((left, right) => right.failing - left.failing);
  return {
    from: begins.length === 0 ? null : begins.reduce((least, at) => Math.min(least, at)),
    until: ends.length === 0 ? null : ends.reduce((most, at) => Math.max(most, at)),
    deed: policy === 'reject' ? 'refused' : 'quarantined',
    passing: senders.reduce((sum, sender) => sum + sender.messages - sender.failing, 0),
    failing: failing.slice(0, SHOWN),
    others: failing.slice(SHOWN).reduce((sum, sender) => sum + sender.failing, 0),
  };
}
