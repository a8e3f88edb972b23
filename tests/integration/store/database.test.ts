import { fact } from '../../../shared/facts/catalogue.ts';
import Database from 'better-sqlite3';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APPLICATION_ID, openDatabase, StoreError } from '../../../main/store/database.ts';
import { migrations } from '../../../main/store/migrations.ts';
import { openStore } from '../../../main/store/store.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-store-'));
  file = path.join(folder, 'sendwright.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refusal(steps?: readonly string[]): StoreError {
  try {
    openDatabase(folder, steps).close();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('The file was opened');
}

describe('the data file', () => {
  it('is written ahead, synchronised fully, with foreign keys and strict tables', () => {
    const database = openDatabase(folder);
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('application_id')).toBe(APPLICATION_ID);
    expect(pragma('user_version')).toBe(migrations.length);
    const loose = database
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0")
      .pluck()
      .all()
      .filter((name) => !String(name).startsWith('sqlite_'));
    expect(loose).toEqual([]);
    if (process.platform !== 'win32') {
      const rights = readdirSync(folder).map((name) => (statSync(path.join(folder, name)).mode & 0o777).toString(8));
      expect(rights).toEqual(rights.map(() => '600'));
    }
    database.close();
  });

  it('refuses to delete a sender domain, whoever asks', () => {
    const store = openStore(folder);
    const workspace = store.workspaces.add('One', false, 1);
    store.domains.add(workspace, [{ name: 'example.com', unicodeName: 'example.com' }], 1);
    store.close();
    const other = new Database(file);
    expect(() => other.exec('DELETE FROM domains')).toThrow('a sender domain is never deleted');
    expect(() => other.exec('DELETE FROM domains WHERE id = 1')).toThrow('a sender domain is never deleted');
    expect(other.prepare('SELECT count(*) FROM domains').pluck().get()).toBe(1);
    other.close();
  });

  it('of a newer version is refused, and left as it is', () => {
    openDatabase(folder).close();
    const newer = new Database(file);
    newer.pragma(`user_version = ${migrations.length + 3}`);
    newer.close();
    const before = statSync(file).size;
    const error = refusal();
    expect(error).toMatchObject({ fault: 'newer', remedy: expect.stringContaining('newer version') });
    expect(error.message).toContain(file);
    expect(statSync(file).size).toBe(before);
  });

  it('of another program is refused', () => {
    const other = new Database(file);
    other.exec('CREATE TABLE notes (text TEXT)');
    other.close();
    expect(refusal().fault).toBe('not-ours');
  });

  it('that is no database is refused as damaged', () => {
    writeFileSync(file, 'this is a letter, not a database\n'.repeat(400));
    expect(refusal().fault).toBe('damaged');
  });

  it('that was emptied is refused with the way back, and left as it is', () => {
    openDatabase(folder).close();
    writeFileSync(file, '');
    expect(refusal()).toMatchObject({ fault: 'damaged', remedy: expect.stringContaining('copy') });
    expect(statSync(file).size).toBe(0);
  });

  it('is made whole or not at all', () => {
    const unreadable = ['CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;', 'this is no SQL'];
    expect(() => openDatabase(folder, unreadable)).toThrow('syntax error');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a later time than the clock shows is told, with what to do, and opened', () => {
    const now = Date.UTC(2026, 4, 1);
    const store = openStore(folder, () => now);
    const id = store.workspaces.add('Acme', false, now);
    const entry = { kind: 'save' as const, severity: 'info' as const, fact: fact('settings.saved'), details: [] };
    store.records.addActivity(id, { ...entry, at: now + 60_000 });
    store.close();
    const troublesAt = (time: number) => {
      const opened = openStore(folder, () => time);
      opened.close();
      return opened.troubles;
    };
    expect(troublesAt(now)).toEqual([]);
    expect(troublesAt(Date.UTC(2020, 0, 1))).toEqual([
      {
        message: expect.stringMatching(/^The clock of this computer shows .*2020.*, and something .* is dated .*2026/),
        remedy: expect.stringContaining('Set the clock'),
      },
    ]);
  });

  it('with overwritten pages is refused as damaged, with the way back', () => {
    const store = openStore(folder);
    const workspace = store.workspaces.add('One', false, 1);
    const names = Array.from({ length: 3000 }, (_nothing, index) => `domain-${index}.example.com`);
    store.domains.add(
      workspace,
      names.map((name) => ({ name, unicodeName: name })),
      1,
    );
    store.close();
    const handle = openSync(file, 'r+');
    for (let page = 30; page < 60; page += 1) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(handle);
    expect(refusal()).toMatchObject({ fault: 'damaged', remedy: expect.stringContaining('copy') });
  });
});

describe('a new format', () => {
  const first = migrations[0] as string;
  const grow =
    "CREATE TABLE extra (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT; INSERT INTO extra VALUES (1, 'a');";

  it('is reached step by step, each after a whole copy', () => {
    openDatabase(folder, [first]).close();
    const upgraded = openDatabase(folder, [first, grow, 'ALTER TABLE extra ADD COLUMN more TEXT']);
    expect(upgraded.prepare('SELECT * FROM extra').get()).toEqual({ id: 1, text: 'a', more: null });
    expect(upgraded.pragma('user_version', { simple: true })).toBe(3);
    upgraded.close();
    for (const [format, tables] of [
      [2, 0],
      [3, 1],
    ] as const) {
      const copy = new Database(path.join(folder, `sendwright-before-format-${format}.db`), { readonly: true });
      expect(copy.pragma('user_version', { simple: true })).toBe(format - 1);
      expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
      const extra = copy.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'").pluck().get();
      expect(extra).toBe(tables);
      if (process.platform !== 'win32') expect(statSync(copy.name).mode & 0o777).toBe(0o600);
      copy.close();
    }
  });

  it('that fails half-way changes nothing, and the copy stays', () => {
    const store = openDatabase(folder, [first]);
    store.exec("INSERT INTO workspaces (name, practice, created_at) VALUES ('One', 0, 1)");
    store.close();
    const failing = `${grow} UPDATE workspaces SET name = 'Lost'; SELECT no_such_function();`;
    expect(() => openDatabase(folder, [first, failing])).toThrow('no_such_function');
    const after = openDatabase(folder, [first]);
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    expect(after.prepare('SELECT name FROM workspaces').pluck().all()).toEqual(['One']);
    expect(after.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'").pluck().get()).toBe(0);
    after.close();
    expect(readdirSync(folder)).toContain('sendwright-before-format-2.db');
  });

  it('leaves the five newest copies', () => {
    const steps = [
      first,
      ...Array.from({ length: 8 }, (_nothing, index) => `CREATE TABLE t${index} (a INTEGER) STRICT`),
    ];
    openDatabase(folder, steps.slice(0, 1)).close();
    openDatabase(folder, steps).close();
    const copies = readdirSync(folder).filter((name) => name.includes('before-format'));
    expect(copies.sort()).toEqual([5, 6, 7, 8, 9].map((format) => `sendwright-before-format-${format}.db`));
  });
});
