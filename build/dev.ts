import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { createAccess } from '../main/hosts/loopback/access.ts';
import type { RunningConsole } from './dev-gateway.ts';
import { createGateway, enter } from './dev-gateway.ts';
import { buildRenderer } from './renderer.ts';

/**
 * `npm run dev`: the window from its sources, redrawn as they change, and the console behind it, restarted as its own
 * change. Its data lie in `dist/dev-data`, or where `--data-dir` says. `--port` is the window's; without it the system
 * chooses.
 */

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: path.join(root, 'dist', 'dev-data') },
    port: { type: 'string', default: '0' },
  },
});

let running = Promise.withResolvers<RunningConsole>();
const access = createAccess({ random: randomBytes, now: Date.now });
let origin = 'http://127.0.0.1';

// The loopback host serves what is bundled as well, so that has to be there.
await buildRenderer();
const gateway = createGateway({ origin: () => origin, access, running: () => running.promise });
const vite = await createServer({
  configFile: path.join(root, 'vite.config.ts'),
  server: { host: '127.0.0.1', port: Number(values.port), strictPort: true, cors: false },
  plugins: [{ name: 'console', configureServer: (server) => void server.middlewares.use(gateway) }],
});
await vite.listen();
const [url] = vite.resolvedUrls?.local ?? [];
if (url === undefined) throw new Error('Vite does not say where it listens');
origin = new URL(url).origin;

// Node watches every module that the console has loaded, and starts it again when one changes.
const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    '--watch',
    '--watch-preserve-output',
    'main/hosts/loopback/main.ts',
    '--no-open',
    '--port',
    '0',
    '--data-dir',
    values['data-dir'],
  ],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
);
let isFirst = true;
createInterface({ input: child.stdout }).on('line', (line) => {
  if (/^http:\/\/127\.0\.0\.1:\d+\/#token=/.test(line)) {
    void enter(line).then((entered) => {
      // Calls that wait for a restart go on; later ones go to this console, even if nothing told of the restart.
      running.resolve(entered);
      running = Promise.withResolvers();
      running.resolve(entered);
      console.log(`Open this address; it works once: ${origin}/#token=${access.issueToken()}`);
      if (!isFirst) vite.ws.send({ type: 'full-reload' });
      isFirst = false;
    });
    return;
  }
  if (line.startsWith('Restarting')) running = Promise.withResolvers();
  if (!line.startsWith('Open this address')) console.log(line);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  void vite.close().then(() => process.exit(code ?? 0));
});
