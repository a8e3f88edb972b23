import { relativeName } from '../../dns/names.ts';
import { valueText } from '../record-text.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { handedOver } from './format.ts';

/** One cell (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csvCell(value: string): string {
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replace(/"/g, '""')}"` : inert;
}

function write(input: HandOver): string {
  const rows = [['action', 'name', 'full name', 'type', 'priority', 'value', 'ttl', 'replaces']];
  for (const change of handedOver(input.changes)) {
    for (const record of change.after) {
      const isMx = record.type === 'MX';
      rows.push([
        change.action === 'replace' ? 'replace' : 'add',
        relativeName(change.name, input.zone),
        change.name,
        change.type,
        isMx ? String(record.preference) : '',
        isMx ? record.exchange || '.' : valueText(record),
        String(record.ttl),
        change.before.map(valueText).join(' | '),
      ]);
    }
  }
  return `${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

export const csv: HandOverFormat = {
  id: 'csv',
  label: 'CSV',
  note: 'For a spreadsheet or a ticket.',
  extension: 'csv',
  mediaType: 'text/csv',
  write,
};
