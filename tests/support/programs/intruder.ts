import {
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';

/**
 * Another account of the same computer, at somebody's data folder: it tries to read, change, exchange and remove whatever
 * lies there, to put files of its own beside, and to talk to the socket. Prints each thing that worked.
 *
 * @param before where `before` is given: the folder is prepared for who comes later, with what that one will use.
 */

const [, , folder = '', mark = '', when = ''] = process.argv;
const worked: string[] = [];
const attempt = (what: string, work: () => unknown) => {
  try {
    if (work() !== false) worked.push(what);
  } catch {
    // That is how it should be.
  }
};

const NAMES = ['sendwright.db', 'sendwright.db-wal', 'instance.sock', 'logs', 'copies', 'launch', 'window-port'];

if (when === 'before') {
  for (const name of NAMES)
    attempt(`made ${name}`, () => {
      if (/^(?:logs|copies|launch)$/.test(name)) symlinkSync('/tmp', path.join(folder, name));
      else writeFileSync(path.join(folder, name), '', { flag: 'wx', mode: 0o666 });
    });
} else {
  const files = (place: string): string[] => {
    try {
      return readdirSync(place).flatMap((name) => {
        const file = path.join(place, name);
        return [file, ...(lstatSync(file).isDirectory() ? files(file) : [])];
      });
    } catch {
      return [];
    }
  };
  const known = NAMES.map((name) => path.join(folder, name));
  for (const file of new Set([...files(folder), ...known, path.join(folder, 'launch', 'open-console.html')])) {
    attempt(`read ${file}`, () => readFileSync(file).includes(mark) || file.endsWith('.db'));
    attempt(`may write ${file}`, () => openSync(file, 'r+'));
    attempt(`exchanged ${file}`, () => renameSync(file, `${file}.taken`));
    attempt(`removed ${file}`, () => rmSync(file, { recursive: false }));
  }
  attempt('put a file there', () => writeFileSync(path.join(folder, 'planted'), ''));
  await new Promise<void>((resolve) => {
    const socket = createConnection(path.join(folder, 'instance.sock'));
    socket.setTimeout(3000, () => socket.destroy());
    let told = '';
    socket.on('connect', () => socket.write('\n'));
    socket.on('data', (part: Buffer) => {
      told += part.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (told.includes(mark)) worked.push('was told the address');
      resolve();
    });
  });
}
console.log(JSON.stringify(worked));
