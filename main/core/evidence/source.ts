/** Octets that come piece by piece: of a file, of an entry of an archive, of a part of a mail. */

export interface Source {
  /** The first octets, as many as are there up to `HEAD`. */
  readonly head: Buffer;
  /** All of it, the head included; can be asked for once. */
  readonly stream: AsyncIterable<Buffer>;
}

/** Octets that tell what something is. */
const HEAD = 4096;

async function* fromOne(octets: Buffer): AsyncGenerator<Buffer> {
  yield octets;
}

export function sourceOf(octets: Buffer): Source {
  return { head: octets.subarray(0, HEAD), stream: fromOne(octets) };
}

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
  return { head: Buffer.concat(first).subarray(0, HEAD), stream: rest() };
}

/** More octets came than are taken. */
export class TooLarge extends Error {}

/** @throws TooLarge. @param most octets. */
export async function whole({ stream }: Source, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > most) throw new TooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
