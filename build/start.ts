import { spawn } from 'node:child_process';
import path from 'node:path';
import { hasDisplay } from '../main/hosts/loopback/display.ts';
import { buildPrograms, programs } from './bundle.ts';
import { electronBinary, hindrance, runElectron } from './electron-binary.ts';
import { buildRenderer } from './renderer.ts';

/**
 * `npm start`: the console in Electron, or, where its executable is not to be had or can't start, the same console in a
 * browser window. `--browser` goes there directly, and so does what only a browser window knows. All other arguments
 * are passed on.
 */

const root = path.resolve(import.meta.dirname, '..');
const given = process.argv.slice(2);
const passedOn = given.filter((argument) => argument !== '--browser');
const browserWanted = given.some((argument) => /^--(?:browser|no-open|port)(?:=|$)/.test(argument));

function runBrowserHost(): void {
  const child = spawn(
    process.execPath,
    ['main/hosts/loopback/main.ts', ...passedOn.filter((argument) => argument !== '--hidden')],
    { stdio: 'inherit', cwd: root },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 0);
  });
}

/** @returns why there was no Electron window, or null when there was one until it was closed. */
async function tryElectron(): Promise<string | null> {
  const environment = {
    platform: process.platform,
    hasDisplay: hasDisplay(process.env, process.platform),
    userId: process.getuid?.(),
  };
  const hindered = hindrance(environment);
  if (hindered !== null) return hindered;
  const electron = electronBinary({ fetch: true });
  if (!electron.found) return electron.reason;
  await buildPrograms(programs, 'main', [], true);
  const run = await runElectron(electron.path, [root, ...passedOn], root);
  if (!run.came) return run.reason;
  process.exitCode = run.code;
  return null;
}

await buildRenderer();
const reason = browserWanted ? '' : await tryElectron();
if (reason !== null) {
  if (reason !== '') console.log(`Electron can’t be used here (${reason}): the console opens in a browser instead.`);
  runBrowserHost();
}
