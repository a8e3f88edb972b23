import type { MessageRecord, MessageVerdict } from './message.ts';
import type { ReceiverRules } from './receiver-rules.ts';

const RECORDS: Readonly<Record<MessageRecord, string>> = {
  spf: 'the SPF record of the MAIL FROM domain',
  dkim: 'the DKIM key, or what signs with it',
  dmarc: 'the DMARC record’s alignment',
  'one-click': 'the List-Unsubscribe fields, or what signs them (no DNS record)',
};

/** What is to be changed, for people. */
export function messageRecordWords(record: MessageRecord): string {
  return RECORDS[record];
}

/** What follows the domain of a result: whether it is aligned; nothing where that is not known. */
export function alignedWords(aligned: boolean | null): string {
  return aligned === null ? '' : aligned ? ', aligned with From' : ', not aligned with From';
}

/** A message with its verdicts and what receivers' rules say of it. */
export interface DescribedMessage extends MessageVerdict {
  readonly kind: 'message';
  readonly receivers: readonly ReceiverRules[];
}
