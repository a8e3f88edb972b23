import { rdataText } from '../../dns/zone-file.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets, shellQuote } from './format.ts';

function write(input: HandOver): string {
  const lines = recordSets(input.changes).map((set) => {
    const verb = set.existed ? 'update' : 'create';
    const rrdatas = set.all.map((record) => rdataText(record, null)).join('\u001f');
    // gcloud splits at commas unless another separator is named in front.
    return `gcloud dns record-sets ${verb} ${shellQuote(`${set.name}.`)} --zone="$ZONE" --type=${set.type} --ttl=${set.ttl} --rrdatas=${shellQuote(`^\u001f^${rrdatas}`)}`;
  });
  return `#!/bin/sh\n${commentLines(heading(input))}set -eu\n: "\${ZONE:?Set ZONE to the managed zone's name}"\n${lines.join('\n')}\n`.replaceAll(
    '\u001f',
    '~|~',
  );
}

export const gcloud: HandOverFormat = {
  id: 'gcloud',
  label: 'Google Cloud DNS (gcloud)',
  note: 'Set ZONE and run the script where gcloud is signed in. Each set repeats the records that stay.',
  extension: 'sh',
  mediaType: 'application/x-sh',
  write,
};
