import { createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { electronKeychain } from '../../../main/hosts/electron/keychain.ts';
import { createVault } from '../../../main/vault/vault.ts';
import { SafeStorageDouble } from '../../support/electron-double.ts';
import { KeychainDouble } from '../../support/keychain.ts';
import { CHEAP, PATIENCE_MS, read, startProgram, vaultDisk } from '../../support/vault.ts';

const SECRET = 'a-key-of-more-than-16-characters';
const id = 'workspace:1/api-key';
const dkim = 'domain:1/dkim/news';

describe('the vault', () => {
  it('seals under a passphrase, opens with it alone, and survives a wrong one', async () => {
    const disk = vaultDisk();
    const { vault: first } = await startProgram(disk);
    expect(first.state()).toMatchObject({ state: 'none', ways: ['create', 'use-session'] });
    expect(() => first.set(id, SECRET)).toThrow('No passphrase');
    await first.create('correct horse');
    first.set(id, SECRET);
    expect(first.view(id)).toEqual({ state: 'protected', setAt: 1000, endsIn: 'ters' });
    expect(disk.storage.find(id)?.sealed.includes(SECRET)).toBe(false);

    const { vault: second } = await startProgram(disk);
    expect(second.view(id).state).toBe('locked');
    await expect(second.unlock('wrong horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    expect(await read(second, id)).toBeNull();
    await second.unlock('correct horse');
    expect(await read(second, id)).toBe(SECRET);
  });

  it('tells the last four only of long secrets', async () => {
    const { vault } = await startProgram(vaultDisk());
    await vault.create('correct horse');
    vault.set(id, 'fifteen-letters');
    expect(vault.view(id).endsIn).toBeNull();
  });

  it('binds a secret to its record: a sealed value moved elsewhere does not open, and is kept', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    disk.database.exec("UPDATE vault_secrets SET id = 'workspace:2/api-key'");
    expect(vault.view('workspace:2/api-key').state).toBe('re-enter');
    expect(await read(vault, 'workspace:2/api-key')).toBeNull();
    await vault.changePassphrase('correct horse', 'battery staple');
    expect(disk.storage.find('workspace:2/api-key')).not.toBeNull();
  });

  it('keeps secrets for the session alone, and protects them once there is a passphrase', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    vault.useSession();
    vault.set(id, SECRET);
    expect(vault.view(id).state).toBe('session-only');
    expect(disk.storage.find(id)).toBeNull();
    await vault.create('correct horse');
    expect(vault.view(id).state).toBe('protected');
    expect(disk.storage.find(id)).not.toBeNull();
  });

  it('goes on for the session alone while it is locked, and adopts that when it is unlocked', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    vault.set(id, 'the older one of many letters');
    vault.lock();
    vault.useSession();
    expect(vault.view(id).state).toBe('locked');
    vault.set(id, SECRET);
    expect(await read(vault, id)).toBe(SECRET);
    await vault.unlock('correct horse');
    expect(vault.view(id)).toMatchObject({ state: 'protected', endsIn: 'ters' });
    expect(await read(vault, id)).toBe(SECRET);
  });

  it('clears a secret in every generation, because a person said so', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    await vault.beginAnew('battery staple');
    expect(vault.view(id).state).toBe('re-enter');
    vault.clear(id);
    expect(vault.view(id).state).toBe('not-set');
    expect(vault.state()).toMatchObject({ waiting: {}, waitingFor: [] });
  });
});

/**
 * What each action does to a locked vault, by who keeps its key and how this computer's keychain is. `+` for success, else
 * the fault: L locked, X exists, K keychain, N nothing waits.
 */
describe('a locked vault', () => {
  const actions = {
    set: (vault) => vault.set(id, SECRET),
    create: (vault) => vault.create('a new passphrase'),
    unlock: (vault) => vault.unlock('correct horse'),
    'open-with-keychain': (vault) => vault.openWithKeychain(),
    'change-passphrase': (vault) => vault.changePassphrase('correct horse', 'battery staple'),
    'renew-key': (vault) => vault.renewKey(vault.state().keepers.includes('passphrase') ? 'correct horse' : null),
    'add-keychain': (vault) => vault.addKeychain(),
    'begin-anew': (vault) => vault.beginAnew('another passphrase'),
    'begin-anew-with-keychain': (vault) => vault.beginAnew(null),
    'bring-back': (vault) => vault.bringBack('correct horse'),
    'use-session': (vault) => vault.useSession(),
  } as const satisfies Record<string, (vault: ReturnType<typeof createVault>) => unknown>;
  const letters = { locked: 'L', exists: 'X', keychain: 'K', 'nothing-waits': 'N' } as const;

  /** In the order of `actions`. */
  const table: readonly (readonly [keepers: string, keychain: KeychainDouble['mood'] | 'none', outcomes: string])[] = [
    ['nobody', 'none', 'L+LK+LL+KL+'],
    ['nobody', 'basic', 'L+LK+LL+KL+'],
    ['nobody', 'absent', 'L+LK+LL+KL+'],
    ['nobody', 'away', 'L+LK+LL+KL+'],
    ['nobody', 'hangs', 'L+LK+LL+KL+'],
    ['passphrase', 'none', 'LX+K++L+KL+'],
    ['passphrase', 'there', 'LX+K++L++L+'],
    ['passphrase', 'basic', 'LX+K++L+KL+'],
    ['passphrase', 'absent', 'LX+K++L+KL+'],
    ['passphrase', 'away', 'LX+K++L+KL+'],
    ['passphrase', 'hangs', 'LX+K++L+KL+'],
    ['keychain', 'none', 'LLLKLKL+KL+'],
    ['keychain', 'there', 'LLL+L+L++L+'],
    ['keychain', 'lost', 'LLLKLKL++L+'],
    ['keychain', 'basic', 'LLLKLKL+KL+'],
    ['keychain', 'absent', 'LLLKLKL+KL+'],
    ['keychain', 'away', 'LLLKLKL+KL+'],
    ['keychain', 'hangs', 'LLLKLKL+KL+'],
    ['both', 'none', 'LX+K++L+KL+'],
    ['both', 'there', 'LX++++L++L+'],
    ['both', 'lost', 'LX+K++L++L+'],
    ['both', 'basic', 'LX+K++L+KL+'],
    ['both', 'absent', 'LX+K++L+KL+'],
    ['both', 'away', 'LX+K++L+KL+'],
    ['both', 'hangs', 'LX+K++L+KL+'],
  ];

  async function locked(keepers: string, mood: KeychainDouble['mood'] | 'none') {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const withKeychain = keepers === 'keychain' || keepers === 'both';
    const { vault: earlier } = await startProgram(disk, withKeychain ? keychain : null);
    if (keepers === 'passphrase' || keepers === 'both') await earlier.create('correct horse');
    if (keepers !== 'nobody') earlier.set(id, SECRET);
    earlier.close();
    if (mood !== 'none') keychain.mood = mood;
    const program = await startProgram(disk, mood === 'none' ? null : keychain);
    program.vault.lock();
    return { ...program, disk };
  }

  it.each(table)('of %s, the keychain being: %s', async (keepers, mood, outcomes) => {
    let seen = '';
    const worked = new Set<string>();
    for (const [name, act] of Object.entries(actions)) {
      const { vault, disk } = await locked(keepers, mood);
      const { ways } = vault.state();
      const outcome = await (async () => act(vault))().then(
        () => '+',
        (error: { fault: keyof typeof letters; ways: readonly string[] }) => {
          // A refusal always has a way out, and never the one that was just refused.
          expect(error.ways.length, `${name} leaves no way`).toBeGreaterThan(0);
          return letters[error.fault] ?? error.fault;
        },
      );
      seen += outcome;
      if (outcome === '+') worked.add(name);
      if (keepers !== 'nobody') expect(disk.storage.find(id), `${name} lost a sealed row`).not.toBeNull();
      // What is offered works. A keychain in trouble may be asked again, and what can't be meant is not offered.
      if (ways.includes(name as never) && name !== 'open-with-keychain') expect(`${name} ${outcome}`).toBe(`${name} +`);
    }
    expect(seen).toBe(outcomes);
    const { vault } = await locked(keepers, mood);
    const missing = [...worked].filter((name) => !vault.state().ways.includes(name as never));
    // Changing a passphrase that there is not, or beginning anew what was never begun, is choosing the first.
    expect(missing).toEqual(keepers === 'nobody' ? ['change-passphrase', 'begin-anew'] : []);
  });
});

describe('a new key', () => {
  it('is made where the keychain alone opens the vault: what was sealed under the old one opens with the new alone', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault, events } = await startProgram(disk, keychain);
    vault.set(id, SECRET);
    const before = disk.storage.find(id)?.sealed;
    await expect(vault.renewKey(null)).resolves.toBe(true);
    expect(events.at(-1)).toEqual({ what: 'key-renewed', keychain: true });
    expect(disk.storage.find(id)?.sealed.equals(before ?? Buffer.alloc(0))).toBe(false);
    expect(vault.state()).toMatchObject({
      state: 'open',
      openedBy: 'os-keychain',
      keepers: ['os-keychain'],
      waiting: {},
    });
    expect(await read(vault, id)).toBe(SECRET);
    const { vault: next } = await startProgram(disk, keychain);
    expect(await read(next, id)).toBe(SECRET);
  });

  it('is not made, and nothing is changed, where the keychain does not give the old one any more', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault } = await startProgram(disk, keychain);
    vault.set(id, SECRET);
    const before = disk.storage.find(id)?.sealed;
    for (const mood of ['lost', 'basic', 'absent', 'away', 'hangs'] as const) {
      keychain.mood = mood;
      await expect(vault.renewKey(null)).rejects.toMatchObject({ fault: 'keychain' });
    }
    expect(disk.storage.find(id)?.sealed).toEqual(before);
    expect(await read(vault, id)).toBe(SECRET);
  });

  it('needs the passphrase where there is one', async () => {
    const { vault } = await startProgram(vaultDisk(), new KeychainDouble());
    await vault.create('correct horse');
    await expect(vault.renewKey(null)).rejects.toMatchObject({ fault: 'wrong-passphrase' });
  });
});

describe('where no passphrase may be chosen', () => {
  const choosing = ['create', 'change-passphrase', 'begin-anew'];

  it('no way offers one, and one of before still opens', async () => {
    const disk = vaultDisk();
    const { vault: earlier } = await startProgram(disk);
    await earlier.create('correct horse');
    earlier.set(id, SECRET);
    earlier.close();
    const { vault } = await startProgram(disk, new KeychainDouble(), { takesPassphrases: false });
    const offered = () => vault.state().ways.filter((way) => choosing.includes(way));
    expect(offered()).toEqual([]);
    await vault.unlock('correct horse');
    expect(offered()).toEqual([]);
    await vault.addKeychain();
    vault.lock();
    await vault.openWithKeychain();
    expect(await read(vault, id)).toBe(SECRET);
  });

  it('a new vault is begun under the keychain', async () => {
    const { vault } = await startProgram(vaultDisk(), null, { takesPassphrases: false });
    expect(vault.state().ways).toEqual(['use-session']);
  });
});

describe('a vault that the keychain opens', () => {
  it('is open after the start, and after it was locked when the keychain is asked', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault, events } = await startProgram(disk, keychain);
    expect(vault.state()).toMatchObject({ state: 'open', keepers: ['os-keychain'], openedBy: 'os-keychain' });
    vault.set(id, SECRET);
    vault.lock();
    expect(vault.view(id).state).toBe('locked');
    await vault.tick();
    expect(vault.state().state).toBe('locked');
    await vault.openWithKeychain();
    expect(await read(vault, id)).toBe(SECRET);
    expect(events.map(({ what }) => what)).toEqual(['keychain', 'begun', 'locked', 'opened']);
    expect((await startProgram(disk, keychain)).vault.view(id).state).toBe('protected');
  });

  it('opens by itself when a keychain that asks its person is answered late', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    (await startProgram(disk, keychain)).vault.set(id, SECRET);
    keychain.mood = 'hangs';
    const { vault, events } = await startProgram(disk, keychain);
    expect(vault.state()).toMatchObject({ state: 'locked', keychain: 'away' });
    await expect(vault.openWithKeychain()).rejects.toMatchObject({ fault: 'keychain', message: /does not answer/ });
    keychain.answer();
    await expect.poll(() => vault.state().state).toBe('open');
    expect(events.at(-1)).toMatchObject({ what: 'opened' });
  });

  it('stays locked when a person locks it while the keychain asks', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    (await startProgram(disk, keychain)).vault.set(id, SECRET);
    keychain.mood = 'hangs';
    const { vault } = await startProgram(disk, keychain);
    const opening = vault.openWithKeychain();
    vault.lock();
    keychain.answer();
    await opening.catch(() => undefined);
    await vault.tick();
    expect(vault.state().state).toBe('locked');
    await vault.openWithKeychain();
    expect(vault.state().state).toBe('open');
  });

  it.each(['away', 'absent', 'basic', 'lost'] as const)(
    'that is %s for a while opens it when it is back',
    async (mood) => {
      const disk = vaultDisk();
      const keychain = new KeychainDouble();
      (await startProgram(disk, keychain)).vault.set(id, SECRET);
      keychain.mood = mood;
      const { vault } = await startProgram(disk, keychain);
      expect(vault.view(id).state).toBe(mood === 'away' ? 'locked' : 're-enter');
      expect(vault.state().ways).toContain('open-with-keychain');
      await expect(vault.openWithKeychain()).rejects.toMatchObject({ fault: 'keychain' });
      keychain.mood = 'there';
      await vault.tick();
      expect(vault.view(id).state).toBe('protected');
    },
  );

  it('tells a refusal of the keychain once, however often it is asked in the background', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    await startProgram(disk, keychain);
    keychain.mood = 'lost';
    const { vault, events } = await startProgram(disk, keychain);
    for (let minute = 0; minute < 5; minute += 1) await vault.tick();
    expect(events.filter(({ what }) => what === 'refused')).toHaveLength(1);
  });

  it('wraps the data key anew when the keyring has a new key, and opens all the same when it can’t', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    (await startProgram(disk, keychain)).vault.set(id, SECRET);
    const wrapped = () => disk.storage.generations()[0]?.keepers[0]?.wrapped.toString('hex');
    const before = wrapped();
    keychain.hasNewKey = true;
    expect((await startProgram(disk, keychain)).vault.view(id).state).toBe('protected');
    expect(wrapped()).not.toBe(before);
  });

  it('refuses to wrap under a constant key, however the keychain was a moment before', async () => {
    const keychain = new KeychainDouble();
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    const port = { ...keychain.port, state: async () => 'available' as const };
    keychain.mood = 'basic';
    const { vault: next } = await startProgram(disk, null, { keychain: port });
    await next.unlock('correct horse');
    await expect(next.addKeychain()).rejects.toMatchObject({ fault: 'keychain', message: /does not protect/ });
    expect(next.state().keepers).toEqual(['passphrase']);
  });
});

describe('a passphrase beside the keychain', () => {
  it('is added while the vault is open, and each opens it alone', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault } = await startProgram(disk, keychain);
    vault.set(id, SECRET);
    await vault.create('correct horse');
    expect(vault.state().keepers).toEqual(['os-keychain', 'passphrase']);
    const { vault: commandLine } = await startProgram(disk);
    await commandLine.unlock('correct horse');
    expect(await read(commandLine, id)).toBe(SECRET);
    expect(await read((await startProgram(disk, keychain)).vault, id)).toBe(SECRET);
  });

  it('lets another computer’s keychain open the vault as well, without shutting out the first', async () => {
    const disk = vaultDisk();
    const [home, office] = [new KeychainDouble(), new KeychainDouble()];
    const { vault } = await startProgram(disk, home);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    const { vault: moved } = await startProgram(disk, office);
    expect(moved.state()).toMatchObject({ state: 'locked', keychainOpens: false });
    await moved.unlock('correct horse');
    expect(moved.state().ways).toContain('add-keychain');
    await moved.addKeychain();
    expect(moved.state().ways).not.toContain('add-keychain');
    for (const keychain of [home, office])
      expect(await read((await startProgram(disk, keychain)).vault, id)).toBe(SECRET);
  });

  it('can be replaced when it is forgotten, as long as the keychain opens the vault: nothing is entered again', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault } = await startProgram(disk, keychain);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    await vault.beginAnew('battery staple');
    expect(await read(vault, id)).toBe(SECRET);
    await expect((await startProgram(disk)).vault.unlock('correct horse')).rejects.toMatchObject({
      fault: 'wrong-passphrase',
    });
  });
});

describe('another passphrase', () => {
  it('seals everything under another key: an older copy with the old one opens nothing of today', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    vault.set(id, 'the older one of many letters');
    const [older] = disk.storage.generations();
    const keeper = older?.keepers[0] as { parameters: { salt: string }; wrapped: Buffer };
    await expect(vault.changePassphrase('wrong horse', 'battery staple')).rejects.toMatchObject({
      fault: 'wrong-passphrase',
    });
    await vault.changePassphrase('correct horse', 'battery staple');
    vault.set(id, SECRET);

    // What somebody with the copy and the old passphrase would do, by Node alone.
    const gcm = (key: Buffer, sealed: Buffer, associated: string) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAAD(Buffer.from(associated)).setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    };
    const salt = Buffer.from(keeper.parameters.salt, 'base64');
    const derived = scryptSync('correct horse', salt, 32, { N: CHEAP.N, r: CHEAP.r, p: CHEAP.p });
    const oldKey = gcm(derived, keeper.wrapped, 'sendwright/keeper/passphrase/1');
    expect(() => gcm(oldKey, disk.storage.find(id)?.sealed as Buffer, id)).toThrow();

    const { vault: next } = await startProgram(disk);
    await expect(next.unlock('correct horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    await next.unlock('battery staple');
    expect(await read(next, id)).toBe(SECRET);
    expect(next.state()).toMatchObject({ waiting: {}, waitingFor: [] });
  });

  it('keeps the keychain where it can be asked', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault, events } = await startProgram(disk, keychain);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    await vault.changePassphrase('correct horse', 'battery staple');
    expect(events.at(-1)).toEqual({ what: 'passphrase-changed', keychain: true });
    expect(await read((await startProgram(disk, keychain)).vault, id)).toBe(SECRET);
  });

  it('chosen where the keychain can’t be asked is typed once in the window, and the keychain opens again', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault } = await startProgram(disk, keychain);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    const { vault: commandLine, events } = await startProgram(disk);
    await commandLine.changePassphrase('correct horse', 'battery staple');
    expect(events.at(-1)).toEqual({ what: 'passphrase-changed', keychain: false });
    const { vault: window } = await startProgram(disk, keychain);
    expect(window.state()).toMatchObject({ state: 'locked', keepers: ['passphrase'] });
    await window.unlock('battery staple');
    expect(window.state().keepers).toEqual(['os-keychain', 'passphrase']);
    expect(await read((await startProgram(disk, keychain)).vault, id)).toBe(SECRET);
    // Another computer's keychain is not let in that way.
    await commandLine.changePassphrase('battery staple', 'third passphrase');
    const { vault: elsewhere } = await startProgram(disk, new KeychainDouble());
    await elsewhere.unlock('third passphrase');
    expect(elsewhere.state().keepers).toEqual(['passphrase']);
  });
});

describe('a vault that nobody can open any more', () => {
  it('is begun anew under the keychain: secrets are entered again, and come back with the old keychain', async () => {
    const disk = vaultDisk();
    const [old, other] = [new KeychainDouble(), new KeychainDouble()];
    const { vault } = await startProgram(disk, old);
    vault.set(id, SECRET);
    vault.set(dkim, 'a private key of many letters');
    const { vault: moved, events } = await startProgram(disk, other);
    expect(moved.state()).toMatchObject({ keychainOpens: false, sealed: { workspace: 1, domain: 1 } });
    await moved.beginAnew(null);
    expect(moved.state()).toMatchObject({
      state: 'open',
      sealed: {},
      waiting: { workspace: 1, domain: 1 },
      waitingFor: ['os-keychain'],
    });
    expect(moved.view(id)).toEqual({ state: 're-enter', setAt: 1000, endsIn: 'ters' });
    expect(events.at(-1)).toEqual({ what: 'begun-anew', keeper: 'os-keychain', secrets: 2 });
    moved.set(id, 'entered again with many letters');

    // The folder goes home: the old keychain opens what waits, but not what was sealed since.
    const { vault: home } = await startProgram(disk, old);
    expect(home.state()).toMatchObject({ state: 'locked', keychainOpens: false });
    await home.beginAnew('correct horse');
    expect(home.view(dkim).state).toBe('protected');
    expect(home.view(id).state).toBe('re-enter');
    const back = await startProgram(disk, other);
    await back.vault.unlock('correct horse');
    expect(await read(back.vault, id)).toBe('entered again with many letters');
    expect(await read(back.vault, dkim)).toBe('a private key of many letters');
    expect(back.events).toContainEqual({ what: 'came-back', keeper: 'os-keychain', secrets: 1 });
    expect(back.vault.state().waiting).toEqual({});
  });

  it('is begun anew under a passphrase: what waits comes back when the old one is remembered', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    vault.set(dkim, 'a private key of many letters');
    vault.lock();
    await vault.beginAnew('battery staple');
    vault.set(id, 'entered again with many letters');
    expect(vault.state().ways).toContain('bring-back');
    await expect(vault.bringBack('wrong horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    await vault.bringBack('correct horse');
    expect(await read(vault, id)).toBe('entered again with many letters');
    expect(await read(vault, dkim)).toBe('a private key of many letters');
    expect(vault.state().ways).not.toContain('bring-back');
    await expect(vault.bringBack('correct horse')).rejects.toMatchObject({ fault: 'nothing-waits' });
  });

  it('comes back through several beginnings, the newest value first', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('passphrase one');
    vault.set(id, 'first value of many letters');
    vault.set(dkim, 'only ever sealed under one');
    await vault.beginAnew('passphrase two');
    vault.set(id, 'second value of many letters');
    await vault.beginAnew('passphrase three');
    await vault.bringBack('passphrase one');
    expect(vault.view(id).state).toBe('re-enter');
    expect(await read(vault, dkim)).toBe('only ever sealed under one');
    await vault.bringBack('passphrase two');
    expect(await read(vault, id)).toBe('second value of many letters');
  });
});

describe('tries with passphrases', () => {
  it('are made one at a time; who comes when too many wait is told so at once', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk, null, { cost: { N: 2 ** 15, r: 8, p: 1 } });
    await vault.create('correct horse');
    vault.lock();
    const tries = Array.from({ length: 24 }, (_nothing, index) => vault.unlock(`wrong horse ${index}`));
    const faults = (await Promise.allSettled(tries)).map(
      (outcome) => (outcome as { reason?: { fault?: string } }).reason?.fault,
    );
    // Three that cost nothing, two that had to wait and were not looked at, and nineteen that found no place.
    expect(faults).toEqual([
      ...Array.from({ length: 3 }, () => 'wrong-passphrase'),
      ...Array.from({ length: 2 }, () => 'too-soon'),
      ...Array.from({ length: 19 }, () => 'busy'),
    ]);
  });

  it('with the same passphrase at once are one try', async () => {
    const disk = vaultDisk();
    const { vault, events } = await startProgram(disk);
    await vault.create('correct horse');
    vault.lock();
    await expect(Promise.all(Array.from({ length: 24 }, () => vault.unlock('wrong horse')))).rejects.toMatchObject({
      fault: 'wrong-passphrase',
    });
    await Promise.all(Array.from({ length: 24 }, () => vault.unlock('correct horse')));
    expect(events.filter(({ what }) => what === 'refused')).toEqual([
      { what: 'refused', keeper: 'passphrase', inARow: 1 },
    ]);
    expect(vault.state().state).toBe('open');
  });

  it('wait longer after each wrong one from the third on, up to a minute, and not at all after a right one', async () => {
    let now = 0;
    const disk = vaultDisk();
    const { vault } = await startProgram(disk, null, { now: () => now });
    await vault.create('correct horse');
    vault.lock();
    const waits: number[] = [];
    for (let tried = 1; tried <= 11; tried += 1) {
      await expect(vault.unlock('wrong horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
      const error = (await vault.unlock('correct horse').catch((caught: unknown) => caught)) as { waitMs?: number };
      if (tried < 3) {
        expect(error).toBeUndefined();
        vault.lock();
        // The right one ended the row: begin it again.
        for (let again = 0; again < tried; again += 1) await vault.unlock('wrong horse').catch(() => undefined);
        continue;
      }
      expect(error).toMatchObject({ fault: 'too-soon', message: expect.stringContaining('in') });
      waits.push(error.waitMs ?? 0);
      now += error.waitMs ?? 0;
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    // A clock that is put back keeps nobody out for longer than a minute.
    await expect(vault.unlock('wrong horse')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
    now = -1e12;
    await expect(vault.unlock('correct horse')).rejects.toMatchObject({ fault: 'too-soon', waitMs: 60_000 });
  });

  it('that are under way when the vault is locked leave it locked', async () => {
    const disk = vaultDisk();
    const { vault } = await startProgram(disk);
    await vault.create('correct horse');
    vault.set(id, SECRET);
    vault.lock();
    const opening = vault.unlock('correct horse');
    vault.lock();
    await expect(opening).rejects.toMatchObject({ fault: 'locked' });
    expect(vault.state().state).toBe('locked');
  });

  it('never wrap a key that was wiped in the meantime', async () => {
    const disk = vaultDisk();
    const keychain = new KeychainDouble();
    const { vault } = await startProgram(disk, keychain);
    vault.set(id, SECRET);
    const adding = vault.create('correct horse');
    vault.lock();
    await expect(adding).rejects.toMatchObject({ fault: 'locked' });
    expect(vault.state().keepers).toEqual(['os-keychain']);
    await vault.openWithKeychain();
    expect(await read(vault, id)).toBe(SECRET);
  });
});

describe('two programs on one folder', () => {
  it('that begin at once have one key', async () => {
    const disk = vaultDisk();
    const programs = await Promise.all([startProgram(disk), startProgram(disk)]);
    const outcomes = await Promise.allSettled(programs.map(({ vault }) => vault.create('correct horse')));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const { vault } of programs) await vault.unlock('correct horse');
    programs[0]?.vault.set(id, SECRET);
    expect(await read(programs[1]?.vault as never, id)).toBe(SECRET);
  });

  it.each([
    ['changes the passphrase', 'change', 'locked'],
    ['begins anew', 'anew', 're-enter'],
  ] as const)('one of which %s: the other seals nothing under the old key', async (_name, deed, seen) => {
    const disk = vaultDisk();
    const { vault: window, events } = await startProgram(disk);
    await window.create('correct horse');
    window.set(id, SECRET);
    const { vault: other } = await startProgram(disk);
    if (deed === 'change') await other.changePassphrase('correct horse', 'battery staple');
    else await other.beginAnew('battery staple');
    expect(window.view(id).state).toBe(seen);
    expect(() => window.set(id, 'under the old key')).toThrow(/locked/);
    expect(await read(window, id)).toBeNull();
    window.refresh();
    expect(events.at(-1)).toEqual({ what: 'locked', by: 'another-program' });
    window.refresh();
    expect(events.filter(({ what }) => what === 'locked')).toHaveLength(1);
    await window.unlock('battery staple');
    if (deed === 'anew') await window.bringBack('correct horse');
    expect(await read(window, id)).toBe(SECRET);
  });

  it('both of which change the passphrase: one succeeds, and its passphrase opens', async () => {
    const disk = vaultDisk();
    const { vault: one } = await startProgram(disk);
    await one.create('correct horse');
    one.set(id, SECRET);
    const { vault: two } = await startProgram(disk);
    const nexts = ['battery staple', 'paper clip box'] as const;
    const outcomes = await Promise.allSettled([
      one.changePassphrase('correct horse', nexts[0]),
      two.changePassphrase('correct horse', nexts[1]),
    ]);
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes[1 - won]).toMatchObject({ status: 'rejected', reason: { fault: 'changed' } });
    const { vault } = await startProgram(disk);
    await vault.unlock(nexts[won] as string);
    expect(await read(vault, id)).toBe(SECRET);
  });
});

describe('a vault sealed before there were generations', () => {
  interface Row {
    readonly [column: string]: string | number | null;
  }
  /** Rows that the version before this format wrote, by its own code. */
  const folders = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../../fixtures/vault/format-3.json'), 'utf8'),
  ) as Record<string, { readonly format: number; readonly keepers: readonly Row[]; readonly secrets: readonly Row[] }>;

  function upgraded(name: string) {
    const folder = folders[name] as (typeof folders)[string];
    return vaultDisk(folder.format, (database) => {
      for (const { id: kind, parameters, wrapped } of folder.keepers)
        database
          .prepare('INSERT INTO keepers (id, parameters, wrapped) VALUES (?, ?, ?)')
          .run(kind, parameters, Buffer.from(String(wrapped), 'base64'));
      for (const row of folder.secrets)
        database
          .prepare('INSERT INTO secrets (id, sealed, set_at, ends_in) VALUES (?, ?, ?, ?)')
          .run(row.id, Buffer.from(String(row.sealed), 'base64'), row.set_at, row.ends_in);
    });
  }

  const startOn = (disk: ReturnType<typeof vaultDisk>) => {
    const vault = createVault({ storage: disk.storage, keychain: null, random: randomBytes, now: () => 1 });
    return vault;
  };

  it.each(['passphrase', 'both', 'fileWithMark'])(
    'opens with its passphrase, typed: %s',
    async (name) => {
      const disk = upgraded(name);
      const vault = startOn(disk);
      expect(vault.view(id)).toMatchObject({ state: 'locked', endsIn: 'R4xW' });
      await expect(vault.unlock('wrong horse battery')).rejects.toMatchObject({ fault: 'wrong-passphrase' });
      await vault.unlock('correct horse battery');
      expect(await read(vault, id)).toBe('api-key-Ky7fQ2mZ9vTtR4xW');
      expect(await read(vault, dkim)).toContain('BEGIN PRIVATE KEY');
      vault.lock();
      // Wrapped anew: whoever sealed it with the mark of a file in front types it without from now on.
      await vault.unlock('correct horse battery');
      expect(vault.view('workspace:1/auth-key')).toMatchObject({ state: 'protected', endsIn: null });
    },
    60_000,
  );

  it.each(['keychain', 'both'])('opens by the keychain that sealed it: %s', async (name) => {
    const keychain = electronKeychain(new SafeStorageDouble(), 'linux');
    const { vault } = await startProgram(upgraded(name), null, { keychain });
    expect(await read(vault, id)).toBe('api-key-Ky7fQ2mZ9vTtR4xW');
  });

  it('of a keychain that is gone says re-enter, keeps its rows, and can be begun anew', async () => {
    const disk = upgraded('keychain');
    const { vault } = await startProgram(disk, new KeychainDouble());
    expect(vault.view(id).state).toBe('re-enter');
    await vault.beginAnew(null);
    expect(vault.state()).toMatchObject({ state: 'open', waiting: { workspace: 2, domain: 1 } });
    expect(disk.storage.find(id)).not.toBeNull();
  });
});

it('waits no longer for a keychain than it was told to', async () => {
  const keychain = new KeychainDouble();
  keychain.mood = 'hangs';
  const before = performance.now();
  const { vault } = await startProgram(vaultDisk(), keychain);
  await vault.create('correct horse');
  await vault.openWithKeychain();
  expect(performance.now() - before).toBeLessThan(PATIENCE_MS + 20_000);
});
