import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropFolder } from '../../support/core.ts';
import type { LaunchOptions, StandIn } from '../../support/electron-stand-in/launch.ts';
import { launchStandIn } from '../../support/electron-stand-in/launch.ts';
import { logEntries } from '../../support/log-entries.ts';
import { until } from '../../support/until.ts';

/** What the bundled Electron program writes into its log: of itself, its pages and its practice process. */

let folder: string;
let running: StandIn | null = null;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-electron-log-'));
});
afterEach(async () => {
  await running?.kill();
  running = null;
  await dropFolder(folder);
});

const data = () => path.join(folder, 'data');

async function start(options: Partial<LaunchOptions> = {}): Promise<StandIn> {
  running = launchStandIn({ args: [`--data-dir=${data()}`], home: folder, ...options });
  const page = await running.page();
  await page.getByRole('button', { name: 'Try it with a practice service' }).waitFor();
  return running;
}

describe('the log of the Electron program', () => {
  it.each([
    ['quit', (standIn: StandIn) => standIn.quit()],
    ['its window was closed', (standIn: StandIn) => standIn.pressClose()],
    ['SIGTERM', (standIn: StandIn) => process.kill(standIn.pid, 'SIGTERM')],
    ['the system shuts down', (standIn: StandIn) => standIn.power('shutdown')],
  ])(
    'tells what starts, and that it ends because of: %s',
    async (reason, end) => {
      const standIn = await start();
      await end(standIn);
      await standIn.exited;
      const entries = logEntries(data());
      expect(entries.at(0)).toMatchObject({
        source: 'electron',
        msg: 'started',
        version: expect.stringMatching(/^\d/) as string,
        electron: expect.stringMatching(/^\d+\./) as string,
        chrome: expect.stringMatching(/^\d+\./) as string,
        dataFolder: data(),
      });
      expect(entries.at(-1)).toMatchObject({ msg: 'ended', reason });
    },
    90_000,
  );

  it('holds what nobody caught in the main process; a person is told in a sentence, and it ends', async () => {
    const script = "process.once('SIGUSR2', () => { void Promise.reject(new TypeError('planted')) })";
    const standIn = await start({
      environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` },
    });
    process.kill(standIn.pid, 'SIGUSR2');
    expect(await standIn.exited).toBe(1);
    const [box] = standIn.all('error-box');
    expect(`${box?.title}: ${box?.content}`).toBe(
      `Sendwright has to quit: Sendwright met a fault of its own and ends. What was saved is safe; start it again. The fault is noted in ${path.join(data(), 'logs', 'sendwright.log')}.`,
    );
    expect(logEntries(data()).slice(-2)).toMatchObject([
      { level: 'fatal', error: { type: 'TypeError', message: 'planted' } },
      { msg: 'ended', reason: 'a fault' },
    ]);
  });

  it('holds what goes wrong in the page, what Chromium tells of it, and the end of a page', async () => {
    const standIn = await start();
    const page = await standIn.page();
    await page.evaluate(() => {
      setTimeout(() => {
        throw new RangeError('planted in the page');
      });
      const script = document.createElement('script');
      script.textContent = 'window.hasRun = true';
      document.body.append(script);
    });
    await until(() => expect(logEntries(data()).length).toBeGreaterThan(2));
    const entries = logEntries(data());
    expect(entries).toContainEqual(
      expect.objectContaining({
        source: 'electron',
        kind: 'error',
        fault: expect.objectContaining({ message: 'RangeError: planted in the page' }) as object,
      }),
    );
    expect(JSON.stringify(entries)).toMatch(/content security policy refused inline/i);
    await standIn.disconnect();
    await standIn.crashPage();
    await until(() => expect(JSON.stringify(logEntries(data()))).toContain('page ended'));
  });

  it('holds what the practice process prints, and its end', async () => {
    const standIn = await start();
    const page = await standIn.page();
    await page.getByRole('button', { name: 'Try it with a practice service' }).click();
    await page.getByRole('tab', { name: 'Sender domains' }).waitFor();
    const [pid] = await standIn.call<readonly number[]>('utility-processes');
    process.kill(pid as number, 'SIGKILL');
    await until(() =>
      expect(logEntries(data())).toContainEqual(
        expect.objectContaining({ level: 'error', msg: 'the practice service ended by itself' }),
      ),
    );
  });
});
