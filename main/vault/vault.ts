import type { VaultFaultKind, VaultWay } from './faults.ts';
import { VaultFault } from './faults.ts';
import { COST, passphraseKeeper } from './passphrase-keeper.ts';
import type { ScryptCost } from './passphrase-keeper.ts';
import type { KeeperKind, KeychainPort, KeychainState, KeyKeeper } from './ports.ts';
import { KeeperUnavailable, KeeperRefused } from './ports.ts';
import { DATA_KEY_OCTETS, seal, unseal } from './seal.ts';
import { createTries } from './tries.ts';

/**
 * Secrets at rest. They go in, are used, and never come out through any procedure.
 *
 * One data key seals what is set; it and what it seals are a *generation*. Where no keeper opens it any more, the vault is
 * begun anew: another generation is in force then, and what the old one sealed stays, marked *re-enter*, until one of
 * the old keepers opens again or the person has entered it anew.
 */

export type VaultStateName = 'none' | 'locked' | 'open' | 'session';
export type SecretState = 'not-set' | 'protected' | 'locked' | 'session-only' | 're-enter';

export interface SecretView {
  readonly state: SecretState;
  readonly setAt: number | null;
  readonly endsIn: string | null;
}

interface Keeper {
  readonly kind: KeeperKind;
  readonly parameters: unknown;
  readonly wrapped: Buffer;
}

type StoredKeeper = Keeper & { readonly id: number };

interface Generation {
  readonly id: number;
  readonly endedAt: number | null;
  readonly endedBy: 'begun-anew' | 'passphrase-changed' | null;
  readonly keepers: readonly StoredKeeper[];
}

interface Secret {
  readonly id: string;
  readonly sealed: Buffer;
  readonly setAt: number;
  readonly endsIn: string | null;
}

/** What the vault needs of the store. Each call is one transaction; see main/store/secrets.ts. */
export interface VaultStorage {
  readonly generations: () => readonly Generation[];
  readonly current: () => number | null;
  readonly secretsIn: (generation: number) => Readonly<Record<string, number>>;
  readonly find: (id: string) => (Secret & { readonly generation: number }) | null;
  readonly put: (generation: number, secret: Secret) => boolean;
  readonly clear: (id: string) => void;
  readonly addKeeper: (generation: number, keeper: Keeper) => boolean;
  readonly rewrap: (keeper: StoredKeeper, anew: Omit<Keeper, 'kind'>) => void;
  readonly succeed: (succession: {
    readonly after: number | null;
    readonly endedBy: 'begun-anew' | 'passphrase-changed';
    readonly at: number;
    readonly keepers: readonly Keeper[];
    readonly reseal: (secret: Secret) => Buffer | null;
  }) => number | null;
  readonly bringBack: (from: number, to: number, reseal: (secret: Secret) => Buffer | null) => number | null;
  readonly compact: () => boolean;
}

/** What became of the vault, told to one listener. */
export type VaultEvent =
  /** The first keeper of a folder. */
  | { readonly what: 'begun'; readonly keeper: KeeperKind }
  | { readonly what: 'opened'; readonly keeper: KeeperKind }
  | { readonly what: 'locked'; readonly by: 'person' | 'idle' | 'sleep' | 'another-program' }
  | { readonly what: 'refused'; readonly keeper: KeeperKind; readonly inARow: number }
  | { readonly what: 'passphrase-added' }
  /** `keychain`: whether it opens the vault afterwards; null where it did not before either. */
  | { readonly what: 'passphrase-changed'; readonly keychain: boolean | null }
  /** `keychain`: as for `passphrase-changed`. */
  | { readonly what: 'key-renewed'; readonly keychain: boolean | null }
  | { readonly what: 'keychain-added' }
  | { readonly what: 'begun-anew'; readonly keeper: KeeperKind; readonly secrets: number }
  | { readonly what: 'came-back'; readonly keeper: KeeperKind; readonly secrets: number }
  | { readonly what: 'session' }
  /** Another state of the keychain, without further consequence. */
  | { readonly what: 'keychain' };

export interface VaultParts {
  readonly storage: VaultStorage;
  readonly keychain: KeychainPort | null;
  readonly random: (octets: number) => Buffer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly cost?: ScryptCost;
  /** How long the keychain is waited for, in milliseconds; what it answers later still counts. */
  readonly patienceMs?: number;
  /** Whether a passphrase may be chosen here; false where the organisation wants the keychain alone. */
  readonly takesPassphrases?: boolean;
}

export interface VaultView {
  readonly state: VaultStateName;
  readonly keepers: readonly KeeperKind[];
  /** As it was when it was asked last. */
  readonly keychain: KeychainState;
  /** Whether the keychain opened this vault when it was asked last; null where it is no keeper or was not asked. */
  readonly keychainOpens: boolean | null;
  readonly openedBy: KeeperKind | null;
  /** How many secrets are sealed, by the first part of their id. */
  readonly sealed: Readonly<Record<string, number>>;
  /** How many wait under earlier generations, and who could open those. */
  readonly waiting: Readonly<Record<string, number>>;
  readonly waitingFor: readonly KeeperKind[];
  readonly ways: readonly VaultWay[];
}

export interface Vault {
  readonly state: () => VaultView;
  /** Opens with the OS keychain where it can; to be called once at the start. Fails quietly, and not for long. */
  readonly start: () => Promise<void>;
  /** Opens by the OS keychain, or begins the vault under it. @throws VaultFault `keychain`. */
  readonly openWithKeychain: () => Promise<void>;
  /** Lets this computer's keychain open the vault from now on. @throws VaultFault `locked` or `keychain`. */
  readonly addKeychain: () => Promise<void>;
  /** Chooses a passphrase, or adds one to a vault that is open. @throws VaultFault. */
  readonly create: (passphrase: string) => Promise<void>;
  /** @throws VaultFault `wrong-passphrase`, `too-soon`, `busy`; `locked` where there is no passphrase. */
  readonly unlock: (passphrase: string) => Promise<void>;
  /** What is kept for this session alone is forgotten. The keychain opens the vault again only when it is asked to. */
  readonly lock: (by?: 'person' | 'idle' | 'sleep') => void;
  /**
   * Changes the passphrase, open or locked, and the data key with it: what the old passphrase opens elsewhere opens
   * nothing here.
   *
   * @param current null while there is none.
   */
  readonly changePassphrase: (current: string | null, next: string) => Promise<void>;
  /**
   * Seals everything under a new data key, in one transaction, and writes the data file anew without what was sealed
   * before. Copies made until then open with what opened them.
   *
   * @param passphrase null where there is none: the keychain opens the old key and takes the new one.
   * @returns false when another program kept the file from being written anew; the new key is in force all the same.
   * @throws VaultFault with nothing changed; `wrong-passphrase` where there is a passphrase and none is given.
   */
  readonly renewKey: (passphrase: string | null) => Promise<boolean>;
  /** Begins another generation. @param passphrase null for the keychain. Nothing that is sealed is deleted. */
  readonly beginAnew: (passphrase: string | null) => Promise<void>;
  /** Seals anew what waits under an earlier passphrase. @throws VaultFault `wrong-passphrase`, `nothing-waits`. */
  readonly bringBack: (passphrase: string) => Promise<void>;
  readonly useSession: () => void;
  /** @throws VaultFault when nothing can be sealed now. */
  readonly set: (id: string, value: string) => void;
  readonly clear: (id: string) => void;
  readonly view: (id: string) => SecretView;
  /** Hands a secret to `work` and forgets it. @returns null when the secret is not set or can't be opened now. */
  readonly use: <Result>(id: string, work: (value: string) => Promise<Result>) => Promise<Result | null>;
  /** Looks whether another program has changed the vault; cheap. */
  readonly refresh: () => void;
  /** Asks a keychain again that was lost or away; to be called now and then. */
  readonly tick: () => Promise<void>;
  readonly listen: (listener: (event: VaultEvent) => void) => void;
  /** Forgets the key without telling anybody. */
  readonly close: () => void;
}

/** Only from secrets this long are the last four characters told. */
const TELLING_LENGTH = 16;
const MIN_PASSPHRASE = 8;
const PATIENCE_MS = 10_000;
/** What the keychain may add to an answer that does not depend on it. */
const SHORT_PATIENCE_MS = 500;
/** A start does not wait for a question of the keychain to be answered; the vault opens when it is. */
const START_PATIENCE_MS = 2000;

class Late extends Error {}

/** @throws Late when `work` takes longer; it goes on, and what becomes of it then is nobody's. */
async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Late()), limitMs);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const endsIn = (value: string) => (value.length >= TELLING_LENGTH ? value.slice(-4) : null);
const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, each) => all + each, 0);

/** @throws VaultFault `weak` */
export function checkStrength(passphrase: string): void {
  if (passphrase.length < MIN_PASSPHRASE) {
    throw new VaultFault('weak', `The passphrase has fewer than ${MIN_PASSPHRASE} characters`);
  }
}

/** Composes the vault. It is locked, or has no keeper yet, until it is told to open. */
export function createVault(parts: VaultParts): Vault {
  const { storage, keychain, random, now, cost = COST, patienceMs = PATIENCE_MS, takesPassphrases = true } = parts;
  const tries = createTries(now);
  const session = new Map<string, { value: string; setAt: number }>();
  let sessionOnly = false;
  let held: { readonly generation: number; readonly key: Buffer; readonly by: KeeperKind } | null = null;
  /** A keychain that answers late does not open what a person has locked since. */
  let shutByPerson = false;
  /** Another program has begun another generation, and nobody was told yet. */
  let wasOvertaken = false;
  /** Grows with each lock: a passphrase that was being tried meanwhile does not open the vault. */
  let locks = 0;
  let keychainState: KeychainState = keychain === null ? 'absent' : 'away';
  let keychainOpens: boolean | null = null;
  let tell: (event: VaultEvent) => void = () => undefined;

  function inForce(): Generation | null {
    const [first] = storage.generations();
    return first === undefined || first.endedAt !== null ? null : first;
  }
  const has = (generation: Generation | null, kind: KeeperKind) =>
    generation?.keepers.some((keeper) => keeper.kind === kind) === true;

  function forget(): void {
    held?.key.fill(0);
    held = null;
  }

  /** The key that seals now. Another program may have begun another generation: what is held then seals nothing. */
  function heldKey(): Buffer | null {
    if (held === null) return null;
    if (storage.current() === held.generation) return held.key;
    forget();
    keychainOpens = null;
    wasOvertaken = true;
    return null;
  }

  function hold(generation: number, key: Buffer, by: KeeperKind): void {
    forget();
    wasOvertaken = false;
    held = { generation, key, by };
    shutByPerson = false;
    sessionOnly = false;
    // Secrets typed while there was no key become protected as soon as there is one.
    for (const [id, { value, setAt }] of session) {
      if (storage.put(generation, { id, sealed: seal(key, id, value, random), setAt, endsIn: endsIn(value) }))
        session.delete(id);
    }
  }

  /** What can be done, and works, as things stand. */
  function waysOf(current: Generation | null, waitingFor: readonly KeeperKind[]): VaultWay[] {
    const isOpen = heldKey() !== null;
    const hasPassphrase = has(current, 'passphrase');
    const canSeal = keychainState === 'available';
    const offers: readonly (readonly [VaultWay, boolean])[] = [
      ['lock', isOpen],
      ['unlock', !isOpen && hasPassphrase],
      [
        'open-with-keychain',
        !isOpen &&
          keychain !== null &&
          (current === null ? canSeal || keychainState === 'away' : has(current, 'os-keychain')),
      ],
      ['create', takesPassphrases && !hasPassphrase && (current === null || isOpen)],
      ['change-passphrase', takesPassphrases && hasPassphrase],
      ['renew-key', hasPassphrase || (has(current, 'os-keychain') && canSeal && keychainOpens !== false)],
      ['add-keychain', isOpen && canSeal && keychainOpens !== true],
      ['bring-back', isOpen && waitingFor.includes('passphrase')],
      ['use-session', !isOpen && !sessionOnly],
      ['begin-anew-with-keychain', current !== null && canSeal],
      ['begin-anew', takesPassphrases && current !== null],
    ];
    return offers.filter(([, isThere]) => isThere).map(([way]) => way);
  }

  function state(): VaultView {
    const generations = storage.generations();
    const current = inForce();
    const isOpen = heldKey() !== null;
    const waiting: Record<string, number> = {};
    const waitingFor = new Set<KeeperKind>();
    for (const generation of generations) {
      if (generation.endedAt === null) continue;
      const counts = storage.secretsIn(generation.id);
      for (const [about, amount] of Object.entries(counts)) waiting[about] = (waiting[about] ?? 0) + amount;
      if (sum(counts) > 0) for (const { kind } of generation.keepers) waitingFor.add(kind);
    }
    return {
      state: isOpen ? 'open' : sessionOnly ? 'session' : current === null ? 'none' : 'locked',
      keepers: [...new Set(current?.keepers.map(({ kind }) => kind))].sort(),
      keychain: keychainState,
      keychainOpens: has(current, 'os-keychain') ? keychainOpens : null,
      openedBy: isOpen ? (held?.by ?? null) : null,
      sealed: current === null ? {} : storage.secretsIn(current.id),
      waiting,
      waitingFor: [...waitingFor].sort(),
      ways: waysOf(current, [...waitingFor]),
    };
  }

  const refuse = (fault: VaultFaultKind, message: string) => new VaultFault(fault, message, state().ways);

  function whyLocked(): VaultFault {
    const current = inForce();
    if (current === null) return refuse('locked', 'No passphrase was chosen yet');
    return refuse('locked', isOutOfReach(current) ? 'The system keychain can’t open the vault' : 'The vault is locked');
  }

  /** Whether nobody here can open a generation: it has the keychain alone, and that was asked in vain. */
  function isOutOfReach(current: Generation): boolean {
    if (keychain === null || has(current, 'passphrase')) return false;
    return keychainOpens === false || keychainState === 'absent' || keychainState === 'unprotected';
  }

  /** Asks the keychain how it is. May take long. */
  async function lookAtKeychain(): Promise<KeychainState> {
    if (keychain === null) return 'absent';
    const seen = await keychain.state();
    if (seen !== keychainState) {
      keychainState = seen;
      tell({ what: 'keychain' });
    }
    return seen;
  }

  /** @throws KeeperRefused when none of its keychain keepers opens, KeeperUnavailable when that can't be said now. */
  async function unwrapByKeychain(generation: Generation): Promise<Buffer> {
    if (keychain === null) throw new KeeperUnavailable('There is no system keychain here');
    let refusal = new KeeperRefused('This vault does not open with the system keychain');
    for (const kept of generation.keepers) {
      if (kept.kind !== 'os-keychain') continue;
      try {
        const { dataKey, shouldRewrap } = await keychain.keeper.unwrap(kept.parameters, kept.wrapped);
        if (shouldRewrap) {
          // It opens as it is; that it can't be wrapped anew now is no reason not to open.
          const anew = await keychain.keeper.wrap(Buffer.from(dataKey)).catch(() => null);
          if (anew !== null) storage.rewrap(kept, anew);
        }
        return dataKey;
      } catch (error) {
        // The keychain of another computer may have wrapped it as well.
        if (!(error instanceof KeeperRefused)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  /** Waits for what may fail or come late without harm. */
  const quietly = (limitMs: number, work: Promise<unknown>): Promise<void> =>
    within(limitMs, work).then(
      () => undefined,
      () => undefined,
    );

  /** Begins the first generation; two programs on one folder at once must not each make one: the first decides. */
  async function begin(keeper: KeyKeeper): Promise<boolean> {
    const fresh = random(DATA_KEY_OCTETS);
    const kept = { kind: keeper.kind, ...(await keeper.wrap(Buffer.from(fresh))) };
    const generation = storage.succeed({
      after: null,
      endedBy: 'begun-anew',
      at: now(),
      keepers: [kept],
      reseal: () => null,
    });
    if (generation === null) return false;
    if (keeper.kind === 'os-keychain') keychainOpens = true;
    hold(generation, fresh, keeper.kind);
    tell({ what: 'begun', keeper: keeper.kind });
    return true;
  }

  /** Opens by the keychain as soon as it answers, unless a person has locked the vault by then. */
  async function askKeychain(isQuiet: boolean): Promise<void> {
    if (keychain === null) throw refuse('keychain', 'This program can’t use a system keychain');
    const seen = await lookAtKeychain();
    if (seen === 'absent') throw refuse('keychain', 'There is no system keychain in this session');
    if (seen === 'away') throw refuse('keychain', 'The system keychain does not answer');
    let current = inForce();
    if (current === null) {
      if (seen !== 'available') throw refuse('keychain', 'The system keychain does not protect what it seals');
      try {
        if (await begin(keychain.keeper)) return;
      } catch (error) {
        if (error instanceof KeeperUnavailable) throw refuse('keychain', error.message);
        throw error;
      }
      current = inForce();
    }
    if (current === null || !has(current, 'os-keychain'))
      throw refuse('keychain', 'This vault does not open with the system keychain');
    try {
      const key = await unwrapByKeychain(current);
      if (storage.current() !== current.id) return;
      keychainOpens = true;
      if (shutByPerson || heldKey() !== null) return;
      hold(current.id, key, 'os-keychain');
      tell({ what: 'opened', keeper: 'os-keychain' });
      await recover();
    } catch (error) {
      if (error instanceof KeeperUnavailable) throw refuse('keychain', error.message);
      if (!(error instanceof KeeperRefused)) throw error;
      const isNews = keychainOpens !== false;
      keychainOpens = false;
      if (!isQuiet || isNews) tell({ what: 'refused', keeper: 'os-keychain', inARow: 1 });
      throw refuse('keychain', error.message);
    }
  }

  function bring(from: number, key: Buffer, keeper: KeeperKind): void {
    const own = heldKey();
    if (own === null || held === null) return;
    const moved = storage.bringBack(from, held.generation, ({ id, sealed }) => {
      const value = unseal(key, id, sealed);
      return value === null ? null : seal(own, id, value, random);
    });
    if (moved !== null && moved > 0) tell({ what: 'came-back', keeper, secrets: moved });
  }

  let recovering: Promise<void> | null = null;
  /** Brings back what the keychain opens of earlier generations, and lets it open this one if it did before. */
  function recover(): Promise<void> {
    recovering ??= recoverNow().finally(() => {
      recovering = null;
    });
    return recovering;
  }
  async function recoverNow(): Promise<void> {
    if (keychain === null || held === null) return;
    const earlier = storage.generations().filter(({ endedAt }) => endedAt !== null);
    let wasKeeper = !has(inForce(), 'os-keychain');
    for (const generation of earlier) {
      // A passphrase was changed where the keychain could not be asked: who opened the vault until then may go on.
      wasKeeper &&= generation.endedBy === 'passphrase-changed';
      if (!has(generation, 'os-keychain')) continue;
      if (!wasKeeper && sum(storage.secretsIn(generation.id)) === 0) continue;
      const key = await unwrapByKeychain(generation).catch((error: unknown) => {
        if (error instanceof KeeperRefused || error instanceof KeeperUnavailable) return null;
        throw error;
      });
      if (heldKey() === null) return;
      if (key === null) continue;
      bring(generation.id, key, 'os-keychain');
      if (wasKeeper) await addKeychainNow().catch(() => undefined);
      wasKeeper = false;
    }
  }

  async function addKeychainNow(): Promise<void> {
    const key = heldKey();
    if (key === null || held === null) throw whyLocked();
    if (keychain === null) throw refuse('keychain', 'This program can’t use a system keychain');
    const { generation } = held;
    const seen = await lookAtKeychain();
    if (seen !== 'available') {
      const why = seen === 'unprotected' ? 'does not protect what it seals' : 'does not answer';
      throw refuse(
        'keychain',
        seen === 'absent' ? 'There is no system keychain in this session' : `The system keychain ${why}`,
      );
    }
    if (heldKey() === null) throw whyLocked();
    const current = inForce();
    const opens = current === null ? null : await unwrapByKeychain(current).catch(() => null);
    if (opens === null) {
      if (heldKey() === null) throw whyLocked();
      const kept = { kind: 'os-keychain' as const, ...(await keychain.keeper.wrap(Buffer.from(key))) };
      // Locked in the meantime, the key was gone before it was wrapped.
      if (heldKey() !== key) throw whyLocked();
      if (!storage.addKeeper(generation, kept)) throw refuse('changed', 'Another program changed the vault');
      tell({ what: 'keychain-added' });
    }
    keychainOpens = true;
  }

  /** Runs what depends on the keychain; one that does not answer in time is told as such. */
  async function withKeychain(work: () => Promise<void>): Promise<void> {
    try {
      await within(patienceMs, work());
    } catch (error) {
      if (error instanceof KeeperUnavailable) throw refuse('keychain', error.message);
      if (!(error instanceof Late)) throw error;
      keychainState = 'away';
      tell({ what: 'keychain' });
      throw refuse('keychain', 'The system keychain does not answer');
    }
  }

  /** @throws VaultFault `wrong-passphrase` or `too-soon`. */
  async function openByPassphrase(passphrase: string, kept: StoredKeeper): Promise<Buffer> {
    tries.check();
    const keeper = passphraseKeeper(passphrase, random, cost);
    try {
      const { dataKey, shouldRewrap } = await keeper.unwrap(kept.parameters, kept.wrapped);
      tries.wasRight();
      if (shouldRewrap) storage.rewrap(kept, await keeper.wrap(Buffer.from(dataKey)));
      return dataKey;
    } catch (error) {
      if (!(error instanceof KeeperRefused)) throw error;
      tell({ what: 'refused', keeper: 'passphrase', inARow: tries.wasWrong() });
      throw refuse('wrong-passphrase', error.message);
    }
  }

  const passphraseOf = (generation: Generation | null) =>
    generation?.keepers.find((keeper) => keeper.kind === 'passphrase');

  async function addPassphrase(passphrase: string): Promise<void> {
    const keeper = passphraseKeeper(passphrase, random, cost);
    const current = inForce();
    const exists = () => refuse('exists', 'This vault has a passphrase already');
    if (has(current, 'passphrase')) throw exists();
    if (current === null) {
      if (!(await begin(keeper))) throw exists();
      return;
    }
    const key = heldKey();
    if (key === null) throw whyLocked();
    const kept = { kind: 'passphrase' as const, ...(await keeper.wrap(Buffer.from(key))) };
    if (heldKey() !== key) throw whyLocked();
    if (!storage.addKeeper(current.id, kept)) throw exists();
    tell({ what: 'passphrase-added' });
  }

  /**
   * Puts another data key in the place of the one in force.
   *
   * @param key the one in force, opened for this alone.
   * @param by who opened it.
   * @param keepers of the fresh one, which is wrapped by each.
   * @param before how often the vault was locked when this was asked for.
   */
  function exchangeKey(
    what: 'passphrase-changed' | 'key-renewed',
    generation: Generation,
    { key, by }: { readonly key: Buffer; readonly by: KeeperKind },
    { fresh, keepers }: { readonly fresh: Buffer; readonly keepers: readonly Keeper[] },
    before: number,
  ): void {
    const begun = storage.succeed({
      after: generation.id,
      endedBy: 'passphrase-changed',
      at: now(),
      keepers,
      reseal({ id, sealed }) {
        const value = unseal(key, id, sealed);
        return value === null ? null : seal(fresh, id, value, random);
      },
    });
    key.fill(0);
    if (begun === null) throw refuse('changed', 'Another program changed the vault in the meantime');
    const opens = keepers.some(({ kind }) => kind === 'os-keychain');
    keychainOpens = opens ? true : null;
    const openedBy = held?.by ?? by;
    forget();
    if (locks === before) hold(begun, fresh, openedBy);
    tell({ what, keychain: has(generation, 'os-keychain') ? opens : null });
  }

  /** @param next the passphrase from then on; it may be the same. */
  async function exchangeByPassphrase(
    what: 'passphrase-changed' | 'key-renewed',
    { current, next }: { readonly current: string; readonly next: string },
    generation: Generation,
    kept: StoredKeeper,
    before: number,
  ): Promise<void> {
    const key = await openByPassphrase(current, kept);
    const fresh = random(DATA_KEY_OCTETS);
    const keepers: Keeper[] = [
      { kind: 'passphrase', ...(await passphraseKeeper(next, random, cost).wrap(Buffer.from(fresh))) },
    ];
    if (has(generation, 'os-keychain') && keychain !== null && keychainState === 'available') {
      const wrapped = await within(patienceMs, keychain.keeper.wrap(Buffer.from(fresh))).catch(() => null);
      if (wrapped !== null) keepers.push({ kind: 'os-keychain', ...wrapped });
    }
    exchangeKey(what, generation, { key, by: 'passphrase' }, { fresh, keepers }, before);
  }

  /** A fresh data key, wrapped by the keychain alone. @throws VaultFault `keychain` */
  async function freshByKeychain(): Promise<{ readonly fresh: Buffer; readonly keepers: readonly Keeper[] }> {
    const fresh = random(DATA_KEY_OCTETS);
    const keepers: Keeper[] = [];
    if (keychain === null) throw refuse('keychain', 'This program can’t use a system keychain');
    const { keeper } = keychain;
    await withKeychain(async () => {
      if ((await lookAtKeychain()) !== 'available')
        throw refuse('keychain', 'The system keychain can’t protect a new key now');
      keepers.push({ kind: 'os-keychain', ...(await keeper.wrap(Buffer.from(fresh))) });
    });
    return { fresh, keepers };
  }

  async function freshByPassphrase(passphrase: string): ReturnType<typeof freshByKeychain> {
    const fresh = random(DATA_KEY_OCTETS);
    const keeper = passphraseKeeper(passphrase, random, cost);
    const kept = await tries.inTurn(async () => keeper.wrap(Buffer.from(fresh)));
    return { fresh, keepers: [{ kind: 'passphrase', ...kept }] };
  }

  /** For a vault that the keychain alone opens: it gives the old key once more, whether the vault is open or not. */
  async function exchangeByKeychain(generation: Generation, before: number): Promise<void> {
    const wrapped = await freshByKeychain();
    const opened: Buffer[] = [];
    await withKeychain(async () => {
      try {
        opened.push(await unwrapByKeychain(generation));
      } catch (error) {
        if (!(error instanceof KeeperRefused)) throw error;
        keychainOpens = false;
        throw refuse('keychain', error.message);
      }
    });
    const [key] = opened;
    if (key !== undefined) exchangeKey('key-renewed', generation, { key, by: 'os-keychain' }, wrapped, before);
  }

  async function openWithKeychain(): Promise<void> {
    shutByPerson = false;
    if (heldKey() !== null) return;
    await withKeychain(() => askKeychain(false));
  }

  async function create(passphrase: string): Promise<void> {
    checkStrength(passphrase);
    await tries.inTurn(() => addPassphrase(passphrase));
    await quietly(SHORT_PATIENCE_MS, recover());
  }

  /** Those that are under way, by the passphrase: a second press of the same button is no second try. */
  const unlocking = new Map<string, Promise<void>>();

  function unlock(passphrase: string): Promise<void> {
    const same = `${locks} ${passphrase}`;
    const underWay = unlocking.get(same);
    if (underWay !== undefined) return underWay;
    const mine = tryToUnlock(passphrase).finally(() => unlocking.delete(same));
    unlocking.set(same, mine);
    return mine;
  }

  async function tryToUnlock(passphrase: string): Promise<void> {
    const before = locks;
    await tries.inTurn(async () => {
      const current = inForce();
      const kept = passphraseOf(current);
      if (current === null || kept === undefined) {
        const why = current === null ? 'No passphrase was chosen yet' : 'This vault has no passphrase';
        throw refuse('locked', why);
      }
      const key = await openByPassphrase(passphrase, kept);
      if (locks !== before) throw refuse('locked', 'The vault was locked in the meantime');
      if (storage.current() !== current.id)
        throw refuse('changed', 'Another program changed the vault in the meantime');
      if (heldKey() !== null) return;
      hold(current.id, key, 'passphrase');
      tell({ what: 'opened', keeper: 'passphrase' });
    });
    await quietly(SHORT_PATIENCE_MS, recover());
  }

  return {
    state,
    openWithKeychain,
    create,
    addKeychain: () => withKeychain(addKeychainNow),

    async start() {
      if (keychain === null) return;
      const current = inForce();
      const isUseful = current === null || has(current, 'os-keychain');
      const work = isUseful ? askKeychain(true) : lookAtKeychain();
      await quietly(Math.min(START_PATIENCE_MS, patienceMs), work);
    },

    unlock,

    lock(by = 'person') {
      const isNews = held !== null || sessionOnly;
      locks += 1;
      shutByPerson = true;
      forget();
      sessionOnly = false;
      session.clear();
      if (isNews) tell({ what: 'locked', by });
    },

    async changePassphrase(current, next) {
      checkStrength(next);
      const before = locks;
      await tries.inTurn(async () => {
        const generation = inForce();
        const kept = passphraseOf(generation);
        if (generation === null || kept === undefined) return addPassphrase(next);
        if (current === null) throw refuse('wrong-passphrase', 'The current passphrase is needed');
        return exchangeByPassphrase('passphrase-changed', { current, next }, generation, kept, before);
      });
    },

    async renewKey(passphrase) {
      const before = locks;
      await tries.inTurn(async () => {
        const generation = inForce();
        if (generation === null) throw refuse('locked', 'No passphrase was chosen yet');
        const kept = passphraseOf(generation);
        if (kept === undefined) return exchangeByKeychain(generation, before);
        if (passphrase === null) throw refuse('wrong-passphrase', 'The passphrase is needed');
        const same = { current: passphrase, next: passphrase };
        return exchangeByPassphrase('key-renewed', same, generation, kept, before);
      });
      return storage.compact();
    },

    async beginAnew(passphrase) {
      if (passphrase !== null) checkStrength(passphrase);
      const current = inForce();
      if (current === null) return passphrase === null ? openWithKeychain() : create(passphrase);
      const { fresh, keepers } = passphrase === null ? await freshByKeychain() : await freshByPassphrase(passphrase);
      const secrets = sum(storage.secretsIn(current.id));
      const begun = storage.succeed({
        after: current.id,
        endedBy: 'begun-anew',
        at: now(),
        keepers,
        reseal: () => null,
      });
      if (begun === null) throw refuse('changed', 'Another program changed the vault in the meantime');
      const by = passphrase === null ? 'os-keychain' : 'passphrase';
      keychainOpens = passphrase === null ? true : null;
      tries.wasRight();
      hold(begun, fresh, by);
      tell({ what: 'begun-anew', keeper: by, secrets });
      await quietly(SHORT_PATIENCE_MS, recover());
    },

    async bringBack(passphrase) {
      await tries.inTurn(async () => {
        if (heldKey() === null) throw whyLocked();
        const waiting = storage
          .generations()
          .filter(({ id, endedAt }) => endedAt !== null && sum(storage.secretsIn(id)) > 0)
          .map((generation) => ({ generation, kept: passphraseOf(generation) }));
        if (!waiting.some(({ kept }) => kept !== undefined))
          throw refuse('nothing-waits', 'No secret waits for an earlier passphrase');
        tries.check();
        const keeper = passphraseKeeper(passphrase, random, cost);
        let opened = false;
        for (const { generation, kept } of waiting) {
          if (kept === undefined) continue;
          try {
            const { dataKey } = await keeper.unwrap(kept.parameters, kept.wrapped);
            opened = true;
            bring(generation.id, dataKey, 'passphrase');
          } catch (error) {
            if (!(error instanceof KeeperRefused)) throw error;
          }
        }
        if (heldKey() === null) throw whyLocked();
        if (opened) {
          tries.wasRight();
          return;
        }
        tell({ what: 'refused', keeper: 'passphrase', inARow: tries.wasWrong() });
        throw refuse('wrong-passphrase', 'The passphrase opens nothing that was sealed earlier');
      });
    },

    useSession() {
      if (heldKey() !== null || sessionOnly) return;
      sessionOnly = true;
      tell({ what: 'session' });
    },

    set(id, value) {
      const key = heldKey();
      if (key !== null && held !== null) {
        const secret = { id, sealed: seal(key, id, value, random), setAt: now(), endsIn: endsIn(value) };
        if (storage.put(held.generation, secret)) return;
        heldKey();
      }
      if (!sessionOnly) throw whyLocked();
      session.set(id, { value, setAt: now() });
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
      const key = heldKey();
      if (kept.generation !== storage.current()) return { state: 're-enter', ...shown };
      if (key !== null) return { state: unseal(key, id, kept.sealed) === null ? 're-enter' : 'protected', ...shown };
      const current = inForce();
      return { state: current !== null && isOutOfReach(current) ? 're-enter' : 'locked', ...shown };
    },

    async use(id, work) {
      const kept = storage.find(id);
      const key = heldKey();
      const isCurrent = kept !== null && kept.generation === held?.generation;
      const opened = isCurrent && key !== null ? unseal(key, id, kept.sealed) : null;
      const value = session.get(id)?.value ?? opened;
      return value === null ? null : work(value);
    },

    refresh() {
      heldKey();
      if (!wasOvertaken) return;
      wasOvertaken = false;
      tell({ what: 'locked', by: 'another-program' });
    },

    async tick() {
      if (keychain === null || shutByPerson || sessionOnly) return;
      const current = inForce();
      const isUseful = held === null && (current === null || has(current, 'os-keychain'));
      await quietly(patienceMs, isUseful ? askKeychain(true) : lookAtKeychain().then(recover));
    },

    listen(listener) {
      tell = listener;
    },

    close() {
      locks += 1;
      shutByPerson = true;
      forget();
      session.clear();
      tell = () => undefined;
    },
  };
}
