import { DAY_S } from '../../time.ts';

/** The mail of days as the bars of a picture: few enough to be told apart. */

export interface DayVolume {
  /** Its beginning in UTC, in seconds since the epoch; 0 where the report tells no time. */
  readonly day: number;
  readonly messages: number;
  readonly passing: number;
}

export interface VolumeBar {
  /** The beginning of its first day in UTC, in milliseconds since the epoch. */
  readonly from: number;
  readonly messages: number;
  readonly passing: number;
}

const MOST_BARS = 62;
/** What one bar may stand for, in days; the shortest that gives few enough bars is taken. */
const STEPS = [1, 7, 28, 91, 364] as const;

/**
 * Bars without gaps from the first day to the last; days without mail give empty ones.
 *
 * @param volume in the order of the days.
 * @returns how many days a bar stands for, the bars, and the messages of reports that tell no time.
 */
export function volumeBars(volume: readonly DayVolume[]): {
  readonly days: number;
  readonly bars: readonly VolumeBar[];
  readonly undated: number;
} {
  const dated = volume.filter(({ day }) => day > 0);
  const undated = volume.reduce((sum, { day, messages }) => sum + (day > 0 ? 0 : messages), 0);
  const first = dated[0]?.day ?? 0;
  const last = dated.at(-1)?.day ?? 0;
  const span = dated.length === 0 ? 0 : (last - first) / DAY_S + 1;
  const days = STEPS.find((step) => span / step <= MOST_BARS) ?? 364;
  const bars = Array.from({ length: Math.ceil(span / days) }, (_nothing, index) => ({
    from: (first + index * days * DAY_S) * 1000,
    messages: 0,
    passing: 0,
  }));
  for (const { day, messages, passing } of dated) {
    const bar = bars[Math.floor((day - first) / DAY_S / days)];
    if (bar === undefined) continue;
    bar.messages += messages;
    bar.passing += passing;
  }
  return { days, bars, undated };
}
