import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { nameOrder } from '../../shared/dns/name-order.ts';
import { migrations } from '../../main/store/migrations.ts';
import type { SecretRepository } from '../../main/store/secrets.ts';
import { secretRepository } from '../../main/store/secrets.ts';
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
  database.function('name_order', { deterministic: true }, nameOrder);
  database.pragma('foreign_keys = ON');
  for (const step of migrations.slice(0, format)) database.exec(step);
  fill?.(database);
  for (const step of migrations.slice(format)) database.exec(step);
  return { database, storage: secretRepository(database) };
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
