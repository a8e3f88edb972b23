import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * One window per data folder: the first start listens on a local socket that belongs to the folder, a second start
 * finds it there and asks the first to come to the front.
 */

/** Unix socket addresses end after 104 octets on macOS and 108 on Linux. */
const MAX_SOCKET_PATH = 100;
const ANSWER_TIMEOUT_MS = 5_000;

export type Instance =
  | { readonly first: true; readonly close: () => Promise<void> }
  /** Another start owns the folder; `answer` is what it said when asked to come to the front. */
  | { readonly first: false; readonly answer: string };

function socketPath(dataFolder: string): string {
  const id = createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\sendwright-${id}`;
  const inFolder = path.join(dataFolder, 'instance.sock');
  if (Buffer.byteLength(inFolder) <= MAX_SOCKET_PATH) return inFolder;
  return path.join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `sendwright-${id}.sock`);
}

/** Asks the listener at `address`; null when nobody listens there. */
function ask(address: string, question: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = createConnection(address);
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('connect', () => socket.write(`${question}\n`));
    socket.on('data', (part: string) => {
      answer += part;
    });
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(answer.trim()));
  });
}

function listen(address: string, bringToFront: () => Promise<string>): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        void bringToFront().then(
          (answer) => socket.end(`${answer}\n`),
          () => socket.end('The console could not open another window.\n'),
        );
      });
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}

/**
 * Takes the data folder for this process, or asks the process that has it to come to the front.
 *
 * @param dataFolder must exist.
 * @param bringToFront called for each later start; what it resolves to is told to that start in one line.
 * @throws when the socket can neither be made nor reached.
 */
export async function claimInstance(dataFolder: string, bringToFront: () => Promise<string>): Promise<Instance> {
  const address = socketPath(dataFolder);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(address, bringToFront);
    if (server !== null) {
      return { first: true, close: () => new Promise((resolve) => server.close(() => resolve())) };
    }
    const answer = await ask(address, randomUUID());
    if (answer !== null) {
      return {
        first: false,
        answer: answer === '' ? `The console has ${dataFolder} open, but does not answer.` : answer,
      };
    }
    // Nobody listens: the socket file is what a killed process left behind.
    await rm(address, { force: true });
  }
  throw new Error(`The data folder ${dataFolder} is being claimed by several starts at once. Start the console again.`);
}
