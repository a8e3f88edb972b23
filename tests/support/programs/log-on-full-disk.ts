import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openLog } from '../../../main/log/log.ts';

/**
 * Writes into the log of a data folder on a small disk, FOLDER, until it is full, makes room and writes on. Prints what
 * was told, as JSON.
 */

const [folder = ''] = process.argv.slice(2);
const told: string[] = [];
const log = openLog({
  dataFolder: folder,
  source: 'cli',
  onTrouble: ({ message, remedy }) => told.push(`${message}. ${remedy}`),
});
log.info({}, 'before');
const ballast = path.join(folder, 'ballast');
try {
  writeFileSync(ballast, Buffer.alloc(64 * 1024 * 1024));
} catch {
  // The disk is full now.
}
for (let index = 0; index < 100; index += 1) log.info({ index, text: 'x'.repeat(3000) }, 'while it is full');
const whileFull = { trouble: log.trouble(), newest: log.newest().length };
rmSync(ballast);
// It is tried again some seconds later.
const clock = Date.now;
Date.now = () => clock() + 60_000;
log.info({}, 'after');
process.stdout.write(JSON.stringify({ told, whileFull, trouble: log.trouble() }));
