import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findBrowser } from '../../main/hosts/loopback/open-window.ts';
import { buildBefore, ratioText } from '../support/build-before.ts';

/**
 * Another domain is chosen in the list: what the page computes from the click until its manual is painted and answers,
 * against the build before (`SENDWRIGHT_BEFORE`), in turns. Each domain has a pasted zone that publishes a part of what it
 * needs. By the time of the processor that the page's own thread takes; the core's part is the bench `judge`.
 */

/** As many as a list shows without being scrolled. */
const DOMAINS = 10;
const PAIRS = 15;
/** The browser compiles what it meets often. */
const WARMING = 8;
/** By then nothing of the domain before is under way. */
const SETTLED_MS = 400;

const root = path.resolve(import.meta.dirname, '..', '..');

const zoneOf = (name: string) => `$ORIGIN ${name}.
@ 3600 IN SOA ns1 hostmaster 1 3600 600 86400 300
@ 3600 IN MX 10 mx
@ 3600 IN TXT "v=spf1 mx include:_spf.google.com ip4:192.0.2.0/24 ~all"
@ 3600 IN TXT "google-site-verification=abcdef"
_dmarc 3600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@${name}"
mx 3600 IN A 192.0.2.25
`;

/** What this bench takes from a checkout: its own folder of data, its own window, its own console. */
async function openWindow(checkout: string, browser: Browser) {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(path.join(checkout, file)).href);
  const { buildRenderer } = (await load('build/renderer.ts')) as typeof import('../../build/renderer.ts');
  const { openTestCore, dropFolder } = (await load('tests/support/core.ts')) as typeof import('../support/core.ts');
  const { startConsole } = (await load('tests/support/console.ts')) as typeof import('../support/console.ts');
  await buildRenderer();
  const { client, close, folder } = await openTestCore();
  const { id: workspaceId } = await client.workspaces.create({ name: 'Agency' });
  await client.settings.save({ workspaceId, revision: 0, fields: { recordTemplate: 'elastic-email' } });
  const text = Array.from({ length: DOMAINS }, (_none, index) => `d${index}.example`).join('\n');
  const { added } = await client.domains.add({ workspaceId, text });
  for (const { id, name } of added) await client.domains.pasteZone({ workspaceId, domainId: id, text: zoneOf(name) });
  await close();
  const desk = await startConsole(folder);
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(desk.address);
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('heading', { name: 'd0.example', exact: true }).waitFor();
  const devTools = await context.newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** Milliseconds of the processor that the page's thread has taken so far. */
  const taken = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
  const end = async () => {
    await context.close();
    await desk.stop();
    await dropFolder(folder);
  };
  return { page, taken, end };
}

type Opened = Awaited<ReturnType<typeof openWindow>>;

/** @returns what the page took from the click on a domain until its manual was painted, and a turn of the event loop came. */
async function choose({ page, taken }: Opened, name: string): Promise<number> {
  await page.waitForTimeout(SETTLED_MS);
  const before = await taken();
  await page.evaluate(
    (wanted) =>
      new Promise<void>((resolve) => {
        const isShown = () => document.querySelector('article h2')?.textContent === wanted;
        const observer = new MutationObserver(() => {
          if (!isShown()) return;
          observer.disconnect();
          requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => resolve();
            channel.port2.postMessage(null);
          });
        });
        observer.observe(document, { childList: true, subtree: true, characterData: true });
        const row = [...document.querySelectorAll<HTMLElement>('[role="rowheader"]')].find(
          (cell) => cell.textContent === wanted,
        );
        if (row === undefined) throw new Error(`${wanted} is not in sight`);
        row.click();
      }),
    name,
  );
  return (await taken()) - before;
}

async function run() {
  const executablePath = findBrowser();
  if (executablePath === undefined) return [];
  const before = buildBefore();
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const ours = await openWindow(root, browser);
  const theirs = before === null ? null : await openWindow(before, browser);
  try {
    const ratios: number[] = [];
    const figures: number[] = [];
    for (let pair = -WARMING; pair < PAIRS; pair += 1) {
      const name = `d${(pair + WARMING + 1) % DOMAINS}.example`;
      const slow = theirs === null ? Number.NaN : await choose(theirs, name);
      const fast = await choose(ours, name);
      if (pair < 0) continue;
      ratios.push(fast / slow);
      figures.push(fast);
    }
    const { median, text } = ratioText(ratios);
    const took = `${ratioText(figures).median.toFixed(0)} ms`;
    return [
      {
        label: 'another domain chosen, until its manual is painted, time to the build before',
        value: before === null ? `not measured without SENDWRIGHT_BEFORE (${took})` : `${text}, ${took}`,
        target: '≤ 0.5 ×',
        met: before === null || median <= 0.5,
      },
    ];
  } finally {
    await ours.end();
    await theirs?.end();
    await browser.close();
  }
}

export const bench = { name: 'choose', run };
