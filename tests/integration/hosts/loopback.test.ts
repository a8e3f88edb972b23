import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropFolder } from '../../support/core.ts';
import { until } from '../../support/until.ts';

/** The browser host as a program of its own, as `npm run web` starts it. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const running = new Set<ChildProcess>();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-loopback-'));
});
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  running.clear();
  await dropFolder(folder);
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output holds the text. */
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
}

function start(args: readonly string[], environment: Record<string, string> = {}): Started {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...inherited } = process.env;
  const child = spawn(process.execPath, ['main/hosts/loopback/main.ts', '--data-dir', folder, ...args], {
    cwd: root,
    env: { ...inherited, ...environment },
  });
  running.add(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
      for (const look of waiting) look();
    });
  return {
    child,
    output: () => output,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        child.once('exit', (code) => reject(new Error(`It ended with ${code} before it said “${text}”:\n${output}`)));
        look();
      }),
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

const addressIn = (output: string) => /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/m.exec(output)?.[0] ?? '';

/** @returns the status of the exchange. */
async function exchange(address: string): Promise<number> {
  const { origin, hash } = new URL(address);
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice('#token='.length) }),
  });
  return answer.status;
}

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const done = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
}

describe('the browser host', () => {
  it('without a display prints an address that works once, on 127.0.0.1 alone', async () => {
    const desk = start([]);
    await desk.says('#token=');
    const address = addressIn(desk.output());
    expect(await exchange(address)).toBe(200);
    expect(await exchange(address)).toBe(401);
    const port = Number(new URL(address).port);
    const others = Object.values(networkInterfaces())
      .flatMap((interfaces) => interfaces ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map((found) => found.address);
    for (const host of ['::1', ...(process.platform === 'linux' ? ['127.0.0.2'] : []), ...others])
      expect(`${host}: ${await reaches(host, port)}`).toBe(`${host}: false`);
    expect(await reaches('127.0.0.1', port)).toBe(true);
    desk.child.kill('SIGTERM');
    // Windows knows no signals: a program that is told to end is ended.
    expect(await desk.ended).toBe(process.platform === 'win32' ? null : 0);
    expect(existsSync(path.join(folder, 'instance.sock'))).toBe(false);
  });

  it('gives a second start on the same folder a new address, and ends it', async () => {
    const first = start([]);
    await first.says('#token=');
    const second = start([]);
    expect(await second.ended).toBe(0);
    expect(second.output()).toMatch(/^The console is running already\. Open this address/);
    const [address, again] = [addressIn(first.output()), addressIn(second.output())];
    expect(new URL(again).origin).toBe(new URL(address).origin);
    expect(again).not.toBe(address);
    expect([await exchange(address), await exchange(again)]).toEqual([200, 200]);
    // A killed console leaves its socket behind, and the next start takes the folder all the same.
    first.child.kill('SIGKILL');
    await first.ended;
    const third = start([]);
    await third.says('#token=');
    expect(third.output()).toContain('the console runs at');
  });

  it('takes the port it had last, and another one where that is taken', async () => {
    const origin = async () => {
      const desk = start([]);
      await desk.says('#token=');
      desk.child.kill('SIGKILL');
      await desk.ended;
      return new URL(addressIn(desk.output())).origin;
    };
    const first = await origin();
    expect(await origin()).toBe(first);
    const other = createServer().listen(Number(new URL(first).port), '127.0.0.1');
    await once(other, 'listening');
    const second = await origin();
    expect(second).not.toBe(first);
    other.close();
    expect(await origin()).toBe(second);
    writeFileSync(path.join(folder, 'window-port'), 'eighty');
    expect(await origin()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('lets the browser keep what bears a hash in its name, and nothing else', async () => {
    const desk = start([]);
    await desk.says('#token=');
    const { origin } = new URL(addressIn(desk.output()));
    const page = await fetch(origin);
    const script = /src="(\/assets\/[^"]+)"/.exec(await page.text())?.[1] ?? '';
    const caching = async (file: string) => (await fetch(`${origin}${file}`)).headers.get('cache-control');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await caching('/icon.svg')).toBe('no-store');
    expect(await caching(script)).toBe('private, max-age=31536000, immutable');
    expect(await caching('/assets/missing.js')).toBe('no-store');
  });

  it.skipIf(process.platform === 'win32')(
    'opens its window by a launch file that its owner alone can read, never by a token on a command line (needs sh)',
    async () => {
      const seen = path.join(folder, 'seen');
      mkdirSync(seen);
      // Stands in for a browser: notes how it was called, and stays until it is told to go.
      const browser = path.join(folder, 'browser');
      writeFileSync(
        browser,
        `#!/bin/sh\nprintf '%s\\n' "$@" >> "${seen}/arguments"\ncp -p "${folder}/launch/open-console.html" "${seen}/launch-$$.html"\nwhile [ ! -e "${seen}/close" ]; do sleep 0.1; done\n`,
      );
      chmodSync(browser, 0o755);
      const environment = { DISPLAY: ':99', CHROME_PATH: browser };
      const desk = start([], environment);
      await desk.says('the console runs at');
      const launchFile = path.join(folder, 'launch', 'open-console.html');
      await until(() => expect(existsSync(path.join(seen, 'arguments'))).toBe(true));
      expect(statSync(launchFile).mode & 0o777).toBe(0o600);
      expect(statSync(path.dirname(launchFile)).mode & 0o777).toBe(0o700);
      expect(statSync(path.join(folder, 'browser-profile')).mode & 0o777).toBe(0o700);
      const page = readFileSync(launchFile, 'utf8');
      const address = /location\.replace\("([^"]+)"\)/.exec(page)?.[1] ?? '';
      const token = new URL(address).hash.slice('#token='.length);
      const called = readFileSync(path.join(seen, 'arguments'), 'utf8');
      expect(called).toContain(`--app=file://${launchFile}\n`);
      expect(called).toContain(`--user-data-dir=${folder}/browser-profile\n`);
      expect(called).not.toContain('remote-debugging');
      expect(called + desk.output()).not.toContain(token);

      const second = start([], environment);
      expect(await second.ended).toBe(0);
      expect(second.output()).toBe('The console is running already. Its window was opened.\n');
      expect(readFileSync(launchFile, 'utf8')).not.toContain(token);
      expect(await exchange(address)).toBe(200);

      writeFileSync(path.join(seen, 'close'), '');
      expect(await desk.ended).toBe(0);
      expect(existsSync(launchFile)).toBe(false);
    },
    60_000,
  );

  it('says in a line what is wrong with how it was started', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    writeFileSync(path.join(folder, 'a-file'), 'no folder');
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [
        ['--port', 'eighty'],
        2,
        /^--port eighty is not a port\. Give a number from 0 to 65535; 0 lets the system choose\.$/,
      ],
      [['--port', '70000'], 2, /^--port 70000 is not a port\./],
      [['--nonsense'], 2, /^Unknown option '--nonsense'/],
      [['--port', String(port)], 1, new RegExp(`^Port ${port} can’t be used \\(EADDRINUSE\\)\\. Give another one`)],
      [['--data-dir', path.join(folder, 'a-file', 'data')], 1, /a-file/],
    ];
    for (const [args, code, told] of cases) {
      const attempt = start(args);
      expect([args, await attempt.ended]).toEqual([args, code]);
      expect(attempt.output().trim().split('\n')).toEqual([expect.stringMatching(told)]);
    }
    taken.close();
  });

  it('names a damaged data file and the way back, and leaves it as it is', async () => {
    const file = path.join(folder, 'sendwright.db');
    writeFileSync(file, 'a letter, not a database\n'.repeat(400));
    const attempt = start([]);
    expect(await attempt.ended).toBe(1);
    expect(attempt.output()).toBe(
      `The data file ${file} is damaged. There is no intact copy in ${path.join(path.dirname(file), 'copies')}. Restore one of your own with “sendwright backup restore FILE”, or move the file away to start over.\n`,
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^a letter/);
  });
});
