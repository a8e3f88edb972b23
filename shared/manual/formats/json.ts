import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { joinTxt, octetsToText } from '../../dns/txt.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { isInZone } from './format.ts';

function data(record: ResourceRecord): object {
  if (record.type === 'TXT')
    return { ttl: record.ttl, value: octetsToText(joinTxt(record.strings)), strings: record.strings };
  if (record.type === 'MX') return { ttl: record.ttl, preference: record.preference, value: record.exchange };
  return { ttl: record.ttl, value: record.type === 'CNAME' ? record.target : '' };
}

function write(input: HandOver): string {
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
    after: change.action === 'waiting' || change.action === 'conflict' ? [] : change.after.map(data),
  }));
  const { domain, zone, generatedAt, isWayBack = false } = input;
  return `${JSON.stringify({ format: 'sendwright-records/1', domain, zone, generatedAt, isWayBack, changes }, null, 2)}\n`;
}

export const json: HandOverFormat = {
  id: 'json',
  label: 'JSON',
  note: 'For scripts; every change with its state, before and after.',
  extension: 'json',
  mediaType: 'application/json',
  write,
};
