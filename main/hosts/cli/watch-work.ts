import { FOLDER_TROUBLE_WORDS } from '../../../shared/evidence/watched/folder-trouble.ts';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { instantText } from '../../../shared/text/instant.ts';
import type { Work } from './command.ts';
import { columns, exitCodes, print } from './output.ts';
import { chosenWorkspace } from './session.ts';

/** What `evidence watch` does. */

type Folders = Awaited<ReturnType<CoreClient['evidence']['folders']>>;

async function changed(client: CoreClient, workspaceId: number, path: string, isEnd: boolean): Promise<Folders> {
  if (!isEnd) return client.evidence.watch({ workspaceId, path });
  const folder = (await client.evidence.folders({ workspaceId })).find((each) => each.path === path);
  if (folder === undefined) throw new RangeError(`${path} is not watched. evidence watch lists the folders that are.`);
  return client.evidence.unwatch({ workspaceId, folderId: folder.id });
}

/**
 * `evidence watch`. Ends with 3 where a folder can't be read, with 6 where none is watched.
 *
 * @param path of the folder to be watched, or no longer; null: none is. @param now looks through all of them, too.
 */
export function watchFolders(path: string | null, isEnd: boolean, now: boolean): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options, { makes: path !== null && !isEnd });
    if (path !== null) await changed(client, workspaceId, path, isEnd);
    const looked = now ? await client.evidence.look({ workspaceId }) : null;
    const folders = await client.evidence.folders({ workspaceId });
    const rows = folders.map(({ path: folder, files, lookedAt, trouble }) => [
      folder,
      `${files} files read`,
      trouble !== null
        ? FOLDER_TROUBLE_WORDS[trouble]
        : lookedAt === null
          ? 'not looked at yet'
          : `looked at ${instantText(lookedAt)}`,
    ]);
    const told =
      looked === null
        ? []
        : [
            `${looked.files} new files read, ${looked.reports} new reports kept, ${looked.refused} files refused.`,
            ...(looked.waiting === 0 ? [] : [`${looked.waiting} files are still being written: look again later.`]),
          ];
    const none = ['No folder is watched.'];
    print(terminal, options.json === true, looked === null ? folders : { folders, looked }, [
      ...told,
      ...(rows.length === 0 ? none : columns(rows)),
    ]);
    if (folders.length === 0) return path !== null && isEnd ? exitCodes.ok : exitCodes.noResult;
    return folders.some(({ trouble }) => trouble !== null) ? exitCodes.notVerified : exitCodes.ok;
  };
}
