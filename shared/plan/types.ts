import type { ResourceRecord } from '../dns/records.ts';
import type { Fact } from '../facts/fact.ts';
import type { Finding } from '../findings/finding.ts';
import type { EffectSide } from '../judge/judge.ts';
import type { PreparedType, RecordPurpose } from '../required/record.ts';
import type { SpfEdit } from '../spf/merge.ts';
import type { MailEffect } from './mail-effect.ts';

/** What a person may choose to make weaker: the policy, who gets reports, who may send, a key, a permanent error. */
export type WeakeningKind = 'policy' | 'reports' | 'senders' | 'keys' | 'permerrors';

/** A choice to make something weaker: kept, so that everybody can see who made it. */
export interface ChosenWeakening {
  readonly kind: WeakeningKind;
  /** Who chose it, as the system calls the person. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What would be weaker, as it was explained. */
  readonly what: readonly Fact[];
}

/** One step of a plan. `before` is what to take away, `after` what to publish; their TTLs are in seconds. */
export interface Change {
  readonly recordId: string;
  readonly purpose: RecordPurpose;
  readonly action: 'add' | 'replace' | 'keep' | 'conflict' | 'waiting' | 'unknown';
  readonly name: string;
  readonly type: PreparedType;
  readonly before: readonly ResourceRecord[];
  readonly after: readonly ResourceRecord[];
  /** Published records of the same name and type that stay: formats that write whole record sets must repeat them. */
  readonly beside: readonly ResourceRecord[];
  /** Why this action, in one sentence. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** How an SPF record comes about, term by term. */
  readonly edits?: readonly SpfEdit[];
  /** Why it is a conflict: what would be weaker, for the person to choose. */
  readonly weakens?: readonly WeakeningKind[];
}

/** Required records against observations: the changes in the order in which they are safe to make, and the way back. */
export interface Plan {
  readonly domain: string;
  readonly changes: readonly Change[];
  /** Undoes `changes` when applied in this order. */
  readonly wayBack: readonly Change[];
  readonly findings: readonly Finding[];
  /** What receivers make of the domain today, and with the changes made. */
  readonly effect: {
    readonly before: EffectSide;
    readonly after: EffectSide;
    /** What it does to the mail of receivers’ reports; absent where none was read. */
    readonly mail?: MailEffect;
  };
  /** What is not known, so that the effect may be another. */
  readonly questions: readonly Finding[];
  /** What the changes make weaker because somebody has chosen it. */
  readonly chosen: readonly ChosenWeakening[];
}
