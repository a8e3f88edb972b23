import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../../main/log/log.ts';
import type { LogTrouble } from '../../../main/log/file.ts';
import { describeWith } from '../../support/tools.ts';

const run = promisify(execFile);
const program = (name: string) => path.resolve(import.meta.dirname, '..', '..', 'support', 'programs', name);

interface Entry {
  readonly name: string;
  readonly index: number;
  readonly text: string;
  readonly msg: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logs = () => path.join(folder, 'logs');
const files = () => readdirSync(logs()).sort();
const entriesOf = (name: string): Entry[] =>
  readFileSync(path.join(logs(), name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);

describe('the log’s file', () => {
  it('is its owner’s alone, whatever the umask and whatever was there', () => {
    const before = process.umask(0o000);
    try {
      openLog({ dataFolder: folder, source: 'cli' }).info({}, 'first');
      expect([statSync(logs()).mode & 0o777, statSync(path.join(logs(), 'sendwright.log')).mode & 0o777]).toEqual([
        0o700, 0o600,
      ]);
      chmodSync(path.join(logs(), 'sendwright.log'), 0o644);
      openLog({ dataFolder: folder, source: 'cli' }).info({}, 'second');
      expect(statSync(path.join(logs(), 'sendwright.log')).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('that is full is set aside, and only so many of those are kept, the newest', () => {
    const log = openLog({ dataFolder: folder, source: 'cli', maxOctets: 5000, keep: 3 });
    const amount = 200;
    for (let index = 0; index < amount; index += 1) log.info({ index, text: 'x'.repeat(300) }, 'written');
    const all = files();
    expect(all).toHaveLength(4);
    expect(all.at(-1)).toBe('sendwright.log');
    for (const name of all) {
      const { size, mode } = statSync(path.join(logs(), name));
      expect(size).toBeLessThanOrEqual(5000);
      expect(mode & 0o777).toBe(0o600);
    }
    const kept = all.flatMap(entriesOf).map(({ index }) => index);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_nothing, at) => amount - kept.length + at));
    expect(log.newest().map((entry) => (entry as Entry).index)).toEqual(kept.slice(-log.newest().length));
  });

  it('takes what several processes write at once, each line whole, while it is set aside again and again', async () => {
    const [writers, amount] = [4, 300];
    await Promise.all(
      Array.from({ length: writers }, (_nothing, index) =>
        run(process.execPath, [program('log-writer.ts'), folder, `writer ${index}`, String(amount), '100000']),
      ),
    );
    const entries = files().flatMap(entriesOf);
    expect(files().length).toBeGreaterThan(10);
    for (let index = 0; index < writers; index += 1) {
      const own = entries.filter(({ name }) => name === `writer ${index}`);
      expect(own.map((entry) => entry.index).sort((left, right) => left - right)).toEqual(
        Array.from({ length: amount }, (_nothing, at) => at),
      );
      for (const entry of own) expect(entry.text).toBe(String(entry.index % 10).repeat((entry.index * 37) % 6000));
    }
  });

  it('is begun anew when somebody removes it while it is written to', () => {
    const log = openLog({ dataFolder: folder, source: 'cli' });
    log.info({}, 'before');
    rmSync(logs(), { recursive: true });
    log.info({}, 'after');
    expect(entriesOf('sendwright.log').map(({ msg }) => msg)).toEqual(['after']);
  });

  it('is left alone beside files of other names', () => {
    mkdirSync(logs());
    for (const name of ['notes.log', 'sendwright-2026.log', 'sendwright-old.log.gz'])
      writeFileSync(path.join(logs(), name), 'mine');
    const log = openLog({ dataFolder: folder, source: 'cli', maxOctets: 500, keep: 1 });
    for (let index = 0; index < 20; index += 1) log.info({ index }, 'written');
    expect(files().filter((name) => readFileSync(path.join(logs(), name), 'utf8') === 'mine')).toHaveLength(3);
  });
});

describe('a log that can’t be written', () => {
  const trouble = (prepare: () => void): { readonly told: LogTrouble[]; readonly newest: readonly unknown[] } => {
    prepare();
    const told: LogTrouble[] = [];
    const log = openLog({ dataFolder: folder, source: 'cli', onTrouble: (each) => told.push(each) });
    for (let index = 0; index < 5; index += 1) log.info({ index }, 'written');
    expect(log.trouble()).toEqual(told[0]);
    return { told, newest: log.newest() };
  };

  it.each([
    ['a file in the folder’s place', () => writeFileSync(logs(), ''), 'something other than a folder is in its place'],
    [
      'a file on the way to it',
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
      'something other than a folder is in its place',
    ],
    [
      'a folder in the file’s place',
      () => mkdirSync(path.join(logs(), 'sendwright.log'), { recursive: true }),
      'a folder is in the file’s place',
    ],
  ])('because of %s, is told once with a remedy, and kept in memory', (_what, prepare, reason) => {
    const { told, newest } = trouble(prepare);
    expect(told).toEqual([
      {
        message: `The log can’t be written to ${logs()}: ${reason}`,
        remedy: expect.stringMatching(/^Move that away\. /) as string,
      },
    ]);
    expect(newest).toMatchObject([0, 1, 2, 3, 4].map((index) => ({ index })));
  });

  it.skipIf(!existsSync('/dev/full'))('because the device is full, is told as such (needs /dev/full)', () => {
    const { told } = trouble(() => {
      mkdirSync(logs());
      symlinkSync('/dev/full', path.join(logs(), 'sendwright.log'));
    });
    expect(told).toMatchObject([{ message: expect.stringContaining('the disk is full') as string }]);
  });

  it.skipIf(process.platform === 'win32')(
    'because nobody reads the pipe in its place, holds nothing up (needs mkfifo)',
    () => {
      trouble(() => {
        mkdirSync(logs());
        spawnSync('mkfifo', [path.join(logs(), 'sendwright.log')]);
      });
    },
  );
});

describeWith(['mountns'], 'on a disk of its own', () => {
  const onTmpfs = (script: string): unknown => {
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-rm', 'sh', '-c', `mount -t tmpfs -o size=2m tmpfs "$0" && ${script}`, folder, process.execPath],
      { encoding: 'utf8', timeout: 60_000 },
    );
    if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
    return JSON.parse(stdout.trim());
  };

  it('that runs full, says so once, tears no line, and goes on where there is room again', () => {
    const script = `"$1" ${program('log-on-full-disk.ts')} "$0" > "$0/out" && printf '{"answer":' && cat "$0/out" && printf ',"log":' && "$1" -e '
      const lines = require("fs").readFileSync(process.argv[1] + "/logs/sendwright.log", "utf8").trimEnd().split("\\n");
      console.log(JSON.stringify(lines.map((line) => { try { return JSON.parse(line) } catch { return "torn" } })))' "$0" && printf '}'`;
    const { answer, log } = onTmpfs(script) as { answer: Record<string, unknown>; log: unknown[] };
    expect(answer).toMatchObject({
      told: [expect.stringContaining('the disk is full')],
      whileFull: {
        trouble: { remedy: expect.stringContaining('Free some') as string },
        newest: expect.any(Number) as number,
      },
      trouble: null,
    });
    expect(log.at(0)).toMatchObject({ msg: 'before' });
    expect(log.slice(-2)).toMatchObject([{ msg: 'after' }, { missed: expect.any(Number) as number }]);
    // What was cut off when the disk ran full stands alone, and nothing was added to it.
    expect(log.filter((line) => line === 'torn').length).toBeLessThanOrEqual(1);
  });
});
