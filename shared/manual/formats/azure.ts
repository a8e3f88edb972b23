import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { joinTxt, octetsToText, splitText } from '../../dns/txt.ts';
import type { HandOver, HandOverFormat, RecordSet } from './format.ts';
import { commentLines, heading, recordSets, shellQuote } from './format.ts';

/** Strings as one value of a TXT record. What begins with a hyphen would be taken for an option. */
function texts(strings: readonly string[]): string {
  const [first] = strings;
  // The parser of az drops a lone pair of hyphens, wherever it stands.
  if (strings.length === 1 && first === '--') return "--value '-' '-'";
  if (strings.length === 1 && first?.startsWith('-') === true) return `--value=${shellQuote(first)}`;
  return `--value ${strings.map(shellQuote).join(' ')}`;
}

function value(record: ResourceRecord): string {
  if (record.type === 'MX') return `--preference ${record.preference} --exchange ${shellQuote(record.exchange || '.')}`;
  return `--cname ${shellQuote(record.type === 'CNAME' ? record.target : '')}`;
}

function added(record: ResourceRecord): string {
  return record.type === 'TXT' ? texts(splitText(octetsToText(joinTxt(record.strings)), '-')) : value(record);
}

/** What is removed has to be named string by string: as it is published, or as the script that is undone added it. */
function removed(record: ResourceRecord, isWayBack: boolean): string {
  if (record.type !== 'TXT' || isWayBack) return added(record);
  const published = record.strings.map(octetsToText);
  // A character parted between two strings can't be written in either, and a later string that begins with a hyphen would
  // be taken for an option: the text alone can be named then.
  const isWritable =
    published.join('') === octetsToText(joinTxt(record.strings)) &&
    (published.length === 1 || published.every((string) => !string.startsWith('-')));
  return isWritable ? texts(published) : added(record);
}

function commands(set: RecordSet, { zone, isWayBack = false }: HandOver): readonly string[] {
  const where = `--resource-group "$RESOURCE_GROUP" --zone-name ${shellQuote(zone)} --record-set-name ${shellQuote(relativeName(set.name, zone))}`;
  const command = `az network dns record-set ${set.type.toLowerCase()}`;
  if (set.type === 'CNAME' && set.add.length > 0) {
    return set.add.map((record) => `${command} set-record ${where} --ttl ${set.ttl} ${value(record)}`);
  }
  const keep = set.all.length > 0 ? ' --keep-empty-record-set' : '';
  return [
    ...set.remove.map((record) => `${command} remove-record ${where}${keep} ${removed(record, isWayBack)}`),
    ...set.add.map((record) => `${command} add-record ${where} --ttl ${set.ttl} ${added(record)}`),
  ];
}

function write(input: HandOver): string {
  const lines = recordSets(input).flatMap((set) => commands(set, input).map((line) => `${line}\n`));
  return `#!/bin/sh\n${commentLines(heading(input))}set -eu\n: "\${RESOURCE_GROUP:?Set RESOURCE_GROUP to the zone's resource group}"\n${lines.join('')}`;
}

export const azure: HandOverFormat = {
  id: 'azure',
  label: 'Azure CLI',
  note: 'Set RESOURCE_GROUP and run the script where az is signed in.',
  extension: 'sh',
  mediaType: 'application/x-sh',
  write,
};
