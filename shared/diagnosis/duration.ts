const UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

/** A length of time for people, rounded up in its largest unit: `90 seconds` is `2 minutes`. */
export function durationText(seconds: number): string {
  const unit = UNITS.find((candidate) => seconds >= candidate.seconds) ?? UNITS[3];
  const amount = Math.max(1, Math.ceil(seconds / unit.seconds));
  return `${amount} ${unit.name}${amount === 1 ? '' : 's'}`;
}
