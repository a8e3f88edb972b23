import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isOwnLink } from '../../../shared/links/own-link.ts';
import { composeCore } from '../../core/compose.ts';
import { createPracticeClient } from '../../practice/practice-client.ts';
import { contentSecurityPolicy } from '../../../renderer/session/csp.ts';
import { dataFolder } from '../data-folder.ts';
import { forkPractice } from '../fork-practice.ts';
import { claimInstance } from '../instance.ts';
import { readManaged } from '../managed.ts';
import { copyProgram, practiceProgram, rendererFolder, version } from '../parts.ts';
import { toldFault } from '../start-fault.ts';
import type { RunLog } from '../process-log.ts';
import { catchUncaughtErrors, openRunLog } from '../process-log.ts';
import { createAccess, TOKEN_LIFETIME_MS } from './access.ts';
import { hasDisplay } from './display.ts';
import { startOnSamePort } from './same-port.ts';
import { startLoopbackHost } from './server.ts';
import { openStaticFiles } from './static-files.ts';

/** The console in a browser window, served on loopback. */

let log: RunLog | null = null;

/** Says in a line what is wrong, and ends. */
function refuse(error: unknown, code: number): never {
  log?.ended('could not start', { error });
  const { message, remedy } = toldFault(error);
  console.error(`${message} ${remedy}`.trimEnd());
  process.exit(code);
}

const WRONG_USE = 2;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string' },
        /** The one it had last where none is given; 0 lets the system choose. */
        port: { type: 'string' },
        /** Print the one-time address instead of opening a window. */
        'no-open': { type: 'boolean', default: false },
      },
    });
    const [link = null, ...others] = positionals;
    const unknown = others[0] ?? (link === null || isOwnLink(link) ? undefined : link);
    if (unknown !== undefined)
      throw new RangeError(
        `${unknown} is not an option. Give only options, or a link such as sendwright://domain/NAME.`,
      );
    if (values.port === undefined) return { ...values, port: undefined, link };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      throw new RangeError(
        `--port ${values.port} is not a port. Give a number from 0 to 65535; 0 lets the system choose.`,
      );
    return { ...values, port, link };
  } catch (error) {
    return refuse(error, WRONG_USE);
  }
}

const values = readArguments();

function openFolder(): string {
  try {
    return dataFolder(values['data-dir']);
  } catch (error) {
    return refuse(error, 1);
  }
}

const folder = openFolder();
log = openRunLog(folder, 'browser', (text) => console.error(text));
const runLog = log;
runLog.started();
catchUncaughtErrors({
  log: () => runLog,
  tell: (sentence) => console.error(sentence),
  end: () => process.exit(1),
});
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
  // What looks for a browser is read in where one is wanted.
  const { openWindow, writeLaunchFile } = await import('./open-window.ts');
  const launchFile = await writeLaunchFile(launchFolder, oneTimeAddress());
  setTimeout(() => void rm(launchFile, { force: true }), TOKEN_LIFETIME_MS).unref();
  const window = await openWindow(launchFile, path.join(folder, 'browser-profile'));
  if (window.opened) return { window, told: 'Its window was opened.' };
  return { window: null, told: `No window could be opened (${window.reason}). ${invitation()}` };
}

let ending = false;
const ready = Promise.withResolvers<void>();
const instance = await claimInstance(
  folder,
  values.link,
  async (link) => {
    await ready.promise;
    if (link !== null) core.openLink(link);
    // Told over a socket that only this account can reach.
    return `The console is running already. ${(await open()).told}`;
  },
  async (question) => {
    await ready.promise;
    return core.answer(question);
  },
);
if (!instance.first) {
  runLog.ended('another start has the data folder');
  console.log(instance.answer);
  process.exit(0);
}
const { close: release } = instance;

const compose = () =>
  composeCore({
    dataFolder: folder,
    host: 'browser',
    version,
    keychain: null,
    copyProgram: { file: copyProgram, runsIn: 'process' },
    practice: createPracticeClient(() => forkPractice(practiceProgram, runLog), path.join(folder, 'practice')),
    notifier: { notify: (title, body) => console.log(`${title}. ${body}`) },
    background: true,
    managed: readManaged(),
    log: runLog,
    // The process stays, with its address and the sessions of its windows: only the core is another.
    startAgain: () => void beginAgain().catch((error: unknown) => refuse(error, 1)),
  }).catch(async (error: unknown) => {
    await release();
    return refuse(error, 1);
  });
let core = await compose();
/** Calls wait for it while one core takes over from another. */
let composing: Promise<unknown> = Promise.resolve();

async function beginAgain(): Promise<void> {
  if (ending) return;
  const before = core;
  const next = before.close().then(compose);
  composing = next;
  core = await next;
  runLog.info({}, 'the core was begun anew');
}

const files = await openStaticFiles(rendererFolder);
const serve = (port: number) =>
  startLoopbackHost({
    core: () => composing.then(() => core),
    access,
    files,
    contentSecurityPolicy,
    port,
    log: runLog,
  });
const starting = values.port === undefined ? startOnSamePort(folder, serve) : serve(values.port);
const host = await starting.catch(async (error: NodeJS.ErrnoException) => {
  await core.close();
  await release();
  const isTaken = values.port !== undefined && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
  return refuse(
    isTaken
      ? `Port ${values.port} can’t be used (${error.code}). Give another one, or none to let the system choose.`
      : error,
    1,
  );
});
origin = host.origin;
runLog.info({ origin }, 'the window can be reached');

async function end(reason: string): Promise<void> {
  if (ending) return;
  ending = true;
  await host.close();
  await core.close();
  await release();
  await rm(launchFolder, { recursive: true, force: true });
  runLog.ended(reason);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal));

console.log(`Sendwright ${version}: the console runs at ${origin}. Press Ctrl-C to end it.`);
if (values.link !== null) core.openLink(values.link);
ready.resolve();
const { window, told } = await open();
if (window === null) console.log(told);
else void window.closed.then(() => end('its window was closed'));
