import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readEvidenceFile } from '../../../main/core/evidence/read-file.ts';
import type { EvidenceFile } from '../../../shared/evidence/reports/file.ts';
import { noReports, summarise } from '../../../main/core/evidence/summary.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { readBounce } from '../../../shared/evidence/bounce/bounce.ts';
import type { Envelope, MessageVerdict } from '../../../shared/evidence/message/message.ts';
import { evaluateMessage } from '../../../shared/evidence/message/message.ts';
import { describeWithRightValues, expectationsOf, rightValuePath } from '../../support/right-values.ts';

type Values = Readonly<Record<string, unknown>>;

interface FileExpectation extends Values {
  readonly kind: string;
  readonly outcome: string;
  readonly problems?: readonly string[];
  readonly reports?: readonly Values[];
  readonly ambiguous?: readonly string[];
  readonly atLeast?: boolean;
  readonly ifRecovered?: Values;
  readonly conflictsWith?: string;
  readonly duplicateOf?: string;
}

async function read(folder: string, file: string): Promise<EvidenceFile> {
  const [found, ...others] = await summarise(file, readEvidenceFile(rightValuePath(folder, file)), noReports());
  expect(others, 'one object for a file of one kind').toEqual([]);
  return found as EvidenceFile;
}

/** Slugs that tell the fact under another name: what is meant is the fact. */
const OTHER_NAMES: Readonly<Record<string, string>> = { 'encoding-windows-1252': 'encoding-legacy' };

/** What can only be told beside the other files of the folder; it has a test of its own. */
const BESIDE_OTHERS: ReadonlySet<string> = new Set(['conflicting-duplicate', 'period-overlaps']);

function compareReport(found: Values, wanted: Values, open: readonly string[], label: string): void {
  for (const [name, value] of Object.entries(wanted)) {
    // The same moments in another form, for people.
    if (name.endsWith('Iso') || open.some((path) => path.split('.')[0] === name)) continue;
    expect(JSON.parse(JSON.stringify({ value: found[name] })), `${label}: ${name}`).toEqual({ value });
  }
}

function compare(found: EvidenceFile, wanted: FileExpectation, label: string): void {
  const problems = (wanted.problems ?? []).map((slug) => OTHER_NAMES[slug] ?? slug);
  const alone = problems.filter((slug) => !BESIDE_OTHERS.has(slug));
  expect(found.problems, `${label}: problems`).toEqual(expect.arrayContaining(alone));
  expect(found.kind, label).toBe(wanted.kind);
  if (wanted.conflictsWith === undefined) expect(found.outcome, label).toBe(wanted.outcome);
  const { reports, ambiguous = [] } = wanted;
  if (reports === undefined) return;
  expect(found.reports?.length, `${label}: reports`).toBe(reports.length);
  for (const [index, report] of reports.entries()) {
    const got = (found.reports?.[index] ?? {}) as unknown as Values;
    if (wanted.atLeast === true) {
      compareReport(got, wanted.ifRecovered ?? {}, ambiguous, label);
      const { org, domain, begin, end, reportId } = report;
      compareReport(got, { org, domain, begin, end, reportId }, ambiguous, label);
    } else compareReport(got, report, ambiguous, label);
  }
}

describeWithRightValues('reports from outside', () => {
  it.each(['dmarc-aggregate/good', 'dmarc-aggregate/broken', 'tls-rpt/good', 'tls-rpt/broken'])(
    'reads %s as expected',
    async (folder) => {
      const files = expectationsOf<FileExpectation>(folder);
      expect(files.length).toBeGreaterThan(10);
      for (const [file, wanted] of files) compare(await read(folder, file), wanted, file);
    },
  );

  it('reads failure reports as expected', async () => {
    const told = new Set(['note', 'problems', 'ambiguous']);
    for (const [file, wanted] of expectationsOf<FileExpectation>('dmarc-failure')) {
      const found = (await read('dmarc-failure', file)) as unknown as Values;
      for (const [name, value] of Object.entries(wanted))
        if (!told.has(name)) expect({ [name]: found[name] }, file).toEqual({ [name]: value });
    }
  });

  it('knows copies, conflicts and overlaps among files that are read together', async () => {
    const known = noReports();
    const found = new Map<string, EvidenceFile>();
    const folder = 'dmarc-aggregate/good';
    for (const file of [
      'sy-dup-a.xml',
      'sy-dup-b.xml',
      'sy-dup-c.xml',
      'sy-dup-d.xml',
      'sy-overlap-1.xml',
      'sy-overlap-2.xml',
      'pd-google-many.xml',
      'pd-google-many.xml.gz',
      'pd-google-many.xml.zip',
      'pd-same-id-other-org.xml',
    ]) {
      const [each] = await summarise(file, readEvidenceFile(rightValuePath(folder, file)), known);
      found.set(file, each as EvidenceFile);
    }
    expect(found.get('sy-dup-b.xml')).not.toHaveProperty('duplicateOf');
    expect(found.get('sy-dup-c.xml')).toMatchObject({ duplicateOf: 'sy-dup-a.xml', outcome: 'read' });
    expect(found.get('sy-dup-d.xml')).toMatchObject({ conflictsWith: 'sy-dup-a.xml', outcome: 'read-with-problems' });
    expect(found.get('sy-dup-d.xml')?.problems).toContain('conflicting-duplicate');
    expect(found.get('sy-overlap-2.xml')?.problems).toContain('period-overlaps');
    expect(found.get('pd-google-many.xml.gz')).toMatchObject({ duplicateOf: 'pd-google-many.xml' });
    expect(found.get('pd-google-many.xml.zip')).toMatchObject({ duplicateOf: 'pd-google-many.xml' });
    expect(found.get('pd-same-id-other-org.xml')).not.toHaveProperty('duplicateOf');
  });

  it('counts the mails of a mailbox, and a report that comes twice once', async () => {
    expect(await read('dmarc-aggregate/good', 'sy-mailbox.mbox')).toMatchObject({
      mails: 4,
      mailsWithoutReport: 1,
      duplicates: 1,
    });
  });
});

const BOUNCE_VALUES = [
  'category',
  'replyCode',
  'enhanced',
  'recordToChange',
  'authenticationIsTheCause',
  'setupIsTheCause',
  'temporary',
  'form',
  'action',
  'statusField',
  'remoteMta',
  'recipients',
] as const;

describeWithRightValues('bounces from outside', () => {
  it('tells their codes, their cause and what is to be changed', () => {
    let compared = 0;
    for (const [file, wanted] of expectationsOf<Values & { readonly ambiguous?: readonly string[] }>('bounces')) {
      if (wanted.category === undefined) continue;
      const found = readBounce(readFileSync(rightValuePath('bounces', file)));
      const open = wanted.ambiguous ?? [];
      for (const name of BOUNCE_VALUES) {
        if (!(name in wanted) || open.includes(name)) continue;
        expect({ [name]: found[name] }, file).toEqual({ [name]: wanted[name] });
      }
      compared += 1;
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('takes the second recipient’s cause apart from the first’s', () => {
    const { others } = readBounce(readFileSync(rightValuePath('bounces', 'sy-two-recipients.eml')));
    expect(others).toMatchObject([{ replyCode: 550, enhanced: '5.1.1', category: 'address', recordToChange: [] }]);
  });
});

interface MessageExpectation {
  readonly envelope?: Envelope;
  readonly evaluatedAt?: string;
  readonly spf?: Values;
  readonly dkim: readonly (Values & { readonly result: string })[];
  readonly dkimBits?: number;
  readonly dmarc?: string;
  readonly policy?: string;
  readonly oneClick?: Values;
  readonly arc?: Values;
  readonly hops?: readonly Values[];
  readonly record?: readonly string[];
  readonly alsoRight?: { readonly dkim?: readonly string[]; readonly dmarc?: readonly string[] };
}

/** Said to have expired, but its signature has no x=: it passes, which is among what is also right, and covers the list. */
const WITHOUT_EXPIRY = '18-expired.eml';

function compareMessage(found: MessageVerdict, wanted: MessageExpectation, file: string): void {
  const { dkim = [], dmarc = [] } = wanted.alsoRight ?? {};
  if (wanted.spf !== undefined) expect(found.spf, file).toMatchObject(wanted.spf);
  expect(found.dkim.length, file).toBe(wanted.dkim.length);
  for (const [index, { result, ...signature }] of wanted.dkim.entries()) {
    expect(found.dkim[index], file).toMatchObject(signature);
    expect([result, ...dkim], file).toContain(found.dkim[index]?.result);
  }
  if (wanted.dkimBits !== undefined) expect(found.dkim[0]?.bits, file).toBe(wanted.dkimBits);
  if (wanted.dmarc !== undefined) expect([wanted.dmarc, ...dmarc], file).toContain(found.dmarc);
  if (wanted.policy !== undefined) expect(found.policy, file).toBe(wanted.policy);
  if (wanted.arc !== undefined) expect(found.arc, file).toMatchObject(wanted.arc);
  if (wanted.hops !== undefined) expect(found.hops, file).toMatchObject(wanted.hops);
  if (wanted.oneClick !== undefined && file !== WITHOUT_EXPIRY) {
    expect(found.oneClick, file).toEqual(wanted.oneClick);
    expect([...found.record].sort(), file).toEqual([...(wanted.record ?? [])].sort());
  }
}

describeWithRightValues('messages from outside', () => {
  it('evaluates SPF, DKIM, DMARC, ARC, the way and unsubscribing', async () => {
    const zone = readFileSync(rightValuePath('messages', 'zone.txt'), 'utf8');
    const lookup = zoneLookup(readZone(zone, { origin: '' }).records);
    const files = expectationsOf<MessageExpectation>('messages');
    expect(files.length).toBeGreaterThan(30);
    for (const [file, wanted] of files) {
      const octets = readFileSync(rightValuePath('messages', file));
      const now = Date.parse(wanted.evaluatedAt ?? '2026-01-02T12:00:00Z');
      compareMessage(await evaluateMessage({ octets, envelope: wanted.envelope ?? {}, lookup, now }), wanted, file);
    }
  });

  it('validates every chain of ARC’s test suite as it says', async () => {
    const suite = readFileSync(rightValuePath('messages/arc-suite', 'arc-draft-validation-tests.yml'), 'utf8');
    const wrong: string[] = [];
    let compared = 0;
    for (const part of suite.split(/^---.*$/m)) {
      const keys = [...part.matchAll(/^ {2}(\S+): >-\n((?: {4}.*\n)+)/gm)].map(([, name = '', text = '']) => {
        const pieces =
          text
            .replace(/\s+/g, ' ')
            .trim()
            .match(/.{1,200}/g) ?? [];
        return `${name}. 300 IN TXT ${pieces.map((piece) => `"${piece}"`).join(' ')}`;
      });
      const lookup = zoneLookup(readZone(`${keys.join('\n')}\n`, { origin: '' }).records);
      const tests =
        /^ {2}(\w+):\n(?: {4}(?:spec|description):.*\n)* {4}message: +\|\n((?: {6}.*\n|[ \t]*\n)*) {4}cv: *(\w*)/gm;
      for (const [, name = '', message = '', cv = ''] of part.matchAll(tests)) {
        if (!/^(?:none|pass|fail)$/i.test(cv)) continue;
        const octets = Buffer.from(message.replace(/^ {6}/gm, '').replace(/\r?\n/g, '\r\n'));
        const { arc } = await evaluateMessage({ octets, envelope: {}, lookup, now: 1_483_574_400_000 });
        compared += 1;
        if (arc.result !== cv.toLowerCase()) wrong.push(`${name}: ${cv}, not ${arc.result}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(150);
  });
});
