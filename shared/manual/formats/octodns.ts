import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { joinTxt, octetsToText } from '../../dns/txt.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

/** A string in YAML: JSON's double-quoted form is YAML's too. */
const yaml = (text: string) => JSON.stringify(text);

function values(set: { readonly type: string; readonly all: readonly ResourceRecord[] }): readonly string[] {
  const lines: string[] = [];
  for (const record of set.all) {
    // octoDNS splits long texts itself and wants semicolons escaped.
    if (record.type === 'TXT')
      lines.push(`      - ${yaml(octetsToText(joinTxt(record.strings)).replace(/;/g, '\\;'))}`);
    if (record.type === 'MX')
      lines.push(`      - exchange: ${yaml(`${record.exchange}.`)}`, `        preference: ${record.preference}`);
  }
  const [only] = set.all;
  return only?.type === 'CNAME' ? [`    value: ${yaml(`${only.target}.`)}`] : ['    values:', ...lines];
}

function write(input: HandOver): string {
  const byName = new Map<string, string[]>();
  for (const set of recordSets(input.changes)) {
    const relative = relativeName(set.name, input.zone);
    const name = relative === '@' ? '' : relative;
    const block = [`  - type: ${set.type}`, `    ttl: ${set.ttl}`, ...values(set)];
    byName.set(name, [...(byName.get(name) ?? []), ...block]);
  }
  const body = [...byName].map(([name, lines]) => `${yaml(name)}:\n${lines.join('\n')}`);
  return `${commentLines(heading(input))}---\n${body.join('\n')}\n`;
}

export const octodns: HandOverFormat = {
  id: 'octodns',
  label: 'octoDNS (YAML)',
  note: 'Merge into the zone’s YAML file; each set repeats the records that stay.',
  extension: 'yaml',
  mediaType: 'application/yaml',
  write,
};
