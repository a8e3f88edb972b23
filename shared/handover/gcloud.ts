import { rdataText } from '../dns/zone/printer.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, prepare, shellQuote } from './format.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import { yamlText } from './yaml.ts';
import { handOverWords } from './words/format-words.ts';

/** gcloud splits lists at commas, unless another separator is named in front: one that no value holds. */
function list(values: readonly string[]): string {
  let separator = '|';
  while (values.some((value) => value.includes(separator))) separator += '|';
  return `^${separator}^${values.join(separator)}`;
}

function command(set: RecordSet): string {
  const where = `${shellQuote(`${set.name}.`)} --zone="$ZONE" --type=${set.type}`;
  if (set.all.length === 0) return `gcloud dns record-sets delete ${where}`;
  const verb = set.published.length > 0 ? 'update' : 'create';
  const values = set.all.map((record) => rdataText(record, null));
  return `gcloud dns record-sets ${verb} ${where} --ttl=${set.ttl} --rrdatas=${shellQuote(list(values))}`;
}

function write(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const lines = sets.map((set) => `${command(set)}\n`);
  return `#!/bin/sh\n${commentLines(heading)}set -eu\n: "\${ZONE:?Set ZONE to the managed zone's name}"\n${lines.join('')}`;
}

export const gcloud: HandOverFormat = {
  id: 'gcloud',
  ...handOverWords.gcloud,
  extension: 'sh',
  mediaType: 'application/x-sh',
  write,
};

function writeImport(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const existing = sets
    .filter((set) => set.published.length > 0)
    .map((set) => `Delete first, the import only adds: ${set.type} ${set.name}.`);
  const documents = sets
    .filter((set) => set.all.length > 0)
    .map((set) =>
      [
        '---',
        'kind: dns#resourceRecordSet',
        `name: ${yamlText(`${set.name}.`)}`,
        'rrdatas:',
        ...set.all.map((record) => `- ${yamlText(rdataText(record, null))}`),
        `ttl: ${set.ttl}`,
        `type: ${set.type}`,
      ].join('\n'),
    );
  return `${commentLines([...heading, ...existing])}${documents.map((document) => `${document}\n`).join('')}`;
}

export const gcloudImport: HandOverFormat = {
  id: 'gcloud-import',
  ...handOverWords['gcloud-import'],
  extension: 'yaml',
  mediaType: 'application/yaml',
  write: writeImport,
};
