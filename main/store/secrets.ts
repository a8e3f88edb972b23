import type { Reader } from './damage.ts';
import { parseJson } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Eraser } from './eraser.ts';
import type { Sums } from './sums.ts';

export interface StoredSecret {
  readonly id: string;
  readonly sealed: Buffer;
  /** Milliseconds since the epoch. */
  readonly setAt: number;
  readonly endsIn: string | null;
}

export interface StoredKeeper {
  readonly kind: 'passphrase' | 'os-keychain';
  readonly parameters: unknown;
  readonly wrapped: Buffer;
}

export interface StoredGeneration {
  readonly id: number;
  readonly begunAt: number;
  /** Null for the one in force. */
  readonly endedAt: number | null;
  readonly endedBy: KeyReplacement['endedBy'] | null;
  /** In the order they were added. */
  readonly keepers: readonly (StoredKeeper & { readonly id: number })[];
}

/** How one generation takes over from another. */
export interface KeyReplacement {
  /** The generation that has to be in force for it, or null for the first of all. */
  readonly after: number | null;
  readonly endedBy: 'begun-anew' | 'passphrase-changed';
  readonly at: number;
  readonly keepers: readonly StoredKeeper[];
  /** Seals a secret of the old generation for the new one; null leaves it with the old. */
  readonly reseal: (secret: StoredSecret) => Buffer | null;
}

/** Minutes, where it can't be read what somebody chose: rather locked too often than never. */
const IDLE_WHEN_UNKNOWN = 5;

/**
 * Sealed secrets, and the wrapped copies of the data keys. Nothing here can be read without a keeper.
 *
 * A *generation* is what one data key seals: its keepers wrap that key, its secrets are sealed under it. One is in force
 * and takes what is set; earlier ones stay for the day when one of their keepers opens again.
 */
export function secretRepository(database: SqliteDatabase, reader: Reader, sums: Sums, eraser: Eraser) {
  const { overwriting, emptyLog } = eraser;
  const generations = database.prepare(
    `SELECT id, begun_at AS begunAt, ended_at AS endedAt, ended_by AS endedBy, ${sums.isWhole('vault_generations')} AS whole
     FROM vault_generations ORDER BY ended_at IS NULL DESC, id DESC`,
  );
  const inForce = database.prepare('SELECT id FROM vault_generations WHERE ended_at IS NULL').pluck();
  const keepers = database.prepare(
    `SELECT id, kind, parameters, wrapped, ${sums.isWhole('vault_keepers')} AS whole FROM vault_keepers
     WHERE generation = ? ORDER BY id`,
  );
  const isNewest = `generation = ? AND NOT EXISTS (
    SELECT 1 FROM vault_secrets AS newer WHERE newer.id = secret.id AND newer.generation > secret.generation)`;
  const newestIn = database.prepare(`SELECT id FROM vault_secrets AS secret WHERE ${isNewest} ORDER BY id`).pluck();
  const countIn = database.prepare(
    `SELECT substr(id, 1, instr(id, ':') - 1) AS about, count(*) AS amount FROM vault_secrets AS secret
     WHERE ${isNewest} GROUP BY about`,
  );
  const find = database.prepare(
    `SELECT id, sealed, set_at AS setAt, ends_in AS endsIn, generation, ${sums.isWhole('vault_secrets')} AS whole
     FROM vault_secrets WHERE id = ? ORDER BY generation DESC LIMIT 1`,
  );
  const put = database.prepare(
    `INSERT INTO vault_secrets (id, generation, sealed, set_at, ends_in)
     SELECT @id, id, @sealed, @setAt, @endsIn FROM vault_generations WHERE id = @generation AND ended_at IS NULL
     ON CONFLICT (id, generation) DO UPDATE
       SET sealed = excluded.sealed, set_at = excluded.set_at, ends_in = excluded.ends_in,
         sum = NULL`,
  );
  const clear = database.prepare('DELETE FROM vault_secrets WHERE id = ?');
  const addKeeper = database.prepare(
    `INSERT INTO vault_keepers (generation, kind, parameters, wrapped)
     SELECT id, @kind, @parameters, @wrapped FROM vault_generations WHERE id = @generation AND ended_at IS NULL
     ON CONFLICT DO NOTHING`,
  );
  const rewrap = database.prepare(
    'UPDATE vault_keepers SET parameters = @parameters, wrapped = @wrapped WHERE id = @id AND wrapped = @before',
  );
  const dropPassphrase = database.prepare("DELETE FROM vault_keepers WHERE generation = ? AND kind = 'passphrase'");
  const end = database.prepare('UPDATE vault_generations SET ended_at = @at, ended_by = @endedBy WHERE id = @after');
  const begin = database.prepare('INSERT INTO vault_generations (begun_at) VALUES (?)');
  const move = database.prepare(
    'UPDATE vault_secrets SET generation = @to, sealed = @sealed WHERE id = @id AND generation = @from',
  );

  const idleMinutes = database.prepare(
    `SELECT minutes, ${sums.isWhole('vault_idle_lock')} AS whole FROM vault_idle_lock WHERE id = 1`,
  );
  const setIdleMinutes = database.prepare(
    'INSERT INTO vault_idle_lock (id, minutes) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET minutes = excluded.minutes, sum = NULL',
  );
  const dropIdleMinutes = database.prepare('DELETE FROM vault_idle_lock');

  const current = () => (inForce.get() as number | undefined) ?? null;

  /** What is sealed says itself whether it is whole; what stands beside it is left out where it may be another. */
  function newest(id: string): (StoredSecret & { readonly generation: number }) | null {
    const row = find.get(id) as (StoredSecret & { generation: number; whole: number }) | undefined;
    if (row === undefined) return null;
    const { whole, ...secret } = row;
    return reader.isWhole({ whole }, 'vault_secrets', id) ? secret : { ...secret, endsIn: null };
  }

  function moveAll(from: number, to: number, reseal: KeyReplacement['reseal']): number {
    let moved = 0;
    for (const id of newestIn.all(from) as string[]) {
      const sealed = reseal(newest(id) as StoredSecret);
      if (sealed !== null) moved += move.run({ id, from, to, sealed }).changes;
    }
    return moved;
  }

  return {
    /** The one in force first, then the others, the newest first. */
    generations: (): StoredGeneration[] =>
      (generations.all() as (Omit<StoredGeneration, 'keepers'> & { readonly whole: number })[]).map(
        ({ whole, ...row }) => {
          reader.isWhole({ whole }, 'vault_generations', row.id);
          const wrapped = keepers.all(row.id) as (StoredKeeper & { id: number; parameters: string; whole: number })[];
          return {
            ...row,
            keepers: wrapped.map(({ whole: isWhole, ...keeper }) => {
              reader.isWhole({ whole: isWhole }, 'vault_keepers', keeper.id);
              // No keeper opens with what is no JSON, and another one may.
              return { ...keeper, parameters: parseJson(keeper.parameters) ?? null };
            }),
          };
        },
      ),
    /** How many secrets have their newest sealed row in a generation, by the first part of their id. */
    secretsIn: (generation: number): Readonly<Record<string, number>> =>
      Object.fromEntries(
        (countIn.all(generation) as { about: string; amount: number }[]).map(({ about, amount }) => [about, amount]),
      ),
    /** After how many minutes without work an open vault is locked; null: never. */
    idleMinutes(): number | null {
      const row = idleMinutes.get() as { readonly minutes: number; readonly whole: number } | undefined;
      if (row === undefined) return null;
      return reader.isWhole(row, 'vault_idle_lock', 1) ? row.minutes : IDLE_WHEN_UNKNOWN;
    },
    setIdleMinutes(minutes: number | null): void {
      if (minutes === null) dropIdleMinutes.run();
      else setIdleMinutes.run(minutes);
    },
    /** Id of the generation in force. */
    current,
    /** The newest sealed row of a secret. */
    find: newest,
    /** @returns false, with nothing written, when that generation is no longer in force. */
    put(generation: number, secret: StoredSecret): boolean {
      const write = () => put.run({ generation, ...secret }).changes === 1;
      return find.get(secret.id) === undefined ? write() : overwriting(write);
    },
    /** Only ever called because a person cleared the secret: every sealed row of it goes, from the log as well. */
    clear: (id: string): void => void overwriting(() => clear.run(id)),
    /** To be called after each transaction of several writes: what they overwrote leaves the log. */
    emptyLog,
    /**
     * Writes the whole file anew, without the free space in which older versions may have left sealed octets.
     *
     * @returns false when another program held the file for too long, or the disk is full; nothing is lost then.
     */
    compact(): boolean {
      try {
        database.exec('VACUUM');
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (!/^SQLITE_(?:BUSY|LOCKED|FULL)/.test(code)) throw error;
        return false;
      }
      eraser.owe();
      return emptyLog();
    },
    /** @returns false, with nothing written, when that generation is no longer in force or has a passphrase already. */
    addKeeper: (generation: number, { kind, parameters, wrapped }: StoredKeeper): boolean =>
      addKeeper.run({ generation, kind, parameters: JSON.stringify(parameters), wrapped }).changes === 1,
    /** Wraps the same data key anew; nothing happens where another program has done so in the meantime. */
    rewrap: (
      keeper: StoredKeeper & { readonly id: number },
      { parameters, wrapped }: Omit<StoredKeeper, 'kind'>,
    ): void =>
      void rewrap.run({ id: keeper.id, before: keeper.wrapped, parameters: JSON.stringify(parameters), wrapped }),
    /**
     * Begins a generation, all at once or not at all.
     *
     * @returns its id, or null with nothing written when another than `after` is in force.
     */
    succeed({ after, endedBy, at, keepers: kept, reseal }: KeyReplacement): number | null {
      const takeOver = database.transaction(() => {
        if (current() !== after) return null;
        if (after !== null) end.run({ after, at, endedBy });
        const id = Number(begin.run(at).lastInsertRowid);
        for (const { kind, parameters, wrapped } of kept)
          addKeeper.run({ generation: id, kind, parameters: JSON.stringify(parameters), wrapped });
        if (after === null) return id;
        moveAll(after, id, reseal);
        if (endedBy === 'passphrase-changed') dropPassphrase.run(after);
        return id;
      });
      return endedBy === 'passphrase-changed' ? overwriting(() => takeOver.immediate()) : takeOver.immediate();
    },
    /**
     * Seals the secrets of an earlier generation anew for the one in force, but for those that were set again since.
     *
     * @returns how many, or null with nothing written when `to` is no longer in force.
     */
    bringBack: (from: number, to: number, reseal: KeyReplacement['reseal']): number | null =>
      overwriting(() => database.transaction(() => (current() === to ? moveAll(from, to, reseal) : null)).immediate()),
  };
}

export type SecretRepository = ReturnType<typeof secretRepository>;
