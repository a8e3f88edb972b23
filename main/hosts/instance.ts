import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isOwnLink } from '../../shared/links/own-link.ts';
import { StartFault } from './start-fault.ts';

/**
 * One window per data folder: the first start listens on a local socket that belongs to the folder, a second start
 * finds it there and asks the first to come to the front, and to show what a link asks for.
 */

/** Unix socket addresses end after 104 octets on macOS and 108 on Linux. */
const MAX_SOCKET_PATH = 100;
/** A start that still migrates a large data file answers late. */
const ANSWER_TIMEOUT_MS = 20_000;
const MAX_LINE = 4096;

export type Instance =
  | { readonly first: true; readonly close: () => Promise<void> }
  /** Another start owns the folder; `answer` is what it said when asked to come to the front. */
  | { readonly first: false; readonly answer: string };

/** What a later start is answered. @param link what it was asked to show; null: nothing. */
export type BringToFront = (link: string | null) => Promise<string>;

const isWindows = process.platform === 'win32';

/** Whether a folder is there and this account's own, and nobody else may enter it; a link to one is none. */
function isPrivate(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
}

/** Whether another account made a file. */
function isForeign(file: string): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return !isWindows && stats !== undefined && stats.uid !== process.getuid?.();
}

/** A folder for sockets whose own path would be too long: the session's, or one in the folder of temporary files. */
function socketFolder(): string {
  const session = process.env.XDG_RUNTIME_DIR;
  if (session !== undefined && path.isAbsolute(session) && isPrivate(session)) return session;
  const folder = path.join(tmpdir(), `sendwright-${process.getuid?.()}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isPrivate(folder)) return folder;
  // Anybody may make a file there first.
  throw new StartFault(
    `${folder} does not belong to this account alone.`,
    'Remove it, or choose a data folder with a shorter path with --data-dir FOLDER.',
  );
}

function socketPath(dataFolder: string): string {
  const id = createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 24);
  if (isWindows) return `\\\\.\\pipe\\sendwright-${id}`;
  const inFolder = path.join(dataFolder, 'instance.sock');
  if (Buffer.byteLength(inFolder) <= MAX_SOCKET_PATH) return inFolder;
  const elsewhere = path.join(socketFolder(), `sendwright-${id}.sock`);
  if (Buffer.byteLength(elsewhere) <= MAX_SOCKET_PATH) return elsewhere;
  throw new StartFault(
    `The path of the data folder ${dataFolder} is too long.`,
    'Choose one with a shorter path with --data-dir FOLDER.',
  );
}

/** A word on a question, or null where it is none: whoever asks is a later start then. */
export type Answer = (question: string) => Promise<string | null>;

export type InstanceAnswer =
  | { readonly running: false }
  /** `word` is null where the console that runs does not know the question. */
  | { readonly running: true; readonly word: string | null };

/** Asks the console that has a data folder open; nothing is claimed, and no window comes to the front for what it knows. */
export async function askInstance(dataFolder: string, question: string): Promise<InstanceAnswer> {
  const address = socketPath(dataFolder);
  const answer = isForeign(address) ? null : await ask(address, question);
  if (answer === null) return { running: false };
  return { running: true, word: answer.startsWith(`${question}: `) ? answer.slice(question.length + 2) : null };
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
      if (answer.length > MAX_LINE) socket.destroy();
    });
    socket.on('error', () => resolve(null));
    // It is printed as it comes: what a terminal would obey is left out.
    socket.on('close', () => resolve(answer.replaceAll(/[^\P{C}\n]/gu, '').trim()));
  });
}

/** @returns null when somebody listens there already, or left the socket's file behind. */
function listen(address: string, comeToFront: BringToFront, answer: Answer): Promise<Server | null> {
  const respond = async (line: string) => {
    if (line === '') return comeToFront(null);
    if (isOwnLink(line)) return comeToFront(line);
    const word = await answer(line);
    return word === null ? comeToFront(null) : `${line}: ${word}`;
  };
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      let question = '';
      socket.setEncoding('utf8');
      socket.on('error', () => socket.destroy());
      socket.on('data', (part: string) => {
        const isAnswered = question.includes('\n');
        question += part;
        if (question.length > MAX_LINE) socket.destroy();
        if (isAnswered || !question.includes('\n')) return;
        const [line = ''] = question.split('\n');
        respond(line.trim()).then(
          (told) => socket.end(`${told}\n`),
          () => socket.end('The console could not open another window.\n'),
        );
      });
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    // The socket is made right here, and for this account alone, whatever the umask and the folder allow.
    const before = isWindows ? null : process.umask(0o177);
    server.listen(address, () => resolve(server));
    if (before === null) return;
    process.umask(before);
    if (server.listening) chmodSync(address, 0o600);
  });
}

/**
 * Takes the data folder for this process, or asks the process that has it to come to the front.
 *
 * @param dataFolder must exist.
 * @param link what this start was asked to show; null: nothing.
 * @param comeToFront called for each later start; what it resolves to is told to that start in one line.
 * @param answer to a program that asks something else than to come to the front.
 * @throws StartFault when the socket is another account's, or its path too long.
 */
export async function claimInstance(
  dataFolder: string,
  link: string | null,
  comeToFront: BringToFront,
  answer: Answer = () => Promise.resolve(null),
): Promise<Instance> {
  const address = socketPath(dataFolder);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(address, comeToFront, answer);
    if (server !== null) {
      return { first: true, close: () => new Promise((resolve) => server.close(() => resolve())) };
    }
    if (isForeign(address)) {
      throw new StartFault(
        `${address} belongs to another account.`,
        'Choose a data folder that nobody else may write to with --data-dir FOLDER.',
      );
    }
    const told = await ask(address, link ?? '');
    if (told !== null) {
      return { first: false, answer: told === '' ? `The console has ${dataFolder} open, but does not answer.` : told };
    }
    // Nobody listens: the socket file is what a killed process left behind.
    await rm(address, { force: true });
  }
  throw new StartFault(
    `The data folder ${dataFolder} is being claimed by several starts at once.`,
    'Start the console again.',
  );
}
