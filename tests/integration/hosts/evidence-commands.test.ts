import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { files } from '../../fixtures/evidence/make.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../fixtures/evidence');
const REPORTS = Object.keys(files).filter((name) => name !== 'bounce.eml');

let dataFolder: string;

beforeAll(() => {
  dataFolder = mkdtempSync(path.join(tmpdir(), 'sendwright-evidence-'));
});
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

async function cli(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  let out = '';
  let error = '';
  const code = await runCli(['evidence', ...args], {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

const silent = { out: () => undefined, error: () => undefined };
const kept = (...args: readonly string[]) => cli(...args, '--data-dir', dataFolder);
const objects = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('evidence', () => {
  it('has fixtures as their script writes them', () => {
    // What is compressed has the octets of the system that compressed it.
    for (const [name, content] of Object.entries(files).filter(
      ([, each]) => typeof each === 'string' && !each.includes('gzip'),
    ))
      expect(readFileSync(path.join(FOLDER, name)).equals(Buffer.from(content)), name).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'reads a pipe that is named, waits for none that a folder links to, and reads every file of many',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-many-'));
      const own = ['--data-dir', path.join(folder, '.data')];
      const pipe = path.join(folder, '.pipe');
      const xml = files['receiver.example!example.com!1772323200!1772409599.xml'] as string;
      execFileSync('mkfifo', [pipe]);
      symlinkSync(pipe, path.join(folder, 'link.xml'));
      symlinkSync(path.join(folder, 'nothing'), path.join(folder, 'nowhere.xml'));
      const names = Array.from({ length: 100 }, (_none, index) => `${String(index).padStart(3, '0')}.xml`);
      for (const [index, name] of names.entries())
        writeFileSync(
          path.join(folder, name),
          index === 50 ? '' : xml.replace(/<report_id>.*<\/report_id>/, `<report_id>${index}</report_id>`),
        );
      try {
        const { out } = await cli('import', folder, '--json', ...own);
        const read = objects(out).map(({ file, outcome }) => `${path.basename(String(file))} ${String(outcome)}`);
        expect(read).toEqual([
          ...names.map((name, index) => `${name} ${index === 50 ? 'refuse' : 'read'}`),
          'nowhere.xml refuse',
        ]);
        const writing = writeFile(pipe, xml.replace(/<report_id>.*<\/report_id>/, '<report_id>piped</report_id>'));
        expect(objects((await cli('import', pipe, '--json', ...own)).out)).toMatchObject([
          { outcome: 'read', reports: [{ reportId: 'piped' }] },
        ]);
        await writing;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  it('imports a folder: each report once, the broken one in part, the hostile one not', async () => {
    const paths = REPORTS.map((name) => path.join(FOLDER, name));
    const { code, out } = await kept('import', ...paths, '--json');
    expect(code).toBe(4);
    const found = new Map(objects(out).map((each) => [path.basename(String(each.file)), each]));
    expect(found.get('receiver.example!example.com!1772323200!1772409599.xml')).toMatchObject({
      kind: 'dmarc-aggregate',
      outcome: 'read',
      problems: [],
      reports: [{ org: 'receiver.example', domain: 'example.com', records: 4, messages: 4442 }],
      stored: { new: 1, known: 0, conflicting: 0 },
    });
    expect(found.get('again-by-mail.eml')).toMatchObject({
      duplicateOf: expect.stringContaining('1772409600') as string,
      stored: { new: 0, known: 1 },
    });
    expect(found.get('cut-off.xml')).toMatchObject({ outcome: 'partial', reports: [{ messages: 120 }] });
    expect(found.get('with-doctype.xml')).toMatchObject({ outcome: 'refuse', problems: ['doctype-refused'] });
    expect(found.get('tls.json')).toMatchObject({ kind: 'tls-rpt', reports: [{ ok: 90, failed: 3 }] });
  });

  it('adds nothing when the same folder is imported again', async () => {
    const { out } = await kept(
      'import',
      path.join(FOLDER, 'receiver.example!example.com!1772323200!1772409599.xml'),
      '--json',
    );
    expect(objects(out)).toMatchObject([{ outcome: 'read', stored: { new: 0, known: 1 } }]);
  });

  it('tells the senders, the forgotten one among them, and keeps what somebody says of one', async () => {
    const { code, out } = await kept('senders', 'example.com', '--json');
    expect(code).toBe(3);
    const senders = JSON.parse(out) as readonly Record<string, unknown>[];
    expect(senders.map(({ key, kind, messages, pass }) => [key, kind, messages, pass])).toEqual([
      ['known:SendGrid', 'ours', 8000, 8000],
      ['known:Amazon SES', 'known', 620, 0],
      ['network:192.0.2.0/24', 'ours', 360, 360],
      ['network:203.0.113.0/24', 'forgery', 45, 0],
      ['domain:example.net', 'forwarding', 12, 12],
    ]);
    await kept('name', 'example.com', 'network:203.0.113.0/24', '--kind', 'ours', '--name', 'Warehouse');
    expect((await kept('senders', 'example.com')).out).toMatch(/Warehouse +ours +45 messages/);
    await kept('name', 'example.com', 'network:203.0.113.0/24', '--forget');
    expect((await kept('senders', 'example.com')).out).not.toContain('Warehouse');
  });

  it('gives the senders as a table, with nothing in it that a spreadsheet would run', async () => {
    await kept('name', 'example.com', 'network:203.0.113.0/24', '--kind', 'ours', '--name', '=1+1, "Warehouse"');
    const lines = (await kept('senders', 'example.com', '--csv')).out.split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe('sender,what it is,reason,messages,pass,dkim,spf,since,until,sources,key');
    expect(lines[1]).toMatch(/^SendGrid,ours,.*,8000,8000,8000,0,2026-03-01T00:00:00\.000Z,.*,1,known:SendGrid$/);
    expect(lines.find((line) => line.endsWith('network:203.0.113.0/24'))).toContain(`"'=1+1, ""Warehouse""",ours,`);
    await kept('name', 'example.com', 'network:203.0.113.0/24', '--forget');
  });

  it('forgets what it is told to forget', async () => {
    const { out } = await kept('forget', '--before', '2026-03-02', '--json');
    expect(JSON.parse(out)).toEqual({ removed: 2, mails: 0 });
    expect((await kept('forget', '--all', '--json')).out).toContain('"removed": 2');
    expect((await kept('senders', 'example.com')).code).toBe(6);
    expect(await kept('forget')).toMatchObject({ code: 4, error: expect.stringContaining('--before') as string });
  });

  it('shows and sets for how long evidence is kept, and lists the mails', async () => {
    await kept('import', path.join(FOLDER, 'bounce.eml'));
    expect((await kept('mails')).out).toMatch(/bounce {2}\?: .*\n {2}550 5\.7\.26\n {2}To change: the DMARC record/);
    const { out } = await kept('keep', '--reports', 'forever', '--mails', '90', '--json');
    expect(JSON.parse(out)).toMatchObject({ reportDays: null, mailDays: 90, personalDays: 0, mails: 1 });
    expect((await kept('keep')).out).toContain('not kept');
    expect(await kept('keep', '--reports', '0')).toMatchObject({
      code: 4,
      error: expect.stringContaining('Give 1 to 36500') as string,
    });
    expect((await kept('forget', '--persons')).out).toBe('Addresses and words of 0 mails forgotten.\n');
    expect((await kept('keep', '--mails', '0')).out).toMatch(/verdicts of mails +not kept +0 here/);
    expect((await kept('mails')).code).toBe(6);
  });

  it('reads alone when it is told to, and names a path that is not there', async () => {
    const report = path.join(FOLDER, 'tls.json');
    const { out } = await kept('import', report, '--dry-run', '--json');
    expect(objects(out)[0]).not.toHaveProperty('stored');
    const missing = path.join(FOLDER, 'nowhere.xml');
    expect(await kept('import', missing)).toMatchObject({ code: 4, error: expect.stringContaining(missing) as string });
  });

  it('tells a bounce’s record by code and words', async () => {
    const { code, out } = await cli('bounce', path.join(FOLDER, 'bounce.eml'), '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ category: 'authentication', replyCode: 550, recordToChange: ['dmarc'] });
  });

  it('quotes the manual of the domain that the bounced message was sent from', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'sendwright-bounce-'));
    const zone = path.join(home, 'zone.txt');
    writeFileSync(
      zone,
      '$ORIGIN example.com.\n@ 3600 IN SOA ns1 h 1 3600 600 86400 300\n@ 3600 IN TXT "v=spf1 -all"\n',
    );
    const refused = String(files['bounce.eml']).replace(
      'rejected: DMARC policy',
      'SPF of the sender did not pass, by the policy',
    );
    const bounce = path.join(home, 'refused.eml');
    const giveBack = (from: string) =>
      writeFileSync(
        bounce,
        refused.replace(
          '--part--',
          `--part\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: a@${from}\r\n\r\n--part--`,
        ),
      );
    try {
      giveBack('example.com');
      const where = ['--data-dir', path.join(home, 'data')];
      const before = await cli('bounce', bounce, ...where);
      expect(before.out).toContain('example.com is in no list of sender domains');
      expect(existsSync(path.join(home, 'data')), 'a question makes no data folder').toBe(false);

      await runCli(['domains', 'add', 'example.com', ...where], silent);
      await runCli(['plan', 'example.com', '--provider', 'elastic-email', '--zone', zone, ...where], silent);
      const { out, code } = await cli('bounce', bounce, ...where);
      expect(code).toBe(3);
      expect(out).toMatch(/Step 2 of the manual, Allow the sending servers:\n {2}2\. SPF, TXT at example\.com: /);
      expect(out).toContain('v=spf1 include:_spf.elasticemail.com -all');
      giveBack('shop.example.com');
      const { mending } = JSON.parse((await cli('bounce', bounce, '--json', ...where)).out) as {
        mending: { domain: string; steps: readonly { records: readonly { id: string }[] }[] };
      };
      expect(mending.domain).toBe('example.com');
      expect(mending.steps.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(['spf']);
      const named = await cli('bounce', path.join(FOLDER, 'bounce.eml'), '--domain', 'example.com', ...where);
      expect(named.out).toContain('DMARC, TXT at _dmarc.example.com');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('watches a folder until it is told to stop', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'sendwright-watch-'));
    try {
      const watch = (...args: readonly string[]) => cli('watch', ...args, '--data-dir', path.join(home, 'data'));
      expect(await watch()).toMatchObject({ code: 6, out: 'No folder is watched.\n' });
      // What lay there before the test began is as old as it has to be.
      expect((await watch(FOLDER, '--now')).out).toMatch(
        /^\d+ new files read, \d+ new reports kept, \d+ files? refused/,
      );
      const { folders, looked } = JSON.parse((await watch('--now', '--json')).out) as {
        folders: readonly { path: string; files: number }[];
        looked: { files: number };
      };
      expect(folders).toMatchObject([{ path: FOLDER }]);
      expect(folders[0]?.files).toBeGreaterThan(5);
      expect(looked.files).toBe(0);
      expect(await watch(home, '--stop')).toMatchObject({
        code: 4,
        error: expect.stringContaining('is not watched') as string,
      });
      expect(await watch(FOLDER, '--stop')).toMatchObject({ code: 0, out: 'No folder is watched.\n' });
      expect(await watch('--stop')).toMatchObject({ code: 4 });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('leads from a folder of reports to the forgotten sender and on to the next step', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'sendwright-walk-'));
    const where = ['--data-dir', path.join(home, 'data')];
    const record = (day: number, spf: 'pass' | 'fail') =>
      `<feedback><report_metadata><org_name>receiver.example</org_name><email>d@receiver.example</email><report_id>${day}</report_id><date_range><begin>${1_772_323_200 + day * 86_400}</begin><end>${1_772_409_599 + day * 86_400}</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published>${[
        ['192.0.2.10', 900, 'pass', 'pass'],
        ['203.0.113.9', 40, 'fail', spf],
      ]
        .map(
          ([source, count, dkim, result]) =>
            `<record><row><source_ip>${source}</source_ip><count>${count}</count><policy_evaluated><disposition>none</disposition><dkim>${dkim}</dkim><spf>${result}</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results>${dkim === 'pass' ? '<dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim>' : ''}<spf><domain>example.com</domain><scope>mfrom</scope><result>${result}</result></spf></auth_results></record>`,
        )
        .join('')}</feedback>`;
    const reports = path.join(home, 'reports');
    mkdirSync(reports);
    const zone = path.join(home, 'zone.txt');
    writeFileSync(
      zone,
      '$ORIGIN example.com.\n@ 60 IN SOA ns1 h 1 3600 600 86400 300\n@ 60 IN TXT "v=spf1 ip4:192.0.2.10 -all"\n_dmarc 60 IN TXT "v=DMARC1; p=none; rua=mailto:d@example.com"\n',
    );
    try {
      writeFileSync(path.join(reports, '1.xml'), record(1, 'fail'));
      await runCli(['plan', 'example.com', '--provider', 'elastic-email', '--zone', zone, ...where], silent);
      const imported = await cli('import', reports, ...where);
      expect(imported.out).toContain('1 new report kept.\nWho sends: evidence senders example.com.');
      const { out } = await cli('senders', 'example.com', ...where);
      expect(out).toContain('If it is yours: evidence let-send example.com 203.0.113.9');
      await cli('name', 'example.com', 'network:203.0.113.0/24', '--kind', 'ours', '--name', 'Warehouse', ...where);
      const before = await cli('step', 'example.com', '--written-by', 'programs', ...where);
      expect(before.code).toBe(3);
      expect(before.out).toContain('40 of 40 of Warehouse (ours)');
      expect(before.out).toContain('NOT MET: Reports show no mail of your own that fails.');

      const put = await cli('let-send', 'example.com', '203.0.113.9', ...where);
      expect(put.out).toContain('Added to the prepared SPF record');
      let records = '';
      await runCli(['records', 'example.com', ...where], { ...silent, out: (text) => void (records += text) });
      expect(records).toContain('ip4:203.0.113.9');

      writeFileSync(path.join(reports, '2.xml'), record(2, 'pass'));
      await cli('import', reports, ...where);
      expect((await cli('senders', 'example.com', ...where)).out).not.toContain('let-send');
      const after = await cli('step', 'example.com', '--prepare', ...where);
      expect(after.out).toContain('met: Reports show no mail of your own that fails. 40 of 1,880 messages');
      records = '';
      await runCli(['records', 'example.com', ...where], { ...silent, out: (text) => void (records += text) });
      expect(records).toContain('v=DMARC1; p=quarantine; t=y; rua=mailto:d@example.com');
      expect(await cli('step', 'example.net', ...where)).toMatchObject({ code: 4 });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
