import assert from 'node:assert/strict';
import vm from 'node:vm';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { textToOctets } from '../../shared/dns/txt.ts';
import { readZone } from '../../shared/dns/zone/reader.ts';
import type { HandOver } from '../../shared/handover/format.ts';
import { formatById } from '../../shared/handover/index.ts';
import type { Operations } from './hand-over.ts';
import { txt, ZONE } from './hand-over.ts';

/** Each format of hand-overs read back by its own rules, for the zone of the tests. */

export function written(id: string, input: HandOver): string {
  const format = formatById(id);
  if (format === undefined) throw new Error(id);
  return format.write(input);
}

/** Reads lines of zone text; every name must be readable. */
function fromZone(text: string): readonly ResourceRecord[] {
  const { records, findings } = readZone(text, { origin: ZONE });
  assert.deepEqual(findings, [], text);
  return records;
}

/** Records whose data is in presentation format. */
function presented(name: string, ttl: number, type: string, data: string): ResourceRecord {
  const [record] = fromZone(`${name} ${ttl} IN ${type} ${data}\n`);
  if (record === undefined) throw new Error(data);
  return record;
}

function fullName(relative: string): string {
  return relative === '@' || relative === ''
    ? ZONE
    : relative.endsWith('.')
      ? relative.slice(0, -1)
      : `${relative}.${ZONE}`;
}

const withoutDot = (name: string) => name.replace(/\.$/, '');

/** Route 53's quoted strings: octal behind a backslash. */
function route53Strings(value: string): readonly string[] {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inner]) =>
    (inner as string).replace(
      /\\(?:([0-3][0-7]{2})|(.))/gs,
      (_whole, octal: string | undefined, escaped: string | undefined) =>
        octal === undefined ? (escaped as string) : String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}

export function route53Record(name: string, ttl: number, type: string, value: string): ResourceRecord {
  return type === 'TXT' ? { name, ttl, type, strings: route53Strings(value) } : presented(`${name}.`, ttl, type, value);
}

/** PowerShell's single-quoted strings and bare words: no PowerShell is to be had here, so this reader is ours. */
function powershellWords(line: string): readonly string[] {
  return [...line.matchAll(/'((?:[^'\u2018\u2019\u201A\u201B]|['\u2018\u2019\u201A\u201B]{2})*)'|[^\s']+/gu)].map(
    ([whole, quoted]) =>
      quoted === undefined ? whole : quoted.replace(/(['\u2018\u2019\u201A\u201B])['\u2018\u2019\u201A\u201B]/gu, '$1'),
  );
}

function readPowershell(text: string): Operations {
  const [remove, add]: [ResourceRecord[], ResourceRecord[]] = [[], []];
  for (const line of text.split(/\n(?=Get-|Add-|& )/)) {
    const words = powershellWords(line);
    const after = (word: string) => words[words.indexOf(word) + 1] ?? '';
    const name = words[0] === '&' ? fullName(words[5] ?? '') : fullName(after('-Name'));
    if (words[0] === 'Get-DnsServerResourceRecord') {
      const type = after('-RRType').toUpperCase();
      const wanted = words[words.lastIndexOf('}') - 1] ?? '';
      if (type === 'TXT') remove.push(txt(name, 0, wanted));
      else if (type === 'CNAME' || type === 'NS') remove.push({ name, ttl: 0, type, target: withoutDot(wanted) });
      else remove.push({ name, ttl: 0, type: 'MX', preference: Number(after('-eq')), exchange: withoutDot(wanted) });
    } else if (words[0] === '&') {
      assert.deepEqual(words.slice(1, 4), ['dnscmd.exe', '.', '/RecordAdd']);
      const strings = words.slice(8, words.indexOf('if')).map(textToOctets);
      add.push({ name, ttl: Number(words[6]), type: 'TXT', strings });
    } else if (words[0]?.startsWith('Add-') === true) {
      const ttl = Number.parseInt(after('-Seconds'));
      if (words.includes('-NS')) add.push({ name, ttl, type: 'NS', target: withoutDot(after('-NameServer')) });
      else if (words.includes('-Txt')) add.push(txt(name, ttl, after('-DescriptiveText')));
      else if (words[0].endsWith('MX'))
        add.push({
          name,
          ttl,
          type: 'MX',
          preference: Number(after('-Preference')),
          exchange: withoutDot(after('-MailExchange')),
        });
      else add.push({ name, ttl, type: 'CNAME', target: withoutDot(after('-HostNameAlias')) });
    }
  }
  return { remove, add, sets: [] };
}

interface CloudflareBody {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly content: string;
  readonly priority?: number;
}

export function fromCloudflare(body: CloudflareBody): ResourceRecord {
  const { name, ttl, type, content } = body;
  if (type === 'TXT') return presented(`${name}.`, ttl, type, content);
  if (type === 'MX') return { name, ttl, type, preference: body.priority ?? -1, exchange: withoutDot(content) };
  return { name, ttl, type: type === 'NS' ? 'NS' : 'CNAME', target: content };
}

/** Reads a format's text into what it says is to be done. */
export const readers: Readonly<Record<string, (text: string) => Operations>> = {
  bind(text) {
    const gone = text.split('\n').flatMap((line) => /^; remove: (.*)$/.exec(line)?.[1] ?? []);
    return { remove: gone.flatMap((line) => fromZone(`$ORIGIN ${ZONE}.\n${line}\n`)), add: fromZone(text), sets: [] };
  },
  'cloudflare-zone'(text) {
    const gone = text.split('\n').flatMap((line) => /^;; delete first: (.*)$/.exec(line)?.[1] ?? []);
    return { remove: gone.flatMap((line) => fromZone(`${line}\n`)), add: fromZone(text), sets: [] };
  },
  nsupdate(text) {
    const lines = text.split('\n').flatMap((line) => /^update (add|delete) (.*)$/s.exec(line) ?? []);
    const [remove, add]: [ResourceRecord[], ResourceRecord[]] = [[], []];
    for (let index = 0; index < lines.length; index += 3) {
      (lines[index + 1] === 'add' ? add : remove).push(...fromZone(`${lines[index + 2]}\n`));
    }
    return { remove, add, sets: [] };
  },
  'cloudflare-api'(text) {
    const batch = JSON.parse(text) as { look_up_and_delete: CloudflareBody[]; posts: CloudflareBody[] };
    return { remove: batch.look_up_and_delete.map(fromCloudflare), add: batch.posts.map(fromCloudflare), sets: [] };
  },
  route53(text) {
    interface Entry {
      readonly Action: string;
      readonly ResourceRecordSet: { Name: string; Type: string; TTL: number; ResourceRecords: { Value: string }[] };
    }
    const batch = JSON.parse(text) as { Changes: Entry[] };
    const sets = batch.Changes.map(({ Action, ResourceRecordSet: set }) => ({
      name: withoutDot(set.Name),
      type: set.Type,
      records:
        Action === 'DELETE'
          ? []
          : set.ResourceRecords.map(({ Value }) => route53Record(withoutDot(set.Name), set.TTL, set.Type, Value)),
    }));
    return { remove: [], add: [], sets };
  },
  powershell: readPowershell,
  dnscontrol(text) {
    const add: ResourceRecord[] = [];
    const record = (make: (name: string, ...data: readonly (string | number)[]) => ResourceRecord) => make;
    const context = {
      TTL: (seconds: number) => seconds,
      TXT: record((name, text_, ttl) => txt(fullName(name), ttl as number, text_ as string)),
      MX: record((name, preference, exchange, ttl) => ({
        name: fullName(name),
        ttl: ttl as number,
        type: 'MX',
        preference: preference as number,
        exchange: withoutDot(exchange as string),
      })),
      NS: record((name, target, ttl) => ({
        name: fullName(name),
        ttl: ttl as number,
        type: 'NS',
        target: withoutDot(target as string),
      })),
      CNAME: record((name, target, ttl) => ({
        name: fullName(name),
        ttl: ttl as number,
        type: 'CNAME',
        target: withoutDot(target as string),
      })),
      D_EXTEND: (zone: string, ...records: readonly ResourceRecord[]) => {
        assert.equal(zone, ZONE);
        add.push(...records);
      },
    };
    vm.runInNewContext(text, context);
    return { remove: [], add, sets: [] };
  },
  csv(text) {
    const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
    const rows: string[][] = [[]];
    for (const [, quoted, bare, end] of cells) {
      const cell = quoted === undefined ? (bare as string) : quoted.replace(/""/g, '"');
      rows.at(-1)?.push(cell.replace(/(?<=^|[;\t\r\n])'(?=['=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/g, ''));
      if (end === '\r\n') rows.push([]);
    }
    const [remove, add]: [ResourceRecord[], ResourceRecord[]] = [[], []];
    for (const [action, relative, name, type, priority, value, ttl, note] of rows.slice(1, -1) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ][]) {
      assert.equal(fullName(relative), name);
      const record: ResourceRecord =
        type === 'TXT'
          ? note.includes('in zone-file notation')
            ? presented(`${name}.`, Number(ttl), type, value)
            : txt(name, Number(ttl), value)
          : type === 'MX'
            ? { name, ttl: Number(ttl), type, preference: Number(priority), exchange: withoutDot(value) }
            : { name, ttl: Number(ttl), type: type === 'NS' ? 'NS' : 'CNAME', target: value };
      (action === 'add' ? add : remove).push(record);
    }
    return { remove, add, sets: [] };
  },
  json(text) {
    interface Data {
      readonly type: string;
      readonly ttl: number;
      readonly value: string;
      readonly strings?: readonly string[];
      readonly preference?: number;
    }
    const { changes } = JSON.parse(text) as {
      changes: { action: string; name: string; before: Data[]; after: Data[] }[];
    };
    const toRecord = (name: string, data: Data): ResourceRecord =>
      data.type === 'TXT'
        ? { name, ttl: data.ttl, type: 'TXT', strings: data.strings ?? [] }
        : data.type === 'MX'
          ? { name, ttl: data.ttl, type: 'MX', preference: data.preference ?? -1, exchange: data.value }
          : { name, ttl: data.ttl, type: data.type === 'NS' ? 'NS' : 'CNAME', target: data.value };
    const made = changes.filter(({ action }) => action === 'add' || action === 'replace');
    return {
      remove: made.flatMap((change) => change.before.map((data) => toRecord(change.name, data))),
      add: made.flatMap((change) => change.after.map((data) => toRecord(change.name, data))),
      sets: [],
    };
  },
};

/** Formats that state what is to be removed for people alone. */
export const ADDITIONS_ONLY: ReadonlySet<string> = new Set(['dnscontrol']);
