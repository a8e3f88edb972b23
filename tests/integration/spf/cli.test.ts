import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import { cli } from '../../support/cli.ts';
import { describeWith } from '../../support/tools.ts';

const RECORDS = `@ IN TXT "v=spf1 a mx include:_spf.example.com include:gone.example.com -all"
@ IN TXT "site-verification=1"
@ IN A 192.0.2.1
@ IN MX 10 mail
mail IN A 192.0.2.2
mail IN AAAA 2001:db8::2
_spf IN TXT "v=spf1 ip4:198.51.100.0/24 ~all"
gone IN TXT "v=spf1 ?all"
why IN TXT "v=spf1 -all exp=text.example.com"
text IN TXT "%{i} is no sender of %{d}"
outside IN TXT "v=spf1 include:_spf.elsewhere.example -all"
broken IN TXT "v=spf1 inlcude:_spf.example.com -all"
`;

describe('sendwright spf, in a zone file', () => {
  let folder = '';
  let where: readonly string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sendwright-spf-'));
    await writeFile(path.join(folder, 'zone'), zoneHead('example.com') + RECORDS);
    where = ['--zone', path.join(folder, 'zone'), '--origin', 'example.com'];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ['192.0.2.1', 'u@example.com', 0, /^pass, decided by a\n/],
    ['198.51.100.9', 'u@example.com', 0, /^pass, decided by include:_spf\.example\.com\n/],
    ['2001:db8::2', 'example.com', 0, /^pass, decided by mx\n/],
    ['203.0.113.1', 'u@example.com', 3, /^fail, decided by -all\n/],
    ['203.0.113.1', 'u@why.example.com', 3, /The domain says: 203\.0\.113\.1 is no sender of why\.example\.com\n/],
    ['203.0.113.1', 'u@nothing.example.com', 3, /^none\n/],
    ['203.0.113.1', 'u@broken.example.com', 3, /^permerror\n.*inlcude/],
    ['203.0.113.1', 'u@outside.example.com', 1, /^temperror\n.*outside what was given/],
  ])('check: %s <%s> ends with %i', async (ip, sender, code, output) => {
    const ran = await cli('spf', 'check', '--ip', ip, '--sender', sender, ...where);
    expect(ran).toMatchObject({ code, error: '' });
    expect(ran.out).toMatch(output);
  });

  test('check: a record that is not published yet, and a world that ends with the file', async () => {
    const args = ['spf', 'check', '--ip', '203.0.113.1', '--json', '--sender'];
    const tried = await cli(...args, 'u@example.com', '--record', 'v=spf1 ip4:203.0.113.0/24 -all', ...where);
    expect(tried.code).toBe(0);
    expect(JSON.parse(tried.out)).toMatchObject({ result: 'pass', term: 'ip4:203.0.113.0/24', lookups: 0, voids: 0 });
    await writeFile(path.join(folder, 'world'), '$ORIGIN a.example.\n@ 60 IN TXT "v=spf1 include:b.example -all"\n');
    const world = await cli(...args, 'u@a.example', '--zone', path.join(folder, 'world'), '--origin', '.');
    expect(JSON.parse(world.out)).toMatchObject({ result: 'permerror' });
  });

  test('takes the zone’s name from the file, so that what is missing in it and what lies outside are told apart', async () => {
    const file = path.join(folder, 'named');
    for (const head of [
      '$ORIGIN example.com.\n',
      'example.com. 60 IN SOA ns.example.com. h.example.com. 1 2 3 4 5\n',
    ]) {
      await writeFile(
        file,
        `${head}_spf.example.com. 60 TXT "v=spf1 -all"\nnews.example.com. 60 TXT "v=spf1 include:_spf.example.com -all"\n`,
      );
      const explain = (name: string) => cli('spf', 'explain', name, '--zone', file);
      expect(await explain('news.example.com')).toMatchObject({ code: 0 });
      expect((await explain('news.example.com')).out).not.toContain('outside');
      expect(await explain('shop.example.com')).toMatchObject({ code: 3 });
      expect((await explain('shop.example.com')).out).toContain('no SPF record');
      expect(await explain('news.example.net')).toMatchObject({ code: 6 });
      const policy = await cli('dmarc', 'explain', '--domain', 'news.example.net', '--zone', file);
      expect(policy).toMatchObject({ code: 6 });
      expect(policy.out).toContain('_dmarc.news.example.net: not known');
    }
  });

  test('explain: the tree, its cost and what is wrong', async () => {
    const ran = await cli('spf', 'explain', 'example.com', ...where);
    expect(ran.out.split('\n').slice(0, 10)).toEqual([
      'example.com: v=spf1 a mx include:_spf.example.com include:gone.example.com -all',
      '├─ a  (1 lookup; empty: 0 for IPv4, 1 for IPv6)',
      '├─ mx  (1 lookup)',
      '├─ include:_spf.example.com  (1 lookup)',
      '│  ├─ ip4:198.51.100.0/24',
      '│  └─ ~all',
      '├─ include:gone.example.com  (1 lookup)',
      '│  └─ ?all',
      '└─ -all',
      '4 of 10 lookups, depth 1',
    ]);
    expect(ran.code).toBe(0);
    const hosts = Array.from({ length: 11 }, (_, index) => `a:mail.example.com/${index + 20}`).join(' ');
    const over = await cli('spf', 'explain', 'example.com', '--record', `v=spf1 ${hosts} -all`, '--json', ...where);
    const { tree, findings, savings } = JSON.parse(over.out) as {
      tree: { lookups: number };
      findings: { code: string }[];
      savings: { kind: string; isEnough: boolean }[];
    };
    expect({ code: over.code, lookups: tree.lookups }).toEqual({ code: 3, lookups: 11 });
    expect(findings.map((finding) => finding.code)).toContain('spf.many-lookups');
    expect(savings[0]).toMatchObject({ kind: 'write-addresses', isEnough: true });
    expect(await cli('spf', 'explain', 'nothing.example.com', ...where)).toMatchObject({ code: 3 });
    const elsewhere = await cli('spf', 'explain', 'elsewhere.example', ...where);
    expect(elsewhere).toMatchObject({ code: 6, out: expect.stringMatching(/^elsewhere\.example: not known\n/) });
    expect((await cli('spf', 'explain', 'broken.example.com', ...where)).out).toContain('  at 8: inlcude\n');
  });

  test('merge: from what is published, with the cost of the result', async () => {
    const args = ['--add', 'include:_spf.example.com', 'ip4:203.0.113.7', '--remove', 'include:gone.example.com'];
    const ran = await cli('spf', 'merge', 'example.com', ...args, ...where);
    expect(ran.code).toBe(0);
    expect(ran.out.split('\n').slice(0, 3)).toEqual([
      'v=spf1 a mx include:_spf.example.com ip4:203.0.113.7 -all',
      '  a  Published today.',
      '  mx  Published today.',
    ]);
    expect(ran.out).toContain('\n- include:gone.example.com  Removed.\n');
    expect(ran.out).toContain('\n3 of 10 lookups, depth 1\n');
    const bare = await cli('spf', 'merge', '--published', 'v=spf1 mx -all', '--add', 'a', '--json');
    expect(JSON.parse(bare.out)).toMatchObject({ record: 'v=spf1 mx a -all', tree: null });
    expect(await cli('spf', 'merge', 'elsewhere.example', '--add', 'a', ...where)).toMatchObject({ code: 6, out: '' });
  });

  test('lint: where it is wrong, and the text put right', async () => {
    const text = 'v=spf1 inlcude:a.example ip4:192.0.2.7/24 mx mx –all';
    const ran = await cli('spf', 'lint', text);
    expect(ran.code).toBe(3);
    expect(ran.out).toContain('  at 8: inlcude\n');
    expect(await cli('spf', 'lint', text, '--fix')).toEqual({
      code: 0,
      out: 'v=spf1 include:a.example ip4:192.0.2.0/24 mx -all\n',
      error: '',
    });
    expect(await cli('spf', 'lint', 'v=spf1 mx ?all', '--fix')).toMatchObject({ code: 0, out: 'v=spf1 mx ?all\n' });
    const json = await cli('spf', 'lint', 'v=spf1 mx -all', '--json');
    expect(JSON.parse(json.out)).toEqual({
      record: 'v=spf1 mx -all',
      isReadable: true,
      findings: [],
      fixed: 'v=spf1 mx -all',
    });
  });

  test.each([
    [['check', '--ip', '192.0.2', '--sender', 'u@example.com'], 4, /--ip: “192\.0\.2” is not an IP address/],
    [['check', '--ip', '192.0.2.1', '--sender', 'u@com'], 4, /“com” is not a domain/],
    [['check', '--ip', '192.0.2.1'], 2, /--sender/],
    [['explain', 'example..com'], 4, /“example\.\.com” is not a domain/],
    [['explain', 'example.com', '--server', 'ns1.example.com'], 4, /“ns1\.example\.com” is not a DNS server/],
    [
      ['explain', 'example.com', '--zone', '/nowhere/zone'],
      4,
      /--zone: \/nowhere\/zone can’t be read: there is no such file/,
    ],
    [['merge', '--published', 'v=spf1 -all'], 4, /Nothing to merge/],
    [['merge', '--add', 'a', '--server', '127.0.0.1'], 4, /Name the domain/],
  ] as const)('refuses %j with %i', async (args, code, error) => {
    const ran = await cli('spf', ...args);
    expect(ran.code).toBe(code);
    expect(ran.error).toMatch(error);
  });
});

describeWith(['named'], 'sendwright spf, in live DNS', () => {
  let bind: Bind;
  beforeAll(async () => {
    bind = await startBind(['example.com']);
    await bind.load('example.com', zoneHead('example.com', 2) + RECORDS);
  });
  afterAll(() => bind.stop());

  test('asks the server that is named', async () => {
    const server = ['--server', bind.address];
    const passed = await cli('spf', 'check', '--ip', '198.51.100.9', '--sender', 'u@example.com', ...server);
    expect(passed).toMatchObject({ code: 0, error: '' });
    const explained = await cli('spf', 'explain', 'example.com', ...server);
    expect(explained.out).toContain('\n4 of 10 lookups, depth 1\n');
    const merged = await cli('spf', 'merge', 'example.com', '--add', 'ip6:2001:db8::/32', ...server);
    expect(merged.out).toMatch(
      /^v=spf1 a mx include:_spf\.example\.com include:gone\.example\.com ip6:2001:db8::\/32 -all\n/,
    );
  });

  test('asks it for what lies outside a zone file', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-spf-'));
    const zone = path.join(folder, 'zone');
    await writeFile(zone, '@ 60 IN TXT "v=spf1 include:_spf.example.com -all"\n');
    const args = ['--zone', zone, '--origin', 'new.example', '--server', bind.address];
    const ran = await cli('spf', 'check', '--ip', '198.51.100.9', '--sender', 'u@new.example', ...args);
    await rm(folder, { recursive: true });
    expect(ran).toMatchObject({ code: 0 });
  });
});
