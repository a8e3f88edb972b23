import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { dropFolder } from '../../support/core.ts';

/** Zones as they are met, given to `plan --json`: what is prepared, and that nothing gets weaker by it. */

let folder: string;
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-judged-'));
});
afterAll(() => dropFolder(folder));

interface Side {
  readonly dmarc: {
    readonly policy: string | null;
    readonly subdomainPolicy: string | null;
    readonly at: string | null;
  };
  readonly reports: readonly { readonly address: string }[];
  readonly permerrors: readonly { readonly name: string }[];
}

interface Planned {
  readonly changes: readonly {
    readonly purpose: string;
    readonly name: string;
    readonly action: string;
    readonly reason: string;
    readonly before: readonly { readonly strings?: readonly string[] }[];
    readonly after: readonly { readonly strings?: readonly string[] }[];
  }[];
  readonly effect: { readonly before: Side; readonly after: Side };
  readonly questions: readonly { readonly code: string }[];
}

const HEAD = '$ORIGIN example.com.\n@ 3600 IN SOA ns1 host 1 2 3 4 5\n@ 3600 IN NS ns1\nns1 3600 IN A 192.0.2.53\n';

/** Each zone gets a data folder of its own: what was pasted is remembered. */
async function plan(records: string, ...args: readonly string[]) {
  made += 1;
  const zone = path.join(folder, `zone-${made}`);
  writeFileSync(zone, `${HEAD}${records}\n`);
  let [out, error] = ['', ''];
  const terminal = { out: (text: string) => (out += text), error: (text: string) => (error += text) };
  const given = ['plan', 'news.example.com', '--zone', zone, '--json', '--data-dir', path.join(folder, `data-${made}`)];
  const code = await runCli([...given, ...args], terminal);
  return { code, out, error };
}

const textsOf = (records: Planned['changes'][number]['after']) => records.map(({ strings = [] }) => strings.join(''));

const ELASTIC = ['--provider', 'elastic-email'];
const DMARC = 'v=DMARC1; p=reject; rua=mailto:a@example.com';
const RANKS = [null, 'none', 'quarantine', 'reject'];

/** What stands in the zone, what is asked for, and the one change that is looked at. */
const ROWS: readonly (readonly [
  what: string,
  records: string,
  args: readonly string[],
  purpose: string,
  action: string,
  after: string,
])[] = [
  ['what holds today goes into the own record', `_dmarc TXT "${DMARC}"`, ELASTIC, 'dmarc', 'add', DMARC],
  [
    'the policy that holds below is the own one',
    '_dmarc TXT "v=DMARC1; p=reject; sp=quarantine; adkim=s; rua=mailto:a@example.com; ruf=mailto:f@example.com; fo=1; psd=n"',
    ELASTIC,
    'dmarc',
    'add',
    'v=DMARC1; p=quarantine; adkim=s; rua=mailto:a@example.com; ruf=mailto:f@example.com; fo=1',
  ],
  [
    'a colon for the equals sign of the policy',
    '_dmarc.news TXT "v=DMARC1; p:reject; rua=mailto:a@example.com"',
    ELASTIC,
    'dmarc',
    'replace',
    DMARC,
  ],
  [
    'a colon for that of the reports',
    '_dmarc.news TXT "v=DMARC1; p=reject; rua:mailto:a@example.com"',
    ELASTIC,
    'dmarc',
    'replace',
    DMARC,
  ],
  [
    'a line of a zone file as the value',
    String.raw`_dmarc.news TXT "_dmarc.news IN TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\""`,
    ELASTIC,
    'dmarc',
    'replace',
    DMARC,
  ],
  [
    'a text beside it that is none',
    `_dmarc.news TXT "${DMARC}"\n_dmarc.news TXT "v=dmarc1 p=none"`,
    ELASTIC,
    'dmarc',
    'keep',
    DMARC,
  ],
  ['types that a host made up', `_dmarc.news DMARC "${DMARC}"`, ELASTIC, 'dmarc', 'keep', DMARC],
  [
    'a record that is there',
    'news TXT "v=spf1 ip4:192.0.2.1 -all"',
    ELASTIC,
    'spf',
    'replace',
    'v=spf1 ip4:192.0.2.1 include:_spf.elasticemail.com -all',
  ],
  [
    'a provider that is not given up',
    'news TXT "v=spf1 a mx include:_spf.elasticemail.com ~all"',
    ['--provider', 'mailgun'],
    'spf',
    'replace',
    'v=spf1 a mx include:_spf.elasticemail.com include:mailgun.org ~all',
  ],
  [
    'two records',
    'news TXT "v=spf1 include:spf1.example.net ?all"\nnews TXT "v=spf1 -all"',
    ELASTIC,
    'spf',
    'replace',
    'v=spf1 include:spf1.example.net include:_spf.elasticemail.com -all',
  ],
  [
    'slips that can be read',
    'news TXT "v=spf1 include:https://_spf.google.com ip4=198.51.100.250 include:spf.example.org-all"',
    ELASTIC,
    'spf',
    'replace',
    'v=spf1 include:_spf.google.com ip4:198.51.100.250 include:spf.example.org include:_spf.elasticemail.com -all',
  ],
  [
    'the provider denied',
    'news TXT "v=spf1 -include:_spf.elasticemail.com ~all"',
    ELASTIC,
    'spf',
    'replace',
    'v=spf1 include:_spf.elasticemail.com ~all',
  ],
  [
    'a version without its letter',
    'news TXT "spf1 ip4:192.0.2.1 ~all"',
    ELASTIC,
    'spf',
    'replace',
    'v=spf1 ip4:192.0.2.1 include:_spf.elasticemail.com ~all',
  ],
  [
    'a version with a colon',
    'news TXT "v:spf1 ip4:192.0.2.1 ~all"',
    ELASTIC,
    'spf',
    'replace',
    'v=spf1 ip4:192.0.2.1 include:_spf.elasticemail.com ~all',
  ],
  [
    'a verification token beside it',
    'news TXT "v=spf1 mx -all"\nnews TXT "unione-validate-hash=1f2e3d"',
    ['--provider', 'unione', '--field', 'verification=unione-validate-hash=1f2e3d'],
    'spf',
    'replace',
    'v=spf1 mx include:spf.unione.io -all',
  ],
  [
    'a wildcard’s record',
    '* TXT "v=spf1 ip4:192.0.2.1 -all"',
    ELASTIC,
    'spf',
    'add',
    'v=spf1 ip4:192.0.2.1 include:_spf.elasticemail.com -all',
  ],
];

it.each(ROWS)('%s', async (_what, records, args, purpose, action, after) => {
  const { code, out } = await plan(records, ...args);
  expect(code).toBe(exitCodes.notVerified);
  const { changes, effect } = JSON.parse(out) as Planned;
  const change = changes.find((each) => each.purpose === purpose);
  expect(change?.action).toBe(action);
  expect(textsOf(change?.after ?? [])).toEqual([after]);
  // What is replaced goes: no second record stays beside it.
  const published = records.split('\n').filter((line) => !line.includes('unione') && !line.includes('dmarc1'));
  if (action === 'replace') expect(change?.before).toHaveLength(published.length);
  for (const part of ['policy', 'subdomainPolicy'] as const)
    expect(RANKS.indexOf(effect.after.dmarc[part])).toBeGreaterThanOrEqual(RANKS.indexOf(effect.before.dmarc[part]));
  for (const { address } of effect.before.reports)
    expect(effect.after.reports.map((each) => each.address)).toContain(address);
  expect(effect.after.permerrors).toEqual([]);
});

it('calls not known what stands in a line that it can’t read', async () => {
  const { out } = await plan('_dmarc.news FOO "v=DMARC1; p=reject"\nnews FOO "v=spf1 mx -all"', ...ELASTIC);
  const { changes, questions, effect } = JSON.parse(out) as Planned;
  for (const { purpose, action, reason } of changes) {
    if (purpose !== 'spf' && purpose !== 'dmarc') continue;
    expect(action).toBe('unknown');
    expect(reason).toBe('What is published today is not known.');
  }
  expect(effect.before.dmarc.policy).toBe('unknown');
  expect(questions.map(({ code }) => code)).toContain('plan.policy-not-known');
});

it.each([
  'em.example.com. 60 A 192.0.2.9\nupdate delete www',
  'https://em1234.example.com/',
  'em1234 ; note',
  'em 60',
  '(em',
])('refuses a field that is no part of a name: %j', async (value) => {
  const { code, out } = await plan('', '--provider', 'sendgrid', '--field', `subdomain=${value}`);
  expect(code).toBe(exitCodes.badInput);
  expect(JSON.parse(out)).toHaveProperty('error');
});
