import { relativeName } from '../../dns/names.ts';
import type { ResourceRecord } from '../../dns/records.ts';
import { joinTxt, octetsToText, splitText } from '../../dns/txt.ts';
import type { HandOver, HandOverFormat, RecordSet } from './format.ts';
import { commentLines, heading, recordSets } from './format.ts';

/** Characters that the cmdlet takes as a text; longer ones need dnscmd, which takes several strings. */
const MAX_TEXT = 254;

/** A string that nothing is expanded in; PowerShell takes the typographic quotes for the plain one. */
function quote(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201A\u201B]/g, (mark) => mark + mark)}'`;
}

function textOf(record: ResourceRecord): string {
  return record.type === 'TXT' ? octetsToText(joinTxt(record.strings)) : '';
}

/** Which of the records of a name and type is meant. */
function isMeant(record: ResourceRecord): string {
  if (record.type === 'MX') {
    return `$_.RecordData.Preference -eq ${record.preference} -and $_.RecordData.MailExchange -eq ${quote(`${record.exchange}.`)}`;
  }
  if (record.type === 'CNAME') return `$_.RecordData.HostNameAlias -eq ${quote(`${record.target}.`)}`;
  // Several strings of one text come joined by line ends.
  return `($_.RecordData.DescriptiveText -replace '\\r?\\n', '') -ceq ${quote(textOf(record))}`;
}

const RECORD_TYPES = { TXT: 'Txt', MX: 'Mx', CNAME: 'CName' } as const;

function remove(record: ResourceRecord, set: RecordSet, zone: string): string {
  const where = `-ZoneName ${quote(zone)} -Name ${quote(relativeName(set.name, zone))}`;
  return `Get-DnsServerResourceRecord ${where} -RRType ${RECORD_TYPES[set.type]} | Where-Object { ${isMeant(record)} } | Remove-DnsServerResourceRecord -ZoneName ${quote(zone)} -Force`;
}

function add(record: ResourceRecord, set: RecordSet, zone: string): string {
  const name = relativeName(set.name, zone);
  const where = `-ZoneName ${quote(zone)} -Name ${quote(name)}`;
  const ttl = `-TimeToLive (New-TimeSpan -Seconds ${record.ttl})`;
  if (record.type === 'MX')
    return `Add-DnsServerResourceRecordMX ${where} -Preference ${record.preference} -MailExchange ${quote(`${record.exchange}.`)} ${ttl}`;
  if (record.type === 'CNAME')
    return `Add-DnsServerResourceRecordCName ${where} -HostNameAlias ${quote(`${record.target}.`)} ${ttl}`;
  const text = textOf(record);
  if (text.length <= MAX_TEXT)
    return `Add-DnsServerResourceRecord ${where} -Txt -DescriptiveText ${quote(text)} ${ttl}`;
  const strings = splitText(text).map(quote);
  return `& dnscmd.exe . /RecordAdd ${quote(zone)} ${quote(name)} ${record.ttl} TXT ${strings.join(' ')}\nif ($LASTEXITCODE -ne 0) { throw 'dnscmd failed' }`;
}

function write(input: HandOver): string {
  const lines = recordSets(input).flatMap((set) => [
    ...set.remove.map((record) => `${remove(record, set, input.zone)}\n`),
    ...set.add.map((record) => `${add(record, set, input.zone)}\n`),
  ]);
  return `${commentLines(heading(input))}$ErrorActionPreference = 'Stop'\n${lines.join('')}`;
}

export const powershell: HandOverFormat = {
  id: 'powershell',
  label: 'PowerShell (Windows DNS)',
  note: 'Run on the DNS server, in a PowerShell with the DnsServer module. Texts over 254 characters are added with dnscmd.',
  extension: 'ps1',
  mediaType: 'text/plain',
  write,
};
