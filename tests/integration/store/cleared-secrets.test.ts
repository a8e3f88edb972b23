import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../main/store/database.ts';
import type { Store } from '../../../main/store/store.ts';
import { openStore } from '../../../main/store/store.ts';
import { createVault } from '../../../main/vault/vault.ts';
import { CHEAP, read } from '../../support/vault.ts';

/** What was sealed and is sealed no longer is looked for in every octet of the data folder. */

const PASSPHRASE = 'correct horse battery';
const id = 'workspace:1/api-key';
const other = 'domain:1/dkim/news';
let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-cleared-'));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openVault() {
  const vault = createVault({ storage: store.secrets, keychain: null, random: randomBytes, now: () => 1, cost: CHEAP });
  await vault.create(PASSPHRASE);
  vault.set(id, 'api-key-of-many-letters');
  vault.set(other, 'private half of a key pair');
  return vault;
}

const sealedNow = (secret: string): Buffer => store.secrets.find(secret)?.sealed ?? Buffer.from('no such secret');

/** Names of the files that hold these octets. */
const holding = (octets: Buffer): string[] =>
  readdirSync(folder).filter((name) => readFileSync(path.join(folder, name)).includes(octets));

describe('sealed octets leave the data file and its log', () => {
  it('when a secret is cleared, also within a transaction of several writes', async () => {
    const vault = await openVault();
    const [one, two] = [sealedNow(id), sealedNow(other)];
    expect([holding(one), holding(two)]).toEqual([[expect.any(String)], [expect.any(String)]]);
    vault.clear(id);
    expect(holding(one)).toEqual([]);
    store.atomically(() => {
      vault.clear(other);
      store.workspaces.add('Beside it', false, 1);
    });
    expect(holding(two)).toEqual([]);
  });

  it('when another value takes the place of one', async () => {
    const vault = await openVault();
    const before = sealedNow(id);
    vault.set(id, 'api-key-of-other-letters-and-longer');
    expect(holding(before)).toEqual([]);
    expect(holding(sealedNow(id))).not.toEqual([]);
  });

  it('when a reader held the log for a while: at the next occasion', async () => {
    const vault = await openVault();
    const before = sealedNow(id);
    const reader = openDatabase(folder);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM workspaces').get();
    const begun = performance.now();
    vault.clear(id);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(holding(before)).not.toEqual([]);
    reader.exec('COMMIT');
    reader.close();
    store.atomically(() => undefined);
    expect(holding(before)).toEqual([]);
  });

  it('when the vault gets a new key: the passphrase stays, nothing else does', async () => {
    const vault = await openVault();
    const wrapped = store.secrets.generations()[0]?.keepers[0]?.wrapped ?? Buffer.alloc(0);
    const before = [sealedNow(id), sealedNow(other), wrapped];
    expect(before.map((octets) => holding(octets).length)).toEqual([1, 1, 1]);
    await expect(vault.renewKey('wrong horse battery')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    expect(before.map((octets) => holding(octets).length)).toEqual([1, 1, 1]);
    expect(await vault.renewKey(PASSPHRASE)).toBe(true);
    expect(before.map(holding)).toEqual([[], [], []]);
    expect(await read(vault, id)).toBe('api-key-of-many-letters');
    vault.lock();
    await vault.unlock(PASSPHRASE);
    expect(await read(vault, other)).toBe('private half of a key pair');
  });
});
