import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Instance } from '../../../main/hosts/instance.ts';
import { claimInstance } from '../../../main/hosts/instance.ts';

/** One console per data folder, and whom its socket listens to. */

let folder: string;
let open: Instance[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-instance-'));
  open = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const instance of open) if (instance.first) await instance.close();
  rmSync(folder, { recursive: true, force: true });
});

async function claim(place = folder, link: string | null = null, answer = async () => 'Here it is.') {
  const instance = await claimInstance(place, link, answer);
  open.push(instance);
  return instance;
}

describe('the data folder’s instance', () => {
  it('is the first start; a later one is answered, and its link forwarded if it is one', async () => {
    const asked: (string | null)[] = [];
    open.push(
      await claimInstance(folder, null, async (link) => {
        asked.push(link);
        return 'It comes to the front.';
      }),
    );
    expect(await claim()).toEqual({ first: false, answer: 'It comes to the front.' });
    expect(await claim(folder, 'sendwright://domain/example.com')).toMatchObject({ first: false });
    expect(asked).toEqual([null, 'sendwright://domain/example.com']);
  });

  it('waits for one that is still being composed', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    await claim(folder, null, () => promise);
    const second = claim();
    expect(await Promise.race([second, new Promise((done) => setTimeout(done, 200, 'waiting'))])).toBe('waiting');
    resolve('Now it is there.');
    expect(await second).toEqual({ first: false, answer: 'Now it is there.' });
  });

  it('takes the place of one that was killed', async () => {
    writeFileSync(path.join(folder, 'instance.sock'), '');
    expect((await claim()).first).toBe(true);
  });

  it('listens to this account alone, whatever the umask and the folder allow', async () => {
    chmodSync(folder, 0o777);
    const before = process.umask(0o002);
    try {
      await claim();
      expect(process.umask()).toBe(0o002);
    } finally {
      process.umask(before);
    }
    expect(statSync(path.join(folder, 'instance.sock')).mode & 0o777).toBe(0o600);
  });

  it('has a private place for its socket where the folder’s path is too long', async () => {
    const session = path.join(folder, 'session');
    mkdirSync(session, { mode: 0o700 });
    vi.stubEnv('XDG_RUNTIME_DIR', session);
    const long = path.join(folder, 'x'.repeat(120));
    mkdirSync(long);
    await claim(long);
    expect(await claim(long)).toMatchObject({ first: false });
    expect(existsSync(path.join(long, 'instance.sock'))).toBe(false);

    // A session's folder that others may enter is not one.
    chmodSync(session, 0o755);
    const another = path.join(folder, 'y'.repeat(120));
    mkdirSync(another);
    vi.stubEnv('TMPDIR', folder);
    await claim(another);
    expect(statSync(path.join(folder, `sendwright-${process.getuid?.()}`)).mode & 0o777).toBe(0o700);
  });

  it('refuses a place that somebody else made first', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', '');
    vi.stubEnv('TMPDIR', folder);
    mkdirSync(path.join(folder, `sendwright-${process.getuid?.()}`), { mode: 0o755 });
    const long = path.join(folder, 'x'.repeat(120));
    mkdirSync(long);
    await expect(claim(long)).rejects.toMatchObject({
      message: expect.stringContaining('does not belong to this account alone'),
      remedy: expect.stringContaining('--data-dir'),
    });
  });

  it('believes no text that a terminal would obey', async () => {
    const server = createServer((socket) => socket.resume().end('\u001b[2JGone\u202e\u0007\nSecond line\n'));
    await new Promise<void>((resolve) => server.listen(path.join(folder, 'instance.sock'), resolve));
    expect(await claim()).toEqual({ first: false, answer: '[2JGone\nSecond line' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('answers one line once, and nobody who sends without end', async () => {
    let asked = 0;
    await claim(folder, null, async () => `Time ${(asked += 1)}`);
    const socket = createConnection(path.join(folder, 'instance.sock'));
    socket.write('first\nsecond\n');
    expect(await text(socket)).toBe('Time 1\n');
    const endless = createConnection(path.join(folder, 'instance.sock'));
    endless.on('error', () => undefined);
    endless.write('x'.repeat(10_000));
    await new Promise((resolve) => endless.once('close', resolve));
    expect(asked).toBe(1);
  });
});
