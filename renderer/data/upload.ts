import { core } from '../session/store.ts';
import { base64Of } from '../ui/file-text.ts';

/** Octets of a file in one call: to encode and write more than these would hold a frame of the window. */
export const PART_OCTETS = 256 * 1024;

/**
 * Hands a file to the core part by part, whatever its size.
 *
 * @param onPart told how many octets are there.
 * @returns what it is called there. @throws what the browser says of a file that can’t be read.
 */
export async function uploadFile(file: Blob, onPart: (octets: number) => void = () => undefined): Promise<string> {
  const { transfer } = core();
  const { uploadId } = await transfer.begin({});
  for (let from = 0; from < file.size; from += PART_OCTETS) {
    const content = await base64Of(file.slice(from, from + PART_OCTETS));
    onPart((await transfer.octets({ uploadId, content })).octets);
  }
  // A file of nothing is told as one that is none of what is looked for.
  if (file.size === 0) await transfer.octets({ uploadId, content: '' });
  return uploadId;
}
