import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Node } from 'web-tree-sitter';
import { Language, Parser } from 'web-tree-sitter';
import { joinTxt, octetsToText, textToOctets } from '../../shared/dns/txt.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { rdataText } from '../../shared/dns/zone/printer.ts';
import { readZone } from '../../shared/dns/zone/reader.ts';
import { lenient, zoneHead } from '../support/bind.ts';
import { meaning, txt, ZONE } from '../support/hand-over.ts';
import type { Reading, Sample, Written } from './readings.ts';
import { ask, bothWays, commandsOf, compared, inFolder } from './readings.ts';
import type { UpdateServer } from './update-servers.ts';

/** Each format loaded by its own tool, and what it holds compared with what the plan says. */

const withoutDot = (name: string) => name.replace(/\.$/, '');
const fullName = (relative: string) => (relative === '@' || relative === '' ? ZONE : `${relative}.${ZONE}`);

/** A record that names a host, and nothing besides. */
function leading(name: string, ttl: number, type: string, target: string): ResourceRecord {
  return { name, ttl, type: type === 'NS' ? 'NS' : 'CNAME', target: withoutDot(target) };
}

/** The records of one name and type, as tools that keep sets want them. */
interface RecordsOf<Value> {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly Value[];
}

function setsOf(records: readonly ResourceRecord[]): readonly RecordsOf<ResourceRecord>[] {
  const sets = new Map<string, ResourceRecord[]>();
  for (const record of records) {
    const key = `${record.name}/${record.type}`;
    const known = sets.get(key) ?? [];
    if (!known.some((other) => meaning(other, false) === meaning(record, false))) known.push(record);
    sets.set(key, known);
  }
  return [...sets.values()].map((set) => {
    const [first] = set as [ResourceRecord, ...ResourceRecord[]];
    return { name: first.name, type: first.type, ttl: first.ttl, records: set };
  });
}

function relative(name: string): string {
  return name === ZONE ? '@' : name.slice(0, -ZONE.length - 1);
}

type Loaded = readonly [name: string, type: string, ttl: number, values: readonly (string | [number, string])[]];

/** octoDNS's YAML provider with its defaults: names and keys in order, semicolons escaped. */
export function octodnsReading(program: string, samples: readonly Sample[]): Reading {
  const written = samples.flatMap((sample) => Object.values(bothWays('octodns', sample)) as Written[]);
  const answers = ask<{ error: string | null; records: Loaded[] }[]>(
    program,
    'octodns_zone.py',
    written.map(({ text }) => ({ zone: ZONE, text })),
  );
  const found = answers.map(({ error, records }, index) => {
    if (error !== null) return error;
    const loaded = records.flatMap(([name, type, ttl, values]) =>
      values.map((value): ResourceRecord => {
        const owner = fullName(name);
        if (typeof value !== 'string')
          return { name: owner, ttl, type: 'MX', preference: value[0], exchange: withoutDot(value[1]) };
        return type === 'TXT' ? txt(owner, ttl, value) : leading(owner, ttl, type, value);
      }),
    );
    // The file repeats the sets that change and those alone.
    const { before, input } = written[index] as Written;
    const changing = new Set(input.changes.map(({ name, type }) => `${name}/${type}`));
    return [...before.filter(({ name, type }) => !changing.has(`${name}/${type}`)), ...loaded];
  });
  return compared(written, found);
}

type AzureRecord =
  | { readonly value: readonly string[] }
  | { readonly nsdname: string }
  | { readonly preference: number; readonly exchange: string };
type AzureZone = readonly [string, string, number, readonly AzureRecord[] | { readonly cname: string }][];

function azureRecords({ name, type, ttl, records }: RecordsOf<ResourceRecord>): AzureZone[number] {
  const [first] = records;
  if (first?.type === 'CNAME') return [relative(name), type, ttl, { cname: first.target }];
  const stored = records.map((record): AzureRecord => {
    if (record.type === 'MX') return { preference: record.preference, exchange: record.exchange || '.' };
    if (record.type === 'NS') return { nsdname: record.target };
    return { value: record.type === 'TXT' ? record.strings.map(octetsToText) : [] };
  });
  return [relative(name), type, ttl, stored];
}

function fromAzure(zone: AzureZone): readonly ResourceRecord[] {
  return zone.flatMap(([name, , ttl, records]): readonly ResourceRecord[] => {
    const owner = fullName(name);
    if ('cname' in records) return [{ name: owner, ttl, type: 'CNAME', target: records.cname }];
    return records.map((record): ResourceRecord => {
      if ('nsdname' in record) return leading(owner, ttl, 'NS', record.nsdname);
      return 'value' in record
        ? txt(owner, ttl, record.value.join(''))
        : { name: owner, ttl, type: 'MX', preference: record.preference, exchange: withoutDot(record.exchange) };
    });
  });
}

/** Whether az could have such a zone at all: its texts are characters, each string whole ones. */
function isAzureZone(records: readonly ResourceRecord[]): boolean {
  return records.every(
    (record) =>
      record.type !== 'TXT' ||
      (record.strings.map(octetsToText).join('') === octetsToText(joinTxt(record.strings)) &&
        textToOctets(octetsToText(joinTxt(record.strings))) === joinTxt(record.strings)),
  );
}

/** The Azure command line, from the script's first word to the requests it makes, against a zone in memory. */
export function azureReading(program: string, samples: readonly Sample[]): Reading {
  const ways = samples.filter(({ zone }) => isAzureZone(zone)).map((sample) => bothWays('azure', sample));
  const items = ways.map(({ forward, back }) => ({
    zone: setsOf(forward.before).map(azureRecords),
    scripts: [commandsOf(forward.text, 'az'), commandsOf(back.text, 'az')],
  }));
  const answers = ask<{ error: string | null; after: AzureZone[] }[]>(program, 'azure_zone.py', items);
  const found = answers.flatMap(({ error, after }) =>
    [0, 1].map((way) => (after[way] === undefined ? (error ?? 'no zone') : fromAzure(after[way]))),
  );
  return compared(
    ways.flatMap(({ forward, back }) => [forward, back]),
    found,
  );
}

interface Route53Set {
  readonly Name: string;
  readonly Type: string;
  readonly TTL: number;
  readonly ResourceRecords: readonly { readonly Value: string }[];
}

/** The octets of one quoted string: octal behind a backslash, as the service's documentation has it. */
function route53Strings(value: string): readonly string[] {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inner = '']) =>
    inner.replace(/\\(?:([0-3][0-7]{2})|(.))/gs, (_whole, octal?: string, escaped?: string) =>
      octal === undefined ? (escaped ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}

function fromRoute53(sets: readonly Route53Set[]): readonly ResourceRecord[] {
  return sets.flatMap(({ Name, Type, TTL, ResourceRecords }) =>
    ResourceRecords.map(({ Value }): ResourceRecord => {
      const name = withoutDot(Name.replace(/\\052/g, '*'));
      if (Type === 'TXT') return { name, ttl: TTL, type: 'TXT', strings: route53Strings(Value) };
      if (Type === 'CNAME' || Type === 'NS') return leading(name, TTL, Type, Value);
      const [preference = '', exchange = ''] = Value.split(' ');
      return { name, ttl: TTL, type: 'MX', preference: Number(preference), exchange: withoutDot(exchange) };
    }),
  );
}

function toRoute53({ name, type, ttl, records }: RecordsOf<ResourceRecord>): Route53Set {
  const octal = (string: string) =>
    string.replace(/[^ !#-[\]-~]/g, (octet) => `\\${octet.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const ResourceRecords = records.map((record) => {
    if (record.type === 'TXT') return { Value: record.strings.map((string) => `"${octal(string)}"`).join(' ') };
    return {
      Value:
        record.type === 'MX' ? `${record.preference} ${record.exchange}.` : `${(record as { target: string }).target}.`,
    };
  });
  return { Name: `${name}.`, Type: type, TTL: ttl, ResourceRecords };
}

/** Change batches through an SDK, which holds them against the service's description, and a server that keeps the sets. */
export function route53Reading(program: string, samples: readonly Sample[]): Reading {
  const ways = samples.map((sample) => bothWays('route53', sample));
  const items = ways.map(({ forward, back }) => ({
    zone: ZONE,
    before: setsOf(forward.before).map(toRoute53),
    batches: [JSON.parse(forward.text), JSON.parse(back.text)],
  }));
  const answers = ask<{ error: string | null; after: Route53Set[][] }[]>(program, 'route53_zone.py', items);
  const found = answers.flatMap(({ error, after }) =>
    [0, 1].map((way) => (after[way] === undefined ? (error ?? 'no zone') : fromRoute53(after[way]))),
  );
  return compared(
    ways.flatMap(({ forward, back }) => [forward, back]),
    found,
  );
}

interface DnsControlRecord {
  readonly type: string;
  readonly name: string;
  readonly ttl: number;
  readonly target?: string;
  readonly mxpreference?: number;
}

/** `dnscontrol check`, and the records that `print-ir` tells it has read. */
export function dnscontrolReading(program: string, samples: readonly Sample[]): Reading {
  const written = samples.flatMap((sample) => Object.values(bothWays('dnscontrol', sample)) as Written[]);
  const found = written.map((each) =>
    inFolder((folder): readonly ResourceRecord[] | string => {
      const head = `var REG_NONE = NewRegistrar("none");\nD(${JSON.stringify(ZONE)}, REG_NONE);\n`;
      writeFileSync(path.join(folder, 'dnsconfig.js'), `${head}${each.text}`);
      writeFileSync(path.join(folder, 'creds.json'), '{"none": {"TYPE": "NONE"}}');
      const check = spawnSync(program, ['check'], { cwd: folder, encoding: 'utf8' });
      if (check.status !== 0) return `${check.stdout}${check.stderr}`;
      const print = spawnSync(program, ['print-ir', '--out', 'ir.json'], { cwd: folder, encoding: 'utf8' });
      if (print.status !== 0) return `${print.stdout}${print.stderr}`;
      const { domains } = JSON.parse(readFileSync(path.join(folder, 'ir.json'), 'utf8')) as {
        domains: { records?: DnsControlRecord[] }[];
      };
      return (domains[0]?.records ?? []).map(({ type, name, ttl, target = '', mxpreference = 0 }): ResourceRecord => {
        const owner = fullName(name);
        if (type === 'TXT') return txt(owner, ttl, target);
        if (type === 'MX') return { name: owner, ttl, type, preference: mxpreference, exchange: withoutDot(target) };
        return leading(owner, ttl, type, target);
      });
    }),
  );
  return compared(written, found, ({ input }) => input.changes.flatMap((change) => change.after));
}

interface Resource {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly content?: string;
  readonly priority?: number;
  readonly records?: readonly string[];
}

function fromTerraform(each: Resource): readonly ResourceRecord[] {
  const { name, type, ttl, content, priority = 0, records = [] } = each;
  if (content === undefined)
    return fromRoute53([
      {
        Name: name,
        Type: type,
        TTL: ttl,
        // The provider puts the outer quotation marks of a text.
        ResourceRecords: records.map((value) => ({ Value: type === 'TXT' ? `"${value}"` : value })),
      },
    ]);
  if (type === 'TXT') return readZone(`${name}. ${ttl} IN TXT ${content}\n`, { origin: ZONE }).records;
  return type === 'MX'
    ? [{ name, ttl, type: 'MX', preference: priority, exchange: withoutDot(content) }]
    : [leading(name, ttl, type, content)];
}

/** Every resource as an object, so that its values can be asked for without the providers. */
function asLocals(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      if (line === 'variable "zone_id" {') return 'variable "zone_id" {\n  default = "z"';
      if (line === '  type = string') return '';
      if (line.startsWith('resource ')) return line.replace(/^resource "\w+" "(\w+)" \{$/, 'locals {\n  r_$1 = {');
      return line;
    })
    .join('\n')
    .replace(/^( {4}| {2})(?=\w)/gm, '  ')
    .replace(/^\}$/gm, '}\n}')
    .replace(/^(variable "zone_id" \{\n {2}default = "z"\n\n)\}\n\}$/m, '$1}');
}

/** A configuration as Terraform or OpenTofu formats it, its values as it evaluates them. */
export function terraformReading(program: string, id: string, samples: readonly Sample[]): Reading {
  const written = samples.flatMap((sample) => Object.values(bothWays(id, sample)) as Written[]);
  const environment = {
    ...process.env,
    CHECKPOINT_DISABLE: '1',
    TF_CLI_CONFIG_FILE: '/dev/null',
    TF_IN_AUTOMATION: '1',
  };
  const found = written.map((each) =>
    inFolder((folder): readonly ResourceRecord[] | string => {
      writeFileSync(path.join(folder, 'records.tf'), each.text);
      const options = { cwd: folder, encoding: 'utf8', env: environment } as const;
      const format = spawnSync(program, ['fmt', '-check', '-diff', 'records.tf'], options);
      if (format.status !== 0) return `${format.stdout}${format.stderr}`;
      const labels = [...each.text.matchAll(/^resource "\w+" "(\w+)"/gm)].map(([, label]) => `local.r_${label}`);
      if (labels.length === 0) return [];
      writeFileSync(path.join(folder, 'records.tf'), asLocals(each.text));
      const run = spawnSync(program, ['console'], { ...options, input: `jsonencode([${labels.join(', ')}])\n` });
      if (run.status !== 0) return `${run.stdout}${run.stderr}`;
      const resources = JSON.parse(JSON.parse(run.stdout.trim()) as string) as Resource[];
      return resources.flatMap(fromTerraform);
    }),
  );
  return compared(written, found, ({ input, after }) => {
    if (id === 'terraform-cloudflare') return input.changes.flatMap((change) => change.after);
    const changing = new Set(input.changes.map(({ name, type }) => `${name}/${type}`));
    return after.filter(({ name, type }) => changing.has(`${name}/${type}`));
  });
}

/** Readers of zone text: how each is run on a file, and whether it prints what it has read. */
export const zoneReaders = {
  'named-compilezone': ['named-compilezone', ...lenient, '-q', '-f', 'text', '-F', 'text', '-o', '-', ZONE],
  'nsd-checkzone': ['nsd-checkzone', '-p', ZONE],
  'ldns-read-zone': ['ldns-read-zone'],
  dnspython: ['/usr/bin/python3', path.join(import.meta.dirname, 'programs', 'dnspython_zone.py'), ZONE],
  kzonecheck: ['kzonecheck', '-o', ZONE],
} as const;

const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/** Zone text behind the head of a zone, as another reader takes it. kzonecheck tells no more than that it does. */
export function zoneReading(id: string, reader: keyof typeof zoneReaders, samples: readonly Sample[]): Reading {
  const written = samples.flatMap((sample) => Object.values(bothWays(id, sample)) as Written[]);
  const additions = ({ input }: Written) => input.changes.flatMap((change) => change.after);
  const found = written.map((each) =>
    inFolder((folder): readonly ResourceRecord[] | string => {
      const file = path.join(folder, 'zone');
      writeFileSync(file, `$ORIGIN ${ZONE}.\n${zoneHead(ZONE)}${each.text}`);
      const [program, ...words] = zoneReaders[reader];
      const run = spawnSync(program, [...words, file], { encoding: 'utf8', env: { ...process.env, PATH } });
      if (run.status !== 0) return `${run.stdout}${run.stderr}`;
      if (reader === 'kzonecheck') return additions(each);
      const { records } = readZone(run.stdout.replace(/^zone .*$/gm, ''), { origin: ZONE });
      return records.filter(
        ({ name, type }) => type !== 'SOA' && (type !== 'NS' || name !== ZONE) && name !== `ns1.${ZONE}`,
      );
    }),
  );
  return compared(written, found, additions);
}

/** Runs a program beside a server whose log has to be read meanwhile. */
function run(
  program: string,
  words: readonly string[],
  input = '',
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, [...words], { timeout: 20_000 }, (error, output, errors) =>
      resolve({ ok: error === null, output: `${output}${errors}` }),
    );
    // A program that ends without reading closes its input; its exit code tells.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** The script of changes sent to a name server by nsupdate, and the zone handed out by the server afterwards. */
export async function updateReading(server: UpdateServer, samples: readonly Sample[]): Promise<Reading> {
  const where = `server 127.0.0.1 ${server.port}\n`;
  const update = (script: string) => run('nsupdate', server.credentials, `${where}${script}`);
  const prepare = async (changes: readonly string[]): Promise<void> => {
    const script = `check-names no\nzone ${ZONE}.\n${changes.map((change) => `update ${change}\n`).join('')}send\n`;
    const made = await update(script);
    if (!made.ok) throw new Error(`the zone could not be prepared: ${made.output}${script}`);
  };
  const held = async (): Promise<readonly ResourceRecord[]> => {
    const options = ['+noall', '+answer', '+onesoa'];
    const words = [...server.credentials, '@127.0.0.1', '-p', String(server.port), ZONE, 'AXFR', ...options];
    const { records } = readZone((await run('dig', words)).output, { origin: ZONE });
    return records.filter(
      ({ name, type }) => ['TXT', 'MX', 'CNAME'].includes(type) || (type === 'NS' && name !== ZONE),
    );
  };
  // A server may refuse a mail server of the zone that has no address there.
  await prepare([`add mx.${ZONE}. 300 IN A 192.0.2.7`]);
  const line = (record: ResourceRecord) => `${record.name}. ${record.ttl} IN ${record.type} ${rdataText(record, null)}`;
  const written: Written[] = [];
  const found: (readonly ResourceRecord[] | string)[] = [];
  for (const sample of samples) {
    const { forward, back } = bothWays('nsupdate', sample);
    await prepare(sample.zone.map((record) => `add ${line(record)}`));
    for (const way of [forward, back]) {
      const made = await update(way.text);
      written.push(way);
      found.push(made.ok ? await held() : made.output);
    }
    const sets = [...forward.after, ...sample.zone].map(({ name, type }) => `delete ${name}. ${type}`);
    await prepare([...new Set(sets)]);
  }
  return compared(written, found);
}

const DEBIAN_PYTHON = '/usr/bin/python3';

interface GcloudCommand {
  readonly verb: string;
  readonly name: string;
  readonly type: string;
  readonly zone: string;
  readonly ttl: number;
  readonly rrdatas: readonly string[] | null;
}

function presented(name: string, ttl: number, type: string, data: string): readonly ResourceRecord[] {
  return readZone(`${name} ${ttl} IN ${type} ${data}\n`, { origin: ZONE }).records;
}

/** A zone in which sets become these records, whatever they were; none: the set goes away. */
function withSets(
  records: readonly ResourceRecord[],
  sets: readonly { readonly name: string; readonly type: string; readonly records: readonly ResourceRecord[] }[],
): readonly ResourceRecord[] {
  const replaced = new Set(sets.map(({ name, type }) => `${name}/${type}`));
  return [
    ...records.filter(({ name, type }) => !replaced.has(`${name}/${type}`)),
    ...sets.flatMap((set) => set.records),
  ];
}

/** The words of gcloud's commands in a shell, read by the options that its reference names; gcloud itself is not to be had. */
export function gcloudReading(samples: readonly Sample[]): Reading {
  const written = samples.flatMap((sample) => Object.values(bothWays('gcloud', sample)) as Written[]);
  const items = written.map(({ text }) => ({ kind: 'gcloud', commands: commandsOf(text, 'gcloud') }));
  const answers = ask<GcloudCommand[][]>(DEBIAN_PYTHON, 'words.py', items);
  const found = answers.map((commands, index) => {
    const { before } = written[index] as Written;
    const wrong = commands.find(
      ({ verb, name, type, zone, rrdatas }) =>
        zone !== 'zone-1' ||
        (verb === 'delete') !== (rrdatas === null) ||
        (verb === 'create') === before.some((record) => record.name === withoutDot(name) && record.type === type),
    );
    if (wrong !== undefined) return `${wrong.verb} ${wrong.name} ${wrong.type}`;
    const sets = commands.map(({ name, type, ttl, rrdatas }) => ({
      name: withoutDot(name),
      type,
      records: (rrdatas ?? []).flatMap((data) => presented(name, ttl, type, data)),
    }));
    return withSets(before, sets);
  });
  return compared(written, found);
}

/** A file of record sets for gcloud's import, read as YAML. */
export function gcloudImportReading(samples: readonly Sample[]): Reading {
  interface Document {
    readonly kind: string;
    readonly name: string;
    readonly rrdatas: readonly string[];
    readonly ttl: number;
    readonly type: string;
  }
  const written = samples.flatMap((sample) => Object.values(bothWays('gcloud-import', sample)) as Written[]);
  const items = written.map(({ text }) => ({ kind: 'yaml', text }));
  const found = ask<Document[][]>(DEBIAN_PYTHON, 'words.py', items).map((documents, index) => {
    const { before, text } = written[index] as Written;
    const strange = documents.find(({ kind }) => kind !== 'dns#resourceRecordSet');
    if (strange !== undefined) return `a document of kind ${strange.kind}`;
    const gone = [...text.matchAll(/^# Delete first, the import only adds: (\S+) (\S+)\.$/gm)];
    return withSets(before, [
      ...gone.map(([, type = '', name = '']) => ({ name, type, records: [] })),
      ...documents.map(({ name, rrdatas, ttl, type }) => ({
        name: withoutDot(name),
        type,
        records: rrdatas.flatMap((data) => presented(name, ttl, type, data)),
      })),
    ]);
  });
  return compared(written, found);
}

const resolvePackage = createRequire(import.meta.url).resolve;

interface Word {
  readonly text: string;
  readonly isString: boolean;
}

/** The words of a statement; what stands between single quotes without them, any of PowerShell's quotes once. */
function wordsOf(node: Node): readonly Word[] {
  if (node.type === 'verbatim_string_characters') {
    const inner = node.text.slice(1, -1).replace(/(['\u2018\u2019\u201A\u201B])['\u2018\u2019\u201A\u201B]/gu, '$1');
    return [{ text: inner, isString: true }];
  }
  if (node.childCount === 0) return node.text.trim() === '' ? [] : [{ text: node.text, isString: false }];
  return node.children.flatMap((child) => (child === null ? [] : wordsOf(child)));
}

function powershellRecord(words: readonly Word[]): { gone: boolean; record: ResourceRecord } | null {
  const [first] = words;
  const behind = (option: string) => words[words.findIndex(({ text }) => text === option) + 1]?.text ?? '';
  const after = (option: string) => {
    const at = words.findIndex(({ text, isString }) => text === option && !isString);
    return at === -1 ? '' : (words[at + 1]?.text ?? '');
  };
  const ttl = Number(after('-Seconds'));
  const name = fullName(after('-Name'));
  switch (first?.text) {
    case 'Add-DnsServerResourceRecord':
      if (after('-NameServer') !== '') return { gone: false, record: leading(name, ttl, 'NS', after('-NameServer')) };
      return { gone: false, record: txt(name, ttl, after('-DescriptiveText')) };
    case 'Add-DnsServerResourceRecordMX': {
      const exchange = withoutDot(after('-MailExchange'));
      return { gone: false, record: { name, ttl, type: 'MX', preference: Number(after('-Preference')), exchange } };
    }
    case 'Add-DnsServerResourceRecordCName':
      return { gone: false, record: { name, ttl, type: 'CNAME', target: withoutDot(after('-HostNameAlias')) } };
    case '&': {
      const [zone, owner, seconds] = words.slice(4, 7);
      if (zone?.text !== ZONE || behind('/RecordAdd') !== ZONE) return null;
      const text = words.slice(8).map((word) => word.text);
      return { gone: false, record: txt(fullName(owner?.text ?? ''), Number(seconds?.text), text.join('')) };
    }
    case 'Get-DnsServerResourceRecord': {
      const value = after('-ceq') || after('-eq');
      const type = after('-RRType');
      if (type === 'Txt') return { gone: true, record: txt(name, 0, after('-ceq')) };
      if (type === 'CName' || type === 'Ns') return { gone: true, record: leading(name, 0, type.toUpperCase(), value) };
      const exchange =
        words.findLast(({ isString }, index) => isString && words[index - 1]?.text === '-eq')?.text ?? '';
      return {
        gone: true,
        record: { name, ttl: 0, type: 'MX', preference: Number(value), exchange: withoutDot(exchange) },
      };
    }
    default:
      return null;
  }
}

/** The script as a parser of PowerShell reads it, and what its commands do by their documented parameters. */
export async function powershellReading(samples: readonly Sample[]): Promise<Reading> {
  await Parser.init();
  const grammar = path.join(
    path.dirname(resolvePackage('tree-sitter-powershell/package.json')),
    'tree-sitter-powershell.wasm',
  );
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  const written = samples.flatMap((sample) => Object.values(bothWays('powershell', sample)) as Written[]);
  const found = written.map(({ text, before }) => {
    const tree = parser.parse(text.replace(/^\uFEFF/, ''));
    if (tree === null || tree.rootNode.hasError) return 'no PowerShell';
    const statements = tree.rootNode.children.flatMap((node) =>
      node?.type === 'statement_list' ? node.children.flatMap((child) => (child === null ? [] : [child])) : [],
    );
    let records = [...before];
    for (const statement of statements.filter(({ type }) => type === 'pipeline')) {
      const words = wordsOf(statement);
      if (words[0]?.text.startsWith('$') === true) continue;
      const done = powershellRecord(words);
      if (done === null) return `not understood: ${statement.text}`;
      const known = meaning(done.record, false);
      if (done.gone && !records.some((record) => meaning(record, false) === known)) return `not there: ${known}`;
      if (done.gone) records = records.filter((record) => meaning(record, false) !== known);
      else records.push(done.record);
    }
    tree.delete();
    return records;
  });
  parser.delete();
  return compared(written, found);
}
