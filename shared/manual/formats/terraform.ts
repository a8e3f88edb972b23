import type { ResourceRecord } from '../../dns/records.ts';
import { quoteTxt } from '../../dns/txt.ts';
import { rdataText } from '../../dns/zone-file.ts';
import { valueText } from '../record-text.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, identifier, recordSets } from './format.ts';

/** A string in HCL: JSON's escapes, and `${` and `%{` doubled so that they are not templates. */
function hcl(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, '$1$1{');
}

function cloudflareContent(record: ResourceRecord): string {
  if (record.type === 'TXT') return quoteTxt(record.strings);
  return record.type === 'MX' ? record.exchange || '.' : valueText(record);
}

function writeCloudflare(input: HandOver): string {
  const blocks = recordSets(input.changes).flatMap((set) =>
    set.add.map((record, index) => {
      const lines = [
        `resource "cloudflare_dns_record" "${identifier(set)}${index === 0 ? '' : `_${index + 1}`}" {`,
        '  zone_id = var.zone_id',
        `  name    = ${hcl(set.name)}`,
        `  type    = "${set.type}"`,
        `  ttl     = ${set.ttl}`,
        `  content = ${hcl(cloudflareContent(record))}`,
      ];
      if (record.type === 'MX') lines.push(`  priority = ${record.preference}`);
      if (record.type === 'CNAME') lines.push('  proxied = false');
      return `${lines.join('\n')}\n}\n`;
    }),
  );
  const removed = recordSets(input.changes).flatMap((set) =>
    set.remove.map((record) => `Remove: ${set.name} ${set.type} ${valueText(record)}`),
  );
  return `${commentLines([...heading(input), ...removed])}\nvariable "zone_id" {\n  type = string\n}\n\n${blocks.join('\n')}`;
}

export const terraformCloudflare: HandOverFormat = {
  id: 'terraform-cloudflare',
  label: 'Terraform (Cloudflare)',
  note: 'Import records that exist before you apply, or Terraform adds them a second time.',
  extension: 'tf',
  mediaType: 'text/plain',
  write: writeCloudflare,
};

function awsValue(record: ResourceRecord): string {
  // The provider puts the outer quotes itself and takes `" "` as the border between two strings.
  return record.type === 'TXT'
    ? quoteTxt(record.strings).slice(1, -1).replaceAll('" "', '""')
    : rdataText(record, null);
}

function writeAws(input: HandOver): string {
  const blocks = recordSets(input.changes).map((set) => {
    const records = set.all.map((record) => hcl(awsValue(record))).join(', ');
    return [
      `resource "aws_route53_record" "${identifier(set)}" {`,
      '  zone_id         = var.zone_id',
      `  name            = ${hcl(set.name)}`,
      `  type            = "${set.type}"`,
      `  ttl             = ${set.ttl}`,
      `  records         = [${records}]`,
      '  allow_overwrite = true',
      '}\n',
    ].join('\n');
  });
  return `${commentLines(heading(input))}\nvariable "zone_id" {\n  type = string\n}\n\n${blocks.join('\n')}`;
}

export const terraformAws: HandOverFormat = {
  id: 'terraform-aws',
  label: 'Terraform (Amazon Route 53)',
  note: 'Each set repeats the records that stay; allow_overwrite lets Terraform take over a set that exists.',
  extension: 'tf',
  mediaType: 'text/plain',
  write: writeAws,
};
