import { chromium } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { buildRenderer } from '../../build/renderer.ts';
import { findBrowser } from '../../main/hosts/loopback/open-window.ts';
import { contentSecurityPolicy } from '../../renderer/session/csp.ts';
import { removeFolder, startConsole } from '../support/console.ts';
import { openTestCore } from '../support/core.ts';

/**
 * The window with 10,000 sender domains against a blank page made with the same React and Vite, in the same browser and
 * run: from the start of loading until the tabs, and the first rows, are painted and answer. Both are opened in a
 * tab of their own each time, and both find their scripts in the browser's cache, as on any day but the first.
 */

const ROUNDS = 15;
/** The browser compiles a script for its cache when it has met it a few times. */
const WARMING_ROUNDS = 4;
const DOMAINS = 10_000;
/** By then each page has long been painted. */
const SETTLED_MS = 2000;

const root = path.resolve(import.meta.dirname, '..', '..');

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Builds a page that shows one word with the same React, and serves it. */
async function serveBlankPage() {
  const folder = await mkdtemp(path.join(root, 'node_modules', '.sendwright-blank-'));
  await writeFile(
    path.join(folder, 'index.html'),
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Blank</title></head><body><div id="root"></div><script type="module" src="/main.tsx"></script></body></html>',
  );
  await writeFile(
    path.join(folder, 'main.tsx'),
    `import { createRoot } from 'react-dom/client';
createRoot(document.getElementById('root')!).render(<p><b role="tab">blank</b> <b role="rowheader">page</b></p>);`,
  );
  const output = path.join(folder, 'dist');
  await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir: output, target: 'chrome130', modulePreload: { polyfill: false } },
  });
  const files = new Map<string, Buffer>();
  for (const name of await readdir(output, { recursive: true }))
    if (/\.\w+$/.test(name)) files.set(`/${name.split(path.sep).join('/')}`, await readFile(path.join(output, name)));
  const server = createServer((request, response) => {
    const file = files.get(request.url === '/' ? '/index.html' : (request.url ?? ''));
    const isScript = request.url?.endsWith('.js') === true;
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      'content-security-policy': contentSecurityPolicy,
      'cache-control': isScript ? 'private, max-age=31536000, immutable' : 'no-store',
    });
    response.end(file);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Notes when something of a role is painted for the first time and a turn of the event loop after it has come: the page
 * answers then.
 */
function noteFirstPaints(): void {
  const waitedFor = new Set(['tab', 'rowheader']);
  const note = (role: string) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        document.documentElement.dataset[role] = String(performance.now());
      };
      channel.port2.postMessage(null);
    });
  };
  const observer = new MutationObserver(() => {
    for (const role of waitedFor) {
      if (document.querySelector(`[role="${role}"]`) === null) continue;
      waitedFor.delete(role);
      note(role);
    }
    if (waitedFor.size === 0) observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** @returns milliseconds from the start of loading until tabs, and until row headers, were painted. */
async function load(page: Page, address: string): Promise<{ readonly tabs: number; readonly rows: number }> {
  await page.goto(address);
  // To ask the page is to run a script of some size in it: not before it has painted.
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const { tab, rowheader } = await page.evaluate(() => {
    const { dataset } = document.documentElement;
    return { tab: dataset.tab, rowheader: dataset.rowheader };
  });
  return { tabs: Number(tab), rows: Number(rowheader) };
}

/** Loads a page in a tab of its own, as a window that is opened anew: nothing of an earlier page is in its way. */
async function loadAnew(browser: BrowserContext, address: string, storage: Readonly<Record<string, string>>) {
  const page = await browser.newPage();
  try {
    await page.addInitScript((items) => {
      for (const [key, value] of Object.entries(items)) sessionStorage.setItem(key, value);
    }, storage);
    await page.addInitScript(noteFirstPaints);
    return await load(page, address);
  } finally {
    await page.close();
  }
}

async function measure(browser: BrowserContext, address: string, origin: string, blank: string) {
  const page = await browser.newPage();
  await page.goto(address);
  await page.getByRole('tab', { name: 'Sender domains' }).click();
  await page.getByRole('rowheader').first().waitFor();
  // The session and the open tab, as the window keeps them.
  const storage = await page.evaluate(
    () => Object.fromEntries(Object.entries(sessionStorage)) as Record<string, string>,
  );
  await page.close();
  const ours: Awaited<ReturnType<typeof load>>[] = [];
  const blanks: number[] = [];
  for (let round = -WARMING_ROUNDS; round < ROUNDS; round += 1) {
    const { rows } = await loadAnew(browser, blank, {});
    const loaded = await loadAnew(browser, `${origin}/`, storage);
    if (round < 0) continue;
    blanks.push(rows);
    ours.push(loaded);
  }
  return {
    blank: median(blanks),
    tabs: median(ours.map((time) => time.tabs)),
    rows: median(ours.map((time) => time.rows)),
  };
}

async function run() {
  await buildRenderer();
  const executablePath = findBrowser();
  if (executablePath === undefined) return [];

  const { client, close, folder } = await openTestCore();
  const { id: workspaceId } = await client.workspaces.create({ name: 'Agency' });
  const names = Array.from({ length: DOMAINS }, (_nothing, index) => `client-${index}.example.com`);
  await client.settings.save({ workspaceId, revision: 0, fields: { recordTemplate: 'elastic-email' } });
  await client.domains.add({ workspaceId, text: names.join('\n') });
  await close();
  const desk = await startConsole(folder);
  const blank = await serveBlankPage();
  const profile = await mkdtemp(path.join(tmpdir(), 'sendwright-profile-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    viewport: { width: 1280, height: 860 },
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const times = await measure(browser, desk.address, desk.origin, blank.address);
    const row = (label: string, time: number, most: number) => ({
      label: `${label} with ${DOMAINS} domains, against a blank page of the same React`,
      value: `${(time / times.blank).toFixed(2)} × (${time.toFixed(0)} ms against ${times.blank.toFixed(0)} ms)`,
      target: `≤ ${most} ×`,
      met: time / times.blank <= most,
    });
    return [
      row('first paint that answers: header, tabs and view', times.tabs, 1.7),
      row('first rows of the list', times.rows, 2),
    ];
  } finally {
    await browser.close();
    await blank.close();
    await desk.stop();
    await removeFolder(folder);
    await rm(profile, { recursive: true, force: true });
  }
}

export const bench = { name: 'paint', run };
