import type { CopyFile } from './copies.ts';

/** Why a copy of the data file was made. Apart from the schemas, which no window loads. */
const REASONS: Readonly<Record<CopyFile['reason'], string>> = {
  daily: 'daily',
  'by-hand': 'by hand',
  'before-format': 'before a new format',
  'set-aside': 'set aside by a restore',
};

const MEGABYTE = 1_000_000;

/** Why a copy was made, and its size. */
export function copyText({ reason, octets }: Pick<CopyFile, 'reason' | 'octets'>): string {
  return `${REASONS[reason]}, ${(octets / MEGABYTE).toFixed(1)} MB`;
}
