import envPaths from 'env-paths';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Where the product keeps its data: what was asked for, else where the operating system wants it.
 *
 * @param override from `--data-dir` or `SENDWRIGHT_DATA_DIR`; relative to the working folder.
 * @returns the absolute path of the folder, which exists afterwards, readable by its owner alone.
 * @throws when it can't be made.
 */
export async function dataFolder(override: string | undefined): Promise<string> {
  const wanted = override ?? process.env.SENDWRIGHT_DATA_DIR;
  const folder =
    wanted === undefined || wanted === '' ? envPaths('Sendwright', { suffix: '' }).data : path.resolve(wanted);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
