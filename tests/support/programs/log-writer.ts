import { openLog } from '../../../main/log/log.ts';

/**
 * Writes numbered entries into the log of a data folder, as one of several processes: FOLDER, NAME, the number of
 * entries, and the octets after which a file is full.
 */

const [folder = '', name = '', amount = '', maxOctets = ''] = process.argv.slice(2);
const log = openLog({ dataFolder: folder, source: 'cli', maxOctets: Number(maxOctets), keep: 1000 });
for (let index = 0; index < Number(amount); index += 1) {
  // Of all lengths up to some pages: a line that is torn would show.
  log.info({ name, index, text: String(index % 10).repeat((index * 37) % 6000) }, 'written');
  if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
}
