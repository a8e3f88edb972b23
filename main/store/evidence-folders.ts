import type { FolderTrouble } from '../../shared/evidence/watched/folder-trouble.ts';
import type { Reader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Sums } from './sums.ts';

/** A folder whose new files are read; times are milliseconds since the epoch. */
export interface WatchedFolder {
  readonly id: number;
  readonly workspaceId: number;
  /** Absolute. */
  readonly path: string;
  readonly addedAt: number;
  /** When it was looked through last; null: never. */
  readonly lookedAt: number | null;
  /** Why it could not be looked through; null where it could. */
  readonly trouble: FolderTrouble | null;
  /** How many of its files have been read. */
  readonly files: number;
}

/** By what a file is known to be the one that was read. */
export interface FileMark {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Folders that are watched on a person's word, and which of their files have been read. */
export function evidenceFolderRepository(database: SqliteDatabase, reader: Reader, sums: Sums) {
  const columns = `id, workspace_id AS workspaceId, path, added_at AS addedAt, looked_at AS lookedAt, trouble,
    (SELECT count(*) FROM evidence_folder_files WHERE folder_id = evidence_folders.id) AS files,
    ${sums.isWhole('evidence_folders')} AS whole`;
  const list = database.prepare(
    `SELECT ${columns} FROM evidence_folders WHERE @workspaceId IS NULL OR workspace_id = @workspaceId ORDER BY workspace_id, path`,
  );
  const add = database.prepare(
    `INSERT INTO evidence_folders (workspace_id, path, added_at) VALUES (?, ?, ?) ON CONFLICT (workspace_id, path) DO NOTHING`,
  );
  const drop = database.prepare('DELETE FROM evidence_folders WHERE workspace_id = ? AND id = ?');
  const looked = database.prepare('UPDATE evidence_folders SET looked_at = ?, trouble = ? WHERE id = ?');
  const mark = database.prepare(
    `SELECT size, modified_at AS modifiedAt FROM evidence_folder_files
     WHERE folder_id = ? AND name = ? AND ${sums.isWhole('evidence_folder_files')}`,
  );
  const putMark = database.prepare(
    `INSERT INTO evidence_folder_files (folder_id, name, size, modified_at)
     SELECT @folderId, @name, @size, @modifiedAt WHERE EXISTS (SELECT 1 FROM evidence_folders WHERE id = @folderId)
     ON CONFLICT (folder_id, name) DO UPDATE SET size = excluded.size, modified_at = excluded.modified_at,
       sum = NULL`,
  );
  const names = database.prepare('SELECT name FROM evidence_folder_files WHERE folder_id = ?').pluck();
  const dropMark = database.prepare('DELETE FROM evidence_folder_files WHERE folder_id = ? AND name = ?');
  const forget = database.transaction((folderId: number, gone: readonly string[]) => {
    for (const name of gone) dropMark.run(folderId, name);
  });
  return {
    /** @param workspaceId null: of all. */
    list: (workspaceId: number | null): readonly WatchedFolder[] =>
      (list.all({ workspaceId }) as (WatchedFolder & { readonly whole: number })[]).flatMap(({ whole, ...folder }) =>
        // Another folder than the one that was meant is not to be read.
        reader.isWhole({ whole }, 'evidence_folders', folder.id) ? [folder] : [],
      ),
    /** @returns whether it is new. */
    add: (workspaceId: number, path: string, at: number): boolean => add.run(workspaceId, path, at).changes > 0,
    /** Forgets a folder and which of its files were read; what they held stays. @returns whether it was there. */
    drop: (workspaceId: number, id: number): boolean => drop.run(workspaceId, id).changes > 0,
    looked: (id: number, at: number, trouble: FolderTrouble | null): void => {
      looked.run(at, trouble, id);
    },
    /** What a file was when it was read; null where it has not been. @param name within the folder. */
    mark: (folderId: number, name: string): FileMark | null =>
      (mark.get(folderId, name) as FileMark | undefined) ?? null,
    /** Remembers that a file has been read; nothing where the folder is watched no longer. */
    putMark: (folderId: number, name: string, { size, modifiedAt }: FileMark): void => {
      putMark.run({ folderId, name, size, modifiedAt });
    },
    /** Forgets files that are in the folder no longer. @param there the names of all that are. */
    keepOnly: (folderId: number, there: ReadonlySet<string>): void => {
      const gone = (names.all(folderId) as string[]).filter((name) => !there.has(name));
      if (gone.length > 0) forget.immediate(folderId, gone);
    },
  };
}

export type EvidenceFolderRepository = ReturnType<typeof evidenceFolderRepository>;
