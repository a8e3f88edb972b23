import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeychainPort } from '../../../main/vault/ports.ts';
import { KeeperRefused } from '../../../main/vault/ports.ts';
import type { VaultStorage } from '../../../main/vault/vault.ts';
import { createVault } from '../../../main/vault/vault.ts';

/** The store's two tables as maps. */
function memory() {
  const secrets = new Map<string, Parameters<VaultStorage['put']>[0]>();
  const keepers = new Map<string, Parameters<VaultStorage['putKeeper']>[0]>();
  const storage: VaultStorage = {
    find: (id) => secrets.get(id) ?? null,
    put: (secret) => void secrets.set(secret.id, secret),
    clear: (id) => void secrets.delete(id),
    keepers: () => [...keepers.values()],
    putKeeper: (keeper) => void keepers.set(keeper.id, keeper),
    putFirstKeeper: (keeper) => keepers.size === 0 && keepers.set(keeper.id, keeper).size === 1,
  };
  return { storage, secrets, keepers };
}

const parts = (storage: VaultStorage, keychain: KeychainPort | null = null) => ({
  storage,
  keychain,
  random: randomBytes,
  now: () => 1000,
});
const SECRET = 'a-key-of-more-than-16-characters';
const id = 'workspace:1/api-key';

describe('the vault', () => {
  it('seals under a passphrase, opens with it alone, and survives a wrong one', async () => {
    const { storage, secrets } = memory();
    const first = createVault(parts(storage));
    expect(await first.state()).toMatchObject({ state: 'none' });
    expect(() => first.set(id, SECRET)).toThrow('No passphrase');
    await first.create('correct horse');
    first.set(id, SECRET);
    expect(first.view(id)).toEqual({ state: 'protected', setAt: 1000, endsIn: 'ters' });
    expect(Buffer.concat([...secrets.values()].map((secret) => secret.sealed)).includes(SECRET)).toBe(false);

    const second = createVault(parts(storage));
    expect(second.view(id).state).toBe('locked');
    await expect(second.unlock('wrong horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    expect(await second.use(id, async (value) => value)).toBeNull();
    await second.unlock('correct horse');
    expect(await second.use(id, async (value) => value)).toBe(SECRET);
  }, 30_000);

  it('tells the last four only of long secrets', async () => {
    const { storage } = memory();
    const vault = createVault(parts(storage));
    await vault.create('correct horse');
    vault.set(id, 'fifteen-letters');
    expect(vault.view(id).endsIn).toBeNull();
  });

  it('binds a secret to its record: a sealed value moved elsewhere does not open, and is kept', async () => {
    const { storage, secrets } = memory();
    const vault = createVault(parts(storage));
    await vault.create('correct horse');
    vault.set(id, SECRET);
    const moved = { ...(secrets.get(id) as Parameters<VaultStorage['put']>[0]), id: 'workspace:2/api-key' };
    secrets.set(moved.id, moved);
    expect(vault.view(moved.id).state).toBe('re-enter');
    expect(await vault.use(moved.id, async (value) => value)).toBeNull();
    expect(secrets.has(moved.id)).toBe(true);
  });

  it('keeps secrets for the session alone, and protects them once there is a passphrase', async () => {
    const { storage, secrets } = memory();
    const vault = createVault(parts(storage));
    vault.useSession();
    vault.set(id, SECRET);
    expect(vault.view(id).state).toBe('session-only');
    expect(secrets.size).toBe(0);
    await vault.create('correct horse');
    expect(vault.view(id).state).toBe('protected');
    expect(secrets.size).toBe(1);
  });

  it('changes the passphrase without touching what is sealed', async () => {
    const { storage } = memory();
    const vault = createVault(parts(storage));
    await vault.create('correct horse');
    vault.set(id, SECRET);
    await expect(vault.changePassphrase('wrong horse', 'battery staple')).rejects.toMatchObject({
      fault: 'wrong-passphrase',
    });
    await vault.changePassphrase('correct horse', 'battery staple');
    const next = createVault(parts(storage));
    await expect(next.unlock('correct horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    await next.unlock('battery staple');
    expect(await next.use(id, async (value) => value)).toBe(SECRET);
  }, 30_000);

  it('opens by the keychain, and asks to re-enter when the keychain lost it, deleting nothing', async () => {
    const { storage, secrets } = memory();
    const sealed = new Map<string, Buffer>();
    let lost = false;
    // A double of an OS keychain: the real one belongs to Electron and a desktop session.
    const keychain: KeychainPort = {
      state: async () => 'available',
      keeper: {
        id: 'os-keychain',
        wrap: async (dataKey) => {
          const token = randomBytes(8);
          sealed.set(token.toString('hex'), Buffer.from(dataKey));
          return { parameters: {}, wrapped: token };
        },
        unwrap: async (_parameters, wrapped) => {
          const dataKey = lost ? undefined : sealed.get(wrapped.toString('hex'));
          if (dataKey === undefined) throw new KeeperRefused('gone');
          return { dataKey, shouldRewrap: true };
        },
      },
    };
    const vault = createVault(parts(storage, keychain));
    await vault.openWithKeychain();
    vault.set(id, SECRET);
    const again = createVault(parts(storage, keychain));
    await again.openWithKeychain();
    expect(again.view(id).state).toBe('protected');
    lost = true;
    const without = createVault(parts(storage, keychain));
    await without.openWithKeychain();
    expect(without.view(id).state).toBe('re-enter');
    expect(secrets.size).toBe(1);
  });

  it('refuses a keychain that protects nothing', async () => {
    const { storage, keepers } = memory();
    const keychain: KeychainPort = {
      state: async () => 'unprotected',
      keeper: {
        id: 'os-keychain',
        wrap: async () => ({ parameters: {}, wrapped: Buffer.alloc(1) }),
        unwrap: async () => ({ dataKey: Buffer.alloc(32), shouldRewrap: false }),
      },
    };
    const vault = createVault(parts(storage, keychain));
    await vault.openWithKeychain();
    expect(await vault.state()).toMatchObject({ state: 'none', keychain: 'unprotected' });
    expect(keepers.size).toBe(0);
  });
});
