import { quoteTxt } from '../dns/txt.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { rdataText } from '../dns/zone/printer.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, jsonText, prepare } from './format.ts';
import { handOverWords } from './words/format-words.ts';

/** Seconds: Cloudflare takes no shorter TTL but `1`, which means automatic. */
const SHORTEST_TTL = 60;

function body(record: ResourceRecord): object {
  const shared = { name: record.name, type: record.type, ttl: Math.max(SHORTEST_TTL, record.ttl) };
  if (record.type === 'TXT') return { ...shared, content: quoteTxt(record.strings) };
  if (record.type === 'MX') return { ...shared, content: record.exchange || '.', priority: record.preference };
  if (record.type === 'NS') return { ...shared, content: record.target };
  // A proxied CNAME answers with addresses, which the provider's check can't follow.
  return { ...shared, content: record.type === 'CNAME' ? record.target : '', proxied: false };
}

function writeApi(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const kept = sets.flatMap((set) => set.kept.map(body));
  const batch = {
    comment: heading.join(' '),
    ...(kept.length === 0 ? {} : { published_already: kept }),
    look_up_and_delete: sets.flatMap((set) =>
      set.remove.map((record) => ({ ...body(record), id: 'ID of this record in the zone' })),
    ),
    posts: sets.flatMap((set) => set.add.map((record) => ({ ...body(record), comment: 'Prepared by Sendwright' }))),
  };
  return jsonText(batch);
}

export const cloudflareApi: HandOverFormat = {
  id: 'cloudflare-api',
  ...handOverWords['cloudflare-api'],
  extension: 'json',
  mediaType: 'application/json',
  write: writeApi,
};

function writeZone(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const lines = sets.flatMap((set) => [
    ...set.remove.map((record) => `;; delete first: ${set.name}. ${set.type} ${rdataText(record, null)}\n`),
    ...[...set.add, ...set.kept].map(
      (record) =>
        `${set.name}.\t${Math.max(SHORTEST_TTL, record.ttl)}\tIN\t${set.type}\t${rdataText(record, null)}${set.type === 'CNAME' ? ' ; cf_tags=cf-proxied:false' : ''}\n`,
    ),
  ]);
  return `${commentLines(heading, ';;')}${lines.join('')}`;
}

export const cloudflareZone: HandOverFormat = {
  id: 'cloudflare-zone',
  ...handOverWords['cloudflare-zone'],
  extension: 'txt',
  mediaType: 'text/dns',
  write: writeZone,
};
