import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets, shellQuote } from './format.ts';

function value(record: ResourceRecord): string {
  if (record.type === 'TXT') return `--value ${record.strings.map(shellQuote).join(' ')}`;
  if (record.type === 'MX') return `--preference ${record.preference} --exchange ${shellQuote(record.exchange || '.')}`;
  return `--cname ${shellQuote(record.type === 'CNAME' ? record.target : '')}`;
}

function write(input: HandOver): string {
  const zone = shellQuote(input.zone);
  const where = `--resource-group "$RESOURCE_GROUP" --zone-name ${zone}`;
  const lines = recordSets(input.changes).flatMap((set) => {
    const name = shellQuote(relativeName(set.name, input.zone));
    const type = set.type.toLowerCase();
    if (set.type === 'CNAME') {
      return set.add.map(
        (record) =>
          `az network dns record-set cname set-record ${where} --record-set-name ${name} --ttl ${set.ttl} ${value(record)}`,
      );
    }
    return [
      ...set.remove.map(
        (record) =>
          `az network dns record-set ${type} remove-record ${where} --record-set-name ${name} --keep-empty-record-set ${value(record)}`,
      ),
      ...set.add.map(
        (record) =>
          `az network dns record-set ${type} add-record ${where} --record-set-name ${name} --ttl ${set.ttl} ${value(record)}`,
      ),
    ];
  });
  return `#!/bin/sh\n${commentLines(heading(input))}set -eu\n: "\${RESOURCE_GROUP:?Set RESOURCE_GROUP to the zone's resource group}"\n${lines.join('\n')}\n`;
}

export const azure: HandOverFormat = {
  id: 'azure',
  label: 'Azure CLI',
  note: 'Set RESOURCE_GROUP and run the script where az is signed in.',
  extension: 'sh',
  mediaType: 'application/x-sh',
  write,
};
