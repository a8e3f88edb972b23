import { fact } from '../../../shared/facts/catalogue.ts';
import type { HandOverText } from '../../../shared/contract/values.ts';
import { SENDER_WORDS } from '../../../shared/evidence/senders/sender-words.ts';
import type { Sender } from '../../../shared/evidence/senders/senders.ts';
import { csvTable } from '../../../shared/text/csv.ts';
import type { CoreContext } from '../context.ts';
import { record } from '../context.ts';
import { evidenceSenders } from './service.ts';

const HEAD = ['sender', 'what it is', 'reason', 'messages', 'pass', 'dkim', 'spf', 'since', 'until', 'sources', 'key'];

/** Seconds since the epoch in UTC (RFC 3339 §5.6); empty where reports tell none. */
const timeText = (at: number | null): string => (at === null ? '' : new Date(at * 1000).toISOString());

function cells(sender: Sender): readonly string[] {
  const { key, name, kind, reason, messages, pass, dkimAligned, spfAligned, since, until, sourceCount } = sender;
  const figures = [messages, pass, dkimAligned, spfAligned].map(String);
  return [name, SENDER_WORDS[kind], reason, ...figures, timeText(since), timeText(until), String(sourceCount), key];
}

/** The senders of a domain as a file: a table (RFC 4180), or everything that is known of each in JSON. */
export function exportSenders(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  choice: { readonly sinceDays: number | null; readonly format: 'csv' | 'json' },
): HandOverText {
  const senders = evidenceSenders(context, workspaceId, domain, choice.sinceDays);
  record(context, workspaceId, 'export', fact('evidence.senders', { domain, count: senders.length }));
  const fileName = `senders-of-${domain.replace(/[^a-z0-9.-]/gi, '_')}.${choice.format}`;
  if (choice.format === 'json') {
    const text = `${JSON.stringify({ domain, sinceDays: choice.sinceDays, senders }, null, 2)}\n`;
    return { fileName, mediaType: 'application/json', text };
  }
  return { fileName, mediaType: 'text/csv', text: csvTable([HEAD, ...senders.map(cells)]) };
}
