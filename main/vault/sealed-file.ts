import type { DecipherGCM } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { ScryptCost } from './passphrase-keeper.ts';
import { COST, derive } from './passphrase-keeper.ts';

/**
 * A file sealed under a passphrase, written and read as a stream.
 *
 * | octets | what |
 * |---|---|
 * | 8 | `SWSEALED` |
 * | 1 | version of the format: 1 |
 * | 3 | scrypt: log2 N, r, p (RFC 7914) |
 * | 4 | octets of a chunk of plain text, big-endian |
 * | 16 | salt |
 * | 7 | beginning of every nonce |
 * | 32 | HMAC-SHA256 of all octets before |
 * | … | chunks, each AES-256-GCM: encrypted octets, then the tag of 16 octets |
 *
 * The chunks are the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (“Online Authenticated-Encryption and
 * its Nonce-Reuse Misuse-Resistance”, 2015, section 7): the nonce is its beginning, the chunk's number (4 octets,
 * big-endian) and one octet that is 1 for the last chunk alone; the header is the associated data. So a chunk counts at its
 * own place alone, and a file that was cut is known as such. The HMAC tells a wrong passphrase from later damage, and
 * ties the file to one key, which GCM by itself does not.
 */

const MAGIC = Buffer.from('SWSEALED');
const VERSION = 1;
const CHUNK_OCTETS = 64 * 1024;
const TAG_OCTETS = 16;
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;
const PREFIX_OCTETS = 7;
const MAC_OCTETS = 32;
const PLAIN_HEADER_OCTETS = MAGIC.length + 1 + 3 + 4 + SALT_OCTETS + PREFIX_OCTETS;
const HEADER_OCTETS = PLAIN_HEADER_OCTETS + MAC_OCTETS;
const MOST_CHUNKS = 2 ** 32;
/** What a file may ask of whoever opens it: 256 MB and a few seconds. */
const MOST_COST = { logN: 18, r: 8, p: 4 } as const;
const LEAST_LOG_N = 10;

export type SealedFileFaultKind = 'not-sealed' | 'newer' | 'wrong-passphrase' | 'damaged';

/** Why a sealed file does not open. Nothing of what it holds was given out as whole. */
export class SealedFileFault extends Error {
  readonly fault: SealedFileFaultKind;
  constructor(fault: SealedFileFaultKind, message: string) {
    super(message);
    this.fault = fault;
  }
}

interface Keys {
  readonly chunks: Buffer;
  readonly header: Buffer;
}

async function keysOf(passphrase: string, salt: Buffer, cost: ScryptCost): Promise<Keys> {
  const root = await derive(passphrase, salt, cost);
  const part = (purpose: string) => Buffer.from(hkdfSync('sha256', root, salt, `sendwright/${purpose}/1`, KEY_OCTETS));
  return { chunks: part('chunks'), header: part('header') };
}

function nonceOf(prefix: Buffer, number: number, isLast: boolean): Buffer {
  if (number >= MOST_CHUNKS) throw new RangeError(`A sealed file holds at most ${MOST_CHUNKS} chunks`);
  const nonce = Buffer.alloc(PREFIX_OCTETS + 5);
  prefix.copy(nonce);
  nonce.writeUInt32BE(number, PREFIX_OCTETS);
  nonce.writeUInt8(isLast ? 1 : 0, PREFIX_OCTETS + 4);
  return nonce;
}

/** Octets as they come, in pieces of one length; the last may be shorter, and is told as such. */
async function* pieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length: number,
): AsyncGenerator<{ readonly octets: Buffer; readonly isLast: boolean }> {
  let held: Buffer[] = [];
  let octets = 0;
  for await (const part of source) {
    held.push(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    octets += part.byteLength;
    // One octet more has to be there: only then is a piece not the last.
    if (octets <= length) continue;
    const all = Buffer.concat(held, octets);
    let at = 0;
    for (; octets - at > length; at += length) yield { octets: all.subarray(at, at + length), isLast: false };
    held = [all.subarray(at)];
    octets -= at;
  }
  yield { octets: Buffer.concat(held, octets), isLast: true };
}

/**
 * Seals octets under a passphrase.
 *
 * @param random gives that many random octets.
 * @param cost of the derivation; N is a power of two.
 * @returns the file, part by part.
 */
export async function* sealFile(
  plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  passphrase: string,
  random: (octets: number) => Buffer,
  cost: ScryptCost = COST,
): AsyncGenerator<Buffer> {
  const salt = random(SALT_OCTETS);
  const prefix = random(PREFIX_OCTETS);
  const keys = await keysOf(passphrase, salt, cost);
  const chunkOctets = Buffer.alloc(4);
  chunkOctets.writeUInt32BE(CHUNK_OCTETS);
  const told = Buffer.from([VERSION, Math.log2(cost.N), cost.r, cost.p]);
  const header = Buffer.concat([MAGIC, told, chunkOctets, salt, prefix]);
  yield Buffer.concat([header, createHmac('sha256', keys.header).update(header).digest()]);
  let number = 0;
  for await (const { octets, isLast } of pieces(plain, CHUNK_OCTETS)) {
    const cipher = createCipheriv('aes-256-gcm', keys.chunks, nonceOf(prefix, number, isLast)).setAAD(header);
    yield Buffer.concat([cipher.update(octets), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

interface Header {
  readonly octets: Buffer;
  readonly mac: Buffer;
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly prefix: Buffer;
}

/** Whether octets begin as a sealed file does. */
export const isSealedFile = (octets: Uint8Array): boolean => MAGIC.equals(octets.subarray(0, MAGIC.length));

function readHeader(head: Buffer): Header {
  if (!isSealedFile(head)) throw new SealedFileFault('not-sealed', 'This is not a sealed export');
  const version = head[MAGIC.length] ?? 0;
  if (version > VERSION)
    throw new SealedFileFault('newer', `The file is of format ${version}; this version knows ${VERSION}`);
  if (head.length < HEADER_OCTETS) throw new SealedFileFault('damaged', 'The file ends within its header');
  const [logN = 0, r = 0, p = 0] = head.subarray(MAGIC.length + 1);
  const isKnown =
    version === VERSION &&
    logN >= LEAST_LOG_N &&
    logN <= MOST_COST.logN &&
    r === MOST_COST.r &&
    p >= 1 &&
    p <= MOST_COST.p &&
    head.readUInt32BE(MAGIC.length + 4) === CHUNK_OCTETS;
  if (!isKnown) throw new SealedFileFault('damaged', 'The header of the file was altered');
  const saltAt = MAGIC.length + 8;
  return {
    octets: head.subarray(0, PLAIN_HEADER_OCTETS),
    mac: head.subarray(PLAIN_HEADER_OCTETS, HEADER_OCTETS),
    cost: { N: 2 ** logN, r, p },
    salt: head.subarray(saltAt, saltAt + SALT_OCTETS),
    prefix: head.subarray(saltAt + SALT_OCTETS, PLAIN_HEADER_OCTETS),
  };
}

/** Parts the header from what follows it. */
async function withHeader(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ readonly head: Buffer; readonly rest: AsyncGenerator<Uint8Array> }> {
  async function* all() {
    yield* source;
  }
  const parts = all();
  let head = Buffer.alloc(0);
  while (head.length < HEADER_OCTETS) {
    const next = await parts.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* rest() {
    if (head.length > HEADER_OCTETS) yield head.subarray(HEADER_OCTETS);
    yield* parts;
  }
  return { head, rest: rest() };
}

/**
 * Opens what `sealFile` wrote. Each part that is given out is authentic; only with the end of the stream is it certain
 * that none is missing, so nothing may be done with them before.
 *
 * @throws SealedFileFault
 */
export async function* openFile(
  sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Buffer> {
  const { head, rest } = await withHeader(sealed);
  const header = readHeader(head);
  const keys = await keysOf(passphrase, header.salt, header.cost);
  if (!timingSafeEqual(createHmac('sha256', keys.header).update(header.octets).digest(), header.mac))
    throw new SealedFileFault('wrong-passphrase', 'The passphrase does not open this file');
  let number = 0;
  for await (const { octets, isLast } of pieces(rest, CHUNK_OCTETS + TAG_OCTETS)) {
    const at = octets.length - TAG_OCTETS;
    // An empty chunk is written for an empty file alone.
    if (at < 0 || (at === 0 && number > 0)) throw damaged();
    const decipher = createDecipheriv('aes-256-gcm', keys.chunks, nonceOf(header.prefix, number, isLast))
      .setAAD(header.octets)
      .setAuthTag(octets.subarray(at));
    yield authentic(decipher, octets.subarray(0, at));
    number += 1;
  }
}

function authentic(decipher: DecipherGCM, octets: Buffer): Buffer {
  try {
    return Buffer.concat([decipher.update(octets), decipher.final()]);
  } catch {
    throw damaged();
  }
}

const damaged = () => new SealedFileFault('damaged', 'The file is damaged: part of it is missing or altered');
