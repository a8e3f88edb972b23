import { relativeName } from '../dns/names.ts';
import { rdataText } from '../dns/zone/printer.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, oneBelowAnother, prepare } from './format.ts';
import { handOverWords } from './words/format-words.ts';

function write(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const lines: string[] = [`$ORIGIN ${input.zone}.`];
  for (const set of sets) {
    const owner = relativeName(set.name, input.zone);
    for (const record of set.remove) lines.push(`; remove: ${owner} ${set.type} ${rdataText(record, input.zone)}`);
    for (const record of [...set.add, ...set.kept])
      lines.push(`${owner}\t${record.ttl}\tIN\t${set.type}\t${rdataText(record, input.zone)}`);
  }
  return `${commentLines(heading, ';')}${lines.join('\n')}\n`;
}

export const bind: HandOverFormat = {
  id: 'bind',
  ...handOverWords.bind,
  extension: 'zone',
  mediaType: 'text/dns',
  write,
  together: oneBelowAnother,
};
