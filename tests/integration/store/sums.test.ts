import Database from 'better-sqlite3';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreCopy } from '../../../main/store/copies.ts';
import { openDatabase } from '../../../main/store/database.ts';
import { migrations } from '../../../main/store/migrations.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import type { Store } from '../../../main/store/store.ts';
import { openStore } from '../../../main/store/store.ts';
import { AT, fillStore, isMarked, readAll } from '../../support/full-store.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** What SQLite doesn't notice: another value in a sound row, rows that are lost or older, writes that are lost. */

/** The last format whose rows carry no sum. */
const FORMAT_WITHOUT = migrations.findIndex((step) => step.includes('CREATE TABLE totals'));

let folder: string;
let file: string;

const now = () => AT + 10_000;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-sums-'));
  file = path.join(folder, 'sendwright.db');
  withStore((store) => fillStore(store, store.workspaces.add('Acme', false, AT), 100));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function withStore<Result>(work: (store: Store) => Result): Result {
  const store = openStore(folder, now);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** Writes as nobody but a fault does: past the store. */
function scribble(sql: string): void {
  const raw = new Database(file);
  raw.pragma('ignore_check_constraints = ON');
  raw.pragma('foreign_keys = OFF');
  expect(raw.prepare(sql).run().changes).toBeGreaterThan(0);
  raw.close();
}

const lossesOf = () => withStore((store) => store.losses.map(({ what }) => factText(what)));
const columnsOf = () => {
  const raw = new Database(file, { readonly: true });
  try {
    return raw
      .prepare(
        `SELECT tables.name AS "table", columns.name AS "column", columns.type FROM sqlite_schema AS tables
         JOIN pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'`,
      )
      .all() as { readonly table: string; readonly column: string; readonly type: string }[];
  } finally {
    raw.close();
  }
};

/** Where the pages of indexes lie in the file. */
function pagesOfIndexes(): readonly (readonly [from: number, to: number])[] {
  const raw = new Database(file, { readonly: true });
  try {
    const size = raw.pragma('page_size', { simple: true }) as number;
    const pages = raw
      .prepare("SELECT pageno FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE type = 'index')")
      .pluck()
      .all() as number[];
    return pages.map((page) => [(page - 1) * size, page * size] as const);
  } finally {
    raw.close();
  }
}

/** In SQL, another value that its column takes. */
function otherValue(column: string, type: string): string {
  if (type === 'BLOB') return "x'00'";
  return type === 'INTEGER' ? `coalesce(${column}, 0) + 1000` : `coalesce(${column}, '') || '~'`;
}

describe('a row', () => {
  it('carries a sum, in every table', () => {
    const tables = new Set(columnsOf().map(({ table }) => table));
    const summed = new Set(columnsOf().flatMap(({ table, column }) => (column === 'sum' ? [table] : [])));
    expect([...tables].filter((table) => !summed.has(table))).toEqual(['totals', 'data_file']);
  });

  it('with another value than was written is never taken for what was written, whichever column it is in', () => {
    const before = withStore(readAll);
    const kept = readFileSync(file);
    const indexes = pagesOfIndexes();
    for (const { table, column, type } of columnsOf()) {
      // What nobody is shown: it only tells that something changed.
      if (table === 'totals' || table === 'data_file' || table === 'evidence_revisions') continue;
      writeFileSync(file, kept);
      const raw = new Database(file);
      raw.pragma('ignore_check_constraints = ON');
      raw.pragma('foreign_keys = OFF');
      // One row: of all of them a value that may stand once only would be refused.
      raw.prepare(`UPDATE ${table} SET ${column} = ${otherValue(column, type)} LIMIT 1`).run();
      raw.close();
      // A fault of a disk changes the row, and not the indexes over it.
      const damaged = readFileSync(file);
      for (const [from, to] of indexes) kept.copy(damaged, from, from, to);
      writeFileSync(file, damaged);
      const [differing, isTold] = withStore((store) => {
        const after = readAll(store);
        const others = [...before.keys(), ...after.keys()].filter((name) => before.get(name) !== after.get(name));
        return [others.join(), store.losses.length > 0 || others.every((name) => isMarked(name, store))];
      });
      expect(isTold, `${table}.${column}: ${differing}`).toBe(true);
    }
  });

  it('that is damaged stays so when a part of it is changed, and is whole once all of it is written', () => {
    scribble("UPDATE domains SET unicode_name = 'other.example' WHERE id = 1");
    const damaged = () =>
      withStore((store) => {
        store.domains.list(1);
        return store.damage().map(({ table, column, row }) => `${table} ${column} ${row}`);
      });
    expect(damaged()).toEqual(['domains row 1']);
    withStore((store) => store.domains.setInUse(1, [1], false));
    expect(damaged()).toEqual(['domains row 1']);
    withStore((store) => store.domains.configure(store.domains.find(1, 1) ?? { id: 1, revision: 0 }, {}));
    expect(damaged()).toEqual([]);
  });

  it('that another check has written anew is whole', () => {
    scribble("UPDATE domains SET verdict = 'failing' WHERE id = 1");
    const verdict = () => withStore((store) => [store.domains.find(1, 1)?.verdict, store.damage().length]);
    expect(verdict()).toEqual(['unknown', 1]);
    const counted = () => withStore((store) => store.domains.counts(1));
    expect(counted()).toMatchObject({ failing: 0, unknown: 1 });
    withStore((store) => {
      const verdicts = { verdict: 'pending', spf: 'pending', dkim: 'to-do', dmarc: 'to-do', seenAt: AT } as const;
      store.history.saveResults([{ domainId: 1, at: AT, check: '[]', verdicts, recordVerdicts: {}, timeline: [] }]);
    });
    expect(verdict()).toEqual(['pending', 0]);
    expect(counted()).toMatchObject({ pending: 1, unknown: 0 });
  });
});

describe('what a check found', () => {
  const verdicts = { verdict: 'pending', spf: 'pending', dkim: 'to-do', dmarc: 'to-do', seenAt: AT } as const;
  const result = { domainId: 1, at: AT, check: '[]', verdicts, recordVerdicts: {}, timeline: [] };
  const storeFor = (store: Store, ids: readonly number[]) =>
    store.history.saveResults(ids.map((domainId) => ({ ...result, domainId })));

  it.each([
    ['is stored', (store: Store) => store.history.saveResults([result, { ...result, domainId: 2 }])],
    ['is stored of domains with others between them', (store: Store) => storeFor(store, [9, 2, 6])],
    ['is stored of domains that lie beside each other, in any order', (store: Store) => storeFor(store, [9, 7, 8])],
    ['is stored twice', (store: Store) => storeFor(store, [7, 7, 9])],
    ['is judged anew', (store: Store) => store.domains.setVerdicts(1, verdicts)],
    ['is forgotten', (store: Store) => store.history.forget(1)],
  ])('is whole and counted when it %s', (_how, write) => {
    const before = withStore(readAll);
    withStore(write);
    expect(withStore(readAll)).not.toEqual(before);
    expect(lossesOf()).toEqual([]);
    expect(withStore((store) => [store.domains.list(1).length > 0, store.damage()])).toEqual([true, []]);
  });

  it('stays known as damaged when it is judged anew', () => {
    scribble('UPDATE domains SET record_verdicts = \'{"spf":"failing"}\' WHERE id = 1');
    withStore((store) => store.domains.setVerdicts(1, verdicts));
    expect(withStore((store) => store.domains.find(1, 1)?.verdict)).toBe('unknown');
  });
});

describe('how many domains have which verdict', () => {
  const verdicts = { verdict: 'failing', spf: 'failing', dkim: 'to-do', dmarc: 'to-do' } as const;
  const HOUR_MS = 60 * 60_000;

  it('is told anew after each write, here or elsewhere, also one that is taken back', () => {
    withStore((store) => {
      const failing = () => store.domains.counts(1).failing;
      const before = failing();
      expect(failing()).toBe(before);
      store.domains.setVerdicts(1, { ...verdicts, seenAt: AT });
      expect([failing(), failing()]).toEqual([before + 1, before + 1]);
      withStore((other) => other.domains.setVerdicts(2, { ...verdicts, seenAt: AT }));
      expect(failing()).toBe(before + 2);
      expect(() =>
        store.atomically(() => {
          store.domains.setVerdicts(3, { ...verdicts, seenAt: AT });
          expect(failing()).toBe(before + 3);
          throw new Error('taken back');
        }),
      ).toThrow('taken back');
      expect(failing()).toBe(before + 2);
    });
  });

  it('follows the clock where a check was made by one that was wrong', () => {
    let time = now();
    const store = openStore(folder, () => time);
    const failing = () => store.domains.counts(1).failing;
    const before = failing();
    store.domains.setVerdicts(1, { ...verdicts, seenAt: time + 240 * HOUR_MS });
    expect([failing(), failing()]).toEqual([before, before]);
    time += 240 * HOUR_MS;
    expect(failing()).toBe(before + 1);
    store.close();
  });
});

describe('domains that are read together', () => {
  it.each([
    ['beside each other', [5, 4, 3]],
    ['with others between them', [9, 2, 6]],
    ['one', [7]],
    ['none', []],
  ])('are those asked for, each with its keys: %s', (_how, ids) => {
    withStore((store) => {
      const elsewhere = store.workspaces.add('Elsewhere', false, AT);
      const found = store.domains.findSeveral(1, ids);
      expect([...found.keys()].sort((left, right) => left - right)).toEqual(
        ids.toSorted((left, right) => left - right),
      );
      for (const [id, { domain, dkimKeys }] of found) {
        expect(domain).toEqual(store.domains.find(1, id));
        expect(dkimKeys).toEqual(store.domains.dkimKeys(id));
      }
      expect(store.domains.findSeveral(elsewhere, ids).size).toBe(0);
    });
  });
});

describe('a table', () => {
  const told = [expect.stringMatching(/^Rows of the data file are lost, or older than what was saved \(.*\)$/)];

  it('that has lost a row tells so, once', async () => {
    scribble('DELETE FROM checks WHERE id = 3');
    expect(lossesOf()).toEqual(told);
    // Whoever only looks has told nobody.
    expect(lossesOf()).toEqual([expect.stringContaining('(outcomes of checks)')]);
    const { client, core, close } = await openTestCore(folder, { background: false });
    expect(core.troubles).toMatchObject([{ message: told[0] }]);
    const entries = await client.activity.list({ workspaceId: 1, limit: 1 });
    expect(entries.map(({ severity, fact }) => [severity, factText(fact)])).toEqual([['error', told[0]]]);
    await close();
    expect(lossesOf()).toEqual([]);
  });

  it('whose row is an older one again tells so', () => {
    const raw = new Database(file);
    const row = raw.prepare('SELECT * FROM settings').get() as Record<string, unknown>;
    raw.close();
    withStore((store) => store.workspaces.saveSettings(1, 1, { supportAddress: 'new@example.com' } as never, AT));
    scribble(`UPDATE settings SET revision = 1, fields = '${String(row.fields)}', sum = ${Number(row.sum)}`);
    expect(lossesOf()).toEqual([expect.stringContaining('(settings)')]);
  });

  it('whose index differs from it gets another', () => {
    const raw = new Database(file);
    raw.unsafeMode();
    raw.pragma('writable_schema = ON');
    const index = raw.prepare("SELECT * FROM sqlite_schema WHERE name = 'timeline_by_domain'").get() as {
      rootpage: number;
      sql: string;
    };
    raw.exec("DELETE FROM sqlite_schema WHERE name = 'timeline_by_domain'");
    raw.close();
    const without = new Database(file);
    without.exec('UPDATE timeline SET at = at + 1 WHERE id < 4; UPDATE timeline SET at = at - 1 WHERE id < 3');
    without.unsafeMode();
    without.pragma('writable_schema = ON');
    without
      .prepare(
        "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('index', 'timeline_by_domain', 'timeline', ?, ?)",
      )
      .run(index.rootpage, index.sql);
    without.close();
    const check = () => {
      const looking = new Database(file, { readonly: true });
      const found = looking.pragma('integrity_check') as readonly { readonly integrity_check: string }[];
      looking.close();
      return found.map((line) => line.integrity_check).join();
    };
    expect(check()).toContain('index timeline_by_domain');
    withStore((store) => {
      expect(store.history.timeline(1)).toHaveLength(1);
      expect(store.losses.map(({ what }) => what.code)).toEqual(['store.index-mended']);
      // The rows were changed past the store as well.
      expect(store.damage().map(({ table, row }) => `${table} ${row}`)).toEqual(['timeline 3']);
    });
    expect(check()).toBe('ok');
  });
});

describe('a file without its last writes', () => {
  /** As a power cut leaves it: the newest writes are in the log, and the mark tells of them. */
  function leaveInLog(work: (store: Store) => void): void {
    const other = mkdtempSync(path.join(tmpdir(), 'sendwright-sums-cut-'));
    const store = openStore(folder, now);
    work(store);
    cpSync(folder, other, { recursive: true });
    store.close();
    rmSync(folder, { recursive: true, force: true });
    cpSync(other, folder, { recursive: true });
    rmSync(path.join(folder, 'sendwright.db-shm'), { force: true });
    rmSync(other, { recursive: true, force: true });
  }
  const save = (store: Store) =>
    void store.workspaces.saveSettings(1, 1, { supportAddress: 'new@example.com' } as never, AT);

  it('tells what is missing, until it was told', async () => {
    leaveInLog(save);
    truncateSync(`${file}-wal`, 0);
    const missing = expect.stringMatching(
      /^The data file is older than what was saved last, .*: 1 change is missing \(settings\)$/,
    );
    expect(lossesOf()).toEqual([missing]);
    const { core, close } = await openTestCore(folder, { background: false });
    expect(core.troubles).toMatchObject([{ message: missing }]);
    await close();
    expect(lossesOf()).toEqual([]);
  });

  it('tells so after any octet of its log was another', () => {
    leaveInLog(save);
    const log = readFileSync(`${file}-wal`);
    const mark = readFileSync(`${file}-mark`);
    const data = readFileSync(file);
    for (let at = 0; at < log.length; at += 997) {
      rmSync(`${file}-shm`, { force: true });
      const damaged = Buffer.from(log);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(file, data);
      writeFileSync(`${file}-wal`, damaged);
      writeFileSync(`${file}-mark`, mark);
      const [address, losses] = withStore((store) => [
        store.workspaces.settings(1).fields.supportAddress,
        store.losses.length,
      ]);
      expect([address, losses], `octet ${at}`).toEqual(losses === 0 ? ['new@example.com', 0] : ['help@example.com', 1]);
    }
  });

  it('is none where the folder was copied, with its log or after the end', () => {
    leaveInLog(save);
    expect(lossesOf()).toEqual([]);
    expect(withStore((store) => store.workspaces.settings(1).revision)).toBe(2);
  });

  it('is none where a program was stopped between its commit and the mark', () => {
    const mark = readFileSync(`${file}-mark`);
    withStore(save);
    writeFileSync(`${file}-mark`, mark);
    expect(lossesOf()).toEqual([]);
  });

  it('is none where the mark is gone, of another file, or not what was written', () => {
    withStore(save);
    const mark = readFileSync(`${file}-mark`, 'utf8');
    scribble('DELETE FROM settings');
    scribble("UPDATE totals SET rows = 0, total = 0, changes = 0 WHERE name = 'settings'");
    expect(lossesOf()).toHaveLength(1);
    for (const other of [
      '',
      'no mark',
      mark.replace(/\d/, (digit) => (digit === '7' ? '3' : '7')),
      mark.slice(0, 40),
    ]) {
      writeFileSync(`${file}-mark`, other);
      expect(lossesOf(), other.slice(0, 20)).toEqual([]);
    }
    writeFileSync(`${file}-mark`, mark);
    expect(lossesOf()).toHaveLength(1);
    scribble("UPDATE data_file SET identity = 'another'");
    expect(lossesOf()).toEqual([]);
  });

  it('is none where a copy was put back', async () => {
    const copy = await withStoreAsync((store) => store.copies.make('by-hand'));
    withStore(save);
    restoreCopy(folder, copy.file, AT);
    expect(existsSync(`${file}-mark`)).toBe(false);
    expect(lossesOf()).toEqual([]);
    withStore(save);
    expect(lossesOf()).toEqual([]);
  });

  it('is told where an older file was laid in its place past the console', () => {
    const older = readFileSync(file);
    withStore(save);
    writeFileSync(file, older);
    expect(lossesOf()).toEqual([expect.stringContaining('1 change is missing (settings)')]);
  });
});

async function withStoreAsync<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openStore(folder, now);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

describe('a file of an older format', () => {
  it('is summed as it is brought to this one, and nothing is told of it', async () => {
    await dropFolder(folder);
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-sums-'));
    file = path.join(folder, 'sendwright.db');
    const older = openDatabase(folder, migrations.slice(0, FORMAT_WITHOUT));
    older.exec(`INSERT INTO workspaces (name, practice, created_at) VALUES ('Acme', 0, ${AT});
      INSERT INTO domains (workspace_id, name, unicode_name, added_at, verdict) VALUES (1, 'a.example', 'a.example', ${AT}, 'failing');
      INSERT INTO checks (domain_id, at, observations) VALUES (1, ${AT}, '[]');
      INSERT INTO settings (workspace_id, revision, saved_at, fields) VALUES (1, 7, ${AT}, '{"supportAddress":"a@example.com"}');`);
    older.close();
    withStore((store) => {
      expect(store.workspaces.settings(1)).toMatchObject({ revision: 7, fields: { supportAddress: 'a@example.com' } });
      expect(store.domains.list(1)).toMatchObject([{ name: 'a.example', verdict: 'failing' }]);
      expect(store.history.observations(1)).toEqual([]);
      expect([...store.damage(), ...store.losses]).toEqual([]);
    });
    scribble("UPDATE settings SET fields = '{}'");
    withStore((store) => {
      expect(store.workspaces.settings(1).fields).toEqual({});
      expect(store.damage()).toEqual([{ table: 'settings', column: 'row', row: '1' }]);
    });
  });
});
