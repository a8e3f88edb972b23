/** Who can wrap the vault's data key. The vault stores what a keeper gives it, and never the key itself. */
export interface KeyKeeper {
  readonly id: 'passphrase' | 'os-keychain';
  /** @returns what to store: parameters in the clear, and the wrapped key. */
  readonly wrap: (dataKey: Buffer) => Promise<{ readonly parameters: unknown; readonly wrapped: Buffer }>;
  /**
   * @returns the data key, and whether it should be wrapped anew because the keeper's own key has changed.
   * @throws KeeperRefused when it can't be opened.
   */
  readonly unwrap: (
    parameters: unknown,
    wrapped: Buffer,
  ) => Promise<{ readonly dataKey: Buffer; readonly shouldRewrap: boolean }>;
}

/** The keeper can't open the data key: a wrong passphrase, or a keychain that lost it. */
export class KeeperRefused extends Error {}

/** An OS keychain, as a host offers it. */
export interface KeychainPort {
  /** `unprotected`: it works, but anybody who can read the file can open what it sealed. */
  readonly state: () => Promise<'available' | 'unprotected' | 'absent'>;
  readonly keeper: KeyKeeper;
}
