import Database from 'better-sqlite3';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listCopies, lookInside, restoreCopy } from '../../../main/store/copies.ts';
import { StoreError } from '../../../main/store/database.ts';
import { migrations } from '../../../main/store/migrations.ts';
import type { Store } from '../../../main/store/store.ts';
import { openStore } from '../../../main/store/store.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

const AT = Date.UTC(2026, 4, 1, 12);
const DAY_MS = 86_400_000;
let folder: string;
let file: string;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-copies-'));
  file = path.join(folder, 'sendwright.db');
  now = AT;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Store => openStore(folder, () => now);

function add(store: Store, workspace: string, ...names: readonly string[]): void {
  const id = store.workspaces.add(workspace, false, now);
  store.domains.add(
    id,
    names.map((name) => ({ name, unicodeName: name })),
    now,
  );
}

function namesNow(): string[] {
  const store = open();
  const names = store.workspaces.list().map(({ name }) => name);
  store.close();
  return names;
}

function refusal(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('Nothing was refused');
}

describe('a copy', () => {
  it('is made while the file is written, is whole, and tells what is in it', async () => {
    const store = open();
    add(store, 'Acme', 'a.example', 'b.example');
    const making = store.copies.make('by-hand');
    add(store, 'Written meanwhile');
    const copy = await making;
    store.close();
    expect(lookInside(folder, copy.file)).toMatchObject({ format: migrations.length, secrets: 0 });
    expect(lookInside(folder, copy.file).workspaces[0]).toEqual({
      name: 'Acme',
      domains: 2,
      checkedAt: null,
      lastAt: null,
    });
    expect(listCopies(folder)).toEqual([{ ...copy, reason: 'by-hand', madeAt: AT }]);
    if (process.platform !== 'win32') expect(statSync(copy.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(copy.file)).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('that can’t be made for its folder is refused with a remedy', async () => {
    const store = open();
    writeFileSync(path.join(folder, 'copies'), '');
    await expect(store.copies.make('by-hand')).rejects.toMatchObject({
      fault: 'read-only',
      remedy: 'Move away what lies in its place.',
    });
    store.close();
  });

  it('of which a process that was killed left a part is cleared away, and no other is', () => {
    open().close();
    const copies = path.join(folder, 'copies');
    mkdirSync(copies);
    // No process has a number as high as that on any system.
    const left = [
      'sendwright.db.new-999999999-wal',
      'sendwright.db.restoring-999999999',
      'copies/sendwright-x.db.unfinished-999999999',
    ];
    const kept = [`copies/sendwright-x.db.unfinished-${process.pid}`, 'copies/sendwright-x.db.sha256', 'notes.db.txt'];
    for (const name of [...left, ...kept]) writeFileSync(path.join(folder, name), '');
    open().close();
    expect([...left, ...kept].filter((name) => existsSync(path.join(folder, name)))).toEqual(kept);
  });

  it('that is not wanted any more leaves nothing behind', async () => {
    const store = open();
    await expect(store.copies.make('daily', { isWanted: () => false, isBusy: () => false })).rejects.toThrow(
      'no longer needed',
    );
    store.close();
    expect(readdirSync(path.join(folder, 'copies'))).toEqual([]);
  });

  it('is dropped by count and age, but the newest few never, nor what a person made', async () => {
    const store = open();
    for (let day = 0; day < 10; day += 1) {
      now = AT + day * DAY_MS;
      await store.copies.make('daily');
    }
    await store.copies.make('by-hand');
    store.copies.dropOld();
    const daily = () => listCopies(folder).filter(({ reason }) => reason === 'daily');
    expect(daily().map(({ madeAt }) => (madeAt - AT) / DAY_MS)).toEqual([9, 8, 7, 6, 5, 4, 3]);
    now = AT + 400 * DAY_MS;
    store.copies.dropOld();
    expect(daily().map(({ madeAt }) => (madeAt - AT) / DAY_MS)).toEqual([9, 8, 7]);
    expect(listCopies(folder).filter(({ reason }) => reason === 'by-hand')).toHaveLength(1);
    store.close();
  });

  it('is put back in one step, and the present file is kept with all that was in it', async () => {
    const store = open();
    add(store, 'Before');
    const copy = await store.copies.make('by-hand');
    add(store, 'After');
    store.close();
    const { aside } = restoreCopy(folder, copy.file, AT + DAY_MS);
    expect(namesNow()).toEqual(['Before']);
    restoreCopy(folder, aside ?? '', AT + 2 * DAY_MS);
    expect(namesNow()).toEqual(['Before', 'After']);
    expect(listCopies(folder).filter(({ reason }) => reason === 'set-aside')).toHaveLength(2);
  });

  it('from another computer, still with its log, is put back with what stands in the log', () => {
    const store = open();
    add(store, 'In the log');
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'sendwright-elsewhere-'));
    for (const side of ['', '-wal']) copyFileSync(`${file}${side}`, path.join(elsewhere, `kept.db${side}`));
    store.close();
    rmSync(file);
    expect(restoreCopy(folder, path.join(elsewhere, 'kept.db'), AT).aside).toBeNull();
    expect(namesNow()).toEqual(['In the log']);
    rmSync(elsewhere, { recursive: true });
  });

  it('is not put back, and nothing is changed, where it is damaged, newer, another program’s, or the file is in use', async () => {
    const store = open();
    add(store, 'Present');
    const copy = await store.copies.make('by-hand');
    const refused = (name: string) => {
      const error = refusal(() => restoreCopy(folder, name, AT));
      expect(error.remedy).not.toBe('');
      return error.fault;
    };
    expect(refused(copy.file)).toBe('in-use');
    store.close();

    const other = path.join(folder, 'other.db');
    expect(refused(path.join(folder, 'missing.db'))).toBe('unreadable');
    writeFileSync(other, '');
    expect(refused(other)).toBe('damaged');
    writeFileSync(other, 'no data file at all, but long enough for a header of a hundred octets '.repeat(9));
    expect(refused(other)).toBe('damaged');
    rmSync(other);
    const foreign = new Database(other);
    foreign.exec('CREATE TABLE t (a)');
    foreign.close();
    expect(refused(other)).toBe('not-ours');
    copyFileSync(copy.file, other);
    const newer = new Database(other);
    newer.pragma(`user_version = ${migrations.length + 1}`);
    newer.close();
    expect(refused(other)).toBe('newer');
    // One octet of a text: the file is sound for SQLite, and the copy is another than was made.
    const octets = readFileSync(copy.file);
    octets[octets.indexOf('Present')] = 0x70;
    writeFileSync(copy.file, octets);
    expect(refused(copy.file)).toBe('damaged');
    expect(namesNow()).toEqual(['Present']);
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([]);
    expect(listCopies(folder).filter(({ reason }) => reason === 'set-aside')).toEqual([]);
  });
});

describe('a damaged data file', () => {
  it('offers the newest whole copy by name and says what is lost; the damaged one is kept', async () => {
    const store = open();
    add(store, 'First', ...Array.from({ length: 400 }, (_nothing, index) => `d${index}.example`));
    const whole = await store.copies.make('by-hand');
    now += DAY_MS;
    add(store, 'Second');
    const later = await store.copies.make('daily');
    store.close();
    truncateSync(later.file, statSync(later.file).size / 2);
    truncateSync(file, statSync(file).size / 2);
    const error = refusal(open);
    expect(error).toMatchObject({ fault: 'damaged', remedy: expect.stringContaining(path.basename(whole.file)) });
    expect(error.remedy).toContain('2026-05-01 12:00 UTC');
    const { aside } = restoreCopy(folder, whole.file, now);
    expect(existsSync(aside ?? '')).toBe(true);
    expect(namesNow()).toEqual(['First']);
  });

  it('that was emptied offers it as well, and says so where there is none', async () => {
    const store = open();
    add(store, 'First');
    const copy = await store.copies.make('by-hand');
    store.close();
    truncateSync(file, 0);
    expect(refusal(open).remedy).toContain(path.basename(copy.file));
    rmSync(copy.file);
    expect(refusal(open).remedy).toContain('There is no intact copy');
  });
});

describe('the console', () => {
  it('makes no copy while a check runs, and one afterwards', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const desk = await openTestCore();
    const daily = () => listCopies(desk.folder).filter(({ reason }) => reason === 'daily').length;
    try {
      const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' });
      await desk.client.domains.add({ workspaceId, text: 'example.com' });
      const resolver = `127.0.0.1:${silent.address().port}`;
      const job = await desk.client.domains.verify({ workspaceId, selection: { which: 'all' }, resolver });
      desk.core.tick();
      await desk.client.copies.make({});
      expect(daily()).toBe(0);
      await desk.client.jobs.cancel({ jobId: job.id });
      for await (const _state of await desk.client.jobs.watch({ jobId: job.id, after: -1 })) continue;
      desk.core.tick();
      await expect.poll(daily, { timeout: 60_000 }).toBe(1);
    } finally {
      await desk.close();
      await dropFolder(desk.folder);
      silent.close();
    }
  });

  it('makes a copy a day by itself', async () => {
    const desk = await openTestCore();
    const daily = () => listCopies(desk.folder).filter(({ reason }) => reason === 'daily');
    try {
      desk.core.tick();
      await expect.poll(() => daily().length, { timeout: 60_000 }).toBe(1);
      desk.core.tick();
      expect(lookInside(desk.folder, daily()[0]?.file ?? '').format).toBe(migrations.length);
      await desk.close();
      expect(daily()).toHaveLength(1);
    } finally {
      await dropFolder(desk.folder);
    }
  });
});
