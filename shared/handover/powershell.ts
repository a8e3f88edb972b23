import { relativeName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt, octetsToText, splitText } from '../dns/txt.ts';
import type { RecordSet } from '../plan/record-sets.ts';
import type { HandOver, HandOverFormat } from './format.ts';
import { commentLines, oneBelowAnother, prepare, refuseOctets } from './format.ts';
import { handOverWords } from './words/format-words.ts';

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
  if (record.type === 'NS') return `$_.RecordData.NameServer -eq ${quote(`${record.target}.`)}`;
  // Several strings of one text come joined by line ends.
  return `($_.RecordData.DescriptiveText -replace '\\r?\\n', '') -ceq ${quote(textOf(record))}`;
}

const RECORD_TYPES = { TXT: 'Txt', MX: 'Mx', CNAME: 'CName', NS: 'Ns' } as const;

function found(record: ResourceRecord, set: RecordSet, zone: string, options = ''): string {
  const where = `-ZoneName ${quote(zone)} -Name ${quote(relativeName(set.name, zone))}`;
  return `Get-DnsServerResourceRecord ${where} -RRType ${RECORD_TYPES[set.type]}${options} | Where-Object { ${isMeant(record)} }`;
}

function remove(record: ResourceRecord, set: RecordSet, zone: string): string {
  return `${found(record, set, zone)} | Remove-DnsServerResourceRecord -ZoneName ${quote(zone)} -Force`;
}

function add(record: ResourceRecord, set: RecordSet, zone: string): string {
  const name = relativeName(set.name, zone);
  const where = `-ZoneName ${quote(zone)} -Name ${quote(name)}`;
  const ttl = `-TimeToLive (New-TimeSpan -Seconds ${record.ttl})`;
  if (record.type === 'MX')
    return `Add-DnsServerResourceRecordMX ${where} -Preference ${record.preference} -MailExchange ${quote(`${record.exchange}.`)} ${ttl}`;
  if (record.type === 'CNAME')
    return `Add-DnsServerResourceRecordCName ${where} -HostNameAlias ${quote(`${record.target}.`)} ${ttl}`;
  if (record.type === 'NS')
    return `Add-DnsServerResourceRecord ${where} -NS -NameServer ${quote(`${record.target}.`)} ${ttl}`;
  const text = textOf(record);
  if (text.length <= MAX_TEXT)
    return `Add-DnsServerResourceRecord ${where} -Txt -DescriptiveText ${quote(text)} ${ttl}`;
  const strings = splitText(text).map(quote);
  return `& dnscmd.exe . /RecordAdd ${quote(zone)} ${quote(name)} ${record.ttl} TXT ${strings.join(' ')}\nif ($LASTEXITCODE -ne 0) { throw 'dnscmd failed' }`;
}

/** A record that is published already is added only where it is not: the cmdlet refuses what is there. */
function keep(record: ResourceRecord, set: RecordSet, zone: string): string {
  const isThere = found(record, set, zone, ' -ErrorAction SilentlyContinue');
  return `if (-not (${isThere})) {\n  ${add(record, set, zone)}\n}`;
}

const refuseText = refuseOctets((set) => [...set.remove, ...set.add, ...set.kept]);

function refuse(set: RecordSet): string | null {
  const isBroken = [...set.remove, ...set.add, ...set.kept].some((record) => /[\0\r\n]/.test(textOf(record)));
  return isBroken
    ? 'It contains a line end, which Windows treats as the border between two strings. Change it by hand.'
    : refuseText(set);
}

/** What an older PowerShell would change on the way to another program: quotation marks, and backslashes before them. */
function isChangedByOldShells(record: ResourceRecord): boolean {
  const text = textOf(record);
  return text.length > MAX_TEXT && splitText(text).some((string) => string.includes('"') || string.endsWith('\\'));
}

const NEW_SHELL = `if ($PSVersionTable.PSVersion -lt [version]'7.3') { throw 'PowerShell 7.3 or newer is needed: an older one changes quotation marks on their way to dnscmd.' }\n`;
/** Windows PowerShell reads a script without it in the code page of the system. */
const BYTE_ORDER_MARK = '\uFEFF';

function write(input: HandOver): string {
  const { sets, heading } = prepare(input, refuse);
  const { zone } = input;
  const lines = sets.flatMap((set) => [
    ...set.remove.map((record) => `${remove(record, set, zone)}\n`),
    ...set.add.map((record) => `${add(record, set, zone)}\n`),
    ...set.kept.map((record) => `${keep(record, set, zone)}\n`),
  ]);
  const needsNewShell = sets.some((set) => [...set.add, ...set.kept].some(isChangedByOldShells));
  const script = `${commentLines(heading)}$ErrorActionPreference = 'Stop'\n${needsNewShell ? NEW_SHELL : ''}${lines.join('')}`;
  return /[^\0-\u007F]/.test(script) ? `${BYTE_ORDER_MARK}${script}` : script;
}

export const powershell: HandOverFormat = {
  id: 'powershell',
  ...handOverWords.powershell,
  extension: 'ps1',
  mediaType: 'text/plain',
  write,
  together: oneBelowAnother,
};
