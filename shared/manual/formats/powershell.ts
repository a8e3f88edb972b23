import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { joinTxt, octetsToText } from '../../dns/txt.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

function quote(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201A\u201B]/g, (mark) => mark + mark)}'`;
}

function property(record: ResourceRecord): string {
  if (record.type === 'TXT') return `$_.RecordData.DescriptiveText -eq ${quote(octetsToText(joinTxt(record.strings)))}`;
  if (record.type === 'MX') return `$_.RecordData.MailExchange -eq ${quote(`${record.exchange}.`)}`;
  return `$_.RecordData.HostNameAlias -eq ${quote(record.type === 'CNAME' ? `${record.target}.` : '')}`;
}

function add(record: ResourceRecord, where: string): string {
  const ttl = `-TimeToLive (New-TimeSpan -Seconds ${record.ttl})`;
  if (record.type === 'TXT')
    return `Add-DnsServerResourceRecord ${where} -Txt -DescriptiveText ${quote(octetsToText(joinTxt(record.strings)))} ${ttl}`;
  if (record.type === 'MX')
    return `Add-DnsServerResourceRecordMX ${where} -Preference ${record.preference} -MailExchange ${quote(`${record.exchange}.`)} ${ttl}`;
  return `Add-DnsServerResourceRecordCName ${where} -HostNameAlias ${quote(record.type === 'CNAME' ? `${record.target}.` : '')} ${ttl}`;
}

function write(input: HandOver): string {
  const lines = recordSets(input.changes).flatMap((set) => {
    const where = `-ZoneName ${quote(input.zone)} -Name ${quote(relativeName(set.name, input.zone))}`;
    return [
      ...set.remove.map(
        (record) =>
          `Get-DnsServerResourceRecord ${where} -RRType ${set.type === 'CNAME' ? 'CName' : set.type === 'MX' ? 'Mx' : 'Txt'} | Where-Object { ${property(record)} } | Remove-DnsServerResourceRecord -ZoneName ${quote(input.zone)} -Force`,
      ),
      ...set.add.map((record) => add(record, where)),
    ];
  });
  return `${commentLines(heading(input))}$ErrorActionPreference = 'Stop'\n${lines.join('\n')}\n`;
}

export const powershell: HandOverFormat = {
  id: 'powershell',
  label: 'PowerShell (Windows DNS)',
  note: 'Run on the DNS server, or with -ComputerName added, in a PowerShell with the DnsServer module.',
  extension: 'ps1',
  mediaType: 'text/plain',
  write,
};
