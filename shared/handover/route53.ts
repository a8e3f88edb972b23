import type { ResourceRecord } from '../dns/records.ts';
import { rdataText } from '../dns/zone/printer.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { jsonText, prepare, visible } from './format.ts';
import { handOverWords } from './words/format-words.ts';

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

/** As many lines as the comment has room for; the last one is cut between two words. */
function shortened(lines: readonly string[]): string {
  const whole = lines.join(' ');
  if (whole.length <= MAX_COMMENT) return whole;
  const room = whole.slice(0, MAX_COMMENT - 1);
  const end = room.lastIndexOf(' ');
  return `${end === -1 ? room : room.slice(0, end)} …`.slice(0, MAX_COMMENT);
}

function prepareBatch(input: HandOver) {
  const { sets, heading } = prepare(input);
  const entries = sets.map((set): Entry => {
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
  return { fitting, heading: [...tooLarge, ...heading].map(visible) };
}

function write(input: HandOver): string {
  const { fitting, heading } = prepareBatch(input);
  return jsonText({
    Comment: shortened(heading),
    Changes: fitting.map(({ set, action, values }) => ({
      Action: action,
      ResourceRecordSet: {
        Name: `${set.name}.`,
        Type: set.type,
        TTL: set.ttl,
        ResourceRecords: values.map((value) => ({ Value: value })),
      },
    })),
  });
}

export const route53: HandOverFormat = {
  id: 'route53',
  ...handOverWords.route53,
  extension: 'json',
  mediaType: 'application/json',
  write,
  besides(input) {
    const { heading } = prepareBatch(input);
    return shortened(heading) === heading.join(' ') ? [] : heading;
  },
};
