import type { Reader } from './damage.ts';
import { anyObject } from './damage.ts';
import type { SqliteDatabase } from './database.ts';

/** Parts of what the service said; each is kept as it was seen last. */
type Part = 'account' | 'domains' | 'told';

/** What the cloud email service said of a workspace's account. */
export function serviceAccountRepository(database: SqliteDatabase, reader: Reader) {
  const prepare = (part: Part) => ({
    get: database.prepare(`SELECT ${part} FROM service_accounts WHERE workspace_id = ?`).pluck(),
    put: database.prepare(
      `INSERT INTO service_accounts (workspace_id, ${part}) VALUES (?, ?)
       ON CONFLICT (workspace_id) DO UPDATE SET ${part} = excluded.${part}`,
    ),
  });
  const parts = { account: prepare('account'), domains: prepare('domains'), told: prepare('told') };
  return {
    /** @returns null when it was never seen. */
    find<Value>(workspaceId: number, part: Part): Value | null {
      const text = parts[part].get.get(workspaceId) as string | null | undefined;
      return typeof text === 'string'
        ? reader.json<Value>(text, anyObject, 'service_accounts', part, workspaceId)
        : null;
    },
    put: (workspaceId: number, part: Part, value: unknown): void =>
      void parts[part].put.run(workspaceId, JSON.stringify(value)),
  };
}

export type ServiceAccountRepository = ReturnType<typeof serviceAccountRepository>;
