import { relativeName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt, octetsToText } from '../dns/txt.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import { valueText } from '../dns/record-text.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, exactText, oneBelowAnother, prepare, quotedText, refuseOctets } from './format.ts';
import { handOverWords } from './words/format-words.ts';

function call(record: ResourceRecord, name: string): string {
  const [owner, ttl] = [quotedText(name), `TTL(${record.ttl})`];
  if (record.type === 'TXT') return `TXT(${owner}, ${quotedText(octetsToText(joinTxt(record.strings)))}, ${ttl})`;
  if (record.type === 'MX') return `MX(${owner}, ${record.preference}, ${quotedText(`${record.exchange}.`)}, ${ttl})`;
  return `${record.type === 'NS' ? 'NS' : 'CNAME'}(${owner}, ${quotedText(`${valueText(record)}.`)}, ${ttl})`;
}

const recordsOf = (set: RecordSet) => [...set.add, ...set.kept];
const refuseOthers = refuseOctets(recordsOf);

/** Invisible above U+FFFF: as it stands nobody sees it, and DNSControl's interpreter reads escapes of its halves as two. */
const UNWRITABLE = /(?=[\u{10000}-\u{10FFFF}])[\p{Cc}\p{Cf}]/u;

function refuseText(set: RecordSet): string | null {
  const isUnwritable = recordsOf(set).some((record) => UNWRITABLE.test(exactText(record) ?? ''));
  return isUnwritable
    ? 'It contains an invisible character above U+FFFF, which DNSControl would alter. Change it by hand.'
    : refuseOthers(set);
}

function write(input: HandOver): string {
  const { sets, heading } = prepare(input, refuseText);
  const removed = sets.flatMap((set) =>
    set.remove.map((record) => `Remove: ${set.name} ${set.type} ${valueText(record)}`),
  );
  const calls = sets.flatMap((set) =>
    recordsOf(set).map((record) => `  ${call(record, relativeName(set.name, input.zone))}`),
  );
  // DNSControl's interpreter knows no comma behind the last argument.
  const body = calls.length === 0 ? '' : `D_EXTEND(${[quotedText(input.zone), ...calls].join(',\n')}\n);\n`;
  return `${commentLines([...heading, ...removed], '//')}${body}`;
}

export const dnscontrol: HandOverFormat = {
  id: 'dnscontrol',
  ...handOverWords.dnscontrol,
  extension: 'js',
  mediaType: 'text/javascript',
  write,
  together: oneBelowAnother,
};
