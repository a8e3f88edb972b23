import { relativeName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt, octetsToText } from '../dns/txt.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { jsonText, prepare, setKey } from './format.ts';
import { isInZone } from '../plan/record-sets.ts';
import { handOverWords } from './words/format-words.ts';

function data(record: ResourceRecord): object {
  // What stands in the way may be of another type than what is planned.
  const { type, ttl } = record;
  if (type === 'TXT') return { type, ttl, value: octetsToText(joinTxt(record.strings)), strings: record.strings };
  if (type === 'MX') return { type, ttl, preference: record.preference, value: record.exchange };
  return { type, ttl, value: type === 'CNAME' || type === 'NS' ? record.target : '' };
}

function write(input: HandOver): string {
  const { refused, heading } = prepare(input);
  const [, ...remarks] = heading;
  const changes = input.changes.map((change) => ({
    action: change.action,
    purpose: change.purpose,
    name: change.name,
    relativeName: relativeName(change.name, input.zone),
    inZone: isInZone(change, input.zone),
    type: change.type,
    reason: change.reason,
    before: change.before.map(data),
    // What waits or conflicts has no value that may be published.
    after:
      change.action === 'waiting' || change.action === 'conflict' || refused.has(setKey(change))
        ? []
        : change.after.map(data),
  }));
  const { domain, zone, generatedAt, isWayBack = false } = input;
  return jsonText({ format: 'sendwright-records/1', domain, zone, generatedAt, isWayBack, remarks, changes });
}

export const json: HandOverFormat = {
  id: 'json',
  ...handOverWords.json,
  extension: 'json',
  mediaType: 'application/json',
  write,
};
