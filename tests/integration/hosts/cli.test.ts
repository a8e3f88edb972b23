import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import { dropFolder } from '../../support/core.ts';
import type { Outcome } from '../../support/cli.ts';
import { cli as runCommand } from '../../support/cli.ts';
import { describeWith } from '../../support/tools.ts';

/** The command line, on a data folder of its own. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
let folder: string;

const cli = (...args: readonly string[]): Promise<Outcome> => runCommand(...args, '--data-dir', folder);

/** The same with `--json`. */
async function asked(...args: readonly string[]): Promise<{ readonly code: number; readonly data: unknown }> {
  const { code, out } = await cli(...args, '--json');
  return { code, data: JSON.parse(out) as unknown };
}

const file = (name: string, content: string) => {
  const full = path.join(folder, name);
  writeFileSync(full, content, { mode: 0o600 });
  return full;
};

beforeEach(() => {
  delete process.env.SENDWRIGHT_PASSPHRASE;
});

describe('settings by command', () => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cli-'));
  });
  afterAll(() => dropFolder(folder));

  it('are shown before anything is set', async () => {
    const { code, data } = await asked('settings', 'show');
    expect(code).toBe(exitCodes.ok);
    expect(data).toMatchObject({
      revision: 0,
      fields: { serviceUrl: '', recordTemplate: '' },
      apiKey: { state: 'not-set' },
      authKey: { state: 'not-set' },
      provider: { name: null },
      connection: { state: 'not-set' },
    });
    expect((await cli('settings', 'show')).out).toContain('not told by the service');
  });

  it('take what every command takes before the command as well', async () => {
    const { code, out } = await runCommand('--data-dir', folder, '--json', 'settings', 'show');
    expect(code).toBe(exitCodes.ok);
    expect(JSON.parse(out)).toMatchObject({ revision: 0 });
  });

  it('need a passphrase for secrets, which comes by file or environment and is never taken as an argument', async () => {
    const apiKey = file('api-key', 'api-key-of-many-letters\n');
    const set = ['settings', 'set', '--service-url', 'Service.Example.com/', '--api-key-file', apiKey];
    const without = await asked(...set);
    expect(without.code).toBe(exitCodes.locked);
    expect(without.data).toMatchObject({
      error: { code: 'PASSPHRASE_NEEDED', remedy: expect.stringContaining('--passphrase-file') },
    });
    expect((await cli(...set, '--passphrase', 'on the command line')).code).toBe(exitCodes.usage);
    expect((await asked('settings', 'show')).data).toMatchObject({ revision: 0 });

    const passphrase = file('passphrase', 'correct horse battery\r\n');
    const saved = await asked(...set, '--passphrase-file', passphrase);
    expect(saved).toMatchObject({
      code: 0,
      data: { revision: 1, fields: { serviceUrl: 'https://service.example.com' } },
    });
    process.env.SENDWRIGHT_PASSPHRASE = 'another horse';
    const authKey = file('auth-key', 'auth-key-of-many-letters');
    const wrong = await asked('settings', 'set', '--auth-key-file', authKey);
    expect(wrong).toMatchObject({ code: exitCodes.locked, data: { error: { code: 'WRONG_PASSPHRASE' } } });
    process.env.SENDWRIGHT_PASSPHRASE = 'correct horse battery';
    expect((await asked('settings', 'set', '--auth-key-file', authKey)).code).toBe(exitCodes.ok);
    const shown = await cli('settings', 'show', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({
      apiKey: { state: 'locked', endsIn: 'ters' },
      authKey: { state: 'locked' },
    });
    expect(shown.out).not.toContain('of-many');
  });

  it.each([
    [['--service-url', 'http://service.example.com'], 'fields.serviceUrl'],
    [['--service-url', 'https://user:word@service.example.com'], 'fields.serviceUrl'],
    [['--service-url', 'https://exa mple.com'], 'fields.serviceUrl'],
    [['--response-domain', 'ftp://www.yourdomain.com'], 'fields.responseDomain'],
    [['--resolver', 'not a server'], 'fields.resolver'],
    [['--report-address', 'nobody'], 'fields.dmarcReportAddress'],
  ])('refuse %s, name the field, and change nothing', async (args, field) => {
    const before = (await asked('settings', 'show')).data;
    const { code, data } = await asked('settings', 'set', '--template', 'sendgrid', ...args);
    expect(code).toBe(exitCodes.badInput);
    expect(data).toMatchObject({ error: { code: 'BAD_INPUT', field, remedy: expect.stringMatching(/\w/) } });
    expect((await asked('settings', 'show')).data).toEqual(before);
  });

  it('name a file that can’t be read, and an empty command', async () => {
    const { code, data } = await asked('settings', 'set', '--api-key-file', path.join(folder, 'absent'));
    expect(code).toBe(exitCodes.badInput);
    expect(data).toMatchObject({
      error: { message: expect.stringMatching(/^--api-key-file: .*absent can’t be read/) },
    });
    expect((await cli('settings', 'set')).error).toMatch(/^Nothing to set\./);
  });

  it('name the true hindrance of each file that can’t be read or written, never the system’s own word', async () => {
    const absent = path.join(folder, 'absent');
    const commands = [
      ...['--api-key-file', '--extra-ca-file', '--service-profile-file'].map((name) => ['settings', 'set', name]),
      ['domains', 'add', '--file'],
      ['dkim', 'inspect', 'v=DKIM1; p=', '--private-key-file'],
      ['policy', 'lint-file'],
      ['dmarc', 'explain', '--domain', 'example.com', '--zone'],
      ['spf', 'explain', 'example.com', '--zone'],
      ['zone', 'lint'],
      ['dns', 'trace', 'example.com', '--root-hints'],
      ['rules', 'import'],
      ['evidence', 'bounce'],
      ['evidence', 'import'],
      ['bundle', '--output'],
    ];
    const failed: unknown[] = [];
    for (const command of commands) {
      for (const name of [path.join(absent, 'below'), folder]) {
        const isAlone = ['spf', 'dmarc', 'policy', 'zone', 'dns', 'dkim'].includes(command[0] ?? '');
        const { code, error } = await (isAlone ? runCommand : cli)(...command, name);
        if (command[1] === 'import' && name === folder) continue;
        if (code !== exitCodes.badInput || !error.includes(name) || /\bE[A-Z]{4,}\b/.test(error))
          failed.push([command.join(' '), name, code, error]);
      }
    }
    expect(failed).toEqual([]);
  });

  it('keep no password that stands in the address of a DNS server, nor show it', async () => {
    const before = (await asked('settings', 'show')).data;
    const address = 'https://anna:hunter2@dns.example/dns-query';
    for (const [option, field] of [
      ['--resolver', 'fields.resolver'],
      ['--public-resolvers', 'fields.publicResolvers'],
      ['--fallback-resolvers', 'fields.fallbackResolvers'],
    ] as const) {
      const { code, data } = await asked('settings', 'set', option, `192.0.2.53, ${address}`);
      expect([code, data]).toMatchObject([
        exitCodes.badInput,
        { error: { field, message: expect.stringContaining('https://dns.example/dns-query') } },
      ]);
      expect(JSON.stringify(data)).not.toMatch(/hunter2|anna/);
    }
    const spf = await runCommand('spf', 'explain', 'example.com', '--server', address);
    const trace = await runCommand('dns', 'trace', 'example.com', '--server', address);
    for (const { code, out, error } of [spf, trace]) {
      expect([code, error]).toEqual([exitCodes.badInput, expect.stringContaining('has a name or a password in it')]);
      expect(out + error).not.toContain('hunter2');
    }
    expect((await asked('settings', 'show')).data).toEqual(before);
  });

  it('tell what was not understood, in JSON where that was asked for', async () => {
    for (const args of [['nonsense'], ['settings', 'set', '--bogus'], ['records']]) {
      const { code, out } = await cli(...args, '--json');
      expect([args, code]).toEqual([args, exitCodes.usage]);
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'USAGE' } });
    }
  });

  it('tell the state of the connection by their exit code', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await cli('settings', 'set', '--service-url', `https://127.0.0.1:${port}`);
    const { code, data } = await asked('probe', 'connection');
    expect(code).toBe(exitCodes.notVerified);
    expect(data).toMatchObject({ outcome: 'failed', findings: [{ code: 'probe.refused' }] });
    expect((await cli('probe', 'connection')).out).toMatch(/FAILED +connect/);
  });

  it('can’t be read from a damaged data file, which is left as it is', async () => {
    const own = folder;
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cli-'));
    const damaged = file('sendwright.db', 'a letter\n'.repeat(1000));
    const { code, data } = await asked('settings', 'show');
    expect([code, data]).toMatchObject([
      exitCodes.failed,
      { error: { message: expect.stringContaining('is damaged') } },
    ]);
    expect(readFileSync(damaged, 'utf8')).toMatch(/^a letter/);
    expect(readdirSync(folder)).toEqual(['sendwright.db']);
    await dropFolder(folder);
    folder = own;
  });
});

describe('the workspace of a command', () => {
  it('is none that a slip makes, but one that something is brought into', async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cli-'));
    await cli('domains', 'add', 'news.example.com', '--workspace', 'Acme');
    const slip = await cli('domains', 'list', '--workspace', 'Acmee');
    expect(slip).toMatchObject({ code: exitCodes.badInput, error: expect.stringContaining('Acme') });
    expect((await cli('domains', 'list', '--workspace', 'acme')).out).toContain('news.example.com');
    expect((await cli('domains', 'list')).out).toContain('news.example.com');
    await cli('domains', 'add', 'shop.example.com', '--workspace', 'Globex');
    expect((await cli('domains', 'list')).error).toContain('Acme, Globex');
    await dropFolder(folder);
  });
});

describe('domains from elsewhere', () => {
  it('are read from a provider’s answer, a zone and another workspace, and listed before they are added', async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cli-'));
    const identities = [
      { IdentityType: 'DOMAIN', IdentityName: 'acme-a.com' },
      { IdentityType: 'EMAIL_ADDRESS', IdentityName: 'anna@acme-c.com' },
      { IdentityType: 'DOMAIN', IdentityName: 'gmail.com' },
    ];
    const answer = file('identities.json', JSON.stringify({ EmailIdentities: identities }));
    const table = path.join(folder, 'refused.csv');
    const taken = await cli('domains', 'import', answer, '--refused', table);
    expect(taken.code).toBe(exitCodes.badInput);
    expect(taken.out).toMatch(/^ {2}acme-a\.com\nRead as a response from Amazon SES .*\n1 added, 1 refused\n/);
    expect(taken.out).toContain('anna@acme-c.com holds acme-c.com; add it with --from-addresses');
    expect(readFileSync(table, 'utf8')).toContain('gmail.com');

    const zone = file('zone', '$ORIGIN acme-z.com.\n@ IN MX 10 mx\nwww IN A 192.0.2.1\n');
    const names = await asked('domains', 'import', zone, '--workspace', 'Other');
    expect(names.data).toMatchObject({
      readAs: 'zone',
      added: [{ name: 'acme-z.com' }],
      offered: [{ name: 'www.acme-z.com' }],
    });
    const other = ['--workspace', 'Other'];
    expect((await asked('domains', 'import', zone, '--all-names', ...other)).data).toMatchObject({
      added: [{ name: 'www.acme-z.com' }],
      known: [{ name: 'acme-z.com' }],
    });
    expect((await asked('domains', 'add', '--from-workspace', 'default', ...other)).data).toMatchObject({
      added: [{ name: 'acme-a.com' }],
    });
    const slip = await cli('domains', 'add', '--from-workspace', 'Defualt', ...other);
    expect(slip).toMatchObject({ code: exitCodes.badInput, error: expect.stringContaining('Default, Other') });
    await dropFolder(folder);
  });
});

describeWith(['named', 'named-checkzone'], 'domains by command, against BIND', () => {
  let bind: Awaited<ReturnType<typeof startBind>>;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cli-'));
    bind = await startBind(['example.com']);
  });
  afterAll(async () => {
    await bind.stop();
    await dropFolder(folder);
  });

  it('are added, refused one by one, and listed', async () => {
    const list = file('list', 'news.example.com\nbücher.example.com\ngmail.com\nNEWS.example.com.\n');
    const table = path.join(folder, 'refused.csv');
    const { code, data } = await asked('domains', 'add', '--file', list, '--refused', table);
    expect(code).toBe(exitCodes.badInput);
    expect(data).toMatchObject({
      added: [{ name: 'news.example.com' }, { name: 'xn--bcher-kva.example.com', unicodeName: 'bücher.example.com' }],
      refused: [{ line: 3, code: 'dns.public-mail-domain' }],
      known: [{ line: 4, name: 'news.example.com', firstLine: 1 }],
    });
    expect(readFileSync(table, 'utf8')).toMatch(/^Line,Text,Problem,Remedy\r\n3,gmail\.com,.*\r\n$/);
    expect((await cli('domains', 'list')).out).toMatch(/^news\.example\.com +unknown/m);
    expect((await cli('domains', 'add')).code).toBe(exitCodes.badInput);
    expect((await cli('domains', 'remove', 'news.example.com')).code).toBe(exitCodes.usage);
  });

  it('turn verified once BIND serves the text that the command gave', async () => {
    const domain = 'news.example.com';
    const verify = ['domains', 'verify', domain, '--resolver', bind.address];
    expect((await cli(...verify)).code).toBe(exitCodes.notVerified);
    const { publicKey } = await generateDkimKey({ algorithm: 'rsa', bits: 2048 });
    const ready = await cli(
      'records',
      domain,
      '--provider=elastic-email',
      '--format=bind',
      `--field=dkimKey=${publicKey}`,
    );
    expect(ready.out).toContain(publicKey.slice(0, 40));
    expect(ready.out).not.toContain('Left out');
    await bind.load('example.com', `${zoneHead('example.com', 2)}${ready.out}`);
    const verified = await cli(...verify);
    expect(verified).toMatchObject({
      code: exitCodes.ok,
      out: expect.stringMatching(/^news\.example\.com: verified\n/),
    });
    // In the order of the names that people read: bücher, then news.
    expect((await asked('domains', 'list')).data).toMatchObject([
      { name: 'xn--bcher-kva.example.com', verdict: 'unknown' },
      { name: domain, verdict: 'verified' },
    ]);
    const all = await asked('domains', 'verify', '--all', '--resolver', bind.address);
    expect(all.code).toBe(exitCodes.notVerified);
  });

  it('give their records as text and JSON, and refuse another format', async () => {
    const { data } = await asked('records', 'news.example.com');
    expect(data).toMatchObject({ domain: 'news.example.com', zone: 'example.com' });
    expect((await cli('records', 'news.example.com')).out).toContain('news.example.com');
    expect(await cli('records', 'news.example.com', '--format', 'papyrus')).toMatchObject({
      code: exitCodes.badInput,
      error: expect.stringMatching(/Use one of .*\bbind\b/),
    });
    const unlisted = await cli('records', 'shop.example.com', '--provider', 'sendgrid', '--format', 'bind');
    expect(unlisted).toMatchObject({ code: 0, error: 'shop.example.com was added to the sender domains.\n' });
    expect((await asked('domains', 'verify', 'nowhere.example.com')).code).toBe(exitCodes.badInput);
  });
});

/** util-linux' `script` gives a program a terminal; macOS has another of that name. */
const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasTerminal)('the prompt for the passphrase (needs script)', () => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cli-'));
  });
  afterAll(() => dropFolder(folder));

  async function typing(answers: readonly (readonly [prompt: string, typed: string])[]): Promise<string> {
    const command = `"${process.execPath}" main/hosts/cli/cli.ts settings set --api-key-file "${folder}/key" --data-dir "${folder}"`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: root });
    let output = '';
    const left = [...answers];
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      const [next] = left;
      if (next === undefined || !output.endsWith(next[0])) return;
      left.shift();
      // The prompt is written just before the terminal stops echoing.
      setTimeout(() => child.stdin.write(`${next[1]}\r`), 200);
    });
    const [code] = (await once(child, 'close')) as [number];
    return `${output.replaceAll('\r', '').trim()} (${code})`;
  }

  it('asks twice for a new one, shows nothing of it, and takes back a slip', async () => {
    file('key', 'api-key-of-many-letters');
    const slip = await typing([
      ['New passphrase: ', 'correct horse'],
      ['Repeat it: ', 'correct hose'],
    ]);
    expect(slip).toBe('New passphrase: \nRepeat it: \nThe two passphrases differ. Nothing was changed; try again. (4)');
    const good = await typing([
      ['New passphrase: ', 'correct horze\u007F\u007Fse'],
      ['Repeat it: ', 'correct horse'],
    ]);
    expect(good).toBe('New passphrase: \nRepeat it: \nSaved. (0)');
    expect(await typing([['Passphrase: ', 'correct hose']])).toMatch(
      /^Passphrase: \nThe passphrase does not open.* \(5\)$/,
    );
    expect(await typing([['Passphrase: ', 'correct horse']])).toBe('Passphrase: \nSaved. (0)');
  });
});
