import { LANGUAGE } from './language.ts';

const UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

/** A length of time for people, rounded up in its largest unit: 90 seconds are `2 minutes`. */
export function durationText(seconds: number): string {
  const { unit, seconds: length } = UNITS.find((candidate) => seconds >= candidate.seconds) ?? UNITS[3];
  const amount = Math.max(1, Math.ceil(seconds / length));
  return new Intl.NumberFormat(LANGUAGE, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}
