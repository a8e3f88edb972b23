import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildPrograms } from './bundle.ts';
import { electronBinary } from './electron-binary.ts';
import { buildRenderer } from './renderer.ts';

/**
 * `npm start`: the console in Electron, or, where its executable is not to be had, the same console in a browser
 * window. `--browser` goes there directly. All other arguments are passed on.
 */

const root = path.resolve(import.meta.dirname, '..');
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--browser');
const browserWanted = process.argv.includes('--browser');

function run(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { stdio: 'inherit', cwd: root });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 0);
  });
}

await buildRenderer();

const electron = browserWanted ? null : electronBinary({ fetch: true });
if (electron?.found === true) {
  await buildPrograms();
  run(electron.path, [root, ...passedOn]);
} else {
  if (electron !== null)
    console.log(`Electron can't be used here (${electron.reason}); opening the console in a browser window.`);
  run(process.execPath, ['main/hosts/loopback/main.ts', ...passedOn]);
}
