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
import { startOnSamePort } from './same-port.ts';
import { startLoopbackHost } from './server.ts';
import { readStaticFiles } from './static-files.ts';

/** The console in a browser window, served on loopback. */

/** Says in a line what is wrong, and ends. */
function refuse(error: unknown, code: number): never {
  const remedy = error instanceof Error && 'remedy' in error ? ` ${String(error.remedy)}` : '';
  console.error(`${error instanceof Error ? error.message : String(error)}${remedy}`);
  process.exit(code);
}

const WRONG_USE = 2;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        'data-dir': { type: 'string' },
        /** The one it had last where none is given; 0 lets the system choose. */
        port: { type: 'string' },
        /** Print the one-time address instead of opening a window. */
        'no-open': { type: 'boolean', default: false },
      },
    });
    if (values.port === undefined) return { ...values, port: undefined };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      throw new RangeError(
        `--port ${values.port} is no port. Give a number from 0 to 65535; 0 lets the system choose.`,
      );
    return { ...values, port };
  } catch (error) {
    return refuse(error, WRONG_USE);
  }
}

const values = readArguments();

const folder = await dataFolder(values['data-dir']).catch((error: unknown) => refuse(error, 1));
const access = createAccess({ random: randomBytes, now: Date.now });
const launchFolder = path.join(folder, 'launch');
let origin = '';

const oneTimeAddress = () => `${origin}/#token=${access.issueToken()}`;

type Opening =
  | { readonly window: { readonly closed: Promise<void> }; readonly told: string }
  | { readonly window: null; readonly told: string };

/** Opens a window; where there is no display, or no browser, it tells the address to open. */
async function open(): Promise<Opening> {
  const invitation = () => `Open this address within two minutes; it works once:\n${oneTimeAddress()}`;
  if (values['no-open'] || !hasDisplay(process.env, process.platform)) return { window: null, told: invitation() };
  const launchFile = await writeLaunchFile(launchFolder, oneTimeAddress());
  setTimeout(() => void rm(launchFile, { force: true }), TOKEN_LIFETIME_MS).unref();
  const window = await openWindow(launchFile, path.join(folder, 'browser-profile'));
  if (window.opened) return { window, told: 'Its window was opened.' };
  return { window: null, told: `No window could be opened (${window.reason}). ${invitation()}` };
}

const ready = Promise.withResolvers<void>();
const instance = await claimInstance(folder, async () => {
  await ready.promise;
  // Told over a socket that only this account can reach.
  return `The console is running already. ${(await open()).told}`;
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
  return refuse(error, 1);
});

const files = await readStaticFiles(rendererFolder);
const serve = (port: number) => startLoopbackHost({ core, access, files, contentSecurityPolicy, port });
const starting = values.port === undefined ? startOnSamePort(folder, serve) : serve(values.port);
const host = await starting.catch(async (error: NodeJS.ErrnoException) => {
  await core.close();
  await release();
  const isTaken = values.port !== undefined && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
  return refuse(
    isTaken
      ? `Port ${values.port} can’t be used (${error.code}). Give another one, or none: the system chooses then.`
      : error,
    1,
  );
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
ready.resolve();
const { window, told } = await open();
if (window === null) console.log(told);
else void window.closed.then(end);
