import { wireToText } from './rdata.ts';
import type { ResourceRecord } from './records.ts';
import { joinTxt, octetsToText } from './txt.ts';

/** A record's value as a form takes it: TXT joined and unquoted, names without the final dot. */
export function valueText(record: ResourceRecord): string {
  switch (record.type) {
    case 'TXT':
    case 'SPF':
      return octetsToText(joinTxt(record.strings));
    case 'MX':
      return `${record.preference} ${record.exchange === '' ? '.' : record.exchange}`;
    case 'A':
    case 'AAAA':
      return record.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return record.target;
    case 'SOA':
      return `${record.mname} ${record.rname} ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minimum}`;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}`;
    case 'CAA':
      return `${record.flags} ${record.tag} ${record.value}`;
    case 'OTHER':
      return wireToText(record.typeName, record.rdata);
  }
}
