import { rdataText } from '../../dns/zone-file.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { heading, recordSets } from './format.ts';

/** Characters Route 53 takes as a comment. */
const MAX_COMMENT = 256;

function write(input: HandOver): string {
  const batch = {
    Comment: heading(input).join(' ').slice(0, MAX_COMMENT),
    Changes: recordSets(input.changes).map((set) => ({
      Action: 'UPSERT',
      ResourceRecordSet: {
        Name: `${set.name}.`,
        Type: set.type,
        TTL: set.ttl,
        ResourceRecords: set.all.map((record) => ({ Value: rdataText(record, null) })),
      },
    })),
  };
  return `${JSON.stringify(batch, null, 2)}\n`;
}

export const route53: HandOverFormat = {
  id: 'route53',
  label: 'Amazon Route 53 change batch',
  note: 'aws route53 change-resource-record-sets --hosted-zone-id ID --change-batch file://THIS. Each set repeats the records that stay.',
  extension: 'json',
  mediaType: 'application/json',
  write,
};
