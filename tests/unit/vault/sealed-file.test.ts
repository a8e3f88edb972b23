import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isSealedFile, openFile, sealFile, SealedFileFault } from '../../../main/vault/sealed-file.ts';
import { seededRandom } from '../../support/electron-stand-in/random.ts';
import { seed } from '../../support/seed.ts';
import { describeWith } from '../../support/tools.ts';

/** Files sealed under a passphrase: what was sealed comes back, and nothing else ever counts as whole. */

const PASSPHRASE = 'correct horse battery staple';
/** A derivation that costs a millisecond: what is tried here is not how long one has to guess. */
const COST = { N: 2 ** 10, r: 8, p: 1 };
const CHUNK = 64 * 1024;
const HEADER = 71;
const SEALED_CHUNK = CHUNK + 16;

const whole = (parts: AsyncIterable<Buffer>): Promise<Buffer> => buffer(parts);

const sealed = (plain: Buffer) => whole(sealFile([plain], PASSPHRASE, randomBytes, COST));

/** What came out before the end, and how it ended. */
async function opened(file: Buffer, passphrase = PASSPHRASE) {
  const parts: Buffer[] = [];
  try {
    for await (const part of openFile([file], passphrase)) parts.push(part);
    return { plain: Buffer.concat(parts), fault: null };
  } catch (error) {
    if (!(error instanceof SealedFileFault)) throw error;
    return { plain: Buffer.concat(parts), fault: error.fault };
  }
}

describe('a sealed file', () => {
  it.each([0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])(
    'gives %i octets back, in whatever parts they were sealed and are read',
    async (length) => {
      const plain = randomBytes(length);
      const parts = function* (octets: Buffer, size: number) {
        for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
      };
      const file = await whole(sealFile(parts(plain, 4093), PASSPHRASE, randomBytes, COST));
      expect(isSealedFile(file)).toBe(true);
      const chunks = Math.max(1, Math.ceil(length / CHUNK));
      expect(file.length).toBe(HEADER + length + 16 * chunks);
      expect((await whole(openFile(parts(file, 977), PASSPHRASE))).equals(plain)).toBe(true);
    },
  );

  it('says nothing of what it holds, and never the same twice', async () => {
    const plain = Buffer.from('an API key '.repeat(100));
    const [one, two] = [await sealed(plain), await sealed(plain)];
    expect(one.includes('API key')).toBe(false);
    expect(one.subarray(16).equals(two.subarray(16))).toBe(false);
  });

  it('tells a wrong passphrase from damage, and a newer format from both', async () => {
    const file = await sealed(randomBytes(100));
    expect((await opened(file, 'another passphrase')).fault).toBe('wrong-passphrase');
    expect((await opened(Buffer.from('PK\u0003\u0004 an archive'))).fault).toBe('not-sealed');
    const newer = Buffer.from(file);
    newer.writeUInt8(2, 8);
    expect((await opened(newer)).fault).toBe('newer');
    const costly = Buffer.from(file);
    costly.writeUInt8(40, 9);
    expect((await opened(costly)).fault).toBe('damaged');
  });

  it('takes no file that was cut, wherever', async () => {
    const plain = randomBytes(2 * CHUNK + 100);
    const file = await sealed(plain);
    const edges = [HEADER, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK];
    const places = new Set([
      ...Array.from({ length: HEADER + 40 }, (_nothing, at) => at),
      ...edges.flatMap((edge) => Array.from({ length: 40 }, (_nothing, at) => edge - 20 + at)),
      ...Array.from({ length: 200 }, (_nothing, at) => file.length - 1 - at),
    ]);
    for (const length of places) {
      if (length >= file.length) continue;
      const result = await opened(file.subarray(0, length));
      expect(result.fault, `cut to ${length}`).not.toBeNull();
      expect(plain.subarray(0, result.plain.length).equals(result.plain)).toBe(true);
    }
    expect((await opened(Buffer.concat([file, Buffer.from([0])]))).fault).toBe('damaged');
    expect((await opened(Buffer.concat([file, randomBytes(SEALED_CHUNK)]))).fault).toBe('damaged');
  });

  it('takes no file in which one bit is another, in every bit of header and tags, and in others', async () => {
    const file = await sealed(randomBytes(CHUNK + 100));
    const random = seededRandom(seed);
    const bits = [
      ...Array.from({ length: HEADER * 8 }, (_nothing, bit) => bit),
      ...Array.from({ length: 16 * 8 }, (_nothing, bit) => (HEADER + CHUNK) * 8 + bit),
      ...Array.from({ length: 16 * 8 }, (_nothing, bit) => (file.length - 16) * 8 + bit),
      ...Array.from({ length: 200 }, () => Math.floor(random() * file.length * 8)),
    ];
    let accepted = 0;
    for (const bit of bits) {
      const flipped = Buffer.from(file);
      const at = bit >> 3;
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (bit & 7)), at);
      if ((await opened(flipped)).fault === null) accepted += 1;
    }
    expect(accepted).toBe(0);
  });

  it('takes no file whose chunks were exchanged, repeated, left out, or taken from another', async () => {
    const file = await sealed(randomBytes(3 * CHUNK + 10));
    const other = await sealed(randomBytes(3 * CHUNK + 10));
    const head = file.subarray(0, HEADER);
    const chunk = (of: Buffer, number: number) =>
      of.subarray(HEADER + number * SEALED_CHUNK, Math.min(of.length, HEADER + (number + 1) * SEALED_CHUNK));
    const from = (...numbers: readonly number[]) =>
      Buffer.concat([head, ...numbers.map((number) => chunk(file, number))]);
    expect((await opened(from(0, 1, 2, 3))).fault).toBeNull();
    for (const numbers of [[1, 0, 2, 3], [0, 0, 1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [3], [0, 1, 2, 3, 3], []])
      expect((await opened(from(...numbers))).fault, numbers.join(' ')).toBe('damaged');
    const foreign = Buffer.concat([head, chunk(file, 0), chunk(other, 1), chunk(file, 2), chunk(file, 3)]);
    expect((await opened(foreign)).fault).toBe('damaged');
    const header = Buffer.concat([other.subarray(0, HEADER), file.subarray(HEADER)]);
    expect((await opened(header)).fault).toBe('damaged');
  });
});

describeWith(['python3:cryptography'], 'a sealed file, by its description', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-sealed-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([0, 10, CHUNK, 2 * CHUNK + 3])('opens in another program: %i octets', async (length) => {
    const plain = randomBytes(length);
    const file = path.join(folder, `${length}`);
    writeFileSync(file, await sealed(plain));
    const program = path.resolve(import.meta.dirname, '../../oracles/programs/open_sealed.py');
    const run = spawnSync('/usr/bin/python3', [program, file, PASSPHRASE], { maxBuffer: 2 ** 24 });
    expect(run.stderr.toString()).toBe('');
    expect(run.stdout.equals(plain)).toBe(true);
  });
});
