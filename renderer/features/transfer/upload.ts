import type { WorkspaceFile } from '../../../shared/contract/transfer.ts';
import { core } from '../../session/store.ts';
import { PART_OCTETS, uploadFile } from '../../data/upload.ts';

/** What somebody chose to import: one sealed file, or a folder of text files. */
export type Chosen =
  | { readonly kind: 'sealed'; readonly name: string; readonly file: File }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly TextFile[] };

interface TextFile {
  /** Below the folder. */
  readonly path: string;
  readonly file: File;
}

/** Text files in one call, at most, and their octets. */
const PART_FILES = 2000;

/** What of a chosen folder is a workspace’s; what else lies there, as git’s own files, is left alone. */
export function chosenFolder(files: readonly File[]): Chosen {
  const [first] = files;
  const top = first?.webkitRelativePath.split('/')[0] ?? '';
  return {
    kind: 'folder',
    name: top,
    files: files
      .map((file) => ({ path: file.webkitRelativePath.slice(top.length + 1), file }))
      .filter(({ path }) => path === 'workspace.json' || (path.startsWith('domains/') && path.endsWith('.json'))),
  };
}

/** The octets of it, for the word on how far it is. */
export const octetsIn = (chosen: Chosen): number =>
  chosen.kind === 'sealed' ? chosen.file.size : chosen.files.reduce((sum, { file }) => sum + file.size, 0);

/**
 * Hands what was chosen to the core part by part, whatever its size.
 *
 * @param onPart told how many octets are there.
 * @returns what it is called there.
 */
export async function upload(chosen: Chosen, onPart: (octets: number) => void): Promise<string> {
  if (chosen.kind === 'sealed') return uploadFile(chosen.file, onPart);
  const { transfer } = core();
  const { uploadId } = await transfer.begin({});
  let octets = 0;
  let held: WorkspaceFile[] = [];
  let heldOctets = 0;
  const send = async () => {
    if (held.length === 0) return;
    await transfer.texts({ uploadId, files: held });
    octets += heldOctets;
    held = [];
    heldOctets = 0;
    onPart(octets);
  };
  for (const { path, file } of chosen.files) {
    if (held.length >= PART_FILES || heldOctets + file.size > PART_OCTETS) await send();
    held.push({ path, text: await file.text() });
    heldOctets += file.size;
  }
  await send();
  return uploadId;
}
