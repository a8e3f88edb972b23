import type { VaultState } from '../../shared/contract/vault.ts';

export type VaultWay = VaultState['ways'][number];

export type VaultFaultKind =
  | 'locked'
  | 'wrong-passphrase'
  | 'exists'
  | 'weak'
  | 'too-soon'
  | 'busy'
  | 'keychain'
  | 'changed'
  | 'nothing-waits';

/** Why the vault did not do what it was asked; nothing was changed then. */
export class VaultFault extends Error {
  readonly fault: VaultFaultKind;
  /** What can be done instead. */
  readonly ways: readonly VaultWay[];
  /** For `too-soon`: milliseconds until the next try counts. */
  readonly waitMs: number;
  constructor(fault: VaultFaultKind, message: string, ways: readonly VaultWay[] = [], waitMs = 0) {
    super(message);
    this.fault = fault;
    this.ways = ways;
    this.waitMs = waitMs;
  }
}
