import type { Request } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LogEntry } from '../support/log-entries.ts';
import { logEntries } from '../support/log-entries.ts';
import { startConsole } from '../support/console.ts';
import { expectSound, ownConsole, startOffline } from './walk.ts';

/** What goes wrong in the window itself: it is in the console's log, and a view that can't be drawn says so. */

const own = ownConsole();
const faults = (): LogEntry[] => logEntries(own.desk.dataFolder).filter(({ msg }) => msg === 'a fault in the window');

test('what nobody in the window catches is in the log, with its place', async ({ page }) => {
  await page.goto(own.desk.address);
  await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
  await page.evaluate(() => {
    setTimeout(() => {
      throw new RangeError('a marked fault');
    });
    void Promise.reject(new TypeError('a marked rejection'));
    const picture = new Image();
    picture.src = '/no-such-picture.png';
    document.body.append(picture);
  });
  await expect.poll(() => faults().length).toBeGreaterThanOrEqual(3);
  expect(faults()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        source: 'browser',
        kind: 'error',
        fault: expect.objectContaining({
          message: 'RangeError: a marked fault',
          stack: expect.stringContaining('RangeError: a marked fault\n'),
        }),
      }),
      expect.objectContaining({
        kind: 'rejection',
        fault: expect.objectContaining({ message: 'TypeError: a marked rejection' }),
      }),
      expect.objectContaining({
        fault: expect.objectContaining({ message: 'img could not be loaded', place: '/no-such-picture.png' }),
      }),
    ]),
  );
});

test('a window that fails without end fills no log', async ({ page }) => {
  await page.goto(own.desk.address);
  await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
  const calls: string[] = [];
  page.on('request', (request) => calls.push(request.url()));
  await page.evaluate(async () => {
    for (let index = 0; index < 500; index += 1) {
      setTimeout(() => {
        throw new Error('again and again');
      });
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
  await expect.poll(() => faults().length).toBe(20);
  // Nor does it keep the console busy.
  expect(calls.filter((url) => url.endsWith('/window/reportFault'))).toHaveLength(20);
});

test('what happens while the console is out of reach is told when it is there again', async ({ page }) => {
  await page.goto(own.desk.address);
  await expect(page.getByRole('button', { name: 'Connect my service' })).toBeVisible();
  await page.route('**/rpc/**', (route) => route.abort());
  await page.evaluate(() => void Promise.reject(new Error('in the meantime')));
  await page.unroute('**/rpc/**');
  await page.evaluate(() => void Promise.reject(new Error('there again')));
  await expect
    .poll(() => faults().map(({ fault }) => (fault as { message: string }).message))
    .toEqual(['Error: in the meantime', 'Error: there again']);
});

test('what is asked before the program runs is what the program asks, and is asked once', async ({ page }) => {
  await startOffline(page, own.desk.address, 'example.com');
  const asked: Request[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/rpc/state/snapshot')) asked.push(request);
  });
  const reload = async () => {
    await page.reload();
    await expect(page.getByRole('heading', { name: 'example.com', level: 2 })).toBeVisible();
  };
  await reload();
  expect(asked).toHaveLength(1);
  // Where it fails the program asks again by itself.
  await page.route('**/rpc/state/snapshot', (route) => route.abort(), { times: 1 });
  await reload();
  const [, early, again] = asked;
  expect(asked).toHaveLength(3);
  const question = async (request: Request | undefined) => {
    const headers = await request?.allHeaders();
    return {
      method: request?.method(),
      body: request?.postData(),
      type: headers?.['content-type'],
      session: headers?.['x-sendwright-session'],
    };
  };
  expect(await question(early)).toEqual(await question(again));
  expect((await question(again)).session).toMatch(/./);
});

test('a view that can’t be drawn says where that is noted, and is drawn after a reload', async ({ page }) => {
  await startOffline(page, own.desk.address, 'example.com');
  await page.route('**/rpc/domains/list', (route) =>
    route.fulfill({ contentType: 'application/json', body: '{"json":[{"id":1,"name":7}]}' }),
  );
  await page.reload();
  const alert = page.getByRole('alert').filter({ hasText: 'could not be drawn' });
  await expect(alert).toContainText(path.join(own.desk.dataFolder, 'logs', 'sendwright.log'));
  await expect(page.getByRole('button', { name: 'Reload' })).toBeFocused();
  await expectSound(page, 'the view that could not be drawn');
  await expect
    .poll(() => faults().at(0))
    .toMatchObject({
      level: 'error',
      kind: 'view',
      fault: { stack: expect.stringContaining('assets/'), views: expect.stringContaining('at ') },
    });

  await page.unroute('**/rpc/domains/list');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'example.com', level: 2 })).toBeVisible();
});

test('a log that can’t be written is told once, with what to do', async ({ page }) => {
  await own.desk.stop();
  const { dataFolder } = own.desk;
  rmSync(path.join(dataFolder, 'logs'), { recursive: true });
  writeFileSync(path.join(dataFolder, 'logs'), 'a file in the way');
  own.desk = await startConsole(dataFolder);
  await startOffline(page, own.desk.address, 'example.com');
  const told = page.getByRole('alert').filter({ hasText: 'The log can’t be written' });
  await expect(told).toContainText(
    `The log can’t be written to ${path.join(dataFolder, 'logs')}: something other than a folder is in its place. Move that away.`,
  );
  await expectSound(page, 'the trouble with the log');
  await told.getByRole('button', { name: 'Close' }).click();
  await expect(told).toBeHidden();
});
