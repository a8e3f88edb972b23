/**
 * Runs an Electron program under Node: `node main.ts FOLDER ARGUMENTS…`, where FOLDER, or the archive, has the program's
 * package.json.
 * The program sees what it would see in Electron's main process; the module `electron` is the stand-in's.
 */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, readManifest, setLaunched } from './app.ts';
import { readArchives } from './archive.ts';
import { onControl, openControl, report } from './control.ts';
import { dialog } from './desktop.ts';
import { settings } from './given.ts';
import { installDefaultMenu } from './menu.ts';

readArchives();

const [, , given = '.', ...args] = process.argv;
const folder = path.resolve(given);
const manifest = readManifest(folder);
const isPackaged = path.basename(path.dirname(folder)) === 'resources';
const program = path.join(folder, manifest.main ?? 'index.js');

openControl();
setLaunched({ folder, manifest, isPackaged, args });
installDefaultMenu();

const electron = new URL('electron.ts', import.meta.url).href;
registerHooks({
  resolve(specifier, context, next) {
    return /^electron(?:\/main|\/common)?$/.test(specifier)
      ? { url: electron, shortCircuit: true }
      : next(specifier, context);
  },
});

// A native module is this machine's own, on whatever system the program believes itself to be.
const { arch, platform } = process;
const openNative = process.dlopen.bind(process) as (module: object, file: string, ...flags: number[]) => void;
process.dlopen = (module: object, file: string, ...flags: number[]) =>
  openNative(module, file.replace(`${settings.platform}-${arch}`, `${platform}-${arch}`), ...flags);

Object.defineProperty(process.versions, 'electron', { value: '45.4.1', enumerable: true });
Object.defineProperty(process.versions, 'chrome', { value: '156.0.0.0', enumerable: true });
Object.defineProperties(process, {
  type: { value: 'browser', enumerable: true },
  defaultApp: { value: isPackaged ? undefined : true, enumerable: true },
  resourcesPath: {
    value: isPackaged ? path.dirname(folder) : path.join(path.dirname(process.execPath), 'resources'),
    enumerable: true,
  },
  platform: { value: settings.platform, enumerable: true },
  argv: {
    value: isPackaged ? [process.execPath, ...args] : [process.execPath, given, ...args],
    writable: true,
    enumerable: true,
  },
});

// Electron does not end on an exception that nobody caught: it shows a box.
process.on('uncaughtException', (error) => {
  report({ kind: 'uncaught', message: error.message, stack: error.stack ?? '' });
  if (process.listenerCount('uncaughtException') > 1) return;
  console.error(error);
  dialog.showErrorBox(
    'A JavaScript error occurred in the main process',
    `Uncaught Exception:\n${error.stack ?? error.message}`,
  );
});
process.on('unhandledRejection', (reason) => {
  report({
    kind: 'unhandled-rejection',
    message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  });
  console.error('(unhandled rejection)', reason);
});

// Nothing keeps Node running but this, until the program ends by itself.
setInterval(() => undefined, 2 ** 30);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // A program that listens for a signal has it for itself.
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) app.quit();
  });
}

onControl('ping', () => 'pong');
report({ kind: 'started' });
try {
  await import(pathToFileURL(program).href);
} catch (error) {
  process.emit('uncaughtException', error as Error);
}
await app.$codeLoaded();
