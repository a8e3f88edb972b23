import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { composeCore } from '../../core/compose.ts';
import { createPracticeClient } from '../../practice/practice-client.ts';
import { contentSecurityPolicy } from '../../../renderer/app/csp.ts';
import { dataFolder } from '../data-folder.ts';
import { forkPractice } from '../fork-practice.ts';
import { claimInstance } from '../instance.ts';
import { practiceProgram, rendererFolder, version } from '../parts.ts';
import { createAccess, TOKEN_LIFETIME_MS } from './access.ts';
import { hasDisplay, openWindow, writeLaunchFile } from './open-window.ts';
import { startLoopbackHost } from './server.ts';
import { readStaticFiles } from './static-files.ts';

/** The console in a browser window, served on loopback. */

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    port: { type: 'string' },
    /** Print the one-time address instead of opening a window. */
    'no-open': { type: 'boolean' },
  },
});

const folder = await dataFolder(values['data-dir']);
const access = createAccess({ random: randomBytes, now: Date.now });
const launchFolder = path.join(folder, 'launch');
let origin = '';

const oneTimeAddress = () => `${origin}/#token=${access.issueToken()}`;

/** Opens a window, or prints the address where there is no display; null: nothing was opened. */
async function open(): Promise<{ readonly closed: Promise<void> } | null> {
  if (values['no-open'] === true || !hasDisplay(process.env, process.platform)) {
    console.log(`Open this address within two minutes; it works once:\n${oneTimeAddress()}`);
    return null;
  }
  const launchFile = await writeLaunchFile(launchFolder, oneTimeAddress());
  setTimeout(() => void rm(launchFile, { force: true }), TOKEN_LIFETIME_MS).unref();
  const window = await openWindow(launchFile, path.join(folder, 'browser-profile'));
  if (window.opened) return window;
  console.log(
    `No window could be opened (${window.reason}). Open this address within two minutes; it works once:\n${oneTimeAddress()}`,
  );
  return null;
}

const instance = await claimInstance(folder, async () => {
  await open();
  return `The console is running already at ${origin}; it was asked for a window.`;
});
if (!instance.first) {
  console.log(instance.answer);
  process.exit(0);
}
const { close: release } = instance;

const core = await composeCore({
  dataFolder: folder,
  host: 'browser',
  version,
  keychain: null,
  practice: createPracticeClient(() => forkPractice(practiceProgram), path.join(folder, 'practice')),
  notifier: { notify: (title, body) => console.log(`${title}. ${body}`) },
  background: true,
}).catch(async (error: unknown) => {
  await release();
  const remedy = error instanceof Error && 'remedy' in error ? ` ${String(error.remedy)}` : '';
  console.error(`${error instanceof Error ? error.message : String(error)}${remedy}`);
  process.exit(1);
});

const host = await startLoopbackHost({
  core,
  access,
  files: await readStaticFiles(rendererFolder),
  contentSecurityPolicy,
  port: Number(values.port ?? 0),
});
origin = host.origin;

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await host.close();
  await core.close();
  await release();
  await rm(launchFolder, { recursive: true, force: true });
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());

console.log(`Sendwright ${version}: the console runs at ${origin}. Press Ctrl-C to end it.`);
const window = await open();
void window?.closed.then(end);
