import { rdataText } from '../../dns/zone-file.ts';
import type { HandOver, HandOverFormat, RecordSet } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

/**
 * What must be so for the update to be made (RFC 2136 §2.4): the set is still as it was observed, and a name gets an
 * alias only when nothing else stands there. Servers pass over such additions without a word.
 */
function prerequisites(set: RecordSet): readonly string[] {
  if (!set.isKnown) return [];
  if (set.published.length > 0) {
    return set.published.map((record) => `prereq yxrrset ${set.name}. IN ${set.type} ${rdataText(record, null)}`);
  }
  if (set.type === 'CNAME') return [`prereq nxdomain ${set.name}.`];
  return [`prereq nxrrset ${set.name}. IN ${set.type}`, `prereq nxrrset ${set.name}. IN CNAME`];
}

function write(input: HandOver): string {
  const sets = recordSets(input);
  const removals = sets.flatMap((set) =>
    set.remove.map((record) => `update delete ${set.name}. IN ${set.type} ${rdataText(record, null)}`),
  );
  const additions = sets.flatMap((set) =>
    set.add.map((record) => `update add ${set.name}. ${record.ttl} IN ${set.type} ${rdataText(record, null)}`),
  );
  const checks = [...new Set(sets.flatMap(prerequisites))];
  const send = sets.length === 0 ? [] : ['show', 'send', 'answer'];
  const lines = [`zone ${input.zone}.`, ...checks, ...removals, ...additions, ...send];
  return `${commentLines(heading(input), ';')}${lines.join('\n')}\n`;
}

export const nsupdate: HandOverFormat = {
  id: 'nsupdate',
  label: 'nsupdate script',
  note: 'Run nsupdate -k KEYFILE with this script. It is refused as a whole when the zone has changed since it was looked at.',
  extension: 'nsupdate',
  mediaType: 'text/plain',
  write,
};
