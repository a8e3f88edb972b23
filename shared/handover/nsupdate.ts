import type { ResourceRecord } from '../dns/records.ts';
import { rdataText } from '../dns/zone/printer.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, oneBelowAnother, prepare } from './format.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import { handOverWords } from './words/format-words.ts';

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

/** Names of a mail server's or name server's record that nsupdate takes only when it is told not to look at names (RFC 952). */
function isNoHostName(record: ResourceRecord): boolean {
  if (record.type === 'NS') return record.target.includes('_');
  return record.type === 'MX' && `${record.name}.${record.exchange}`.includes('_');
}

function write(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const removals = sets.flatMap((set) =>
    set.remove.map((record) => `update delete ${set.name}. IN ${set.type} ${rdataText(record, null)}`),
  );
  const additions = sets.flatMap((set) =>
    [...set.add, ...set.kept].map(
      (record) => `update add ${set.name}. ${record.ttl} IN ${set.type} ${rdataText(record, null)}`,
    ),
  );
  const checks = [...new Set(sets.flatMap(prerequisites))];
  const send = sets.length === 0 ? [] : ['show', 'send', 'answer'];
  const names = sets.some((set) => [...set.add, ...set.kept].some(isNoHostName)) ? ['check-names no'] : [];
  const lines = [...names, `zone ${input.zone}.`, ...checks, ...removals, ...additions, ...send];
  return `${commentLines(heading, ';')}${lines.join('\n')}\n`;
}

export const nsupdate: HandOverFormat = {
  id: 'nsupdate',
  ...handOverWords.nsupdate,
  extension: 'nsupdate',
  mediaType: 'text/plain',
  write,
  together: oneBelowAnother,
};
