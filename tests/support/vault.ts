import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { createReader } from '../../main/store/damage.ts';
import { createEraser } from '../../main/store/eraser.ts';
import { migrations } from '../../main/store/migrations.ts';
import type { SecretRepository } from '../../main/store/secrets.ts';
import { secretRepository } from '../../main/store/secrets.ts';
import { createSums, fillSums, keepSums, registerSums } from '../../main/store/sums.ts';
import type { Vault, VaultEvent, VaultParts } from '../../main/vault/vault.ts';
import { createVault } from '../../main/vault/vault.ts';
import type { KeychainDouble } from './keychain.ts';

/** The real tables in memory. */
export interface VaultDisk {
  readonly database: Database.Database;
  readonly storage: SecretRepository;
}

/** @param format the data file's format before `fill`; today's is reached afterwards. */
export function vaultDisk(format = migrations.length, fill?: (database: Database.Database) => void): VaultDisk {
  const database = new Database(':memory:');
  database.pragma('foreign_keys = ON');
  registerSums(database);
  for (const step of migrations.slice(0, format)) database.exec(step);
  fill?.(database);
  for (const step of migrations.slice(format)) database.exec(step);
  fillSums(database);
  keepSums(database);
  const storage = secretRepository(database, createReader(), createSums(database), createEraser(database));
  return { database, storage };
}

/** A derivation that costs milliseconds; the real one has tests of its own. */
export const CHEAP = { N: 2 ** 14, r: 1, p: 1 };
export const PATIENCE_MS = 60;

/** One program on a disk. */
export interface Program {
  readonly vault: Vault;
  readonly events: VaultEvent[];
}

/** Starts a program as the core does. @param keychain of the computer it runs on. */
export async function startProgram(
  { storage }: VaultDisk,
  keychain: KeychainDouble | null = null,
  changes: Partial<VaultParts> = {},
): Promise<Program> {
  const vault = createVault({
    storage,
    keychain: keychain?.port ?? null,
    random: randomBytes,
    now: () => 1000,
    cost: CHEAP,
    patienceMs: PATIENCE_MS,
    ...changes,
  });
  const events: VaultEvent[] = [];
  vault.listen((event) => events.push(event));
  await vault.start();
  return { vault, events };
}

export const read = (vault: Vault, id: string): Promise<string | null> => vault.use(id, async (value) => value);
