import { fact } from '../../../shared/facts/catalogue.ts';
import type { FolderTrouble } from '../../../shared/evidence/watched/folder-trouble.ts';
import { FOLDER_TROUBLE_WORDS } from '../../../shared/evidence/watched/folder-trouble.ts';
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EvidenceFile } from '../../../shared/evidence/reports/file.ts';
import type { FileMark, WatchedFolder } from '../../store/evidence-folders.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, listedFiles, record } from '../context.ts';
import { fail } from '../errors.ts';
import { filesIn } from './files.ts';

/**
 * Folders that are watched on a person's word: each new file is read once, one that is still being written waits. The
 * system tells of changes where it can, and a look every minute finds what it did not tell of: network drives, folders
 * below, a folder that was away.
 */

/** How long files wait, in milliseconds. */
export interface Patience {
  /** For so long a file has to have stayed as it is before it is read. */
  readonly quietMs: number;
  /** A file that breaks off and is younger than this may be a copy whose writer was held up: it waits. */
  readonly youngMs: number;
}

const PATIENCE: Patience = { quietMs: 5000, youngMs: 10 * 60_000 };
const MOST_FOLDERS = 50;
/** What programs call a file that they have not finished. */
const UNFINISHED = /\.(?:part|partial|crdownload|download|tmp|temp|filepart|opdownload)$|~$/i;

/** What a look has found. */
export interface Looked {
  /** Files that were read. */
  readonly files: number;
  /** Of these, those that were refused. */
  readonly refused: number;
  /** Reports that are new here. */
  readonly reports: number;
  /** Files that are still being written, as far as can be told. */
  readonly waiting: number;
}

const NOTHING: Looked = { files: 0, refused: 0, reports: 0, waiting: 0 };

/** Why a folder can't be looked through, for people. */
function troubleOf(error: unknown): FolderTrouble {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  return code === 'EACCES' || code === 'EPERM' ? 'not-permitted' : 'disk';
}

interface Known {
  readonly name: string;
  readonly mark: FileMark;
  readonly age: number;
}

/** A file's mark, and for how long it has been as it is; null for one that is gone. */
async function look(file: string, folder: string, now: number): Promise<Known | null> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(file);
    // A copy keeps the time of its original; when its octets came, the system's own mark tells.
    const age = now - Math.max(mtimeMs, ctimeMs);
    return { name: path.relative(folder, file), mark: { size, modifiedAt: Math.floor(mtimeMs) }, age };
  } catch {
    // Gone since the folder was read: there is nothing to tell of it.
    return null;
  }
}

const isSame = (left: FileMark | null, right: FileMark): boolean =>
  left !== null && left.size === right.size && left.modifiedAt === right.modifiedAt;

/** Whether a file gives a report that breaks off. */
async function breaksOff(file: string): Promise<boolean> {
  const [{ readEvidenceFile }, { noReports, summarise }] = await Promise.all([
    import('./read-file.ts'),
    import('./summary.ts'),
  ]);
  const found = await summarise(file, readEvidenceFile(file), noReports());
  return found.some(
    ({ outcome, problems }) =>
      outcome === 'partial' || problems.includes('compression-damaged') || problems.includes('empty'),
  );
}

interface Fresh {
  readonly file: string;
  readonly known: Known;
}

/**
 * What is new in a folder, and how many files wait.
 *
 * @param broken files that were found to break off, as they were then; those that still do are left in it.
 * @throws what the system says of the folder.
 */
async function newFiles(
  { store: { evidenceFolders } }: CoreContext,
  folder: WatchedFolder,
  { quietMs, youngMs }: Patience,
  broken: Map<string, FileMark>,
): Promise<{ readonly fresh: readonly Fresh[]; readonly waiting: number }> {
  const there = new Set<string>();
  const fresh: Fresh[] = [];
  let waiting = 0;
  const isUnfinished = async (file: string, { mark, age }: Known): Promise<boolean> => {
    // A clock that was put back would have a file wait for ever.
    if (age >= youngMs || age < -youngMs) return false;
    if (age < quietMs || isSame(broken.get(file) ?? null, mark)) return true;
    if (!(await breaksOff(file))) return false;
    broken.set(file, mark);
    return true;
  };
  if (!(await stat(folder.path)).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
  for await (const file of filesIn([folder.path])) {
    const known = await look(file, folder.path, Date.now());
    if (known === null) continue;
    there.add(known.name);
    if (isSame(evidenceFolders.mark(folder.id, known.name), known.mark) || UNFINISHED.test(file)) continue;
    if (await isUnfinished(file, known)) waiting += 1;
    else {
      broken.delete(file);
      fresh.push({ file, known });
    }
  }
  evidenceFolders.keepOnly(folder.id, there);
  return { fresh, waiting };
}

/** Reads new files of a folder one by one. @param isWanted asked before each. */
async function readNew(
  context: CoreContext,
  folder: WatchedFolder,
  fresh: readonly Fresh[],
  isWanted: () => boolean,
): Promise<Omit<Looked, 'waiting'>> {
  const { openImport } = await import('./bring-in.ts');
  const intake = openImport(context, folder.workspaceId, folder.path);
  const refused: string[] = [];
  let files = 0;
  let reports = 0;
  try {
    for (const { file, known } of fresh) {
      if (!isWanted()) break;
      const found: readonly EvidenceFile[] = await intake.read(file);
      context.store.evidenceFolders.putMark(folder.id, known.name, known.mark);
      files += 1;
      reports += found.reduce((sum, { stored }) => sum + (stored?.new ?? 0), 0);
      const isRefused = found.every(({ outcome, bounces }) => outcome === 'refuse' && (bounces ?? 0) === 0);
      if (isRefused) refused.push(known.name);
    }
  } finally {
    intake.close();
  }
  if (refused.length > 0)
    record(
      context,
      folder.workspaceId,
      'domains',
      fact('folder.without-report', { count: refused.length, path: folder.path }),
      { details: [listedFiles(refused)] },
    );
  return { files, refused: refused.length, reports };
}

export interface Watching {
  /** Looks through the folders of a workspace now, or of all; one look at a time. */
  readonly look: (workspaceId: number | null) => Promise<Looked>;
  /** Has the system tell of changes in the folders that there are by now. */
  readonly refresh: () => void;
  /** Does so, and looks through them soon: a folder has been added. */
  readonly begin: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Watches the folders of every workspace.
 *
 * @param patience how long files wait; tests have less of it.
 * @param isBackground without it nothing is looked at but when somebody asks: a command ends.
 */
export function createWatching(
  context: () => CoreContext,
  isBackground: boolean,
  patience: Patience = PATIENCE,
): Watching {
  const broken = new Map<string, FileMark>();
  const watchers = new Map<string, FSWatcher>();
  let isClosed = false;
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** Tells once that a folder can't be looked through, and once that it can again. */
  function reportTrouble(folder: WatchedFolder, trouble: FolderTrouble | null): void {
    const { store, clock } = context();
    const before = store.evidenceFolders.list(folder.workspaceId).find(({ id }) => id === folder.id)?.trouble ?? null;
    store.evidenceFolders.looked(folder.id, clock.now(), trouble);
    if (before === trouble) return;
    if (trouble === null) record(context(), folder.workspaceId, 'domains', fact('folder.back', { path: folder.path }));
    else
      record(context(), folder.workspaceId, 'domains', fact('folder.unreadable', { path: folder.path, trouble }), {
        severity: 'warning',
        details: [fact('folder.looked-at')],
      });
  }

  async function lookAt(folder: WatchedFolder): Promise<Looked> {
    try {
      const { fresh, waiting } = await newFiles(context(), folder, patience, broken);
      if (isClosed) return NOTHING;
      reportTrouble(folder, null);
      const read = fresh.length === 0 ? NOTHING : await readNew(context(), folder, fresh, () => !isClosed);
      return { ...read, waiting };
    } catch (error) {
      const isOfSystem = typeof (error as NodeJS.ErrnoException).code === 'string';
      if (!isOfSystem) throw error;
      if (!isClosed) reportTrouble(folder, troubleOf(error));
      return NOTHING;
    }
  }

  function again(ms: number): void {
    if (!isBackground || isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      look(null).catch((error: unknown) => context().log.error({ error }, 'watched folders could not be looked at'));
    }, ms);
    timer.unref();
  }

  function look(workspaceId: number | null): Promise<Looked> {
    const work = async (): Promise<Looked> => {
      const sum = { ...NOTHING };
      if (isClosed) return sum;
      for (const folder of context().store.evidenceFolders.list(workspaceId)) {
        if (isClosed) break;
        const found = await lookAt(folder);
        for (const name of ['files', 'refused', 'reports', 'waiting'] as const)
          Object.assign(sum, { [name]: sum[name] + found[name] });
      }
      refresh();
      if (sum.waiting > 0) again(patience.quietMs);
      return sum;
    };
    const next = running.then(work);
    // Whoever asked is told of the fault; the next look is none of its business.
    running = next.catch(() => undefined);
    return next;
  }

  function refresh(): void {
    if (!isBackground || isClosed) return;
    const wanted = new Set(
      context()
        .store.evidenceFolders.list(null)
        .map((folder) => folder.path),
    );
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => again(patience.quietMs));
        // A folder that goes away, and a system that has no watcher left: the look every minute goes on.
        watcher.on('error', () => {
          watcher.close();
          watchers.delete(folder);
        });
        watchers.set(folder, watcher);
      } catch {
        // As above: it is not there, or can't be watched on this kind of disk.
      }
    }
  }

  return {
    look,
    refresh,
    begin() {
      refresh();
      again(0);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      await running;
    },
  };
}

/** The folders that a workspace watches. */
export function watchedFolders(context: CoreContext, workspaceId: number): readonly WatchedFolder[] {
  findWorkspace(context, workspaceId);
  return context.store.evidenceFolders.list(workspaceId);
}

/**
 * Watches a folder from now on; what lies in it is read, too.
 *
 * @throws BAD_INPUT for what is no folder that can be read.
 */
export async function watchFolder(
  context: CoreContext,
  workspaceId: number,
  given: string,
): Promise<readonly WatchedFolder[]> {
  findWorkspace(context, workspaceId);
  const refuse = (reason: string) =>
    fail('BAD_INPUT', `${given}: ${reason}`, {
      field: 'path',
      value: given,
      remedy: 'Name a folder of this machine with its whole path, one that this account may read.',
    });
  if (!path.isAbsolute(given)) throw refuse('it is not a whole path');
  const folder = path.resolve(given);
  try {
    if (!(await stat(folder)).isDirectory()) throw refuse('it is no folder');
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw typeof (error as NodeJS.ErrnoException).syscall === 'string'
      ? refuse(FOLDER_TROUBLE_WORDS[troubleOf(error)])
      : error;
  }
  const { evidenceFolders } = context.store;
  if (evidenceFolders.list(workspaceId).length >= MOST_FOLDERS)
    throw refuse(`${MOST_FOLDERS} folders are watched already`);
  if (evidenceFolders.add(workspaceId, folder, context.clock.now()))
    record(context, workspaceId, 'domains', fact('folder.watched', { path: folder }));
  return watchedFolders(context, workspaceId);
}

/** Watches a folder no longer; what was read of it stays. @throws NOT_FOUND. */
export function unwatchFolder(context: CoreContext, workspaceId: number, id: number): readonly WatchedFolder[] {
  const folder = watchedFolders(context, workspaceId).find((each) => each.id === id);
  if (folder === undefined || !context.store.evidenceFolders.drop(workspaceId, id))
    throw fail('NOT_FOUND', `There is no watched folder ${id}`, {
      field: 'folderId',
      value: String(id),
      remedy: 'Ask for the list of watched folders.',
    });
  record(context, workspaceId, 'domains', fact('folder.unwatched', { path: folder.path }));
  return watchedFolders(context, workspaceId);
}
