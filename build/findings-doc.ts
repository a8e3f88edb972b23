import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue } from '../shared/findings/catalogue.ts';

/** Writes docs/findings.md from the catalogue; a test fails when it is stale. */

const AREAS: Readonly<Record<string, string>> = {
  url: 'Addresses of the service connection',
  probe: 'Probes of the service',
  keys: 'The keys to the service',
  service: 'What the cloud email service says',
  responses: 'The response address',
  monitoring: 'Monitoring',
  dns: 'Sender domains and names',
  zone: 'Zone files',
  plan: 'The plan and its observations',
  diagnosis: 'Why servers answer differently, or not at all',
  pasted: 'Pasted texts',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  policy: 'MTA-STS, TLS reporting and BIMI',
  mtasts: 'MTA-STS',
  tlsrpt: 'TLS reporting',
  bimi: 'BIMI',
};

/** @returns the document's text. */
export function findingsDocument(): string {
  const parts = [
    '# Findings',
    '',
    'Every statement that the console can make, from its catalogue. Words in braces are filled in when a finding is shown.',
    'Made by `node build/findings-doc.ts`.',
  ];
  for (const [area, title] of Object.entries(AREAS)) {
    parts.push('', `## ${title}`);
    for (const [code, entry] of Object.entries(catalogue)) {
      if (!code.startsWith(`${area}.`)) continue;
      parts.push(
        '',
        `### \`${code}\``,
        '',
        `*${entry.severity}*: **${entry.title}**`,
        '',
        entry.explanation,
        '',
        `What to do: ${entry.remedy}`,
      );
      if (entry.source !== undefined) parts.push('', `Source: ${entry.source}`);
    }
  }
  return `${parts.join('\n')}\n`;
}

if (import.meta.main) {
  await writeFile(path.resolve(import.meta.dirname, '..', 'docs', 'findings.md'), findingsDocument());
}
