import { relativeName } from '../../dns/names.ts';
import { joinTxt, octetsToText } from '../../dns/txt.ts';
import { valueText } from '../record-text.ts';
import type { HandOver, HandOverFormat, RecordSet } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';
import { yamlText } from './yaml.ts';

function values(set: RecordSet): readonly string[] {
  const [only] = set.all;
  if (only?.type === 'CNAME') return [`    value: ${yamlText(`${only.target}.`)}`];
  const lines = set.all.flatMap((record) => {
    // octoDNS splits long texts itself and wants semicolons escaped.
    if (record.type === 'TXT')
      return [`      - ${yamlText(octetsToText(joinTxt(record.strings)).replace(/;/g, '\\;'))}`];
    if (record.type === 'MX')
      return [`      - exchange: ${yamlText(`${record.exchange}.`)}`, `        preference: ${record.preference}`];
    return [];
  });
  return ['    values:', ...lines];
}

function write(input: HandOver): string {
  const byName = new Map<string, string[]>();
  const sets = recordSets(input);
  for (const set of sets) {
    if (set.all.length === 0) continue;
    const relative = relativeName(set.name, input.zone);
    const name = relative === '@' ? '' : relative;
    const block = [`  - type: ${set.type}`, `    ttl: ${set.ttl}`, ...values(set)];
    byName.set(name, [...(byName.get(name) ?? []), ...block]);
  }
  const removed = sets.flatMap((set) =>
    set.remove.map((record) => `Remove: ${set.name} ${set.type} ${valueText(record)}`),
  );
  const body = [...byName].map(([name, lines]) => `${yamlText(name)}:\n${lines.join('\n')}\n`);
  return `${commentLines([...heading(input), ...removed])}---\n${body.length === 0 ? '{}\n' : body.join('')}`;
}

export const octodns: HandOverFormat = {
  id: 'octodns',
  label: 'octoDNS (YAML)',
  note: 'Merge into the zone’s YAML file; each set repeats the records that stay.',
  extension: 'yaml',
  mediaType: 'application/yaml',
  write,
};
