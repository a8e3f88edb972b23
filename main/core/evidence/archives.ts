import type { InflateRaw } from 'node:zlib';
import { constants, crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import yauzl from 'yauzl';
import { limits } from '../../../shared/evidence/limits.ts';
import type { Problem } from '../../../shared/evidence/problems.ts';
import type { Source } from './source.ts';
import { AT_ONCE, peeked, sourceOf, TooLarge } from './source.ts';

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
 * Inflates what is small at once.
 *
 * @param octets may go on behind the end of what is compressed. @param most octets that they may inflate to.
 * @returns null where it is large, damaged or cut off: then a stream gives what can be had.
 */
function inflatedAtOnce(octets: Buffer, most: number): { readonly inflated: Buffer; readonly taken: number } | null {
  if (octets.length > AT_ONCE) return null;
  try {
    // The types do not know what `info` gives.
    const { buffer, engine } = inflateRawSync(octets, {
      info: true,
      maxOutputLength: Math.min(AT_ONCE, most),
    }) as unknown as { readonly buffer: Buffer; readonly engine: InflateRaw };
    return { inflated: buffer, taken: engine.bytesWritten };
  } catch {
    // As above: what is wrong is told by the stream.
    return null;
  }
}

/** Whether the trailer of a gzip member (RFC 1952 §2.3.1) stands at `end` and agrees. */
const isTrailer = (octets: Buffer, end: number, checksum: number, length: number): boolean =>
  end + TRAILER <= octets.length &&
  octets.readUInt32LE(end) === checksum &&
  octets.readUInt32LE(end + 4) === length % 2 ** 32;

/** Where what follows a gzip member begins: some mail programs add line ends, some writers NULs. */
function afterPadding(octets: Buffer, from: number): number {
  let at = from;
  while (octets[at] === 0 || octets[at] === 0x0d || octets[at] === 0x0a) at += 1;
  return at;
}

/** A gzip file of one small, sound member. @returns null for any other. */
function gunzippedAtOnce(octets: Buffer, most: number): Buffer | null {
  const data = memberData(octets, 0);
  const small = data === null ? null : inflatedAtOnce(octets.subarray(data), most);
  if (data === null || small === null) return null;
  const end = data + small.taken;
  if (!isTrailer(octets, end, crc32(small.inflated), small.inflated.length)) return null;
  return afterPadding(octets, end + TRAILER) === octets.length ? small.inflated : null;
}

/** What a gzip file inflates to, as `gunzip` gives it. */
export async function gunzipped(octets: Buffer, most: number, tell: (problem: Problem) => void): Promise<Source> {
  const small = gunzippedAtOnce(octets, most);
  return small === null ? peeked(gunzip(octets, most, tell)) : sourceOf(small);
}

/**
 * Inflates every member of a gzip file; what follows the last is no part of it, be it line ends, NULs or else.
 *
 * @param tell is given what is wrong: a checksum, or an end too early. What could be inflated is given all the same.
 * @throws TooLarge.
 */
async function* gunzip(octets: Buffer, most: number, tell: (problem: Problem) => void): AsyncGenerator<Buffer> {
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
    if (!isTrailer(octets, end, checksum, length)) tell('compression-damaged');
    if (end + TRAILER > octets.length) return;
    at = afterPadding(octets, end + TRAILER);
  }
}

export interface ZipEntry {
  readonly name: string;
  /** @throws TooLarge, or what is wrong with the entry. */
  readonly source: () => Promise<Source>;
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
const DEFLATED = 8;

/** Signatures, lengths and places of what an archive consists of (APPNOTE 4.3). */
const ZIP = {
  local: { signature: 0x04034b50, length: 30, nameLength: 26, extraLength: 28 },
  central: {
    signature: 0x02014b50,
    length: 46,
    flags: 8,
    method: 10,
    checksum: 16,
    compressed: 20,
    inflated: 24,
    nameLength: 28,
    local: 42,
  },
  end: { signature: 0x06054b50, length: 22, entries: 10, directory: 16, commentLength: 20 },
} as const;
const END_MARK = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

/**
 * The entry of an archive as receivers send it: one small file, deflated, nothing behind the directory. Looking into it at once
 * takes a fraction of what opening any archive does.
 *
 * @returns null for any other archive, a damaged one too.
 */
function onlyEntry(octets: Buffer, most: number): ZipEntry | null {
  const { local, central, end } = ZIP;
  const last = octets.length - end.length;
  if (last < 0 || octets.readUInt32LE(last) !== end.signature || octets.readUInt16LE(last + end.entries) !== 1)
    return null;
  const directory = octets.readUInt32LE(last + end.directory);
  if (directory + central.length > last || octets.readUInt32LE(directory) !== central.signature) return null;
  const nameAt = directory + central.length;
  const name = octets.toString('latin1', nameAt, nameAt + octets.readUInt16LE(directory + central.nameLength));
  const [flags, method] = [central.flags, central.method].map((at) => octets.readUInt16LE(directory + at));
  if (name.endsWith('/') || ((flags ?? 0) & ENCRYPTED) !== 0 || method !== DEFLATED) return null;
  const at = octets.readUInt32LE(directory + central.local);
  if (at + local.length > directory || octets.readUInt32LE(at) !== local.signature) return null;
  const lengths = octets.readUInt16LE(at + local.nameLength) + octets.readUInt16LE(at + local.extraLength);
  const begin = at + local.length + lengths;
  const behind = begin + octets.readUInt32LE(directory + central.compressed);
  if (behind > directory) return null;
  const small = inflatedAtOnce(octets.subarray(begin, behind), most);
  if (small?.inflated.length !== octets.readUInt32LE(directory + central.inflated)) return null;
  if (crc32(small.inflated) !== octets.readUInt32LE(directory + central.checksum)) return null;
  return { name, source: () => Promise.resolve(sourceOf(small.inflated)) };
}

/** An archive without what programs of mail put behind it; as it is where its end is not found. */
function withoutPadding(octets: Buffer): Buffer {
  const { end } = ZIP;
  const at = octets.lastIndexOf(END_MARK);
  if (at === -1 || at + end.length > octets.length) return octets;
  const stop = at + end.length + octets.readUInt16LE(at + end.commentLength);
  return stop < octets.length ? octets.subarray(0, stop) : octets;
}

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
  const only = onlyEntry(octets, most);
  if (only !== null) {
    yield only;
    return;
  }
  let zip: ZipFile;
  try {
    zip = await open(withoutPadding(octets));
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
    yield { name, source: () => peeked(inflateEntry(zip, found, most, tell)) };
  }
}
