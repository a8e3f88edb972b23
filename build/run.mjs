/**
 * Runs one of the project's programs: `node build/run.mjs FILE ARGUMENTS…`. Plain JavaScript, so that a Node that is too
 * old to read TypeScript comes this far; it then hands over to the Node that `npm ci` brings, or says what to do.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = 24;

const [file = '', ...args] = process.argv.slice(2);
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const brought = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  process.argv.splice(1, 2, path.resolve(root, file));
  await import(pathToFileURL(path.resolve(root, file)).href);
} else if (existsSync(brought)) {
  const child = spawn(brought, [path.resolve(root, file), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 0);
  });
} else {
  console.error(
    `Sendwright runs on Node ${NEEDED}, and this is Node ${process.versions.node}. Run npm ci: it brings the right one.`,
  );
  process.exitCode = 1;
}
