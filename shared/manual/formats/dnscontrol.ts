import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { joinTxt, octetsToText } from '../../dns/txt.ts';
import { valueText } from '../record-text.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

const js = (text: string) =>
  JSON.stringify(text)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

function call(record: ResourceRecord, name: string): string {
  const ttl = `TTL(${record.ttl})`;
  if (record.type === 'TXT') return `TXT(${js(name)}, ${js(octetsToText(joinTxt(record.strings)))}, ${ttl})`;
  if (record.type === 'MX') return `MX(${js(name)}, ${record.preference}, ${js(`${record.exchange}.`)}, ${ttl})`;
  return `CNAME(${js(name)}, ${js(`${valueText(record)}.`)}, ${ttl})`;
}

function write(input: HandOver): string {
  const sets = recordSets(input);
  const removed = sets.flatMap((set) =>
    set.remove.map((record) => `Remove: ${set.name} ${set.type} ${valueText(record)}`),
  );
  const calls = sets.flatMap((set) => set.add.map((record) => `  ${call(record, relativeName(set.name, input.zone))}`));
  // DNSControl's interpreter knows no comma behind the last argument.
  const body = calls.length === 0 ? '' : `D_EXTEND(${[js(input.zone), ...calls].join(',\n')}\n);\n`;
  return `${commentLines([...heading(input), ...removed], '//')}${body}`;
}

export const dnscontrol: HandOverFormat = {
  id: 'dnscontrol',
  label: 'DNSControl (JavaScript)',
  note: 'Paste into dnsconfig.js, behind the zone’s D(), and take out the lines named as removed.',
  extension: 'js',
  mediaType: 'text/javascript',
  write,
};
