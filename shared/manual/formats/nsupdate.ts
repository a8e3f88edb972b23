import { rdataText } from '../../dns/zone-file.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

function write(input: HandOver): string {
  const lines = [`zone ${input.zone}.`];
  for (const set of recordSets(input.changes)) {
    for (const record of set.remove)
      lines.push(
        `prereq yxrrset ${set.name}. IN ${set.type}`,
        `update delete ${set.name}. IN ${set.type} ${rdataText(record, null)}`,
      );
    for (const record of set.add)
      lines.push(`update add ${set.name}. ${record.ttl} IN ${set.type} ${rdataText(record, null)}`);
  }
  return `${commentLines(heading(input), ';')}${[...new Set(lines)].join('\n')}\nshow\nsend\nanswer\n`;
}

export const nsupdate: HandOverFormat = {
  id: 'nsupdate',
  label: 'nsupdate script',
  note: 'Run nsupdate -k KEYFILE with this script. It removes exactly the records that are replaced.',
  extension: 'nsupdate',
  mediaType: 'text/plain',
  write,
};
