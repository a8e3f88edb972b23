import type { DomainConfiguration, SettingsFields } from '../../shared/contract/schemas.ts';
import { openDatabase, storeErrorFrom } from './database.ts';
import { domainRepository } from './domains.ts';
import type { DomainRepository } from './domains.ts';
import { historyRepository } from './history.ts';
import type { HistoryRepository } from './history.ts';
import { recordRepository } from './records.ts';
import type { RecordRepository } from './records.ts';
import { secretRepository } from './secrets.ts';
import type { SecretRepository } from './secrets.ts';
import { workspaceRepository } from './workspaces.ts';
import type { WorkspaceRepository } from './workspaces.ts';

/** Everything that is kept, one repository for each aggregate. */
export interface Store {
  readonly workspaces: WorkspaceRepository<SettingsFields>;
  readonly secrets: SecretRepository;
  readonly domains: DomainRepository<DomainConfiguration>;
  readonly history: HistoryRepository;
  readonly records: RecordRepository;
  /** Runs writes as one: all of them happen, or none. */
  readonly atomically: <Result>(work: () => Result) => Result;
  /** Grows when another process has written (PRAGMA data_version). */
  readonly foreignWrites: () => number;
  readonly close: () => void;
}

/**
 * Opens the store of a data folder.
 *
 * @throws StoreError, see `openDatabase`.
 */
export function openStore(folder: string): Store {
  const database = openDatabase(folder);
  return {
    workspaces: workspaceRepository<SettingsFields>(database),
    secrets: secretRepository(database),
    domains: domainRepository<DomainConfiguration>(database),
    history: historyRepository(database),
    records: recordRepository(database),
    atomically: (work) => database.transaction(work).immediate(),
    foreignWrites: () => database.pragma('data_version', { simple: true }) as number,
    close: () => {
      try {
        database.close();
      } catch (error) {
        throw storeErrorFrom(error, folder) ?? error;
      }
    },
  };
}
