import type { Lookup } from '../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../shared/dns/records.ts';

/** A Lookup in the shape of Node's `dns.promises.resolve`, for programs that ask through it. */

const CODES = { nxdomain: 'ENOTFOUND', nodata: 'ENODATA' } as const;

function toNode(record: ResourceRecord): unknown {
  switch (record.type) {
    case 'TXT':
    case 'SPF':
      return [...record.strings];
    case 'MX':
      return { priority: record.preference, exchange: record.exchange };
    case 'A':
    case 'AAAA':
      return record.address;
    default:
      return 'target' in record ? record.target : '';
  }
}

export function nodeResolver(lookup: Lookup): (name: string, type: string) => Promise<unknown[]> {
  return async (name, type) => {
    const answer = await lookup.query(name, type as QueryType);
    if (answer.status === 'answer') return answer.records.map(toNode);
    const code = answer.status === 'failure' ? 'ESERVFAIL' : CODES[answer.status];
    throw Object.assign(new Error(`query${type} ${code} ${name}`), { code });
  };
}
