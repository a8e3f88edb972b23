import { randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { WorkspaceFile } from '../../../shared/contract/transfer.ts';
import { fail } from '../errors.ts';
import { isRunning } from '../../store/processes.ts';

/**
 * What is to be imported, as it comes part by part: a sealed file or a file of evidence lies in memory while it is small,
 * for mail is nothing to write down, and as it is on the disk once it is large; text files lie in memory, which needs them
 * whole to plan with.
 */

/** Octets that a file may have, and text files together. */
const MOST_OCTETS = 2 ** 30;
/** Octets that are held in memory before they go to the disk. */
const MOST_HELD_OCTETS = 14 * 2 ** 20;
/** Whoever begins more has forgotten the first. */
const MOST_AT_ONCE = 4;
const FOLDER = /^imports-(\d+)$/;

/** What was uploaded: octets on the disk, or text files. */
export type Uploaded =
  | { readonly kind: 'octets'; readonly read: () => AsyncIterable<Uint8Array> }
  | { readonly kind: 'files'; readonly files: readonly WorkspaceFile[] };

interface Upload {
  readonly file: string;
  handle: FileHandle | null;
  /** The octets that came, while they are few; null once they are on the disk, and where none came. */
  held: Buffer[] | null;
  files: WorkspaceFile[];
  octets: number;
  /** One part after the other, however they come. */
  last: Promise<unknown>;
}

export interface Uploads {
  /** @returns the name of a new one; the oldest is dropped where there are too many. */
  readonly begin: () => string;
  /** Takes the next octets of a sealed file. @returns how many there are. @throws NOT_FOUND, BAD_INPUT */
  readonly octets: (id: string, part: Buffer) => Promise<number>;
  /** Takes further text files. @returns how many there are. @throws NOT_FOUND, BAD_INPUT */
  readonly files: (id: string, files: readonly WorkspaceFile[]) => Promise<number>;
  /** @throws NOT_FOUND */
  readonly find: (id: string) => Promise<Uploaded>;
  readonly drop: (id: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Removes what programs that were killed had taken in: it may be somebody's mail. */
function dropLeftOver(dataFolder: string): void {
  for (const name of readdirSync(dataFolder)) {
    const [, pid] = FOLDER.exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    try {
      rmSync(path.join(dataFolder, name), { recursive: true, force: true });
    } catch {
      // What can't be removed now must not keep the console from starting; a later start tries again.
    }
  }
}

export function createUploads(dataFolder: string): Uploads {
  const folder = path.join(dataFolder, `imports-${process.pid}`);
  const uploads = new Map<string, Upload>();
  let isFolderThere = false;
  dropLeftOver(dataFolder);

  function need(id: string): Upload {
    const upload = uploads.get(id);
    if (upload !== undefined) return upload;
    throw fail('NOT_FOUND', 'What was to be imported is not there any more', {
      field: 'uploadId',
      remedy: 'Choose the file again.',
    });
  }

  function count(upload: Upload, octets: number): void {
    upload.octets += octets;
    if (upload.octets <= MOST_OCTETS) return;
    throw fail('BAD_INPUT', `It has more than ${MOST_OCTETS / 2 ** 20} MB`, {
      field: 'content',
      remedy: 'Choose a smaller file.',
    });
  }

  async function drop(id: string): Promise<void> {
    const upload = uploads.get(id);
    uploads.delete(id);
    if (upload === undefined) return;
    await upload.last.catch(() => undefined);
    await upload.handle?.close();
    await rm(upload.file, { force: true });
  }

  /** Has work done when all that came before is done. */
  function inOrder<Result>(upload: Upload, work: () => Promise<Result>): Promise<Result> {
    const mine = upload.last.catch(() => undefined).then(work);
    upload.last = mine;
    return mine;
  }

  return {
    begin() {
      if (!isFolderThere) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        isFolderThere = true;
      }
      const [oldest] = uploads.keys();
      if (uploads.size >= MOST_AT_ONCE && oldest !== undefined) void drop(oldest).catch(() => undefined);
      const id = randomBytes(16).toString('hex');
      const file = path.join(folder, id);
      uploads.set(id, { file, handle: null, held: null, files: [], octets: 0, last: Promise.resolve() });
      return id;
    },
    octets: async (id, part) => {
      const upload = need(id);
      return inOrder(upload, async () => {
        count(upload, part.length);
        if (upload.handle === null && upload.octets <= MOST_HELD_OCTETS) {
          upload.held ??= [];
          upload.held.push(part);
          return upload.octets;
        }
        upload.handle ??= await open(upload.file, 'wx', 0o600);
        for (const octets of [...(upload.held ?? []), part]) await upload.handle.appendFile(octets);
        upload.held = null;
        return upload.octets;
      });
    },
    files: async (id, files) => {
      const upload = need(id);
      return inOrder(upload, async () => {
        for (const { text } of files) count(upload, text.length);
        upload.files.push(...files);
        return upload.files.length;
      });
    },
    async find(id) {
      const upload = need(id);
      await upload.last;
      const { files, file, handle, held } = upload;
      if (held !== null) return { kind: 'octets', read: () => Readable.from(held) };
      if (handle === null) return { kind: 'files', files };
      return { kind: 'octets', read: () => createReadStream(file) };
    },
    drop,
    async close() {
      await Promise.all([...uploads.keys()].map(drop));
      if (isFolderThere) await rm(folder, { recursive: true, force: true });
    },
  };
}
