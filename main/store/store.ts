import type { DomainConfiguration } from '../../shared/contract/domains.ts';
import type { SettingsFields } from '../../shared/contract/settings.ts';
import type { CopyFile } from './copies.ts';
import { dropOldCopies, dropUnfinished, listCopies, makeCopy, restoreRemedy } from './copies.ts';
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
import type { Trouble } from './place.ts';
import { placeTroubles } from './place.ts';
import { recordRepository } from './records.ts';
import type { RecordRepository } from './records.ts';
import { secretRepository } from './secrets.ts';
import type { SecretRepository } from './secrets.ts';
import { serviceAccountRepository } from './service-accounts.ts';
import type { ServiceAccountRepository } from './service-accounts.ts';
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
    /** @param isWanted asked between the steps; once false, the copy is given up. */
    readonly make: (reason: 'daily' | 'by-hand', isWanted?: () => boolean) => Promise<CopyFile>;
    /** Removes daily ones beyond those that are kept. */
    readonly dropOld: () => void;
  };
  /** What could not be read since the store was opened, each place once; it counts as unknown. */
  readonly damage: () => readonly Damage[];
  /** What endangers the data file by where it lies, and a clock that its dates speak against; as it was when it was opened. */
  readonly troubles: readonly Trouble[];
  /** Grows when another process has written (PRAGMA data_version). */
  readonly foreignWrites: () => number;
  /** Another text after anything was written, by this process or another. */
  readonly writes: () => string;
  readonly close: () => void;
}

/** Opens the data file; where it is damaged, the error offers the newest whole copy. */
function openOrOffer(folder: string): SqliteDatabase {
  try {
    return openDatabase(folder);
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== 'damaged') throw error;
    throw new StoreError('damaged', error.message, restoreRemedy(folder));
  }
}

/**
 * Opens the store of a data folder.
 *
 * @param now milliseconds since the epoch: what a clock that was wrong has dated ahead of it is no evidence.
 * @throws StoreError, see `openDatabase`.
 */
export function openStore(folder: string, now: () => number = Date.now): Store {
  dropUnfinished(folder);
  const database = openOrOffer(folder);
  const eraser = createEraser(database);
  const secrets = secretRepository(database, eraser);
  const reader = createReader();
  const foreignWrites = () => database.pragma('data_version', { simple: true }) as number;
  const ownWrites = database.prepare('SELECT total_changes()').pluck();
  return {
    workspaces: workspaceRepository<SettingsFields>(database, reader),
    secrets,
    domains: domainRepository<DomainConfiguration>(database, reader, now),
    history: historyRepository(database, reader, now),
    evidence: evidenceRepository(database),
    evidenceFolders: evidenceFolderRepository(database),
    evidenceMails: evidenceMailRepository(database, eraser),
    records: recordRepository(database, reader),
    serviceAccounts: serviceAccountRepository(database, reader),
    atomically(work) {
      const result = database.transaction(work).immediate();
      secrets.emptyLog();
      return result;
    },
    copies: {
      list: () => listCopies(folder),
      make: (reason, isWanted) => makeCopy(database, folder, reason, now(), isWanted),
      dropOld: () => dropOldCopies(folder, now()),
    },
    damage: reader.noted,
    troubles: [...placeTroubles(folder), ...[clockTrouble(database, now())].filter((trouble) => trouble !== null)],
    foreignWrites,
    writes: () => `${foreignWrites()} ${ownWrites.get() as number}`,
    close: () => {
      try {
        database.close();
      } catch (error) {
        throw storeErrorFrom(error, folder) ?? error;
      }
    },
  };
}
