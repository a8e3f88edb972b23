export type KeeperKind = 'passphrase' | 'os-keychain';

/** Who can wrap a data key. The vault stores what a keeper gives it, and never the key itself. */
export interface KeyKeeper {
  readonly kind: KeeperKind;
  /**
   * @returns what to store: parameters in the clear, and the wrapped key.
   * @throws KeeperUnavailable when it can't protect a key now.
   */
  readonly wrap: (dataKey: Buffer) => Promise<{ readonly parameters: unknown; readonly wrapped: Buffer }>;
  /**
   * @returns the data key, and whether it should be wrapped anew because the keeper's own key has changed.
   * @throws KeeperRefused when it can't be opened, KeeperUnavailable when that can't be said now.
   */
  readonly unwrap: (
    parameters: unknown,
    wrapped: Buffer,
  ) => Promise<{ readonly dataKey: Buffer; readonly shouldRewrap: boolean }>;
}

/** The keeper can't open the data key: a wrong passphrase, or a keychain that lost it. */
export class KeeperRefused extends Error {}

/** The keeper gives no answer now; another time it may. */
export class KeeperUnavailable extends Error {}

/**
 * - `available`: it protects.
 * - `unprotected`: it works, but anybody who can read the file can open what it sealed.
 * - `absent`: this host, or this desktop session, has none.
 * - `away`: there is one, and it gives no answer.
 */
export type KeychainState = 'available' | 'unprotected' | 'absent' | 'away';

/** An OS keychain, as a host offers it. */
export interface KeychainPort {
  /** May take as long as a person needs to answer a question of the keychain. Does not throw. */
  readonly state: () => Promise<KeychainState>;
  readonly keeper: KeyKeeper;
}
