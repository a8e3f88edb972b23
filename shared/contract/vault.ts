import { z } from 'zod';
import { procedure } from './procedure.ts';
import { instant, nothing } from './values.ts';

/** The vault: who can open it, what it holds, and all that is ever told of a secret. */

const keeperKind = z.enum(['passphrase', 'os-keychain']);

/** What can be done with the vault as it is: a window offers these and no others. */
const vaultWay = z.enum([
  /** Choose a passphrase: the first keeper, or one beside the system keychain. */
  'create',
  'unlock',
  /** Open by the system keychain, or begin the vault under it. */
  'open-with-keychain',
  /** Let this computer's keychain open the vault from now on. */
  'add-keychain',
  'change-passphrase',
  /** Seal everything under a new key that the same keepers open. */
  'renew-key',
  'lock',
  'use-session',
  /** A new key under a new passphrase; what is sealed is kept, to be entered again. */
  'begin-anew',
  'begin-anew-with-keychain',
  /** Open what was sealed before the vault was reset, with the passphrase of that time. */
  'bring-back',
]);

/** Minutes without work after which an open vault is locked; null: never. */
export const idleMinutes = z.int().min(1).max(1440).nullable();

const secretCounts = z.object({
  /** API keys and Auth keys. */
  serviceKeys: z.int(),
  /** Private halves of DKIM key pairs. */
  dkimKeys: z.int(),
});

/**
 * - `none`: no passphrase chosen yet; secrets can't be kept.
 * - `locked`: a passphrase or the system keychain has to open it.
 * - `open`: secrets can be sealed and used.
 * - `session`: secrets live in memory until the console closes; nothing that is sealed can be used.
 */
export const vaultState = z.object({
  state: z.enum(['none', 'locked', 'open', 'session']),
  keepers: z.array(keeperKind),
  /**
   * The system keychain as it was when it was asked last. `unprotected`: anybody who reads the file can open what it
   * seals; `absent`: this program or desktop session has none; `away`: it gives no answer.
   */
  keychain: z.enum(['available', 'unprotected', 'absent', 'away']),
  /** Whether the keychain opened this vault when it was asked last; null: it is no keeper, or was not asked. */
  keychainOpens: z.boolean().nullable(),
  openedBy: keeperKind.nullable(),
  /** What is sealed under the key in force. */
  sealed: secretCounts,
  /** What was sealed before the vault was reset, is kept, and was not entered again since. */
  waiting: secretCounts,
  /** Who can open what waits. */
  waitingFor: z.array(keeperKind),
  ways: z.array(vaultWay),
});

/** All that is ever told of a secret. */
export const secretStatus = z.object({
  state: z.enum(['not-set', 'protected', 'locked', 'session-only', 're-enter']),
  setAt: instant.nullable(),
  /** The last 4 characters, for secrets of 16 characters or more. */
  endsIn: z.string().length(4).nullable(),
});

export const secretChange = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set'), value: z.string().min(1).max(4096) }),
  z.object({ do: z.literal('clear') }),
]);

export const passphrase = z.string().min(1).max(1024);
const withPassphrase = z.object({ passphrase });

/** A passphrase, or null for the system keychain. */
const anewInput = z.object({ passphrase: passphrase.nullable() });

export const vaultContract = {
  /** Chooses the first passphrase, or adds one beside the OS keychain. */
  create: procedure.input(withPassphrase).output(vaultState),
  unlock: procedure.input(withPassphrase).output(vaultState),
  /** Opens by the system keychain, or begins the vault under it. */
  openWithKeychain: procedure.input(nothing).output(vaultState),
  /** Lets this computer's keychain open the vault from now on. */
  addKeychain: procedure.input(nothing).output(vaultState),
  /** Somebody works with the console: the vault stays open. */
  inUse: procedure.input(nothing).output(z.object({})),
  idleLock: procedure.input(nothing).output(z.object({ minutes: idleMinutes })),
  setIdleLock: procedure.input(z.object({ minutes: idleMinutes })).output(z.object({ minutes: idleMinutes })),
  /** Secrets that are kept for the session alone are forgotten with it. */
  lock: procedure.input(nothing).output(vaultState),
  /** Seals everything under a new key: what the old passphrase opens elsewhere opens nothing here. */
  changePassphrase: procedure
    .input(z.object({ current: z.string().max(1024).nullable(), next: passphrase }))
    .output(vaultState),
  /**
   * Seals everything under a new key with the same passphrase; null where the keychain alone opens the vault.
   * `compacted`: whether the data file was written anew as well, without the space in which earlier sealed octets may lie.
   */
  renewKey: procedure.input(anewInput).output(z.object({ vault: vaultState, compacted: z.boolean() })),
  /** A new key where the old one is out of reach. What is sealed is kept, and opened again if its keeper comes back. */
  beginAnew: procedure.input(anewInput).output(vaultState),
  /** Opens what waits under an earlier passphrase; what was entered again since stays as it is. */
  bringBack: procedure.input(withPassphrase).output(vaultState),
  /** Keep secrets in memory until the console closes, when the person declines a passphrase. */
  useSession: procedure.input(nothing).output(vaultState),
};

export type VaultState = z.infer<typeof vaultState>;
export type SecretStatus = z.infer<typeof secretStatus>;
export type SecretChange = z.infer<typeof secretChange>;
