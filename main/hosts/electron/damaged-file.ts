import { counted } from '../../../shared/text/counted.ts';
import type { Dialog } from 'electron';
import type { Damage } from '../../core/copies.ts';
import { instantText } from '../../../shared/text/instant.ts';

/** What the desktop program asks where its data file is damaged: there is no terminal beside it. */

const TITLE = 'The data file is damaged';

function inside({ newest }: Damage): string {
  if (newest === null) return 'There is no intact copy in the data folder.';
  const { workspaces } = newest.contents;
  const domains = workspaces.reduce((sum, workspace) => sum + workspace.domains, 0);
  const holds = [
    counted(workspaces.length, { one: '{count} workspace', other: '{count} workspaces' }),
    counted(domains, { one: '{count} domain', other: '{count} domains' }),
  ];
  return `The newest intact copy is from ${instantText(newest.madeAt)}: ${holds.join(', ')}. Changes made since then are lost.`;
}

/**
 * Asks which copy is to take the place of a damaged data file.
 *
 * @returns the file to put back; null where the console is to end.
 */
export async function askForCopy(
  dialog: Pick<Dialog, 'showMessageBox' | 'showOpenDialog'>,
  damage: Damage,
): Promise<string | null> {
  const { newest, message } = damage;
  const buttons = [...(newest === null ? [] : ['Put Back That Copy']), 'Choose Another Copy…', 'End'];
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: TITLE,
    message,
    detail: `${inside(damage)} The damaged file is kept, whatever you choose.`,
    buttons,
    defaultId: 0,
    cancelId: buttons.length - 1,
    noLink: true,
  });
  if (response === buttons.length - 1) return null;
  if (newest !== null && response === 0) return newest.file;
  const { filePaths } = await dialog.showOpenDialog({
    title: 'Choose a copy of the data file',
    filters: [{ name: 'Data files', extensions: ['db'] }],
    properties: ['openFile'],
  });
  return filePaths[0] ?? null;
}
