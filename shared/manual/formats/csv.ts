import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { valueText } from '../record-text.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { handedOver } from './format.ts';

/**
 * One cell (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that
 * begins with an apostrophe, so that taking one away gives the value again.
 */
export function csvCell(value: string): string {
  const inert = value !== '@' && /^['=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replace(/"/g, '""')}"` : inert;
}

function write(input: HandOver): string {
  const rows = [['action', 'name', 'full name', 'type', 'priority', 'value', 'ttl', 'note']];
  for (const change of handedOver(input.changes)) {
    const row = (action: string, record: ResourceRecord, note: string) => [
      action,
      relativeName(change.name, input.zone),
      change.name,
      change.type,
      record.type === 'MX' ? String(record.preference) : '',
      record.type === 'MX' ? record.exchange || '.' : valueText(record),
      String(record.ttl),
      note,
    ];
    const note = change.action === 'unknown' ? 'what is published was not checked' : '';
    rows.push(...change.before.map((record) => row('remove', record, '')));
    rows.push(...change.after.map((record) => row('add', record, note)));
  }
  return `${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

export const csv: HandOverFormat = {
  id: 'csv',
  label: 'CSV',
  note: 'For a spreadsheet or a ticket: a line for each record that goes or comes.',
  extension: 'csv',
  mediaType: 'text/csv',
  write,
};
