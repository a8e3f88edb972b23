import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { dataFolder } from '../../../main/hosts/data-folder.ts';
import { claimInstance } from '../../../main/hosts/instance.ts';
import { writeLaunchFile } from '../../../main/hosts/loopback/open-window.ts';
import { openRunLog } from '../../../main/hosts/process-log.ts';
import { toldFault } from '../../../main/hosts/start-fault.ts';
import { openTestCore } from '../core.ts';

/**
 * A console on a data folder, as a host starts one, under the umask that is given: it keeps a secret and a mark, copies its
 * file, writes its log and a launch file, and says `ready` or why it does not start. It ends with its standard input.
 */

const [, , given = '', umask = '', mark = ''] = process.argv;
process.umask(Number.parseInt(umask, 8));
try {
  const folder = dataFolder(given);
  const instance = await claimInstance(folder, null, async () => `the address ${mark}`);
  if (!instance.first) throw new Error(`Somebody else has the folder: ${instance.answer}`);
  const log = openRunLog(folder, 'browser', () => undefined);
  log.started();
  const { client, close } = await openTestCore(folder, { background: false, log });
  const { id: workspaceId } = await client.workspaces.create({ name: mark });
  await client.vault.create({ passphrase: randomBytes(12).toString('hex') });
  const apiKey = { do: 'set' as const, value: mark };
  await client.settings.save({ workspaceId, revision: 0, fields: { supportAddress: `${mark}@example.com` }, apiKey });
  await client.copies.make({});
  await writeLaunchFile(path.join(folder, 'launch'), `http://127.0.0.1/#token=${mark}`);
  process.stdout.write('ready\n');
  for await (const _part of process.stdin) continue;
  const { fields } = await client.settings.get({ workspaceId });
  if (fields.supportAddress !== `${mark}@example.com`) throw new Error('What was saved is another');
  await close();
  await instance.close();
} catch (error) {
  const { message, remedy } = toldFault(error);
  const { data } = error as { data?: { remedy?: string } };
  process.stdout.write(`refused ${message} ${data?.remedy ?? remedy}\n`);
}
process.exit();
