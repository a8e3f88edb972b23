import vm from 'node:vm';
import { parse as parseHcl } from '@cdktn/hcl2json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { textToOctets } from '../../../shared/dns/txt.ts';
import { readZone } from '../../../shared/dns/zone-file.ts';
import type { HandOver } from '../../../shared/manual/formats/format.ts';
import { formatById, handOverFormats } from '../../../shared/manual/formats/index.ts';
import type { Change } from '../../../shared/plan/types.ts';
import type { Operations } from '../../support/hand-over.ts';
import { anyHandOver, carriedOut, changed, meanings, txt, undone, ZONE } from '../../support/hand-over.ts';

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 150);

function written(id: string, input: HandOver): string {
  const format = formatById(id);
  if (format === undefined) throw new Error(id);
  return format.write(input);
}

/** Reads lines of zone text; every name must be readable. */
function fromZone(text: string): readonly ResourceRecord[] {
  const { records, findings } = readZone(text, { origin: ZONE });
  expect(findings, text).toEqual([]);
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

function route53Record(name: string, ttl: number, type: string, value: string): ResourceRecord {
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
      else if (type === 'CNAME') remove.push({ name, ttl: 0, type, target: withoutDot(wanted) });
      else remove.push({ name, ttl: 0, type: 'MX', preference: Number(after('-eq')), exchange: withoutDot(wanted) });
    } else if (words[0] === '&') {
      expect(words.slice(1, 4)).toEqual(['dnscmd.exe', '.', '/RecordAdd']);
      const strings = words.slice(8, words.indexOf('if')).map(textToOctets);
      add.push({ name, ttl: Number(words[6]), type: 'TXT', strings });
    } else if (words[0]?.startsWith('Add-') === true) {
      const ttl = Number.parseInt(after('-Seconds'));
      if (words.includes('-Txt')) add.push(txt(name, ttl, after('-DescriptiveText')));
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

function fromCloudflare(body: CloudflareBody): ResourceRecord {
  const { name, ttl, type, content } = body;
  if (type === 'TXT') return presented(`${name}.`, ttl, type, content);
  if (type === 'MX') return { name, ttl, type, preference: body.priority ?? -1, exchange: withoutDot(content) };
  return { name, ttl, type: 'CNAME', target: content };
}

/** Reads a format's text into what it says is to be done. */
const readers: Readonly<Record<string, (text: string) => Operations>> = {
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
      CNAME: record((name, target, ttl) => ({
        name: fullName(name),
        ttl: ttl as number,
        type: 'CNAME',
        target: withoutDot(target as string),
      })),
      D_EXTEND: (zone: string, ...records: readonly ResourceRecord[]) => {
        expect(zone).toBe(ZONE);
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
      rows.at(-1)?.push(cell.replace(/^'(?=['=+\-@\t\r])/, ''));
      if (end === '\r\n') rows.push([]);
    }
    const [remove, add]: [ResourceRecord[], ResourceRecord[]] = [[], []];
    for (const [action, relative, name, type, priority, value, ttl] of rows.slice(1, -1) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ][]) {
      expect(fullName(relative)).toBe(name);
      const record: ResourceRecord =
        type === 'TXT'
          ? txt(name, Number(ttl), value)
          : type === 'MX'
            ? { name, ttl: Number(ttl), type, preference: Number(priority), exchange: withoutDot(value) }
            : { name, ttl: Number(ttl), type: 'CNAME', target: value };
      (action === 'add' ? add : remove).push(record);
    }
    return { remove, add, sets: [] };
  },
  json(text) {
    interface Data {
      readonly ttl: number;
      readonly value: string;
      readonly preference?: number;
    }
    const { changes } = JSON.parse(text) as {
      changes: { name: string; type: string; before: Data[]; after: Data[] }[];
    };
    const toRecord = (name: string, type: string, data: Data): ResourceRecord =>
      type === 'TXT'
        ? txt(name, data.ttl, data.value)
        : type === 'MX'
          ? { name, ttl: data.ttl, type, preference: data.preference ?? -1, exchange: data.value }
          : { name, ttl: data.ttl, type: 'CNAME', target: data.value };
    return {
      remove: changes.flatMap((change) => change.before.map((data) => toRecord(change.name, change.type, data))),
      add: changes.flatMap((change) => change.after.map((data) => toRecord(change.name, change.type, data))),
      sets: [],
    };
  },
};

/** Formats that state what is to be removed for people alone. */
const ADDITIONS_ONLY: ReadonlySet<string> = new Set(['dnscontrol']);

describe('hand-over formats', () => {
  it.each(Object.keys(readers))('%s says what is to be done, and its way back undoes it', (id) => {
    const read = readers[id] as (text: string) => Operations;
    fc.assert(
      fc.property(anyHandOver, ({ zone, input }) => {
        const expected = changed(zone, input.changes);
        const forward = read(written(id, input));
        if (ADDITIONS_ONLY.has(id)) {
          expect(meanings(forward.add)).toEqual(meanings(input.changes.flatMap((change) => change.after)));
          return;
        }
        const applied = carriedOut(zone, forward);
        expect(meanings(applied)).toEqual(meanings(expected));
        const back = read(written(id, { ...input, changes: undone(input.changes), isWayBack: true }));
        expect(meanings(carriedOut(applied, back))).toEqual(meanings(zone));
      }),
      { numRuns: runs },
    );
  });

  it('terraform configurations are HCL with the same values', { timeout: 60_000 }, async () => {
    /** The JSON that the parser gives keeps templates: `$${` is the text `${`. Both sides are read so. */
    const literal = (text: string) => text.replace(/([$%])+\{/g, '$1{');
    const alike = (records: readonly ResourceRecord[]) => meanings(records).map(literal);
    interface Resource {
      readonly name: string;
      readonly type: string;
      readonly ttl: number;
      readonly content: string;
      readonly priority?: number;
      readonly records: readonly string[];
    }
    await fc.assert(
      fc.asyncProperty(anyHandOver, async ({ zone, input }) => {
        const parsed = async (id: string, resource: string): Promise<readonly Resource[]> => {
          const document = (await parseHcl('records.tf', written(id, input))) as {
            resource: Record<string, Record<string, Resource[]>>;
          };
          return Object.values(document.resource[resource] ?? {}).flat();
        };
        const cloudflare = await parsed('terraform-cloudflare', 'cloudflare_dns_record');
        expect(
          alike(
            cloudflare.map((each) =>
              fromCloudflare({ ...each, name: literal(each.name), content: literal(each.content) }),
            ),
          ),
        ).toEqual(alike(input.changes.flatMap((change) => change.after)));
        const aws = await parsed('terraform-aws', 'aws_route53_record');
        const sets = aws.map(({ name, type, ttl, records }) => ({
          name,
          type,
          records: records.map((value) =>
            route53Record(name, ttl, type, type === 'TXT' ? `"${literal(value)}"` : literal(value)),
          ),
        }));
        expect(alike(carriedOut(zone, { remove: [], add: [], sets }))).toEqual(alike(changed(zone, input.changes)));
      }),
      { numRuns: Math.min(runs, 60) },
    );
  });
});

const KEY_4096 = `v=DKIM1; k=rsa; p=${'MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA'.repeat(16)}=`;

function change(partial: Partial<Change> & Pick<Change, 'action' | 'name' | 'type'>): Change {
  return {
    recordId: partial.name,
    purpose: 'verification',
    before: [],
    after: [],
    beside: [],
    reason: 'For the test.',
    findings: [],
    ...partial,
  };
}

const SPF_BEFORE = txt(ZONE, 600, 'v=spf1 mx -all');
const VERIFICATION = txt(ZONE, 600, 'provider-verification="a;b" $HOME `id` \\ ${x} %{y}');

/** One of everything: added, replaced beside others, kept, not known, waiting, in conflict, in another zone. */
const everything: HandOver = {
  domain: ZONE,
  zone: ZONE,
  generatedAt: '2026-11-24T12:00:00.000Z',
  changes: [
    change({
      action: 'add',
      purpose: 'dkim',
      name: `k1._domainkey.${ZONE}`,
      type: 'TXT',
      after: [txt(`k1._domainkey.${ZONE}`, 3600, KEY_4096)],
    }),
    change({
      action: 'add',
      purpose: 'dkim',
      name: `s1._domainkey.${ZONE}`,
      type: 'CNAME',
      after: [{ name: `s1._domainkey.${ZONE}`, ttl: 3600, type: 'CNAME', target: 's1.xn--bcher-kva.example' }],
    }),
    change({
      action: 'add',
      purpose: 'mx',
      name: `bounce.${ZONE}`,
      type: 'MX',
      after: [{ name: `bounce.${ZONE}`, ttl: 3600, type: 'MX', preference: 10, exchange: 'feedback.example.net' }],
    }),
    change({
      action: 'replace',
      purpose: 'spf',
      name: ZONE,
      type: 'TXT',
      before: [SPF_BEFORE],
      after: [txt(ZONE, 600, 'v=spf1 mx include:_spf.example.net -all')],
      beside: [VERIFICATION],
    }),
    change({
      action: 'keep',
      purpose: 'verification',
      name: ZONE,
      type: 'TXT',
      before: [VERIFICATION],
      after: [VERIFICATION],
    }),
    change({
      action: 'unknown',
      purpose: 'dmarc',
      name: `_dmarc.${ZONE}`,
      type: 'TXT',
      after: [txt(`_dmarc.${ZONE}`, 3600, 'v=DMARC1; p=none')],
    }),
    change({
      action: 'waiting',
      purpose: 'dkim',
      name: `w1._domainkey.${ZONE}`,
      type: 'CNAME',
      reason: 'A value that only the provider knows is missing.',
    }),
    change({
      action: 'conflict',
      purpose: 'tracking',
      name: `click.${ZONE}`,
      type: 'CNAME',
      reason: 'Something else stands in the way.',
      before: [{ name: `click.${ZONE}`, ttl: 60, type: 'A', address: '192.0.2.1' }],
      after: [{ name: `click.${ZONE}`, ttl: 3600, type: 'CNAME', target: 'track.example.net' }],
    }),
    change({
      action: 'add',
      purpose: 'report-authorisation',
      name: `${ZONE}._report._dmarc.reports.example.net`,
      type: 'TXT',
      after: [txt(`${ZONE}._report._dmarc.reports.example.net`, 3600, 'v=DMARC1')],
    }),
  ],
};

describe('every hand-over format', () => {
  const formats = handOverFormats.map((format) => [format.id, format] as const);
  /** Formats whose own structure carries what others say in their heading. */
  const STRUCTURED: ReadonlySet<string> = new Set(['csv', 'json']);

  it.each(formats)('%s is written as it always was', async (id, format) => {
    await expect(format.write(everything)).toMatchFileSnapshot(`../../fixtures/formats/${id}.golden`);
    const wayBack: HandOver = {
      ...everything,
      changes: undone(everything.changes.filter(({ action }) => action === 'add' || action === 'replace')),
      isWayBack: true,
    };
    await expect(format.write(wayBack)).toMatchFileSnapshot(`../../fixtures/formats/${id}.back.golden`);
  });

  /** What a person reads: base 64 undone. */
  function readable(id: string, text: string): string {
    return id === 'email' ? Buffer.from(text.slice(text.indexOf('\r\n\r\n')), 'base64').toString('utf8') : text;
  }

  it.each(formats)('%s leaves out what waits or conflicts, and says so', (id, format) => {
    const text = readable(id, format.write(everything));
    expect(text).not.toContain('track.example.net');
    // A change batch has room for 256 characters.
    if (id === 'route53') expect(text).toContain('Left out: CNAME w1._domainke');
    if (STRUCTURED.has(id) || id === 'route53') return;
    expect(text).toContain(`Left out: CNAME w1._domainkey.${ZONE}. A value that only the provider knows is missing.`);
    expect(text).toContain(`Left out: CNAME click.${ZONE}. Something else stands in the way.`);
    expect(text).toContain(`What is published today was not checked at _dmarc.${ZONE}.`);
  });

  it.each(formats)('%s hands over nothing that belongs into another zone, or says that it does', (id, format) => {
    const text = readable(id, format.write(everything));
    if (['text', 'email'].includes(id)) expect(text).toContain('reports.example.net (not in the zone example.com)');
    else if (id === 'page') expect(text).toContain('reports.example.net (not in the zone example.com)');
    else if (id === 'json') expect(text).toContain('"inZone": false');
    else if (id === 'csv') expect(text).toContain('reports.example.net.,');
    else if (id !== 'route53') expect(text).toContain('It belongs into another zone.');
    const others = text
      .split('\n')
      .filter((line) => line.includes('_report') && !/Left out|"comment"|"Comment"/.test(line));
    if (!['text', 'email', 'page', 'json', 'csv'].includes(id)) expect(others).toEqual([]);
  });

  it.each(formats)('%s says when there is nothing to change', (id, format) => {
    const text = format.write({ ...everything, changes: everything.changes.filter(({ action }) => action === 'keep') });
    if (!STRUCTURED.has(id)) expect(readable(id, text)).toMatch(/There is nothing to change/);
    const { remove, add, sets } = readers[id]?.(text) ?? { remove: [], add: [], sets: [] };
    if (id !== 'json') expect([...remove, ...add, ...sets]).toEqual([]);
  });

  it('lets no line end of a published value begin a line of a script', () => {
    const hostile: ResourceRecord = {
      name: ZONE,
      ttl: 60,
      type: 'TXT',
      strings: ['v=spf1 x\nrm -rf /\r\nD_EXTEND("evil")\u2028x'.replace('\u2028', '\u00E2\u0080\u00A8')],
    };
    const input: HandOver = {
      ...everything,
      changes: [
        change({
          action: 'replace',
          purpose: 'spf',
          name: ZONE,
          type: 'TXT',
          before: [hostile],
          after: [txt(ZONE, 60, 'v=spf1 -all')],
        }),
      ],
    };
    for (const format of handOverFormats) {
      if (['csv', 'json', 'azure', 'powershell'].includes(format.id)) continue;
      const lines = readable(format.id, format.write(input)).split(/[\n\r\u2028]/);
      expect(
        lines.filter((line) => /^\s*(?:rm|D_EXTEND\("evil)/.test(line)),
        format.id,
      ).toEqual([]);
    }
  });

  it('route53 leaves out what is over the limits of a batch', () => {
    const many = Array.from({ length: 30 }, (_none, index) =>
      change({
        action: 'add',
        name: `n${index}.${ZONE}`,
        type: 'TXT',
        after: [txt(`n${index}.${ZONE}`, 60, 'x'.repeat(1500))],
      }),
    );
    const huge = change({
      action: 'add',
      name: `huge.${ZONE}`,
      type: 'TXT',
      after: [txt(`huge.${ZONE}`, 60, 'x'.repeat(4100))],
    });
    interface Batch {
      readonly Comment: string;
      readonly Changes: {
        readonly ResourceRecordSet: { readonly Name: string; readonly ResourceRecords: { readonly Value: string }[] };
      }[];
    }
    const batch = JSON.parse(written('route53', { ...everything, changes: [huge, ...many] })) as Batch;
    const values = batch.Changes.flatMap((entry) =>
      entry.ResourceRecordSet.ResourceRecords.map((record) => record.Value),
    );
    expect(values.reduce((total, value) => total + 2 * value.length, 0)).toBeLessThanOrEqual(32_000);
    expect(batch.Changes).toHaveLength(10);
    expect(batch.Comment).toMatch(/^Left out: TXT huge\.example\.com\. It is over the limits of a change batch\./);
    expect(batch.Comment.length).toBeLessThanOrEqual(256);
  });

  it('the page shows text as text', () => {
    const input: HandOver = {
      ...everything,
      changes: [
        change({ action: 'add', name: ZONE, type: 'TXT', after: [txt(ZONE, 60, `<script>alert("x")</script>'&`)] }),
      ],
    };
    const text = written('page', input);
    expect(text).not.toContain('<script');
    expect(text).toContain('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#39;&#38;');
  });

  it('gives names that Terraform would take for one different identifiers', () => {
    const names = [`a.b.${ZONE}`, `a-b.${ZONE}`, `a_b.${ZONE}`, `1.${ZONE}`, `*.${ZONE}`];
    const changes = names.map((name) => change({ action: 'add', name, type: 'TXT', after: [txt(name, 60, 'x')] }));
    for (const id of ['terraform-aws', 'terraform-cloudflare']) {
      const labels = [...written(id, { ...everything, changes }).matchAll(/^resource "\w+" "(\w+)"/gm)].map(
        ([, label]) => label,
      );
      expect(labels).toEqual([
        'a_b_example_com_txt',
        'a_b_example_com_txt_2',
        'a_b_example_com_txt_3',
        'r_1_example_com_txt',
        'wildcard_example_com_txt',
      ]);
    }
  });
});
