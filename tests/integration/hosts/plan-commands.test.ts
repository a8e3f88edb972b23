import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { dropFolder } from '../../support/core.ts';

/** `zone`, `plan` and `records`, on a data folder of its own and without a network. */

let folder: string;

async function cli(...args: readonly string[]) {
  let [out, error] = ['', ''];
  const terminal = { out: (text: string) => (out += text), error: (text: string) => (error += text) };
  const code = await runCli(args, terminal);
  return { code, out, error };
}

const inFolder = (...args: readonly string[]) => cli(...args, '--data-dir', folder);

function file(name: string, content: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, content);
  return full;
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-plan-'));
});
afterAll(() => dropFolder(folder));

describe('zone', () => {
  const zone = `; ours
$ORIGIN example.com.
@ 3600 SOA ns1 hostmaster 1 2 3 4 5
news TXT "v=spf1 -all" ; strict
news TXT "v=spf1 mx -all"
bad A 300.1.1.1
`;

  it('lint names what is wrong with its line, and ends with 3', async () => {
    const { code, out } = await cli('zone', 'lint', file('lint.zone', zone));
    expect(code).toBe(exitCodes.notVerified);
    expect(out).toContain('example.com: 3 records');
    expect(out).toContain('error: Line 6 can’t be read: “300.1.1.1” is not an address');
    expect(out).toContain('error: Line 4: news.example.com has 2 SPF records');
    const json = JSON.parse((await cli('zone', 'lint', path.join(folder, 'lint.zone'), '--json')).out) as {
      readonly findings: readonly { readonly code: string; readonly remedy: string }[];
    };
    // Nothing in the zone receives mail for news: its mx matches nobody.
    expect(json.findings.map((finding) => finding.code)).toEqual([
      'zone.syntax',
      'zone.several-spf',
      'zone.mail-record',
    ]);
  });

  it('lint has nothing to say of a sound zone, and asks for the name of one that doesn’t tell it', async () => {
    const sound = file('sound.zone', 'www A 192.0.2.1\n');
    expect(await cli('zone', 'lint', sound, '--origin', 'example.com.')).toMatchObject({
      code: exitCodes.ok,
      out: 'example.com: 1 record\nNo problems found.\n',
    });
    const nameless = await cli('zone', 'lint', sound);
    expect(nameless.code).toBe(exitCodes.badInput);
    expect(nameless.error).toContain('Name it with --origin.');
    expect((await cli('zone', 'lint', path.join(folder, 'none'), '--origin', 'example.com')).code).not.toBe(
      exitCodes.ok,
    );
  });

  it('print gives the records and their comments', async () => {
    const { code, out, error } = await cli('zone', 'print', path.join(folder, 'lint.zone'));
    expect(out).toContain('; ours\n');
    expect(out).toContain('news\t3600\tIN\tTXT\t"v=spf1 -all" ; strict\n');
    expect(readZone(out, { origin: 'example.com' }).records).toHaveLength(3);
    expect(error).toContain('Line 6');
    expect(code).toBe(exitCodes.notVerified);
  });
});

describe('plan and records', () => {
  const published = `$ORIGIN example.com.
news 600 TXT "v=spf1 mx -all"
news 600 TXT "token"
_dmarc.news 600 TXT "v=DMARC1; p=reject"
api._domainkey.news 600 CNAME keys.example.net.
`;

  it('prepare nothing before somebody has chosen whose records, and say what to give', async () => {
    for (const command of ['plan', 'records']) {
      const { code, out, error } = await inFolder(command, 'shop.example.com');
      expect(code).toBe(exitCodes.badInput);
      expect(out).toBe('');
      expect(error).toContain(
        'No record template is chosen for shop.example.com. Give --provider with one of elastic-email, ',
      );
    }
    expect((await inFolder('settings', 'set', '--template', 'elastic-mail')).error).toMatch(
      /There is no record template elastic-mail\b[\s\S]*Choose one of elastic-email, sendgrid, /,
    );
    expect((await inFolder('settings', 'set', '--template', 'mandrill')).code).toBe(exitCodes.ok);
    expect((await inFolder('records', 'shop.example.com')).out).toContain('mandrill');
    expect((await inFolder('settings', 'set', '--template', '')).code).toBe(exitCodes.ok);
    expect((await inFolder('records', 'shop.example.com')).code).toBe(exitCodes.badInput);
  });

  it('say what is published is not known, and end with 6, before anything was asked', async () => {
    const { code, out, error } = await inFolder('plan', 'news.example.com', '--provider', 'elastic-email');
    expect(error).toContain('news.example.com was added to the sender domains.');
    expect(out).toContain('Add, not compared: TXT news');
    expect(code).toBe(exitCodes.noResult);
  });

  it('print the changes in order with what stands in the way, and the way back, from a zone file', async () => {
    const { code, out } = await inFolder('plan', 'news.example.com', '--zone', file('published.zone', published));
    expect(code).toBe(exitCodes.notVerified);
    expect(out).toContain('   - 600 v=spf1 mx -all\n   + 600 v=spf1 mx include:_spf.elasticemail.com -all\n');
    expect(out).toContain('Keep: TXT _dmarc.news');
    expect(out).not.toContain('token');
    const back = out.slice(out.indexOf('Undo:'));
    expect(back).toContain('   + 600 v=spf1 mx -all');
  });

  it('take the zone as Route 53 lists it, too', async () => {
    const set = (Name: string, Type: string, Value: string) => ({ Name, Type, TTL: 300, ResourceRecords: [{ Value }] });
    const listed = file(
      'listed.json',
      JSON.stringify({
        ResourceRecordSets: [
          set('example.com.', 'SOA', 'ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 86400'),
          set('shop.example.com.', 'TXT', '"v=spf1 mx -all"'),
        ],
      }),
    );
    const { out, error } = await inFolder('plan', 'shop.example.com', '--provider', 'elastic-email', '--zone', listed);
    expect(error).toBe('');
    expect(out).toContain('   - 300 v=spf1 mx -all\n   + 3600 v=spf1 mx include:_spf.elasticemail.com -all\n');
    const lint = await cli('zone', 'lint', listed);
    expect(lint).toMatchObject({ code: exitCodes.ok, error: expect.stringContaining('A Route 53 listing') });
    expect(lint.out).toContain('example.com: 2 records');
  });

  it('give the same as JSON, and stay by the zone that was given', async () => {
    const { out } = await inFolder('plan', 'news.example.com', '--json');
    const plan = JSON.parse(out) as {
      readonly zone: string;
      readonly changes: readonly { readonly action: string; readonly purpose: string }[];
      readonly wayBack: readonly unknown[];
    };
    expect(plan.zone).toBe('example.com');
    const actions = Object.fromEntries(plan.changes.map(({ purpose, action }) => [purpose, action]));
    expect(actions).toMatchObject({ spf: 'replace', dmarc: 'keep' });
    expect(plan.wayBack.length).toBeGreaterThan(0);
  });

  it('records hands over the changes, and with --way-back what undoes them', async () => {
    const forward = await inFolder('records', 'news.example.com', '--format', 'nsupdate');
    expect(forward.code).toBe(exitCodes.ok);
    expect(forward.out).toContain('update delete news.example.com. IN TXT "v=spf1 mx -all"');
    const back = await inFolder('records', 'news.example.com', '--format', 'nsupdate', '--way-back');
    expect(back.out).toContain('update add news.example.com. 600 IN TXT "v=spf1 mx -all"');
    expect((await inFolder('records', 'news.example.com', '--format', 'none')).code).toBe(exitCodes.badInput);
  });

  it('take what a DMARC or DKIM record was meant as by the words that the plan lists', async () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' });
    const record = { id: 'dkim:x', purpose: 'dkim', type: 'TXT', optional: false, why: 'A key.' };
    const mode = {
      id: 'standard',
      label: 'Standard',
      spfTerms: [],
      spfName: '{domain}',
      fields: [],
      records: [
        { ...record, name: 'x._domainkey.{domain}', value: `k=rsa; s=tlsrpt; p=${key.toString('base64')}` },
        { ...record, id: 'dkim:y', name: 'y._domainkey.{domain}', value: `s=other; p=${key.toString('base64')}` },
      ],
      selectors: ['x', 'y'],
      ownKeys: false,
    };
    await inFolder('templates', 'change', 'mailgun', file('garbled.json', JSON.stringify({ modes: [mode] })));
    const zone = file('meant.zone', `$ORIGIN example.org.\n_dmarc 300 TXT "v=DMARC1; p=none; d@example.org"\n`);
    const plan = async (...args: readonly string[]) => (await inFolder('plan', 'example.org', ...args)).out;
    const first = await plan('--provider', 'mailgun', '--zone', zone);
    expect(first).toContain('TXT x._domainkey  The requested record is not usable.');
    expect(first).toMatch(/\? Write s=email:tlsrpt\n +\? Remove s=\n/);
    const several = await inFolder('plan', 'example.org', '--meant', 'Remove s=');
    expect(several.code).toBe(exitCodes.badInput);
    expect(several.error).toContain('is a meaning of several records');
    expect(several.error).toContain('“y._domainkey: Remove s=”');
    const chosen = await plan('--meant', 'x._domainkey: Remove s=');
    expect(chosen).toContain('1. Add: TXT x._domainkey  ');
    expect(chosen).toContain(`   + 3600 k=rsa; p=${key.toString('base64')}`);
    expect(await plan('--meant', 'Write rua=mailto:d@example.org')).toContain(
      '   + 3600 v=DMARC1; p=none; rua=mailto:d@example.org',
    );
    const back = await plan('--meant', '');
    expect(back).toContain('TXT x._domainkey  The requested record is not usable.');
    expect(back).not.toContain('rua=mailto:d@example.org;');
  });

  it('forget the zone again', async () => {
    expect((await inFolder('plan', 'news.example.com', '--zone', '')).code).toBe(exitCodes.noResult);
  });
});
