import { relativeName } from '../../dns/names.ts';
import { valueText } from '../record-text.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { cautions, handedOver, leftOut } from './format.ts';

function write(input: HandOver): string {
  const parts = [
    `Please publish these DNS records for ${input.domain} in the zone ${input.zone}.`,
    ...cautions(input.changes),
  ];
  for (const [index, change] of handedOver(input.changes).entries()) {
    const lines = [
      `${index + 1}. ${change.action === 'replace' ? 'Replace' : 'Add'} a ${change.type} record`,
      `   Name:  ${relativeName(change.name, input.zone)}   (in full: ${change.name})`,
      `   Type:  ${change.type}`,
    ];
    for (const record of change.after) {
      if (record.type === 'MX') lines.push(`   Priority: ${record.preference}`, `   Value: ${record.exchange || '.'}`);
      else lines.push(`   Value: ${valueText(record)}`);
      lines.push(`   TTL:   ${record.ttl}`);
    }
    for (const record of change.before) lines.push(`   In place of: ${valueText(record)}`);
    if (change.type === 'TXT') lines.push('   Enter the value without quotation marks, as one piece.');
    parts.push(lines.join('\n'));
  }
  parts.push(...leftOut(input.changes), `Prepared ${input.generatedAt}.`);
  return `${parts.join('\n\n')}\n`;
}

export const text: HandOverFormat = {
  id: 'text',
  label: 'Plain text',
  note: 'A letter for whoever edits DNS by hand.',
  extension: 'txt',
  mediaType: 'text/plain',
  write,
};
