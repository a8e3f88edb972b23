import type { ResourceRecord } from '../dns/records.ts';
import { quoteTxt } from '../dns/txt.ts';
import { valueText } from '../dns/record-text.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, identifiers, prepare, quotedText } from './format.ts';
import { route53Value } from './route53.ts';
import { handOverWords } from './words/format-words.ts';

/** Seconds: Cloudflare takes no shorter TTL but `1`, which means automatic. */
const SHORTEST_TTL = 60;

/**
 * A string in HCL: JSON's escapes that HCL knows too. `${` and `%{` are doubled so that they are not templates; behind
 * the same character that would be read otherwise, so there the character is escaped.
 */
function hcl(text: string): string {
  return quotedText(text, (codePoint) => `\\U${codePoint}`)
    .replace(/\\./g, (escape) => (escape === '\\b' ? '\\u0008' : escape === '\\f' ? '\\u000c' : escape))
    .replace(/([$%])\{/g, (_whole, mark: string, at: number, whole: string) =>
      whole[at - 1] === mark ? `\\u00${mark.charCodeAt(0).toString(16)}{` : `${mark}${mark}{`,
    );
}

const VARIABLE = 'variable "zone_id" {\n  type = string\n}\n';

function removals(sets: readonly RecordSet[]): readonly string[] {
  return sets.flatMap((set) => set.remove.map((record) => `Remove: ${set.name} ${set.type} ${valueText(record)}`));
}

/** One resource as `terraform fmt` leaves it. */
function block(type: string, label: string, values: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...values.map(([name]) => name.length));
  const lines = values.map(([name, value]) => `  ${name.padEnd(width)} = ${value}\n`);
  return `resource "${type}" "${label}" {\n${lines.join('')}}\n`;
}

function document(comments: readonly string[], blocks: readonly string[]): string {
  return `${commentLines(comments)}${[VARIABLE, ...blocks].map((block) => `\n${block}`).join('')}`;
}

function cloudflareContent(record: ResourceRecord): string {
  if (record.type === 'TXT') return quoteTxt(record.strings);
  return record.type === 'MX' ? record.exchange || '.' : valueText(record);
}

function writeCloudflare(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const identifier = identifiers();
  const blocks = sets.flatMap((set) =>
    [...set.add, ...set.kept].map((record) => {
      const values: (readonly [string, string])[] = [
        ['zone_id', 'var.zone_id'],
        ['name', hcl(set.name)],
        ['type', `"${set.type}"`],
        ['ttl', String(Math.max(SHORTEST_TTL, record.ttl))],
        ['content', hcl(cloudflareContent(record))],
      ];
      if (record.type === 'MX') values.push(['priority', String(record.preference)]);
      if (record.type === 'CNAME') values.push(['proxied', 'false']);
      return block('cloudflare_dns_record', identifier(set), values);
    }),
  );
  return document([...heading, ...removals(sets)], blocks);
}

export const terraformCloudflare: HandOverFormat = {
  id: 'terraform-cloudflare',
  ...handOverWords['terraform-cloudflare'],
  extension: 'tf',
  mediaType: 'text/plain',
  write: writeCloudflare,
};

function awsValue(record: ResourceRecord): string {
  if (record.type !== 'TXT') return route53Value(record);
  // The provider puts the outer quotes itself and takes `""` as the border between two strings.
  return record.strings.map((string) => route53Value({ ...record, strings: [string] }).slice(1, -1)).join('""');
}

function writeAws(input: HandOver): string {
  const { sets, heading } = prepare(input);
  const identifier = identifiers();
  const blocks = sets
    .filter((set) => set.all.length > 0)
    .map((set) => {
      const records = set.all.map((record) => hcl(awsValue(record))).join(', ');
      return block('aws_route53_record', identifier(set), [
        ['zone_id', 'var.zone_id'],
        ['name', hcl(set.name)],
        ['type', `"${set.type}"`],
        ['ttl', String(set.ttl)],
        ['records', `[${records}]`],
        ['allow_overwrite', 'true'],
      ]);
    });
  const gone = removals(sets.filter((set) => set.all.length === 0));
  return document([...heading, ...gone], blocks);
}

export const terraformAws: HandOverFormat = {
  id: 'terraform-aws',
  ...handOverWords['terraform-aws'],
  extension: 'tf',
  mediaType: 'text/plain',
  write: writeAws,
};
