import { sameName } from './names.ts';
import type { ResourceRecord } from './records.ts';
import { joinTxt } from './txt.ts';

type Unowned<Member> = Member extends unknown ? Omit<Member, 'name' | 'ttl'> : never;

/** The data of a record, without its owner and TTL. */
type RecordData = Unowned<ResourceRecord>;

/**
 * Whether two records have the same type and data: names without letter case (RFC 4343), TXT as receivers read it, its
 * strings joined. Owner and TTL make no difference.
 */
export function sameData(left: RecordData, right: RecordData): boolean {
  switch (left.type) {
    case 'A':
    case 'AAAA':
      return left.type === right.type && left.address === right.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return left.type === right.type && sameName(left.target, right.target);
    case 'TXT':
    case 'SPF':
      return left.type === right.type && joinTxt(left.strings) === joinTxt(right.strings);
    case 'MX':
      return (
        left.type === right.type && left.preference === right.preference && sameName(left.exchange, right.exchange)
      );
    case 'SOA':
      return (
        left.type === right.type &&
        sameName(left.mname, right.mname) &&
        sameName(left.rname, right.rname) &&
        (['serial', 'refresh', 'retry', 'expire', 'minimum'] as const).every((field) => left[field] === right[field])
      );
    case 'SRV':
      return (
        left.type === right.type &&
        left.priority === right.priority &&
        left.weight === right.weight &&
        left.port === right.port &&
        sameName(left.target, right.target)
      );
    case 'CAA':
      return (
        left.type === right.type && left.flags === right.flags && left.tag === right.tag && left.value === right.value
      );
    case 'OTHER':
      return (
        left.type === right.type &&
        left.typeName === right.typeName &&
        left.rdata.length === right.rdata.length &&
        left.rdata.every((octet, index) => octet === right.rdata[index])
      );
  }
}
