import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { oracleProgram } from '../../oracles/tools.ts';
import { readByParsedmarc, readByUs } from '../../support/parsedmarc.ts';
import type { Told } from '../../support/parsedmarc.ts';
import { describeWithRightValues, expectationsOf, rightValuePath } from '../../support/right-values.ts';
import { seed } from '../../support/seed.ts';
import { describeWith } from '../../support/tools.ts';

/** What parsedmarc makes of the same reports: everything that both tell is the same, but for what is explained here. */

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const domain = fc
  .tuple(label, fc.constantFrom('example.com', 'example.net', 'example.org'))
  .map((parts) => parts.join('.'));
const source = fc.oneof(
  fc.nat(254).map((last) => `198.51.100.${last + 1}`),
  fc.nat(65_534).map((last) => `2001:db8::${(last + 1).toString(16)}`),
);
const verdict = fc.constantFrom('pass', 'fail');
const result = (results: readonly string[]) => fc.record({ domain, result: fc.constantFrom(...results) });
const row = fc.record({
  source,
  count: fc.integer({ min: 1, max: 1_000_000 }),
  disposition: fc.constantFrom('none', 'quarantine', 'reject'),
  dkim: verdict,
  spf: verdict,
  reason: fc.option(fc.constantFrom('forwarded', 'mailing_list', 'local_policy', 'sampled_out')),
  headerFrom: domain,
  signatures: fc.array(result(['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror']), {
    maxLength: 3,
  }),
  mailFrom: result(['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror']),
});
const reports = fc.record({
  org: label,
  id: fc.stringMatching(/^[A-Za-z0-9.-]{1,30}$/),
  begin: fc.integer({ min: 1_600_000_000, max: 1_790_000_000 }),
  seconds: fc.integer({ min: 1, max: 40 * 86_400 }),
  domain,
  policy: fc.constantFrom('none', 'quarantine', 'reject'),
  rows: fc.array(row, { minLength: 1, maxLength: 12 }),
  namespace: fc.constantFrom(
    '',
    ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"',
    ' xmlns="http://dmarc.org/dmarc-xml/0.1"',
  ),
  isPacked: fc.boolean(),
});

type Report = typeof reports extends fc.Arbitrary<infer Value> ? Value : never;

const element = (name: string, ...content: readonly (string | number)[]) => `<${name}>${content.join('')}</${name}>`;

function xmlOf(report: Report): string {
  const rows = report.rows.map((each) =>
    element(
      'record',
      element(
        'row',
        element('source_ip', each.source),
        element('count', each.count),
        element(
          'policy_evaluated',
          element('disposition', each.disposition),
          element('dkim', each.dkim),
          element('spf', each.spf),
          ...(each.reason === null ? [] : [element('reason', element('type', each.reason), element('comment', ''))]),
        ),
      ),
      element('identifiers', element('header_from', each.headerFrom), element('envelope_from', each.mailFrom.domain)),
      element(
        'auth_results',
        ...each.signatures.map((signature) =>
          element(
            'dkim',
            element('domain', signature.domain),
            element('selector', 's'),
            element('result', signature.result),
          ),
        ),
        element(
          'spf',
          element('domain', each.mailFrom.domain),
          element('scope', 'mfrom'),
          element('result', each.mailFrom.result),
        ),
      ),
    ),
  );
  const end = report.begin + report.seconds;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feedback${report.namespace}>${element('version', '1.0')}${element(
    'report_metadata',
    element('org_name', report.org),
    element('email', `reports@${report.org}.example`),
    element('report_id', report.id),
    element('date_range', element('begin', report.begin), element('end', end)),
  )}${element('policy_published', element('domain', report.domain), element('p', report.policy))}${rows.join('\n')}</feedback>`;
}

/** Where parsedmarc tells other figures of a file, and why ours are right. */
const TOLD_OTHERWISE: Readonly<Record<string, string>> = {
  'dmarc-aggregate/broken/pd-unescaped-angle.xml': 'a header_from with a bare angle is lost there, and read here',
  'dmarc-aggregate/broken/sy-counts-odd.xml':
    'records whose count is no number are left out there, and count nothing here',
  'dmarc-aggregate/broken/sy-no-evaluation.xml': 'records without an evaluation are left out there, with their mail',
  'dmarc-aggregate/broken/sy-unknown-values.xml':
    'records with values of no standard are left out there, with their mail',
  'tls-rpt/broken/sy-counts-odd.json': 'a count below nothing is taken there',
  'tls-rpt/broken/sy-huge-count.json': 'a count beyond 2^53 is rounded when it is compared; here it is exact',
};

/** What parsedmarc refuses and we read: each is told with its problem. */
const READ_HERE_ALONE: ReadonlySet<string> = new Set([
  // Prefixed elements, UTF-16, and UTF-8 behind a mark.
  'dmarc-aggregate/good/sy-rfc9990-prefixed.xml',
  'dmarc-aggregate/good/sy-utf-16le-bom.xml',
  'dmarc-aggregate/good/sy-utf-8-bom.xml',
  'tls-rpt/good/sy-bom.json',
  // Mails whose parts are named otherwise, archives in archives, several members, damage.
  'dmarc-aggregate/good/sy-contenttype-misspelt.eml',
  'dmarc-aggregate/good/sy-quoted-printable.eml',
  'dmarc-aggregate/good/sy-members.xml.gz',
  'dmarc-aggregate/broken/sy-gz-in-zip.zip',
  'dmarc-aggregate/broken/sy-nested.zip',
  'dmarc-aggregate/broken/sy-bad-crc.xml.gz',
  // What lacks a part, or has one that is wrong.
  'dmarc-aggregate/broken/od-bad.xml',
  'dmarc-aggregate/broken/sy-blank-before-declaration.xml',
  'dmarc-aggregate/broken/sy-metadata-empty.xml',
  'dmarc-aggregate/broken/sy-no-metadata.xml',
  'dmarc-aggregate/broken/sy-no-policy.xml',
  'dmarc-aggregate/broken/sy-times-milliseconds.xml',
  'dmarc-aggregate/broken/tp-empty-record.xml',
  'tls-rpt/good/sy-no-policy-domain.json',
  'tls-rpt/broken/da-lenient.json',
  'tls-rpt/broken/ma-rpt03.json',
  'tls-rpt/broken/sy-list-of-reports.json',
  'tls-rpt/broken/sy-no-policies.json',
  'tls-rpt/broken/sy-policies-object.json',
  'tls-rpt/broken/sy-unknown-types.json',
]);

const isRead = (told: Told | undefined) => told !== undefined && !('error' in told);

describeWith(['oracle:parsedmarc'], 'parsedmarc', () => {
  const python = oracleProgram('parsedmarc') ?? '';

  it('tells the same of generated reports', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-parsedmarc-'));
    try {
      const all = fc.sample(reports, { seed, numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 150) });
      const files = all.map((report, index) => {
        const file = path.join(folder, `${index}.xml${report.isPacked ? '.gz' : ''}`);
        const xml = xmlOf(report);
        writeFileSync(file, report.isPacked ? gzipSync(xml) : xml);
        return file;
      });
      const theirs = readByParsedmarc(python, files);
      for (const [index, file] of files.entries())
        expect(await readByUs(file), xmlOf(all[index] as Report)).toEqual(theirs[index]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);

  describeWithRightValues('reports from outside', () => {
    it('tells the same, but for what is explained', async () => {
      const names = ['dmarc-aggregate/good', 'dmarc-aggregate/broken', 'tls-rpt/good', 'tls-rpt/broken'].flatMap(
        (folder) => expectationsOf(folder).map(([file]) => `${folder}/${file}`),
      );
      const files = names.map((name) => rightValuePath('', name));
      const theirs = readByParsedmarc(python, files);
      const ours = await Promise.all(files.map(readByUs));
      const both = names.filter((_name, index) => isRead(ours[index]) && isRead(theirs[index]));
      expect(both.length).toBeGreaterThan(90);
      for (const name of both) {
        const index = names.indexOf(name);
        if (TOLD_OTHERWISE[name] === undefined) expect(ours[index], name).toEqual(theirs[index]);
        else expect(ours[index], `${name} is told the same by now`).not.toEqual(theirs[index]);
      }
      const [hereAlone, thereAlone] = [
        names.filter((_name, index) => isRead(ours[index]) && !isRead(theirs[index])),
        names.filter((_name, index) => !isRead(ours[index]) && isRead(theirs[index])),
      ];
      expect(new Set(hereAlone)).toEqual(READ_HERE_ALONE);
      expect(thereAlone).toEqual([]);
    }, 300_000);
  });
});

describe('what is explained', () => {
  it('is explained once', () => {
    for (const name of Object.keys(TOLD_OTHERWISE)) expect(READ_HERE_ALONE).not.toContain(name);
  });
});
