import { settingsFields } from '../../shared/contract/settings.ts';
import type { Reader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Sums } from './sums.ts';

export interface StoredWorkspace {
  readonly id: number;
  readonly name: string;
  readonly practice: boolean;
  readonly createdAt: number;
}

export interface StoredSettings<Fields> {
  readonly revision: number;
  readonly savedAt: number | null;
  readonly fields: Partial<Fields>;
}

export interface StoredDraft<Fields> {
  readonly baseRevision: number;
  readonly changedAt: number;
  readonly fields: Partial<Fields>;
}

interface WorkspaceRow {
  id: number;
  name: string;
  practice: number;
  created_at: number;
  whole: number;
}

/** Workspaces with their settings and drafts. */
export function workspaceRepository<Fields>(database: SqliteDatabase, reader: Reader, sums: Sums) {
  const columns = `id, name, practice, created_at, ${sums.isWhole('workspaces')} AS whole`;
  const all = database.prepare(`SELECT ${columns} FROM workspaces ORDER BY practice, id`);
  const one = database.prepare(`SELECT ${columns} FROM workspaces WHERE id = ?`);
  const insert = database.prepare('INSERT INTO workspaces (name, practice, created_at) VALUES (?, ?, ?)');
  const rename = database.prepare('UPDATE workspaces SET name = ?, sum = NULL WHERE id = ?');
  const settings = database.prepare(
    `SELECT revision, saved_at, fields, ${sums.isWhole('settings')} AS whole FROM settings WHERE workspace_id = ?`,
  );
  const draft = database.prepare(
    `SELECT base_revision, changed_at, fields, ${sums.isWhole('drafts')} AS whole FROM drafts WHERE workspace_id = ?`,
  );
  const dropDraft = database.prepare('DELETE FROM drafts WHERE workspace_id = ?');
  const putDraft = database.prepare(
    `INSERT INTO drafts (workspace_id, base_revision, changed_at, fields) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace_id) DO UPDATE SET base_revision = excluded.base_revision, changed_at = excluded.changed_at,
       fields = excluded.fields, sum = NULL`,
  );
  const putSettings = database.prepare(
    `INSERT INTO settings (workspace_id, revision, saved_at, fields) VALUES (@workspaceId, 1, @savedAt, @fields)
     ON CONFLICT (workspace_id) DO UPDATE SET revision = revision + 1, saved_at = excluded.saved_at,
       fields = excluded.fields, sum = NULL
     WHERE revision = @expected`,
  );

  const toWorkspace = (row: WorkspaceRow): StoredWorkspace => {
    // Under a name that may be another one: the workspace stays in the list with all that is in it.
    reader.isWhole(row, 'workspaces', row.id);
    return { id: row.id, name: row.name, practice: row.practice === 1, createdAt: row.created_at };
  };

  return {
    list: (): StoredWorkspace[] => (all.all() as WorkspaceRow[]).map(toWorkspace),
    find(id: number): StoredWorkspace | null {
      const row = one.get(id) as WorkspaceRow | undefined;
      return row === undefined ? null : toWorkspace(row);
    },
    add: (name: string, practice: boolean, now: number): number =>
      Number(insert.run(name, practice ? 1 : 0, now).lastInsertRowid),
    rename: (id: number, name: string): void => void rename.run(name, id),

    settings(workspaceId: number): StoredSettings<Fields> {
      const row = settings.get(workspaceId) as
        | { revision: number; saved_at: number | null; fields: string; whole: number }
        | undefined;
      if (row === undefined) return { revision: 0, savedAt: null, fields: {} };
      if (!reader.isWhole(row, 'settings', workspaceId)) return { revision: row.revision, savedAt: null, fields: {} };
      const fields = reader.fields<Fields>(row.fields, settingsFields, 'settings', 'fields', workspaceId);
      return { revision: row.revision, savedAt: row.saved_at, fields };
    },
    /** @returns false when the revision in the store is not `expected` any more; nothing is changed then. */
    saveSettings(workspaceId: number, expected: number, fields: Fields, now: number): boolean {
      const current = settings.get(workspaceId) as { revision: number } | undefined;
      if ((current?.revision ?? 0) !== expected) return false;
      return putSettings.run({ workspaceId, savedAt: now, fields: JSON.stringify(fields), expected }).changes === 1;
    },
    draft(workspaceId: number): StoredDraft<Fields> | null {
      const row = draft.get(workspaceId) as
        | { base_revision: number; changed_at: number; fields: string; whole: number }
        | undefined;
      if (row === undefined || !reader.isWhole(row, 'drafts', workspaceId)) return null;
      return {
        baseRevision: row.base_revision,
        changedAt: row.changed_at,
        fields: reader.fields<Fields>(row.fields, settingsFields, 'drafts', 'fields', workspaceId),
      };
    },
    saveDraft: (workspaceId: number, baseRevision: number, fields: Partial<Fields>, now: number): void =>
      void putDraft.run(workspaceId, baseRevision, now, JSON.stringify(fields)),
    dropDraft: (workspaceId: number): void => void dropDraft.run(workspaceId),
  };
}

export type WorkspaceRepository<Fields> = ReturnType<typeof workspaceRepository<Fields>>;
