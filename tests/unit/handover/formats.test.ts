import { parse as parseHcl } from '@cdktn/hcl2json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import type { HandOver } from '../../../shared/handover/format.ts';
import { formatById, handOverFormats } from '../../../shared/handover/index.ts';
import type { Change } from '../../../shared/plan/types.ts';
import type { Operations } from '../../support/hand-over.ts';
import { ADDITIONS_ONLY, written, route53Record, fromCloudflare, readers } from '../../support/hand-over-readers.ts';
import {
  anyHandOver,
  carriedOut,
  changed,
  hostileHandOver,
  isPlainChange,
  leftOutOf,
  meanings,
  txt,
  undone,
  ZONE,
} from '../../support/hand-over.ts';

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 150);

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

  it.each(Object.keys(readers))('%s takes every hostile value exactly, or leaves its set out in words', (id) => {
    const read = readers[id] as (text: string) => Operations;
    const format = formatById(id);
    const take = (input: HandOver) => {
      const text = written(id, input);
      const said = [text, ...(format?.besides?.(input) ?? [])].join('\n');
      const leftOut = leftOutOf(said);
      const done = input.changes.filter((change) => !leftOut.has(`${change.type} ${change.name}`));
      for (const change of input.changes)
        if (isPlainChange(change)) expect(done, `${id} left out ${change.name}`).toContain(change);
      return { operations: read(text), done };
    };
    fc.assert(
      fc.property(hostileHandOver, ({ zone, input }) => {
        const forward = take(input);
        if (ADDITIONS_ONLY.has(id)) {
          expect(meanings(forward.operations.add)).toEqual(meanings(forward.done.flatMap((change) => change.after)));
          return;
        }
        const applied = carriedOut(zone, forward.operations);
        expect(meanings(applied)).toEqual(meanings(changed(zone, forward.done)));
        const back = take({ ...input, changes: undone(forward.done), isWayBack: true });
        expect(meanings(carriedOut(applied, back.operations))).toEqual(meanings(changed(applied, back.done)));
      }),
      { numRuns: runs },
    );
  });

  it('csv begins no cell with a formula, whatever a spreadsheet parts lines at', () => {
    fc.assert(
      fc.property(hostileHandOver, ({ input }) => {
        const text = written('csv', input);
        for (const separator of [',', ';', '\t'])
          for (const cell of text.split(/\r\n|\n|\r/).flatMap((line) => line.split(separator)))
            if (separator !== ',') expect(cell).not.toMatch(/^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20](?!$)/);
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
      fc.asyncProperty(fc.oneof(anyHandOver, hostileHandOver), async ({ zone, input }) => {
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
      reason: 'Something else is in the way.',
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
    await expect(format.write(everything)).toMatchFileSnapshot(`../../fixtures/handover/${id}.golden`);
    const wayBack: HandOver = {
      ...everything,
      changes: undone(everything.changes.filter(({ action }) => action === 'add' || action === 'replace')),
      isWayBack: true,
    };
    await expect(format.write(wayBack)).toMatchFileSnapshot(`../../fixtures/handover/${id}.back.golden`);
  });

  /** What a person reads: base 64 undone. */
  function readable(id: string, text: string): string {
    return id === 'email' ? Buffer.from(text.slice(text.indexOf('\r\n\r\n')), 'base64').toString('utf8') : text;
  }

  it.each(formats)('%s leaves out what waits or conflicts, and says so', (id, format) => {
    const text = readable(id, format.write(everything));
    expect(text).not.toContain('track.example.net');
    // A change batch has room for 256 characters.
    if (id === 'route53') {
      expect(text).toContain('Left out: CNAME w1._domainkey.example.com. A value that only the provider knows is …');
      expect(format.besides?.(everything)).toContain(`Left out: CNAME click.${ZONE}. Something else is in the way.`);
    }
    if (STRUCTURED.has(id) || id === 'route53') return;
    expect(text).toContain(`Left out: CNAME w1._domainkey.${ZONE}. A value that only the provider knows is missing.`);
    expect(text).toContain(`Left out: CNAME click.${ZONE}. Something else is in the way.`);
    expect(text).toContain(`What is published today was not checked at _dmarc.${ZONE}.`);
  });

  it.each(formats)('%s hands over nothing that belongs into another zone, or says that it does', (id, format) => {
    const text = readable(id, format.write(everything));
    if (['text', 'email'].includes(id)) expect(text).toContain('reports.example.net (not in the zone example.com)');
    else if (id === 'page') expect(text).toContain('reports.example.net (not in the zone example.com)');
    else if (id === 'json') expect(text).toContain('"inZone": false');
    else if (id === 'csv') expect(text).toContain('reports.example.net.,');
    else if (id !== 'route53') expect(text).toContain('It belongs in another zone.');
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

describe('the complete record set', () => {
  const kept = txt(`s1._domainkey.${ZONE}`, 600, `v=DKIM1; p=${'A'.repeat(300)}`);
  const input: HandOver = {
    ...everything,
    changes: [
      change({ action: 'keep', purpose: 'dkim', name: kept.name, type: 'TXT', before: [kept], after: [kept] }),
      change({
        action: 'replace',
        purpose: 'spf',
        name: ZONE,
        type: 'TXT',
        before: [SPF_BEFORE],
        after: [txt(ZONE, 600, 'v=spf1 -all')],
        beside: [VERIFICATION],
      }),
      change({
        action: 'keep',
        purpose: 'verification',
        name: ZONE,
        type: 'TXT',
        before: [VERIFICATION],
        after: [VERIFICATION],
        beside: [SPF_BEFORE],
      }),
    ],
    isComplete: true,
    remarks: ['Open question: who else sends? Nobody could say.'],
  };
  const records = [kept, VERIFICATION, txt(ZONE, 600, 'v=spf1 -all')];
  /** Formats that change a zone and are not kept: what is published stands in their comments. */
  const CHANGES: ReadonlySet<string> = new Set(['azure', 'cloudflare-api', 'powershell', 'csv', 'json']);

  it.each(handOverFormats.map(({ id }) => id))('%s tells every record and every remark', (id) => {
    const format = formatById(id);
    const text = written(id, input);
    const body = id === 'email' ? Buffer.from(text.slice(text.indexOf('\r\n\r\n')), 'base64').toString('utf8') : text;
    const said = [body, ...(format?.besides?.(input) ?? [])].join('\n');
    expect(said).toContain('who else sends? Nobody could say.');
    expect(said).not.toContain('There is nothing to change');
    for (const part of ['A'.repeat(100), 'provider-verification', 'v=spf1 -all']) expect(said).toContain(part);
    const read = readers[id];
    if (read === undefined || CHANGES.has(id)) return;
    const { remove, add, sets } = read(text);
    if (sets.length > 0) expect(meanings(sets.flatMap((set) => set.records))).toEqual(meanings(records));
    else expect(meanings(add)).toEqual(meanings(records));
    if (remove.length > 0) expect(meanings(remove, false)).toEqual(meanings([SPF_BEFORE], false));
  });

  it.each(handOverFormats.map(({ id }) => id))('%s hands a verified domain over', (id) => {
    const verified = { ...input, changes: input.changes.filter(({ action }) => action === 'keep') };
    const text = written(id, verified);
    expect(text).not.toContain('There is nothing to change');
  });
});

it('DNSControl is given no invisible character that its interpreter would read as two, and every other', () => {
  const handOver = (text: string): HandOver => ({
    domain: ZONE,
    zone: ZONE,
    generatedAt: '2026-11-24T12:00:00.000Z',
    changes: [
      change({ action: 'add', purpose: 'verification', name: ZONE, type: 'TXT', after: [txt(ZONE, 600, text)] }),
    ],
  });
  expect(written('dnscontrol', handOver('tag \u{e0001} here'))).toMatch(
    /Left out: TXT example\.com\. It contains an invisible character above U\+FFFF/,
  );
  expect(written('dnscontrol', handOver('tag \u{e0001} here'))).not.toContain('D_EXTEND');
  expect(written('dnscontrol', handOver('letter \u{1f4e8} \u200b'))).toContain('letter \u{1f4e8} \\u200b');
});
