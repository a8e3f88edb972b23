import { _electron, expect, test } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { electronBinary } from '../../../build/electron-binary.ts';

/** The real application, wherever Electron's executable is to be had. */

const needed = process.env.SENDWRIGHT_NEED_ELECTRON === '1';
const electron = electronBinary({ fetch: needed });

test('the main job begins in the Electron window', async () => {
  if (!electron.found) {
    expect(needed, 'Electron is needed here').toBe(false);
    test.skip(true, `Electron: ${electron.reason}`);
    return;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-electron-'));
  const root = path.resolve(import.meta.dirname, '..', '..', '..');
  const application = await _electron.launch({ executablePath: electron.path, args: [root, `--data-dir=${folder}`] });
  const window = await application.firstWindow();
  await expect(window.getByRole('button', { name: 'Connect my service' })).toBeVisible();
  expect(await window.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined');
  await window.getByRole('button', { name: 'Try it with a practice service' }).click();
  await expect(window.getByRole('button', { name: 'Fill in the practice values' })).toBeVisible();
  await application.close();
  await rm(folder, { recursive: true, force: true });
});
