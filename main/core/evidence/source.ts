import type { Stats } from 'node:fs';
import { closeSync, createReadStream, open, openSync, readSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Octets that come piece by piece: of a file, of an entry of an archive, of a part of a mail. */

export interface Source {
  /** The first octets, as many as are there up to `HEAD`. */
  readonly head: Buffer;
  /** All of it, where it is in memory already. */
  readonly octets: Buffer | null;
  /** All of it, the head included; can be asked for once. */
  readonly stream: () => AsyncIterable<Buffer>;
}

/** Octets that tell what something is. */
const HEAD = 4096;

async function* fromOne(octets: Buffer): AsyncGenerator<Buffer> {
  yield octets;
}

export function sourceOf(octets: Buffer): Source {
  return { head: octets.subarray(0, HEAD), octets, stream: () => fromOne(octets) };
}

/** Octets that are read, inflated and parsed in one go: for a small report, turns of the event loop cost more than the work. */
export const AT_ONCE = 2 ** 20;

/** Reads the first octets of a stream ahead. @throws what the stream throws. */
export async function peeked(stream: AsyncIterable<Buffer>): Promise<Source> {
  const iterator = stream[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < HEAD) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    first.push(value);
    length += value.length;
  }
  async function* rest(): AsyncGenerator<Buffer> {
    try {
      yield* first;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first).subarray(0, HEAD), octets: null, stream: rest };
}

const openFile = promisify(open);

/** A pipe, whose end is opened once and by the stream alone, is no such file. */
const isSmall = (stats: Stats): boolean => stats.isFile() && stats.size > 0 && stats.size <= AT_ONCE;

function readSmall(descriptor: number, size: number): Buffer | null {
  try {
    const octets = Buffer.allocUnsafe(size);
    return readSync(descriptor, octets, 0, size, 0) === size ? octets : null;
  } finally {
    closeSync(descriptor);
  }
}

/** The octets of a small file. @returns null where it is no such file, can't be read, or is being written: a stream tells. */
export async function smallFile(file: string): Promise<Buffer | null> {
  try {
    const stats = await stat(file);
    return isSmall(stats) ? readSmall(await openFile(file, 'r'), stats.size) : null;
  } catch {
    // Whoever opens it as a stream is told the same.
    return null;
  }
}

/** As `smallFile`, and nothing else is done meanwhile: for files of a disk that is known to answer at once. */
export function smallFileAtOnce(file: string): Buffer | null {
  try {
    const stats = statSync(file);
    return isSmall(stats) ? readSmall(openSync(file, 'r'), stats.size) : null;
  } catch {
    // As above.
    return null;
  }
}

/** @param octets of the file, where they have been read. @throws what the system says. */
export function sourceOfFile(file: string, octets: Buffer | null): Source | Promise<Source> {
  return octets === null ? peeked(createReadStream(file) as AsyncIterable<Buffer>) : sourceOf(octets);
}

/** More octets came than are taken. */
export class TooLarge extends Error {}

/** @throws TooLarge. @param most octets. */
export async function whole({ octets, stream }: Source, most: number): Promise<Buffer> {
  if (octets !== null) {
    if (octets.length > most) throw new TooLarge();
    return octets;
  }
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream()) {
    length += piece.length;
    if (length > most) throw new TooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
