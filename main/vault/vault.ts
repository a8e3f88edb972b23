import { createCipheriv, createDecipheriv } from 'node:crypto';
import { passphraseKeeper } from './passphrase-keeper.ts';
import type { KeychainPort, KeyKeeper } from './ports.ts';
import { KeeperRefused } from './ports.ts';

/** Secrets at rest. They go in, are used, and never come out through any procedure. */

export type VaultStateName = 'none' | 'locked' | 'open' | 'session';
export type SecretState = 'not-set' | 'protected' | 'locked' | 'session-only' | 're-enter';

export interface SecretView {
  readonly state: SecretState;
  readonly setAt: number | null;
  readonly endsIn: string | null;
}

/** What the vault needs of the store. */
export interface VaultStorage {
  readonly find: (
    id: string,
  ) => { readonly sealed: Buffer; readonly setAt: number; readonly endsIn: string | null } | null;
  readonly put: (secret: { id: string; sealed: Buffer; setAt: number; endsIn: string | null }) => void;
  readonly clear: (id: string) => void;
  readonly keepers: () => readonly { readonly id: string; readonly parameters: unknown; readonly wrapped: Buffer }[];
  readonly putKeeper: (keeper: { id: string; parameters: unknown; wrapped: Buffer }) => void;
  /** @returns false, with nothing written, when there is a keeper already. */
  readonly putFirstKeeper: (keeper: { id: string; parameters: unknown; wrapped: Buffer }) => boolean;
}

export interface VaultParts {
  readonly storage: VaultStorage;
  readonly keychain: KeychainPort | null;
  readonly random: (octets: number) => Buffer;
  readonly now: () => number;
}

export interface Vault {
  readonly state: () => Promise<{
    readonly state: VaultStateName;
    readonly keepers: readonly KeyKeeper['id'][];
    readonly keychain: 'available' | 'unprotected' | 'absent';
  }>;
  /** Opens with the OS keychain where it can; to be called once at the start. */
  readonly openWithKeychain: () => Promise<void>;
  /** Chooses a passphrase, or adds one to a vault that is open. @throws VaultFault. */
  readonly create: (passphrase: string) => Promise<void>;
  /** @throws VaultFault `wrong-passphrase`. */
  readonly unlock: (passphrase: string) => Promise<void>;
  readonly lock: () => void;
  /** @param current null while the vault is open by the keychain alone. */
  readonly changePassphrase: (current: string | null, next: string) => Promise<void>;
  readonly useSession: () => void;
  /** @throws VaultFault when nothing can be sealed now. */
  readonly set: (id: string, value: string) => void;
  readonly clear: (id: string) => void;
  readonly view: (id: string) => SecretView;
  /** Hands a secret to `work` and forgets it. @returns null when the secret is not set or can't be opened now. */
  readonly use: <Result>(id: string, work: (value: string) => Promise<Result>) => Promise<Result | null>;
}

export class VaultFault extends Error {
  readonly fault: 'locked' | 'wrong-passphrase' | 'exists' | 'weak';
  constructor(fault: VaultFault['fault'], message: string) {
    super(message);
    this.fault = fault;
  }
}

const DATA_KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
/** Only from secrets this long are the last four characters told. */
const TELLING_LENGTH = 16;
const MIN_PASSPHRASE = 8;

function seal(dataKey: Buffer, id: string, value: string, random: VaultParts['random']): Buffer {
  const nonce = random(NONCE_OCTETS);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @returns null when the data key is not the one it was sealed with, or the record was tampered with. */
function unseal(dataKey: Buffer, id: string, sealed: Buffer): string | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, sealed.subarray(0, NONCE_OCTETS))
      .setAAD(Buffer.from(id))
      .setAuthTag(sealed.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS));
    return decipher.update(sealed.subarray(NONCE_OCTETS + TAG_OCTETS), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

function checkStrength(passphrase: string): void {
  if (passphrase.length < MIN_PASSPHRASE) {
    throw new VaultFault('weak', `The passphrase has fewer than ${MIN_PASSPHRASE} characters`);
  }
}

/** Composes the vault. It is locked, or has no keeper yet, until it is told to open. */
export function createVault({ storage, keychain, random, now }: VaultParts): Vault {
  let dataKey: Buffer | null = null;
  const session = new Map<string, { value: string; setAt: number }>();
  let sessionOnly = false;

  const keepers = () => storage.keepers();
  const stored = (id: KeyKeeper['id']) => keepers().find((keeper) => keeper.id === id);

  async function keep(keeper: KeyKeeper, key: Buffer): Promise<void> {
    storage.putKeeper({ id: keeper.id, ...(await keeper.wrap(key)) });
  }

  /** Two programs that begin on one folder at once must not each make a data key: the first keeper decides. */
  async function begin(keeper: KeyKeeper): Promise<boolean> {
    const fresh = random(DATA_KEY_OCTETS);
    if (!storage.putFirstKeeper({ id: keeper.id, ...(await keeper.wrap(fresh)) })) return false;
    dataKey = fresh;
    return true;
  }

  async function openWith(keeper: KeyKeeper): Promise<void> {
    const kept = stored(keeper.id);
    if (kept === undefined) throw new KeeperRefused(`There is no ${keeper.id} for this vault`);
    const { dataKey: opened, shouldRewrap } = await keeper.unwrap(kept.parameters, kept.wrapped);
    if (shouldRewrap) await keep(keeper, opened);
    dataKey = opened;
    sessionOnly = false;
  }

  /** Secrets typed while there was no keeper become protected as soon as there is one. */
  function adoptSession(): void {
    if (dataKey === null) return;
    for (const [id, { value, setAt }] of session) {
      storage.put({ id, sealed: seal(dataKey, id, value, random), setAt, endsIn: endsIn(value) });
    }
    session.clear();
  }

  const endsIn = (value: string) => (value.length >= TELLING_LENGTH ? value.slice(-4) : null);

  return {
    async state() {
      const ids = keepers().map((keeper) => keeper.id as KeyKeeper['id']);
      const state = dataKey !== null ? 'open' : sessionOnly ? 'session' : ids.length === 0 ? 'none' : 'locked';
      return { state, keepers: ids, keychain: keychain === null ? 'absent' : await keychain.state() };
    },

    async openWithKeychain() {
      if (keychain === null || (await keychain.state()) !== 'available') return;
      if (stored('os-keychain') !== undefined) {
        // A keychain that can't open it now may come back; nothing is deleted, and a passphrase still works.
        await openWith(keychain.keeper).catch(() => undefined);
      } else if (keepers().length === 0) {
        await begin(keychain.keeper);
      }
    },

    async create(passphrase) {
      checkStrength(passphrase);
      if (stored('passphrase') !== undefined) throw new VaultFault('exists', 'This vault has a passphrase already');
      if (keepers().length > 0 && dataKey === null) throw new VaultFault('locked', 'The vault is locked');
      const keeper = passphraseKeeper(passphrase, random);
      if (dataKey !== null) await keep(keeper, dataKey);
      else if (!(await begin(keeper))) throw new VaultFault('exists', 'This vault has a passphrase already');
      sessionOnly = false;
      adoptSession();
    },

    async unlock(passphrase) {
      try {
        await openWith(passphraseKeeper(passphrase, random));
      } catch (error) {
        if (error instanceof KeeperRefused) throw new VaultFault('wrong-passphrase', error.message);
        throw error;
      }
      adoptSession();
    },

    lock() {
      dataKey?.fill(0);
      dataKey = null;
      sessionOnly = false;
      session.clear();
    },

    async changePassphrase(current, next) {
      checkStrength(next);
      if (stored('passphrase') !== undefined) {
        if (current === null) throw new VaultFault('wrong-passphrase', 'The present passphrase is needed');
        await this.unlock(current);
      }
      if (dataKey === null) throw new VaultFault('locked', 'The vault is locked');
      await keep(passphraseKeeper(next, random), dataKey);
    },

    useSession() {
      if (dataKey === null) sessionOnly = true;
    },

    set(id, value) {
      if (dataKey !== null)
        storage.put({ id, sealed: seal(dataKey, id, value, random), setAt: now(), endsIn: endsIn(value) });
      else if (sessionOnly) session.set(id, { value, setAt: now() });
      else
        throw new VaultFault('locked', keepers().length === 0 ? 'No passphrase was chosen yet' : 'The vault is locked');
    },

    clear(id) {
      session.delete(id);
      storage.clear(id);
    },

    view(id) {
      const inSession = session.get(id);
      if (inSession !== undefined)
        return { state: 'session-only', setAt: inSession.setAt, endsIn: endsIn(inSession.value) };
      const kept = storage.find(id);
      if (kept === null) return { state: 'not-set', setAt: null, endsIn: null };
      const shown = { setAt: kept.setAt, endsIn: kept.endsIn };
      if (dataKey === null) {
        const lostKeychain = keepers().every((keeper) => keeper.id === 'os-keychain');
        return { state: lostKeychain ? 're-enter' : 'locked', ...shown };
      }
      return { state: unseal(dataKey, id, kept.sealed) === null ? 're-enter' : 'protected', ...shown };
    },

    async use(id, work) {
      const kept = storage.find(id);
      const opened = kept === null || dataKey === null ? null : unseal(dataKey, id, kept.sealed);
      const value = session.get(id)?.value ?? opened;
      return value === null ? null : work(value);
    },
  };
}
