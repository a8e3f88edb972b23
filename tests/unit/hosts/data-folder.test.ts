import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataFolder } from '../../../main/hosts/data-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sendwright-folder-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('the data folder', () => {
  it('is made for its owner alone, however deep, with spaces in its name', () => {
    const wanted = path.join(root, 'of two words', 'below');
    expect(dataFolder(wanted)).toBe(wanted);
    expect(statSync(wanted).mode & 0o777).toBe(0o700);
    expect(dataFolder(wanted)).toBe(wanted);
  });

  it('is what the environment names where the command line names none, and relative to the working folder', () => {
    vi.stubEnv('SENDWRIGHT_DATA_DIR', path.join(root, 'named'));
    expect(dataFolder(undefined)).toBe(path.join(root, 'named'));
    expect(dataFolder(path.relative(process.cwd(), path.join(root, 'here')))).toBe(path.join(root, 'here'));
  });

  it('is shut to other accounts where it serves nothing else, and refused where it does', () => {
    const place = path.join(root, 'wide');
    mkdirSync(place);
    const open = (mode: number) => {
      chmodSync(place, mode);
      dataFolder(place);
      return (statSync(place).mode & 0o7777).toString(8);
    };
    expect([0o755, 0o775, 0o777].map(open)).toEqual(['755', '755', '755']);
    writeFileSync(path.join(place, 'notes.txt'), '');
    expect(() => open(0o775)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('Other accounts may write'),
        remedy: expect.stringContaining(`--data-dir ${path.join(place, 'sendwright')}`),
      }),
    );
    expect((statSync(place).mode & 0o777).toString(8)).toBe('775');
    writeFileSync(path.join(place, 'sendwright.db'), '');
    expect(open(0o775)).toBe('755');
    // A place for everybody, as the folder of temporary files is.
    expect(() => open(0o1777)).toThrow('Other accounts may write');
  });

  it.runIf(process.getuid?.() === 0)('is refused where it is another account’s', () => {
    const place = path.join(root, 'theirs');
    mkdirSync(place);
    chmodSync(root, 0o755);
    chownSync(place, 65_533, 65_533);
    chmodSync(place, 0o777);
    process.seteuid?.(65_534);
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(65_534);
    try {
      expect(() => dataFolder(place)).toThrow(`The data folder ${place} belongs to another account.`);
      process.seteuid?.(0);
      chownSync(place, 65_534, 65_534);
      chmodSync(place, 0o700);
      symlinkSync('/tmp', path.join(place, 'copies'));
      lchownSync(path.join(place, 'copies'), 65_533, 65_533);
      process.seteuid?.(65_534);
      expect(() => dataFolder(place)).toThrow(`In the data folder ${place} lie files of another account: copies.`);
    } finally {
      process.seteuid?.(0);
      getuid.mockRestore();
    }
  });

  it('that is named by nothing is an error, not the usual one', () => {
    expect(() => dataFolder('')).toThrow('--data-dir names no folder');
  });

  it.each([
    ['a file', (place: string) => writeFileSync(place, ''), 'there is a file in its place'],
    [
      'below a file',
      (place: string) => {
        mkdirSync(path.dirname(path.dirname(place)), { recursive: true });
        writeFileSync(path.dirname(place), '');
      },
      'part of its path is a file',
    ],
    ['a loop of links', (place: string) => symlinkSync(place, place), 'its path contains a loop of links'],
  ])('can’t be %s', (_what, prepare, told) => {
    const place = path.join(root, 'sub', 'place');
    if (_what !== 'below a file') mkdirSync(path.dirname(place));
    prepare(place);
    expect(() => dataFolder(place)).toThrow(
      expect.objectContaining({
        message: `The data folder ${place} can’t be used: ${told}.`,
        remedy: expect.stringContaining('--data-dir FOLDER'),
      }),
    );
  });

  it.runIf(process.platform === 'linux')('can’t lie where no folder can be made', () => {
    expect(() => dataFolder('/sys/sendwright')).toThrow('The data folder /sys/sendwright can’t be used');
  });

  it('can’t have a name that is too long', () => {
    expect(() => dataFolder(path.join(root, 'x'.repeat(300)))).toThrow('its path is too long');
  });

  it('can’t be where this account may not write', () => {
    chmodSync(root, 0o555);
    // Nothing is forbidden to root: it takes another account's part for a moment.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(() => dataFolder(path.join(root, 'below'))).toThrow('this account may not write there');
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(root, 0o700);
    }
  });
});
