import { countText } from '../../text/counted.ts';
import type { DmarcPolicy } from '../../dmarc/record.ts';
import type { NamedSender, SenderKind, SourceSum } from './senders.ts';
import { senderKeyOf, sendersOf } from './senders.ts';

/** The mail of each sender over time: pictures of who sends, and of what a change did. */

/** Mail of one source in one stretch of time. */
export interface SourceSumInTime extends SourceSum {
  /** Which stretch, counted from the first. */
  readonly stretch: number;
}

export interface SenderOverTime {
  /** As in `Sender`; null for all senders that are not told apart. */
  readonly key: string | null;
  readonly name: string;
  readonly kind: SenderKind | null;
  /** Stretch by stretch: messages, and those that pass DMARC. */
  readonly messages: readonly number[];
  readonly passing: readonly number[];
}

/** A policy that receivers found in place of another. Times are milliseconds since the epoch. */
export interface PolicyChange {
  readonly at: number;
  readonly from: DmarcPolicy;
  readonly to: DmarcPolicy;
}

export interface SenderVolume {
  /** The beginning of the first stretch in UTC, in milliseconds since the epoch. */
  readonly from: number;
  /** How long each is. */
  readonly days: number;
  readonly stretches: number;
  /** Those with the most mail, and all others together. */
  readonly senders: readonly SenderOverTime[];
  readonly changes: readonly PolicyChange[];
}

/** Senders that a picture tells apart; a domain may have thousands. */
const TOLD_APART = 6;

/** @param stretches how many there are. @param named what a person said of senders. */
export function sendersOverTime(
  domain: string,
  sums: readonly SourceSumInTime[],
  stretches: number,
  named: readonly NamedSender[],
): readonly SenderOverTime[] {
  const senders = sendersOf(domain, sums, named);
  // One more than are told apart is told apart too: “others” would be that one.
  const told = senders.slice(0, senders.length === TOLD_APART + 1 ? senders.length : TOLD_APART);
  const lines = new Map(
    [...told, ...(senders.length > told.length ? [null] : [])].map((sender) => [
      sender?.key ?? null,
      {
        key: sender?.key ?? null,
        name: sender?.name ?? `${countText(senders.length - told.length)} others`,
        kind: sender?.kind ?? null,
        messages: Array.from({ length: stretches }, () => 0),
        passing: Array.from({ length: stretches }, () => 0),
      },
    ]),
  );
  for (const sum of sums) {
    const line = lines.get(senderKeyOf(sum, domain)) ?? lines.get(null);
    if (line === undefined || sum.stretch >= stretches) continue;
    line.messages[sum.stretch] = (line.messages[sum.stretch] ?? 0) + sum.messages;
    if (sum.dkim === 'pass' || sum.spf === 'pass')
      line.passing[sum.stretch] = (line.passing[sum.stretch] ?? 0) + sum.messages;
  }
  return [...lines.values()];
}
