import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli as run } from '../../support/cli.ts';

/** The commands on DKIM, DMARC and the policies alone: no data folder, no network. */

let folder = '';
const file = (name: string, text: string): string => {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
};

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-commands-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('dkim', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const value = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const record = `v=DKIM1; k=rsa; p=${value}`;
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

  it('inspect reads a key, says what is wrong with it and puts it right', async () => {
    expect(await run('dkim', 'inspect', record)).toEqual({ code: 0, out: 'rsa, 2048 bits\n', error: '' });
    const broken = await run('dkim', 'inspect', `k=rsa;; p=${value}`);
    expect(broken.code).toBe(3);
    expect(broken.out).toContain('error: Two semicolons follow each other');
    expect(broken.out).toContain(`Fixed: k=rsa; p=${value}`);
    expect(await run('dkim', 'inspect', '--fix', `k=rsa;; p=${value}`)).toMatchObject({
      code: 0,
      out: `k=rsa; p=${value}\n`,
    });
    // No option begins so.
    const inText = `-----BEGIN PUBLIC KEY-----\n${value}\n-----END PUBLIC KEY-----`;
    expect(await run('dkim', 'inspect', inText, '--fix')).toMatchObject({
      code: 0,
      out: expect.stringContaining(value),
    });
    expect(await run('dkim', 'inspect', record, record)).toMatchObject({
      code: 3,
      out: expect.stringContaining('There are 2 TXT records at the selector'),
    });
  });

  it('inspect says whether a private key belongs to the record', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    });
    const inspect = (text: string) =>
      run('dkim', 'inspect', record, '--private-key-file', file('key.pem', text), '--json');
    const right = await inspect(pem);
    expect(right.code).toBe(0);
    expect(JSON.parse(right.out)).toMatchObject({ pair: 'match', key: { bits: 2048 }, findings: [] });
    const foreign = await inspect(other.toString());
    expect([foreign.code, (JSON.parse(foreign.out) as { pair: string }).pair]).toEqual([3, 'mismatch']);
    expect(JSON.parse((await inspect('nothing')).out)).toMatchObject({ pair: 'unreadable' });
  });

  it('generate makes keys that OpenSSL reads, with the record as zone files have it', async () => {
    const { code, out } = await run(
      'dkim',
      'generate',
      '--bits',
      '1024',
      '--domain',
      'example.com',
      '--selector',
      's7',
    );
    expect(code).toBe(0);
    const [, secret = '', line = ''] = /^(-----BEGIN[^]*END PRIVATE KEY-----)\n(.*)\n$/.exec(out) ?? [];
    const published = createPublicKey(secret).export({ format: 'der', type: 'spki' }).toString('base64');
    expect(line).toBe(`s7._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=${published}"`);
    const ed25519 = await run('dkim', 'generate', '--ed25519', '--json');
    expect(JSON.parse(ed25519.out)).toMatchObject({
      bits: 256,
      record: expect.stringMatching(/^v=DKIM1; k=ed25519; p=.{44}$/),
    });
    expect(await run('dkim', 'generate', '--bits', '1000')).toMatchObject({
      code: 4,
      error: expect.stringContaining('1000'),
    });
    expect(await run('dkim', 'generate', '--selector', 'a_b')).toMatchObject({ code: 4 });
  });
});

describe('dmarc explain', () => {
  it('says whom a record reaches, what is wrong with it and what comes next', async () => {
    const { code, out } = await run(
      'dmarc',
      'explain',
      'v=DMARC1; p=quarantine; sp=none; rua=mailto:a@example.net',
      '--domain',
      'example.com',
    );
    expect(code).toBe(0);
    for (const text of [
      'From example.com: quarantine (p=quarantine)',
      'From a subdomain of example.com without a record of its own: none (sp=none)',
      'Next step: Reject, as a test.',
      'Before, not known: Where people write who may post to mailing lists: p=none has been published for at least a month',
      '  v=DMARC1; p=reject; sp=none; t=y; rua=mailto:a@example.net',
      'warning: Subdomains are protected less than the domain\n  at 25: sp=none',
      'Have example.com._report._dmarc.example.net published in the zone of example.net',
    ])
      expect(out).toContain(text);
    expect(await run('dmarc', 'explain', 'v=DMARC1; p=maybe')).toMatchObject({
      code: 3,
      out: expect.stringContaining('Receivers discard it'),
    });
    expect(await run('dmarc', 'explain')).toMatchObject({ code: 4 });
  });

  it('asks for time where people write, and for none where programs do', async () => {
    const record = 'v=DMARC1; p=none; rua=mailto:a@example.com';
    const people = await run('dmarc', 'explain', record, '--written-by', 'people');
    expect(people.out).toContain('p=none has been published for at least a month');
    expect((await run('dmarc', 'explain', record, '--written-by', 'programs')).out).not.toContain('month');
    const nobody = await run('dmarc', 'explain', record, '--written-by', 'cats');
    expect(nobody).toMatchObject({ code: 4, error: expect.stringContaining('--written-by people') });
  });

  it.each([
    ['v=DMARC1; p:reject; rua:mailto:a@example.com', 'v=DMARC1; p=reject; rua=mailto:a@example.com\n'],
    [
      '_dmarc IN TXT ( "v=DMARC1\\; p=none\\; " "rua=a@example.com" ) ; ours',
      'v=DMARC1; p=none; rua=mailto:a@example.com\n',
    ],
    ['v = DMARC1;; P=reject', 'v=DMARC1; p=reject\n'],
    ['v=DMARC1; p=none; p=reject', null],
    ['v=DMARC1; rua=mailto:a@example.com', null],
    ['v=spf1 -all', null],
  ])('puts right %s where that has one meaning', async (record, fixed) => {
    const { code, out, error } = await run('dmarc', 'explain', record, '--fix');
    expect({ code, out }).toEqual(fixed === null ? { code: 3, out: '' } : { code: 0, out: fixed });
    if (fixed === null) expect(error).toContain('can’t be fixed automatically');
  });

  it('says of reject and of a test what receivers of either standard do', async () => {
    const { out } = await run('dmarc', 'explain', 'v=DMARC1; p=reject; t=y; rua=mailto:a@example.com');
    expect(out).toContain('quarantine (p=reject, one step milder because of t=y); receivers of RFC 7489: reject');
    expect(out).toContain('Reject: receivers are not to refuse for the policy alone');
    expect(out).toContain('in practice such mail is often refused');
    expect((await run('dmarc', 'explain', 'v=DMARC1; p=none')).out).not.toContain('Reject:');
  });

  it('walks the tree in a zone file', async () => {
    const zone = file(
      'zone',
      '$TTL 300\n@ SOA ns1 h 1 3600 600 86400 60\n@ NS ns1\n_dmarc TXT "v=DMARC1; p=reject"\n_dmarc.news TXT "v=DMARC1; p=none; sp=reject"\n',
    );
    const explain = (domain: string) =>
      run('dmarc', 'explain', '--domain', domain, '--zone', zone, '--origin', 'example.com');
    const below = await explain('a.news.example.com');
    expect(below.code).toBe(0);
    expect(below.out).toContain(
      '_dmarc.a.news.example.com: nothing\n_dmarc.news.example.com: v=DMARC1; p=none; sp=reject\n',
    );
    expect(below.out).toContain('Organizational domain: example.com');
    expect(below.out).toContain('info: The policy comes from example.com');
    const own = await explain('news.example.com');
    expect(own.out).toContain('From news.example.com: none (p=none)');
    expect(own.out).toContain('info: sp= and np= of news.example.com are never used');
    const outside = await explain('example.net');
    expect(outside).toMatchObject({ code: 6, out: expect.stringContaining('Whether a record applies is not known') });
  });
});

describe('policy', () => {
  it('lint knows each kind of record by its version', async () => {
    expect(await run('policy', 'lint', 'v=STSv1; id=1')).toEqual({ code: 0, out: 'No problems found.\n', error: '' });
    expect(await run('policy', 'lint', 'v=TLSRPTv1; rua=x')).toMatchObject({
      code: 3,
      out: expect.stringContaining('“x” is not an address that reports can go to'),
    });
    const logo = await run('policy', 'lint', 'v=BIMI1; l=https://example.com/l.svg', '--json');
    expect(JSON.parse(logo.out)).toMatchObject([{ code: 'bimi.no-evidence' }]);
    expect(await run('policy', 'lint', 'v=stsv1; id=1')).toMatchObject({ code: 3 });
    expect(await run('policy', 'lint', 'v=STSv1; id=1', 'v=STSv1; id=2')).toMatchObject({ code: 3 });
    expect(await run('policy', 'lint', 'v=spf1 -all')).toMatchObject({ code: 4 });
  });

  it('mta-sts makes a file that lint-file accepts, for the servers it names', async () => {
    const made = await run(
      'policy',
      'mta-sts',
      'example.com',
      '--mx',
      'mx1.example.com',
      '*.example.net',
      '--mode',
      'enforce',
      '--json',
    );
    expect(made.code).toBe(0);
    const { name, record, url, file: text } = JSON.parse(made.out) as Record<string, string>;
    expect([name, url]).toEqual(['_mta-sts.example.com', 'https://mta-sts.example.com/.well-known/mta-sts.txt']);
    expect(await run('policy', 'lint', record ?? '')).toMatchObject({ code: 0 });
    const place = file('mta-sts.txt', text ?? '');
    expect(await run('policy', 'lint-file', place, '--mx', 'mx1.example.com', 'a.example.net')).toMatchObject({
      code: 0,
    });
    expect(await run('policy', 'lint-file', place, '--mx', 'mx2.example.com')).toMatchObject({
      code: 3,
      out: expect.stringContaining('does not cover the mail server mx2.example.com'),
    });
    expect(await run('policy', 'mta-sts', 'example.com', '--mx', 'mx1')).toMatchObject({ code: 4 });
    expect(await run('policy', 'mta-sts', 'example.com', '--mx', 'mx1.example.com', '--mode', 'on')).toMatchObject({
      code: 4,
    });
    expect(await run('policy', 'mta-sts', 'example.com', '--mx', 'mx1.example.com', '--max-age', 'x')).toMatchObject({
      code: 4,
    });
  });
});

describe('whatever it is pasted in', () => {
  it.each([
    [
      ['dmarc', 'explain', '_dmarc 300 IN TXT ( "v=DMARC1\\; p=none\\; " "rua=mailto:a@example.com" ) ; ours'],
      'Reports to mailto:a@example.com',
    ],
    [['dmarc', 'explain', '{"type":"TXT","name":"_dmarc","content":"v=DMARC1; p=reject"}'], 'reject (p=reject)'],
    [['dmarc', 'explain', '"v=DMARC1; p=reject"'], 'The value is wrapped in quotation marks'],
    [['policy', 'lint', '_mta-sts TXT "v=STSv1; id=2026;"'], 'The value is wrapped in the notation of a zone file'],
    [['dmarc', 'explain', 'v=spf1 -all'], 'This is a record of SPF, not of DMARC'],
    [['dkim', 'inspect', 'v=DMARC1; p=none'], 'This is a record of DMARC, not of DKIM'],
    [['spf', 'lint', 'v=DKIM1; p='], 'This is a record of DKIM, not of SPF'],
    [['policy', 'lint', 'v=DKIM1; p='], 'This is a record of DKIM, not of MTA-STS'],
  ])('%j is read', async (args, told) => {
    const ran = await run(...args);
    expect(ran.out + ran.error).toContain(told);
    expect(ran.code).toBe(ran.error === '' ? 3 : 4);
  });

  it.each(['spf', 'dkim', 'dmarc', 'policy'])('%s refuses a private key without showing it', async (command) => {
    const verb = { spf: 'lint', dkim: 'inspect', dmarc: 'explain', policy: 'lint' }[command] as string;
    const ran = await run(command, verb, '--', '-----BEGIN PRIVATE KEY-----\nMIISECRET\n-----END PRIVATE KEY-----');
    expect(ran.code).toBe(4);
    expect(ran.out + ran.error).not.toContain('MIISECRET');
    expect(ran.error).toContain('private key');
  });
});

describe('dmarc explain in a zone', () => {
  it('says what is not known, and takes the consent that stands in the zone', async () => {
    const zone = file('zone', '@ 300 IN TXT "v=spf1 -all"\n');
    const outside = await run(
      'dmarc',
      'explain',
      '--domain',
      'elsewhere.example',
      '--zone',
      zone,
      '--origin',
      'example.com',
    );
    expect(outside.code).toBe(6);
    expect(outside.out).toContain('not known');
    expect(outside.out).not.toContain('put the message off');
    const world = file(
      'world',
      '_dmarc.a.example. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:x@b.example"\na.example._report._dmarc.b.example. 300 IN TXT "v=DMARC1"\n',
    );
    const consented = await run('dmarc', 'explain', '--domain', 'a.example', '--zone', world, '--origin', '.');
    expect(consented.code).toBe(0);
    expect(consented.out).not.toContain('consent');
  });

  it('tells what holds for the domain itself, and consents as not known, as missing or not at all', async () => {
    const explain = (zone: string, domain: string, origin: string) =>
      run('dmarc', 'explain', '--domain', domain, '--zone', file('consents', zone), '--origin', origin);
    const policy = '_dmarc.a.example. 300 IN TXT "v=DMARC1; p=none; sp=reject; rua=mailto:x@b.example"\n';
    const destination = '@ 300 IN SOA ns h 1 2 3 4 5\n';
    const open = await explain(policy, 'news.a.example', 'a.example.');
    expect(open).toMatchObject({ code: 0 });
    expect(open.out).toContain('In force for news.a.example: reject, by a.example');
    expect(open.out).toContain('info: Whether mailto:x@b.example accepts reports for this domain is not known');
    const missing = await explain(`${policy}$ORIGIN b.example.\n${destination}`, 'a.example', 'A.example');
    expect(missing.out).toContain('warning: Reports to b.example need its authorisation');
    const given = await explain(
      `${policy}$ORIGIN b.example.\n${destination}*._report._dmarc 300 IN TXT "v=DMARC1"\n`,
      'a.example',
      'a.example',
    );
    expect(given.out).not.toContain('consent');
  });
});
