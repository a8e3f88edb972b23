import type { Reader } from './damage.ts';
import { anyObject } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Sums } from './sums.ts';

/** Parts of what the service said; each is kept as it was seen last. */
type Part = 'account' | 'domains' | 'told';

/** What the cloud email service said of a workspace's account. */
export function serviceAccountRepository(database: SqliteDatabase, reader: Reader, sums: Sums) {
  const prepare = (part: Part) => ({
    get: database.prepare(
      `SELECT ${part} AS text, ${sums.isWhole('service_accounts')} AS whole FROM service_accounts WHERE workspace_id = ?`,
    ),
    put: database.prepare(
      `INSERT INTO service_accounts (workspace_id, ${part}) VALUES (?, ?)
       ON CONFLICT (workspace_id) DO UPDATE SET ${part} = excluded.${part}`,
    ),
  });
  const parts = { account: prepare('account'), domains: prepare('domains'), told: prepare('told') };
  const dropDamaged = database.prepare(
    `DELETE FROM service_accounts WHERE workspace_id = ? AND NOT ${sums.isWhole('service_accounts')}`,
  );
  const put = database.transaction((workspaceId: number, part: Part, text: string): void => {
    // Its other parts are unknown, and are asked for again.
    dropDamaged.run(workspaceId);
    parts[part].put.run(workspaceId, text);
  });
  return {
    /** @returns null when it was never seen. */
    find<Value>(workspaceId: number, part: Part): Value | null {
      const row = parts[part].get.get(workspaceId) as { text: string | null; whole: number } | undefined;
      if (row === undefined || !reader.isWhole(row, 'service_accounts', workspaceId) || row.text === null) return null;
      return reader.json<Value>(row.text, anyObject, 'service_accounts', part, workspaceId);
    },
    put: (workspaceId: number, part: Part, value: unknown): void =>
      put.immediate(workspaceId, part, JSON.stringify(value)),
  };
}

export type ServiceAccountRepository = ReturnType<typeof serviceAccountRepository>;
