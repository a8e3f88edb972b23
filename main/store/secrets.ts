import type { SqliteDatabase } from './database.ts';

export interface StoredSecret {
  readonly id: string;
  readonly sealed: Buffer;
  readonly setAt: number;
  readonly endsIn: string | null;
}

export interface StoredKeeper {
  readonly id: string;
  readonly parameters: unknown;
  readonly wrapped: Buffer;
}

/** Sealed secrets, and the wrapped copies of the data key. Nothing here can be read without a keeper. */
export function secretRepository(database: SqliteDatabase) {
  const one = database.prepare('SELECT id, sealed, set_at AS setAt, ends_in AS endsIn FROM secrets WHERE id = ?');
  const put = database.prepare(
    `INSERT INTO secrets (id, sealed, set_at, ends_in) VALUES (@id, @sealed, @setAt, @endsIn)
     ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at, ends_in = excluded.ends_in`,
  );
  const drop = database.prepare('DELETE FROM secrets WHERE id = ?');
  const keepers = database.prepare('SELECT id, parameters, wrapped FROM keepers ORDER BY id');
  const putKeeper = database.prepare(
    `INSERT INTO keepers (id, parameters, wrapped) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET parameters = excluded.parameters, wrapped = excluded.wrapped`,
  );
  const putFirstKeeper = database.prepare(
    'INSERT INTO keepers (id, parameters, wrapped) SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM keepers)',
  );
  return {
    find: (id: string): StoredSecret | null => (one.get(id) as StoredSecret | undefined) ?? null,
    put: (secret: StoredSecret): void => void put.run(secret),
    /** Only ever called because a person cleared the secret. */
    clear: (id: string): void => void drop.run(id),
    keepers: (): StoredKeeper[] =>
      (keepers.all() as { id: string; parameters: string; wrapped: Buffer }[]).map((row) => ({
        id: row.id,
        parameters: JSON.parse(row.parameters) as unknown,
        wrapped: row.wrapped,
      })),
    putKeeper: (keeper: StoredKeeper): void =>
      void putKeeper.run(keeper.id, JSON.stringify(keeper.parameters), keeper.wrapped),
    putFirstKeeper: (keeper: StoredKeeper): boolean =>
      putFirstKeeper.run(keeper.id, JSON.stringify(keeper.parameters), keeper.wrapped).changes === 1,
  };
}

export type SecretRepository = ReturnType<typeof secretRepository>;
