import { constants, crc32, createInflateRaw } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import yauzl from 'yauzl';
import { limits } from '../../../shared/evidence/limits.ts';
import type { Problem } from '../../../shared/evidence/problems.ts';
import { TooLarge } from './source.ts';

/** Archives as mail brings them: gzip (RFC 1952) and ZIP, bounded in what they inflate to. */

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

const FIXED = 10;
const TRAILER = 8;
const FLAGS = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/** Where the compressed octets of a gzip member begin (RFC 1952 §2.3), or null where there is none. */
function memberData(octets: Buffer, start: number): number | null {
  if (!isGzip(octets.subarray(start)) || octets[start + 2] !== 8) return null;
  const flags = octets[start + 3] ?? 0;
  let at = start + FIXED;
  if ((flags & FLAGS.extra) !== 0) at += 2 + (at + 2 <= octets.length ? octets.readUInt16LE(at) : 0);
  for (const flag of [FLAGS.name, FLAGS.comment]) {
    if ((flags & flag) === 0) continue;
    const end = octets.indexOf(0, at);
    if (end === -1) return null;
    at = end + 1;
  }
  if ((flags & FLAGS.headerCrc) !== 0) at += 2;
  return at < octets.length ? at : null;
}

/**
 * Inflates every member of a gzip file; what follows the last is no part of it, be it line ends, NULs or else.
 *
 * @param tell is given what is wrong: a checksum, or an end too early. What could be inflated is given all the same.
 * @throws TooLarge.
 */
export async function* gunzip(octets: Buffer, most: number, tell: (problem: Problem) => void): AsyncGenerator<Buffer> {
  let total = 0;
  let at = 0;
  for (let member = 0; member < limits.gzipMembers; member += 1) {
    const data = memberData(octets, at);
    if (data === null) {
      if (member === 0) tell('compression-damaged');
      return;
    }
    // With this flush an end that comes too early gives what was there before it.
    const engine = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
    engine.end(octets.subarray(data));
    let checksum = 0;
    let length = 0;
    try {
      for await (const piece of engine as AsyncIterable<Buffer>) {
        total += piece.length;
        if (total > most) throw new TooLarge();
        checksum = crc32(piece, checksum);
        length += piece.length;
        yield piece;
      }
    } catch (error) {
      if (error instanceof TooLarge) throw error;
      tell('compression-damaged');
      return;
    }
    const end = data + engine.bytesWritten;
    const isWhole = end + TRAILER <= octets.length;
    if (!isWhole || octets.readUInt32LE(end) !== checksum || octets.readUInt32LE(end + 4) !== length % 2 ** 32)
      tell('compression-damaged');
    if (!isWhole) return;
    at = end + TRAILER;
    while (octets[at] === 0 || octets[at] === 0x0d || octets[at] === 0x0a) at += 1;
  }
}

export interface ZipEntry {
  readonly name: string;
  /** @throws TooLarge, or what is wrong with the entry. */
  readonly stream: () => AsyncIterable<Buffer>;
}

function open(octets: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are not used for anything: as octets, odd ones refuse no archive.
    yauzl.fromBuffer(octets, { lazyEntries: true, decodeStrings: false, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

function nextEntry(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      zip.off('entry', onEntry);
      zip.off('end', onEnd);
      zip.off('error', onError);
    };
    const onEntry = (entry: Entry) => {
      stop();
      resolve(entry);
    };
    const onEnd = () => {
      stop();
      resolve(null);
    };
    const onError = (error: Error) => {
      stop();
      reject(error);
    };
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

async function* inflateEntry(
  zip: ZipFile,
  entry: Entry,
  most: number,
  tell: (problem: Problem) => void,
): AsyncGenerator<Buffer> {
  const stream = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => {
      if (error === null) resolve(opened as AsyncIterable<Buffer>);
      else reject(error);
    });
  });
  let total = 0;
  let checksum = 0;
  for await (const piece of stream) {
    total += piece.length;
    if (total > most) throw new TooLarge();
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (checksum !== entry.crc32) tell('compression-damaged');
}

const ENCRYPTED = 1;

/**
 * The entries of a ZIP archive that are files, in order.
 *
 * @param most octets that one entry may inflate to.
 * @param tell is given what keeps the archive or an entry from being read.
 */
export async function* zipEntries(
  octets: Buffer,
  most: number,
  tell: (problem: Problem) => void,
): AsyncGenerator<ZipEntry> {
  let zip: ZipFile;
  try {
    zip = await open(octets);
  } catch {
    // The reader's words are about its own structures; to people it is damaged.
    tell('compression-damaged');
    return;
  }
  if (zip.entryCount > limits.zipEntries) {
    tell('too-many-entries');
    return;
  }
  if (zip.entryCount === 0) tell('empty');
  for (;;) {
    let entry: Entry | null;
    try {
      entry = await nextEntry(zip);
    } catch {
      // As above: where the directory breaks off, nothing more can be found.
      tell('compression-damaged');
      return;
    }
    if (entry === null) return;
    const found = entry;
    const name = Buffer.from(found.fileName as unknown as Buffer).toString('latin1');
    if (name.endsWith('/')) continue;
    if ((found.generalPurposeBitFlag & ENCRYPTED) !== 0) {
      tell('encrypted');
      continue;
    }
    yield { name, stream: () => inflateEntry(zip, found, most, tell) };
  }
}
