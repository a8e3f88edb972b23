import { relativeName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { quoteTxt } from '../dns/txt.ts';
import { valueText } from '../dns/record-text.ts';
import { csvTable } from '../text/csv.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { exactText, prepare } from './format.ts';
import { handOverWords } from './words/format-words.ts';

const NOTATION = 'in zone-file notation, because its octets are not text';

function write(input: HandOver): string {
  const rows = [['action', 'name', 'full name', 'type', 'priority', 'value', 'ttl', 'note']];
  for (const change of prepare(input).changes) {
    const row = (action: string, record: ResourceRecord, note: string) => {
      const isOctets = record.type === 'TXT' && exactText(record) === null;
      const text = isOctets ? quoteTxt(record.strings) : valueText(record);
      return [
        action,
        relativeName(change.name, input.zone),
        change.name,
        change.type,
        record.type === 'MX' ? String(record.preference) : '',
        record.type === 'MX' ? record.exchange || '.' : text,
        String(record.ttl),
        [note, isOctets ? NOTATION : ''].filter((part) => part !== '').join('; '),
      ];
    };
    if (change.action === 'keep') {
      rows.push(...change.before.map((record) => row('keep', record, '')));
      continue;
    }
    const note = change.action === 'unknown' ? 'what is published was not checked' : '';
    rows.push(...change.before.map((record) => row('remove', record, '')));
    rows.push(...change.after.map((record) => row('add', record, note)));
  }
  return csvTable(rows);
}

/** One table: the header stands once, at the top. */
function together(tables: readonly string[]): string {
  return tables.map((table, index) => (index === 0 ? table : table.slice(table.indexOf('\n') + 1))).join('');
}

export const csv: HandOverFormat = {
  id: 'csv',
  ...handOverWords.csv,
  extension: 'csv',
  mediaType: 'text/csv',
  write,
  together,
  besides: (input) => prepare(input).heading.slice(1),
};
