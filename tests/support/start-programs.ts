import react from '@vitejs/plugin-react';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { contentSecurityPolicy } from '../../renderer/session/csp.ts';

/** Two Electron programs whose start is measured: ours, and one that does as little as a program with a page can. */

const root = path.resolve(import.meta.dirname, '..', '..');

/** What the page prints when the first tab is painted and a turn of the event loop after it has come: it answers then. */
export const PAINTED = 'first tab painted at ';

/** Runs in both pages before anything of their own; a file, because the content security policy allows nothing else. */
const NOTE = `
const observer = new MutationObserver(() => {
  if (document.querySelector('[role="tab"]') === null) return;
  observer.disconnect();
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => console.info('${PAINTED}' + Date.now());
    channel.port2.postMessage(null);
  });
});
observer.observe(document, { childList: true, subtree: true });
`;
const NOTE_FILE = 'note-first-tab.js';

async function addNote(pageFolder: string): Promise<void> {
  const page = path.join(pageFolder, 'index.html');
  const text = await readFile(page, 'utf8');
  await writeFile(path.join(pageFolder, NOTE_FILE), NOTE);
  await writeFile(page, text.replace('<head>', `<head><script src="/${NOTE_FILE}"></script>`));
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(root, 'node_modules', '.sendwright-start-'));
  // Chromium keeps a profile by the program's name; both begin with none.
  await mkdir(path.join(folder, 'home'));
  return folder;
}

/** A program that can be started in the stand-in. */
export interface StartProgram {
  readonly program: string;
  /** The home folder that it is started with: what Electron keeps by default lies there. */
  readonly home: string;
  readonly remove: () => Promise<void>;
}

/** Our own bundle, unmodified but for the note in its page. `build/bundle.ts` has made it. */
export async function ownProgram(): Promise<StartProgram> {
  const folder = await newFolder();
  const program = path.join(folder, 'program');
  await mkdir(program);
  for (const part of ['dist/main', 'dist/renderer', 'package.json'])
    await cp(path.join(root, part), path.join(program, part), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(program, 'node_modules'), 'dir');
  await addNote(path.join(program, 'dist', 'renderer'));
  return { program, home: path.join(folder, 'home'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** One window, the same React, and a page that asks the main process once before it shows a tab. */
export async function bareProgram(): Promise<StartProgram> {
  const folder = await newFolder();
  const program = path.join(folder, 'program');
  const source = path.join(folder, 'page');
  await mkdir(program);
  await mkdir(source);
  await writeFile(
    path.join(source, 'index.html'),
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bare</title></head><body><div id="root"></div><script type="module" src="/main.tsx"></script></body></html>',
  );
  await writeFile(
    path.join(source, 'main.tsx'),
    `import { createRoot } from 'react-dom/client';
window.addEventListener('message', ({ data }) => {
  if (typeof data === 'object' && 'answer' in data)
    createRoot(document.getElementById('root')!).render(<div role="tablist"><button role="tab">{data.answer}</button></div>);
});
window.postMessage({ ask: 'word' }, location.origin);`,
  );
  await build({
    configFile: false,
    root: source,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir: path.join(program, 'page'), target: 'chrome130', modulePreload: { polyfill: false } },
  });
  await addNote(path.join(program, 'page'));
  await writeFile(
    path.join(program, 'preload.cjs'),
    `const { ipcRenderer } = require('electron');
addEventListener('message', ({ data }) => { if (data.ask === 'word') ipcRenderer.send('ask'); });
ipcRenderer.on('answer', (_event, answer) => postMessage({ answer }, location.origin));`,
  );
  await writeFile(
    path.join(program, 'main.js'),
    `import { app, BrowserWindow, ipcMain, protocol, session } from 'electron';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
const types = { '.html': 'text/html', '.js': 'text/javascript' };
protocol.registerSchemesAsPrivileged([{ scheme: 'bare', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
app.enableSandbox();
app.whenReady().then(() => {
  session.defaultSession.protocol.handle('bare', async ({ url }) => {
    const { pathname } = new URL(url);
    const file = path.join(import.meta.dirname, 'page', pathname === '/' ? 'index.html' : pathname);
    const headers = { 'content-type': types[path.extname(file)] ?? 'text/plain', 'content-security-policy': ${JSON.stringify(contentSecurityPolicy)} };
    return new Response(await readFile(file), { headers });
  });
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, contextIsolation: true, preload: path.join(import.meta.dirname, 'preload.cjs') } });
  ipcMain.on('ask', (event) => event.sender.send('answer', 'word'));
  window.once('ready-to-show', () => window.show());
  window.loadURL('bare://app/');
});
app.on('window-all-closed', () => app.quit());`,
  );
  await writeFile(
    path.join(program, 'package.json'),
    JSON.stringify({ name: 'bare', version: '1.0.0', type: 'module', main: 'main.js' }),
  );
  return { program, home: path.join(folder, 'home'), remove: () => rm(folder, { recursive: true, force: true }) };
}
