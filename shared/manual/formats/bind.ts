import { relativeName } from '../../dns/names.ts';
import { rdataText } from '../../dns/zone-file.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

function write(input: HandOver): string {
  const lines: string[] = [`$ORIGIN ${input.zone}.`];
  for (const set of recordSets(input)) {
    const owner = relativeName(set.name, input.zone);
    for (const record of set.remove) lines.push(`; remove: ${owner} ${set.type} ${rdataText(record, input.zone)}`);
    for (const record of set.add)
      lines.push(`${owner}\t${record.ttl}\tIN\t${set.type}\t${rdataText(record, input.zone)}`);
  }
  return `${commentLines(heading(input), ';')}${lines.join('\n')}\n`;
}

export const bind: HandOverFormat = {
  id: 'bind',
  label: 'Zone file (BIND)',
  note: 'Paste the lines into the zone file, take out those named as removed, raise the serial, and reload the zone.',
  extension: 'zone',
  mediaType: 'text/dns',
  write,
};
