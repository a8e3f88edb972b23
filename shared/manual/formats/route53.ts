import type { ResourceRecord } from '../../dns/records.ts';
import { rdataText } from '../../dns/zone-file.ts';
import type { HandOver, HandOverFormat, RecordSet } from './format.ts';
import { heading, recordSets } from './format.ts';

/** Limits of a change batch: characters of its comment and of a value; records and characters of all values. */
const MAX_COMMENT = 256;
const MAX_VALUE = 4000;
const MAX_RECORDS = 1000;
const MAX_CHARACTERS = 32_000;

/** A record's data as Route 53 takes it: the octets behind a backslash are in octal there. */
export function route53Value(record: ResourceRecord): string {
  return rdataText(record, null).replace(/\\(?:\\|"|(\d{3}))/g, (whole, octet: string | undefined) =>
    octet === undefined ? whole : `\\${Number(octet).toString(8).padStart(3, '0')}`,
  );
}

interface Entry {
  readonly set: RecordSet;
  readonly action: 'UPSERT' | 'DELETE';
  readonly values: readonly string[];
}

/** The sets that one batch can carry. What is replaced counts twice. */
function withinLimits(entries: readonly Entry[]): readonly Entry[] {
  let records = 0;
  let characters = 0;
  return entries.filter(({ action, values }) => {
    const weight = action === 'UPSERT' ? 2 : 1;
    const length = values.reduce((total, value) => total + value.length, 0);
    if (values.some((value) => value.length > MAX_VALUE)) return false;
    if (records + weight * values.length > MAX_RECORDS || characters + weight * length > MAX_CHARACTERS) return false;
    records += weight * values.length;
    characters += weight * length;
    return true;
  });
}

function write(input: HandOver): string {
  const entries = recordSets(input).map((set): Entry => {
    const isGone = set.all.length === 0;
    return {
      set,
      action: isGone ? 'DELETE' : 'UPSERT',
      values: (isGone ? set.published : set.all).map(route53Value),
    };
  });
  const fitting = withinLimits(entries);
  const tooLarge = entries
    .filter((entry) => !fitting.includes(entry))
    .map(({ set }) => `Left out: ${set.type} ${set.name}. It is over the limits of a change batch.`);
  const batch = {
    Comment: [...tooLarge, ...heading(input)].join(' ').slice(0, MAX_COMMENT),
    Changes: fitting.map(({ set, action, values }) => ({
      Action: action,
      ResourceRecordSet: {
        Name: `${set.name}.`,
        Type: set.type,
        TTL: set.ttl,
        ResourceRecords: values.map((value) => ({ Value: value })),
      },
    })),
  };
  return `${JSON.stringify(batch, null, 2)}\n`;
}

export const route53: HandOverFormat = {
  id: 'route53',
  label: 'Amazon Route 53 change batch',
  note: 'aws route53 change-resource-record-sets --hosted-zone-id ID --change-batch file://THIS. Each set repeats the records that stay.',
  extension: 'json',
  mediaType: 'application/json',
  write,
};
