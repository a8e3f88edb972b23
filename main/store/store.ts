import type { DomainConfiguration } from '../../shared/contract/domains.ts';
import type { SettingsFields } from '../../shared/contract/settings.ts';
import type { CopyContents, CopyFile } from './copies.ts';
import { AT_ONCE, dropOldCopies, dropUnfinished, listCopies, lookInside, makeCopy, restoreRemedy } from './copies.ts';
import type { CopyProgram, CopyTerms } from './copy-work.ts';
import { AT_ANY_RATE, createCopyWork } from './copy-work.ts';
import { openDatabase, StoreError, storeErrorFrom } from './database.ts';
import type { SqliteDatabase } from './database.ts';
import type { Damage } from './damage.ts';
import { createReader } from './damage.ts';
import { domainRepository } from './domains.ts';
import type { DomainRepository } from './domains.ts';
import { createEraser } from './eraser.ts';
import { evidenceRepository } from './evidence.ts';
import type { EvidenceRepository } from './evidence.ts';
import { evidenceFolderRepository } from './evidence-folders.ts';
import type { EvidenceFolderRepository } from './evidence-folders.ts';
import { evidenceMailRepository } from './evidence-mails.ts';
import type { EvidenceMailRepository } from './evidence-mails.ts';
import { historyRepository } from './history.ts';
import type { HistoryRepository } from './history.ts';
import { clockTrouble } from './clock.ts';
import type { Loss } from './losses.ts';
import { lossesOf, MENDED } from './losses.ts';
import { markCommits } from './mark.ts';
import { migrations } from './migrations.ts';
import type { Trouble } from './place.ts';
import { placeTroubles } from './place.ts';
import { recordRepository } from './records.ts';
import type { RecordRepository } from './records.ts';
import { secretRepository } from './secrets.ts';
import type { SecretRepository } from './secrets.ts';
import { serviceAccountRepository } from './service-accounts.ts';
import type { ServiceAccountRepository } from './service-accounts.ts';
import { countAllAnew, createSums, damagedRows } from './sums.ts';
import { workspaceRepository } from './workspaces.ts';
import type { WorkspaceRepository } from './workspaces.ts';

/** Everything that is kept, one repository for each aggregate. */
export interface Store {
  readonly workspaces: WorkspaceRepository<SettingsFields>;
  readonly secrets: SecretRepository;
  readonly domains: DomainRepository<DomainConfiguration>;
  readonly history: HistoryRepository;
  readonly evidence: EvidenceRepository;
  readonly evidenceMails: EvidenceMailRepository;
  readonly evidenceFolders: EvidenceFolderRepository;
  readonly records: RecordRepository;
  readonly serviceAccounts: ServiceAccountRepository;
  /** Runs writes as one: all of them happen, or none. */
  readonly atomically: <Result>(work: () => Result) => Result;
  readonly copies: {
    /** The newest first. */
    readonly list: () => readonly CopyFile[];
    readonly make: (reason: 'daily' | 'by-hand', terms?: CopyTerms) => Promise<CopyFile>;
    /** What is in a copy. @throws StoreError where it can’t be put back. */
    readonly look: (file: string) => Promise<CopyContents>;
    /** Gives up what is under way, and waits until it has ended. */
    readonly close: () => Promise<void>;
    /** Removes daily ones beyond those that are kept. */
    readonly dropOld: () => void;
  };
  /** What could not be read since the store was opened, each place once; it counts as unknown. */
  readonly damage: () => readonly Damage[];
  /** What the file has lost, as it was when it was opened: what was acknowledged and is not in it. */
  readonly losses: readonly Loss[];
  /** Takes what the file holds for all that there is, once it was told what is lost. */
  readonly goOnWithout: () => void;
  /** What endangers the data file by where it lies, and a clock that its dates speak against; as it was when it was opened. */
  readonly troubles: readonly Trouble[];
  /** Grows when another process has written (PRAGMA data_version). */
  readonly foreignWrites: () => number;
  /** Another text after anything was written, by this process or another. */
  readonly writes: () => string;
  readonly close: () => void;
}

/** Opens the data file; where it is damaged, the error offers the newest whole copy. */
function openOrOffer(folder: string, onMended: () => void): SqliteDatabase {
  try {
    return openDatabase(folder, migrations, onMended);
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== 'damaged') throw error;
    throw new StoreError('damaged', error.message, restoreRemedy(folder));
  }
}

/**
 * Opens the store of a data folder.
 *
 * @param now milliseconds since the epoch: what a clock that was wrong has dated ahead of it is no evidence.
 * @param copyProgram makes the copies; null: they are made on this thread.
 * @throws StoreError, see `openDatabase`.
 */
export function openStore(folder: string, now: () => number = Date.now, copyProgram: CopyProgram | null = null): Store {
  dropUnfinished(folder);
  let wasMended = false;
  const database = openOrOffer(folder, () => {
    wasMended = true;
  });
  const marker = markCommits(database, folder, now);
  const losses = [...lossesOf(database, folder), ...(wasMended ? [MENDED] : [])];
  if (losses.length === 0) marker.begin();
  const eraser = createEraser(database);
  const copying = createCopyWork(copyProgram);
  const reader = createReader();
  for (const { table, key } of damagedRows(database, wasMended ? 'all' : 'small')) reader.note(table, 'row', key);
  const sums = createSums(database);
  const secrets = secretRepository(database, reader, sums, eraser);
  const foreignWrites = () => database.pragma('data_version', { simple: true }) as number;
  const ownWrites = database.prepare('SELECT total_changes()').pluck();
  return {
    workspaces: workspaceRepository<SettingsFields>(database, reader, sums),
    secrets,
    domains: domainRepository<DomainConfiguration>(database, reader, sums, now),
    history: historyRepository(database, reader, sums, now),
    evidence: evidenceRepository(database, reader, sums),
    evidenceFolders: evidenceFolderRepository(database, reader, sums),
    evidenceMails: evidenceMailRepository(database, reader, sums, eraser),
    records: recordRepository(database, reader, sums),
    serviceAccounts: serviceAccountRepository(database, reader, sums),
    atomically(work) {
      const result = database.transaction(work).immediate();
      secrets.emptyLog();
      return result;
    },
    copies: {
      list: () => listCopies(folder),
      async make(reason, terms = AT_ANY_RATE) {
        const task = { kind: 'make', dataFolder: folder, reason, now: now() } as const;
        const pace = { ...AT_ONCE, isWanted: terms.isWanted };
        const here = async () =>
          ({ kind: 'made', copy: await makeCopy(database, folder, reason, task.now, pace) }) as const;
        try {
          const outcome = await copying.run(task, here, terms);
          if (outcome.kind !== 'made') throw new Error('The copy program did something else');
          return outcome.copy;
        } finally {
          // While the copy was being made the log could not be emptied.
          if (database.open) eraser.emptyLog();
        }
      },
      async look(file) {
        const task = { kind: 'look', dataFolder: folder, file } as const;
        const here = async () => ({ kind: 'seen', contents: lookInside(folder, file) }) as const;
        const outcome = await copying.run(task, here, AT_ANY_RATE);
        if (outcome.kind !== 'seen') throw new Error('The copy program did something else');
        return outcome.contents;
      },
      close: copying.close,
      dropOld: () => dropOldCopies(folder, now()),
    },
    damage: reader.noted,
    losses,
    goOnWithout() {
      countAllAnew(database);
      marker.begin();
    },
    troubles: [...placeTroubles(folder), ...[clockTrouble(database, now())].filter((trouble) => trouble !== null)],
    foreignWrites,
    writes: () => `${foreignWrites()} ${ownWrites.get() as number}`,
    close: () => {
      try {
        marker.close();
        database.close();
      } catch (error) {
        throw storeErrorFrom(error, folder) ?? error;
      }
    },
  };
}
