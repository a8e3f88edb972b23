import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servePort } from '../../../main/hosts/rpc.ts';
import { forkPractice } from '../../../main/hosts/fork-practice.ts';
import { createAccess } from '../../../main/hosts/loopback/access.ts';
import { SESSION_HEADER, startLoopbackHost } from '../../../main/hosts/loopback/server.ts';
import { openLog } from '../../../main/log/log.ts';
import { createPracticeClient } from '../../../main/practice/practice-client.ts';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { startConsole } from '../../support/console.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { logEntries, logText } from '../../support/log-entries.ts';
import { until } from '../../support/until.ts';

/** What each process writes into the log of its data folder, and what never comes into it. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-logs-'));
});
afterEach(() => dropFolder(folder));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly error: string;
}

/** Runs a program of the checkout; `whenOut` is called with what it has printed so far. */
async function runProgram(
  args: readonly string[],
  whenOut: (out: string, child: ReturnType<typeof spawn>) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let error = '';
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
    whenOut(out, child);
  });
  child.stderr.on('data', (part: Buffer) => {
    error += part.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, out, error };
}

const host = (...imports: readonly string[]) => [
  ...imports,
  'main/hosts/loopback/main.ts',
  '--no-open',
  '--data-dir',
  folder,
];
const cli = (...args: readonly string[]) => ['main/hosts/cli/cli.ts', ...args, '--data-dir', folder];
/** Runs this when a signal comes, in a program that knows nothing of it. */
const planted = (script: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`process.once('SIGUSR2', () => { ${script} })`)}`;

describe('a run', () => {
  it('of the browser host tells what it is, where, and why it ends', async () => {
    const desk = await startConsole(folder);
    await desk.stop();
    const entries = logEntries(folder);
    expect(entries.at(0)).toMatchObject({
      level: 'info',
      source: 'browser',
      msg: 'started',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      platform: process.platform,
      node: process.versions.node,
      dataFolder: folder,
    });
    expect(entries.at(-1)).toMatchObject({ msg: 'ended', reason: 'SIGTERM' });
    expect(Math.abs(Date.parse(entries.at(0)?.time ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('that finds another one on the folder tells so, into the same file', async () => {
    const desk = await startConsole(folder);
    const second = await runProgram(host());
    await desk.stop();
    expect(second.code).toBe(0);
    const pids = new Set(logEntries(folder).map(({ pid }) => pid));
    expect(pids.size).toBe(2);
    expect(logEntries(folder)).toContainEqual(
      expect.objectContaining({ msg: 'ended', reason: 'another start has the data folder' }),
    );
  });

  it('of the CLI tells its command, without what was given to it, and its exit code', async () => {
    expect((await runProgram(cli('domains', 'add', 'marked.example', 'not a domain'))).code).toBe(4);
    expect(logEntries(folder)).toMatchObject([
      { source: 'cli', msg: 'started', command: 'domains add' },
      { source: 'cli', msg: 'ended', reason: 'done', exitCode: 4 },
    ]);
    expect(logText(folder)).not.toContain('marked.example');
    expect((await runProgram(cli('vault', 'unlock'))).code).toBe(5);
    expect(logEntries(folder).at(-1)).toMatchObject({ msg: 'ended', reason: 'refused with VAULT_LOCKED', exitCode: 5 });
  });

  it('that can’t start tells why', async () => {
    writeFileSync(path.join(folder, 'sendwright.db'), 'no database\n'.repeat(500));
    expect((await runProgram(host())).code).toBe(1);
    const because = {
      msg: 'ended',
      reason: 'could not start',
      error: {
        type: 'StoreError',
        message: expect.stringContaining('damaged') as string,
        stack: expect.stringContaining('store.ts') as string,
      },
    };
    expect(logEntries(folder).at(-1)).toMatchObject({ source: 'browser', ...because });
    expect((await runProgram(cli('domains', 'list'))).code).toBe(1);
    expect(logEntries(folder).at(-1)).toMatchObject({ source: 'cli', ...because });
  });
});

describe.skipIf(process.platform === 'win32')('a fault that nobody caught (needs signals)', () => {
  it.each([
    ['thrown', 'throw new TypeError("planted")'],
    ['rejected', 'void Promise.reject(new TypeError("planted"))'],
    ['no error at all', 'throw "planted"'],
  ])(
    '%s: it is logged with its stack, told in a sentence, and the process ends',
    async (_what, script) => {
      const ended = await runProgram(host(planted(script)), (out, child) => {
        if (out.includes('#token=')) child.kill('SIGUSR2');
      });
      expect(ended.code).toBe(1);
      const file = path.join(folder, 'logs', 'sendwright.log');
      expect(ended.error).toBe(
        `Sendwright met a fault of its own and ends. What was saved is safe; start it again. The fault is noted in ${file}.\n`,
      );
      const error =
        script === 'throw "planted"'
          ? 'planted'
          : { type: 'TypeError', message: 'planted', stack: expect.stringContaining('data:text/javascript') as string };
      expect(logEntries(folder).slice(-2)).toMatchObject([
        { level: 'fatal', error },
        { msg: 'ended', reason: 'a fault' },
      ]);
    },
    60_000,
  );

  it('in the CLI ends it with 1 and one sentence', async () => {
    const file = JSON.stringify(path.join(folder, 'logs', 'sendwright.log'));
    const now = `--import=data:text/javascript,${encodeURIComponent(`import { readFileSync } from "node:fs";
      const timer = setInterval(() => {
        if (!readFileSync(${file}, "utf8").includes("domains verify")) return;
        clearInterval(timer);
        throw new Error("planted");
      }, 5)`)}`;
    const resolver = '127.0.0.1:9';
    await runProgram(cli('domains', 'add', 'a.example'));
    const ended = await runProgram([now, ...cli('domains', 'verify', '--resolver', resolver)]);
    expect([ended.code, ended.error.trimEnd().split('\n')]).toEqual([
      1,
      [expect.stringContaining('a fault of its own')],
    ]);
    expect(logEntries(folder)).toContainEqual(
      expect.objectContaining({
        level: 'fatal',
        source: 'cli',
        error: expect.objectContaining({ message: 'planted' }) as object,
      }),
    );
  });
});

describe('the practice process', () => {
  it('prints into the log, and so does its fault and its end', async () => {
    const log = openLog({ dataFolder: folder, source: 'cli' });
    const program = path.join(root, 'tests', 'support', 'programs', 'failing-practice.ts');
    const client = createPracticeClient(() => forkPractice(program, log), folder);
    await expect(client.start()).rejects.toThrow('stopped');
    await until(() => expect(logEntries(folder).length).toBeGreaterThan(3));
    expect(logEntries(folder)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ msg: 'the practice service was started' }),
        expect.objectContaining({ output: 'a word on the way' }),
        expect.objectContaining({
          level: 'error',
          output: expect.stringMatching(
            /RangeError: a marked fault of practice\n\s+at .*failing-practice\.ts/,
          ) as string,
        }),
        expect.objectContaining({ level: 'error', exitCode: 1, msg: 'the practice service ended by itself' }),
      ]),
    );
  });

  it('that is stopped is no fault', async () => {
    const log = openLog({ dataFolder: folder, source: 'cli' });
    const core = await openTestCore(folder, {
      log,
      practice: createPracticeClient(
        () => forkPractice(path.join(root, 'main', 'practice', 'practice-process.ts'), log),
        path.join(folder, 'practice'),
      ),
    });
    await core.client.practice.open({});
    await core.close();
    await until(() => expect(logText(folder)).toContain('the practice service was stopped'));
    expect(logEntries(folder).filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** A core with its log, reached over HTTP and over a port. */
async function open() {
  const log = openLog({ dataFolder: folder, source: 'browser' });
  const desk = await openTestCore(folder, { log });
  const access = createAccess({ random: randomBytes, now: Date.now });
  const files = { find: () => Promise.resolve(undefined) };
  const server = await startLoopbackHost({
    core: async () => desk.core,
    access,
    files,
    contentSecurityPolicy: '',
    log,
  });
  const ask = (place: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${server.origin}${place}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { origin: server.origin, 'content-type': 'application/json', ...headers },
    });
  const token = access.issueToken();
  const exchanged = await ask('/session', { token });
  const { session } = (await exchanged.json()) as { session: string };
  const overHttp: CoreClient = createORPCClient(
    new FetchLink({
      url: `${server.origin}/rpc`,
      headers: () => ({ origin: server.origin, [SESSION_HEADER]: session }),
    }),
  );
  const { port1, port2 } = new MessageChannel();
  servePort(desk.core.router, port1 as never);
  port1.start();
  port2.start();
  const overPort: CoreClient = createORPCClient(new PortLink({ port: port2 as never }));
  return {
    ...desk,
    log,
    server,
    ask,
    token,
    session,
    ways: { HTTP: overHttp, 'a port': overPort },
    async close() {
      port2.close();
      await server.close();
      await desk.close();
    },
  };
}

describe('the window', () => {
  it.each(['HTTP', 'a port'] as const)('tells its faults over %s, limited in length and number', async (way) => {
    const desk = await open();
    const client = desk.ways[way];
    await client.window.reportFault({
      kind: 'error',
      message: 'a marked fault',
      stack: 'at draw',
      place: 'window.js:1:2',
    });
    await client.window.reportFault({ kind: 'view', message: 'x'.repeat(1_000_000), views: 'y'.repeat(1_000_000) });
    for (let index = 0; index < 50; index += 1)
      await client.window.reportFault({ kind: 'rejection', message: `again ${index}` });
    const entries = logEntries(folder).filter(({ msg }) => msg === 'a fault in the window');
    expect(entries[0]).toMatchObject({
      level: 'error',
      kind: 'error',
      fault: { message: 'a marked fault', stack: 'at draw', place: 'window.js:1:2' },
    });
    expect(entries).toHaveLength(20);
    expect(logText(folder).length).toBeLessThan(20_000);
    await expect(client.window.reportFault({ kind: 'other', message: '' } as never)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await desk.close();
  });
});

describe('the loopback host', () => {
  it('counts what it refuses, by reason, and says who asked the first time', async () => {
    const desk = await open();
    for (let index = 0; index < 30; index += 1) await desk.ask('/rpc/state/snapshot', {});
    await desk.ask('/rpc/state/snapshot', {}, { origin: 'https://evil.example' });
    await desk.ask('/session', { token: desk.token });
    await desk.ask('/rpc/no/such', {}, { [SESSION_HEADER]: desk.session });
    const socket = connect(Number(new URL(desk.server.origin).port), '127.0.0.1');
    socket.end('not HTTP at all\r\n\r\n');
    await once(socket.resume(), 'close');
    await desk.close();
    const entries = logEntries(folder);
    expect(entries.filter(({ msg }) => msg === 'a request was refused')).toMatchObject([
      { level: 'warn', code: 'NO_SESSION', origin: desk.server.origin },
      { code: 'FOREIGN_ORIGIN', origin: 'https://evil.example' },
      { code: 'TOKEN_USED' },
      { code: 'NO_SUCH_PROCEDURE' },
      { code: 'NO_HTTP' },
    ]);
    expect(entries).toContainEqual(
      expect.objectContaining({
        refused: { NO_SESSION: 30, FOREIGN_ORIGIN: 1, TOKEN_USED: 1, NO_SUCH_PROCEDURE: 1, NO_HTTP: 1 },
      }),
    );
    expect(logText(folder)).not.toContain(desk.session);
    expect(logText(folder)).not.toContain(desk.token);
  });
});

describe('secrets', () => {
  const API_KEY = 'marked api key, said plainly';
  const AUTH_KEY = 'markedAuthKey7fQ2mZ9vTtR4xWuB8eL1';
  const PASSPHRASE = 'marked correct horse';
  const secrets = [API_KEY, AUTH_KEY, PASSPHRASE, 'marked'];

  it('come into no log, whatever fails while they are in use', async () => {
    const desk = await open();
    const client = desk.ways.HTTP;
    const { id: workspaceId } = await client.workspaces.create({ name: 'Suite' });
    await client.vault.create({ passphrase: PASSPHRASE });
    await client.vault.unlock({ passphrase: `${PASSPHRASE} wrong` }).catch(() => undefined);
    await client.vault.changePassphrase({ current: `${PASSPHRASE} wrong`, next: 'short' }).catch(() => undefined);
    const save = async (fields = {}) => {
      const { revision } = await client.settings.get({ workspaceId });
      const keys = { apiKey: { do: 'set', value: API_KEY }, authKey: { do: 'set', value: AUTH_KEY } } as const;
      return client.settings.save({ workspaceId, revision, fields, ...keys });
    };
    await save({ serviceUrl: 'https://localhost:9' });
    await client.probes.keys({ workspaceId });
    await save({ serviceUrl: `https://user:${AUTH_KEY}@service.example` }).catch(() => undefined);
    // The data file fails from now on.
    const file = new Database(path.join(folder, 'sendwright.db'));
    for (const table of file.pragma('table_list') as { name: string; type: string }[])
      if (table.type === 'table' && !table.name.startsWith('sqlite_')) {
        file.pragma('foreign_keys = OFF');
        file.exec(`DROP TABLE IF EXISTS "${table.name}"`);
      }
    file.close();
    const failed = await save().catch((error: { code: string }) => error.code);
    expect(['INTERNAL', 'STORE_FAILED']).toContain(failed);
    await desk.close().catch(() => undefined);

    expect(logEntries(folder)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        procedure: expect.stringMatching(/^settings\./) as string,
        error: expect.objectContaining({ stack: expect.stringContaining('main/') as string }) as object,
      }),
    );
    for (const secret of [...secrets, desk.session, desk.token]) expect(logText(folder)).not.toContain(secret);
  });

  it('come into none by an error that carries them', async () => {
    const log = openLog({ dataFolder: folder, source: 'cli' });
    // As undici does, which tells a header's value in the error that refuses it.
    const fault = new TypeError(
      `Headers.append: "${API_KEY}" is an invalid header value (${encodeURIComponent(API_KEY)})`,
    );
    const environment = {
      serviceUrl: 'https://localhost:9',
      responseDomain: 'https://localhost:9',
      dnsServer: '127.0.0.1:9',
      nameServers: [],
      ca: '',
      apiKey: '',
      authKey: '',
      dkimKey: '',
      fault: 'none',
    };
    const practice = {
      faults: [{ id: 'any', label: 'Any', explanation: '' }],
      start: async () => environment,
      setFault: async () => Promise.reject(fault),
      reset: async () => environment,
      publish: async () => 0,
      mail: async () => ({ files: [], missing: [] }),
      onEnd: () => undefined,
      stop: async () => undefined,
    };
    const { client, close } = await openTestCore(folder, { log, practice });
    const { id: workspaceId } = await client.practice.open({});
    await client.vault.create({ passphrase: PASSPHRASE });
    const { revision } = await client.settings.get({ workspaceId });
    await client.settings.save({ workspaceId, revision, fields: {}, apiKey: { do: 'set', value: API_KEY } });
    await expect(client.practice.setFault({ workspaceId, fault: 'any' })).rejects.toMatchObject({ code: 'INTERNAL' });
    await close();
    expect(logEntries(folder)).toContainEqual(
      expect.objectContaining({
        procedure: 'practice.setFault',
        error: expect.objectContaining({
          message: 'Headers.append: "[hidden]" is an invalid header value ([hidden])',
        }) as object,
      }),
    );
    for (const secret of secrets) expect(logText(folder)).not.toContain(secret);
  });
});

describe('a log that can’t be written', () => {
  it('does not keep the console from starting: it says so once, in the snapshot and in the support bundle', async () => {
    writeFileSync(path.join(folder, 'logs'), 'a file');
    const started = await runProgram(host(), (out, child) => {
      if (out.includes('#token=')) child.kill('SIGTERM');
    });
    expect(started.code).toBe(0);
    expect(started.error.trimEnd().split('\n')).toEqual([
      expect.stringContaining('other than a folder is in its place. Move that away.'),
    ]);
    const listed = await runProgram(cli('domains', 'list', '--json'));
    expect([listed.code, JSON.parse(listed.out)]).toEqual([0, []]);

    const log = openLog({ dataFolder: folder, source: 'cli' });
    log.error({ error: new Error('kept in memory') }, 'a procedure failed');
    const desk = await openTestCore(folder, { log });
    expect((await desk.client.state.snapshot({})).log.trouble).toMatchObject({
      message: expect.stringContaining(path.join(folder, 'logs')) as string,
      remedy: expect.stringContaining('Move that away') as string,
    });
    const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Any' });
    const options = { hideAddresses: false, hideNames: false, includeActivity: false };
    const { text } = await desk.client.monitoring.bundle({ workspaceId, options });
    expect((JSON.parse(text) as { log: object }).log).toMatchObject({
      trouble: expect.stringContaining('The log can’t be written') as string,
      entries: [{ msg: 'a procedure failed', error: { message: 'kept in memory' } }],
    });
    await desk.close();
  });
});

describe('the support bundle', () => {
  it('takes the newest of the log along, its stacks readable and its names not', async () => {
    const log = openLog({ dataFolder: folder, source: 'cli' });
    const desk = await openTestCore(folder, { log });
    const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Contoso' });
    const error = new TypeError('no route to mail.contoso.example (192.0.2.17) for jane.doe@contoso.example');
    log.error({ error, procedure: 'domains.verify', file: path.join(folder, 'sendwright.db') }, 'a procedure failed');
    const options = { hideAddresses: true, hideNames: true, includeActivity: true };
    const { text } = await desk.client.monitoring.bundle({ workspaceId, options });
    const shown = (JSON.parse(text) as { log: { level: string; trouble: null; entries: Record<string, unknown>[] } })
      .log;
    expect(shown).toMatchObject({ level: 'info', trouble: null });
    expect(shown.entries.at(-1)).toMatchObject({
      level: 'error',
      source: 'cli',
      procedure: 'domains.verify',
      error: {
        type: 'TypeError',
        message: expect.stringContaining('no route to name-') as string,
        stack: expect.arrayContaining([expect.stringMatching(/\/node_modules\/vitest\/.*:\d+:\d+$/)]) as string[],
      },
    });
    expect(text).not.toMatch(/contoso|192\.0\.2\.17|jane/i);
    expect(text).not.toContain(folder);
    await desk.close();
  });
});
