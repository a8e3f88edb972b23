import { chromium } from '@playwright/test';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildRenderer } from '../../build/renderer.ts';
import { findBrowser } from '../../main/hosts/loopback/open-window.ts';
import { startConsole } from '../support/console.ts';
import { startKnot } from '../support/knot.ts';
import { manyDomains, manyZones } from '../support/many-domains.ts';

/** The window with 10,000 domains: its frames while results stream in, and the weight of what it loads first. */

const DOMAINS = 10_000;
const LONGEST_FRAME_MS = 50;
const SETTLED_MS = 2000;
const root = path.resolve(import.meta.dirname, '..', '..');

/** Octets, compressed, of the scripts that the page asks for before anything else. */
async function initialScripts(): Promise<number> {
  const folder = path.join(root, 'dist', 'renderer');
  const page = await readFile(path.join(folder, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map((match) => match[1] as string);
  if (named.length === 0) throw new Error(`No script in ${folder}: ${(await readdir(folder)).join(', ')}`);
  let size = 0;
  for (const file of named) size += gzipSync(await readFile(path.join(folder, file))).length;
  return size;
}

async function framesWhileChecking(): Promise<readonly number[]> {
  const knot = await startKnot(manyZones(DOMAINS));
  const { folder } = await manyDomains(DOMAINS, `127.0.0.1:${knot.port}`);
  const desk = await startConsole(folder);
  const executablePath = findBrowser();
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    await page.goto(desk.address);
    await page.getByRole('tab', { name: 'Sender domains' }).click();
    await page.getByText('Not checked yet').waitFor();
    // What is measured is the stream of results, not the opening of the window and of the first manual.
    await page.getByRole('heading', { name: 'd0.example' }).waitFor();
    await page.waitForTimeout(SETTLED_MS);
    await page.evaluate(() => {
      const deltas: number[] = [];
      let last = performance.now();
      const next = (now: number) => {
        deltas.push(now - last);
        last = now;
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
      Object.assign(window, { deltas });
    });
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText('10,000 checked').waitFor({ timeout: 120_000 });
    return await page.evaluate(() => (window as unknown as { deltas: number[] }).deltas);
  } finally {
    await browser.close();
    await desk.stop();
    await knot.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run() {
  await buildRenderer();
  const scripts = (await initialScripts()) / 1024;
  const frames = await framesWhileChecking();
  const longest = Math.max(...frames);
  const over = frames.filter((frame) => frame > LONGEST_FRAME_MS + 0.5).length;
  return [
    {
      label: `longest of ${frames.length} frames while ${DOMAINS} results stream in, ${over} of them over 50 ms`,
      value: `${longest.toFixed(1)} ms`,
      target: '≤ 50 ms',
      met: over === 0,
    },
    {
      label: 'scripts that the window loads first, compressed',
      value: `${scripts.toFixed(0)} kB`,
      target: '≤ 250 kB',
      met: scripts <= 250,
    },
  ];
}

export const bench = { name: 'window', run };
