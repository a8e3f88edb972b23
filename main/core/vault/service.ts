import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { ActivityEntry } from '../../../shared/contract/activity.ts';
import type { VaultState } from '../../../shared/contract/vault.ts';
import type { Vault, VaultEvent } from '../../vault/vault.ts';
import type { CoreContext } from '../context.ts';
import { record } from '../context.ts';

/** The vault as the windows see it, and what became of it as Activity tells it. */

/** Secrets by the first part of their id, as people tell them apart. */
const counts = (bySubject: Readonly<Record<string, number>>): VaultState['sealed'] => ({
  serviceKeys: bySubject.workspace ?? 0,
  dkimKeys: bySubject.domain ?? 0,
});

export function vaultState({ vault }: CoreContext): VaultState {
  const { keepers, sealed, waiting, waitingFor, ways, ...state } = vault.state();
  return {
    ...state,
    keepers: [...keepers],
    sealed: counts(sealed),
    waiting: counts(waiting),
    waitingFor: [...waitingFor],
    ways: [...ways],
  };
}

/** Tells every window how the vault is: its counts change with each secret that is set or cleared. */
export function announceVault(context: CoreContext): void {
  context.changes.publish({ kind: 'vault', vault: vaultState(context) });
}

/** Changes the vault. @returns how it is then. */
export async function changeVault(
  context: CoreContext,
  change: (vault: Vault) => void | Promise<void>,
): Promise<VaultState> {
  await change(context.vault);
  return vaultState(context);
}

interface Told {
  readonly fact: Fact;
  readonly details?: readonly Fact[];
  readonly severity?: ActivityEntry['severity'];
}

/** @returns null for what is only a state, and no deed. */
function factOf(event: VaultEvent): Told | null {
  switch (event.what) {
    case 'begun':
      return { fact: fact('vault.begun', { keeper: event.keeper }) };
    case 'opened':
      return { fact: fact('vault.unlocked'), details: [fact('vault.unlocked-with', { keeper: event.keeper })] };
    case 'locked':
      return event.by === 'person'
        ? { fact: fact('vault.locked') }
        : {
            fact: fact('vault.locked'),
            details: [fact('vault.locked-by', { lockedBy: event.by })],
            severity: event.by === 'another-program' ? 'warning' : 'info',
          };
    case 'refused':
      return event.keeper === 'passphrase'
        ? {
            fact: fact('vault.wrong-passphrase'),
            details: event.inARow > 1 ? [fact('vault.in-a-row', { count: event.inARow })] : [],
            severity: 'warning',
          }
        : { fact: fact('vault.keychain-refused'), severity: 'warning' };
    case 'passphrase-added':
      return { fact: fact('vault.passphrase-added'), details: [fact('vault.beside-keychain')] };
    case 'passphrase-changed':
      return {
        fact: fact('vault.passphrase-changed'),
        details: [fact('vault.sealed-anew'), ...keychainLater(event.keychain)],
      };
    case 'key-renewed':
      return {
        fact: fact('vault.key-renewed'),
        details: [fact('vault.copies-as-before'), ...keychainLater(event.keychain)],
      };
    case 'keychain-added':
      return { fact: fact('vault.keychain-added') };
    case 'begun-anew':
      return {
        fact: fact('vault.begun-anew'),
        details: [
          fact('vault.opens-with', { keeper: event.keeper }),
          fact('vault.kept-sealed', { count: event.secrets }),
        ],
        severity: 'warning',
      };
    case 'came-back':
      return {
        fact: fact('vault.came-back', { count: event.secrets }),
        details: [fact('vault.came-back-by', { keeper: event.keeper })],
      };
    case 'session':
      return { fact: fact('vault.session'), severity: 'warning' };
    case 'keychain':
      return null;
  }
}

/** @param keychain whether it opens the vault afterwards; null where it did not before either. */
function keychainLater(keychain: boolean | null): readonly Fact[] {
  return keychain === false ? [fact('vault.keychain-later')] : [];
}

/** Sets after how many minutes without work the vault is locked; null: never. */
export function setIdleLock(context: CoreContext, minutes: number | null): { minutes: number | null } {
  context.store.secrets.setIdleMinutes(minutes);
  const told = minutes === null ? fact('vault.idle-never') : fact('vault.idle-after', { count: minutes });
  for (const { id } of context.store.workspaces.list()) record(context, id, 'vault', told);
  return { minutes };
}

/**
 * Tells windows and Activity of what becomes of the vault, whoever caused it. Every workspace's secrets are in it.
 *
 * @param onChange whoever waits for the vault looks whether it is open.
 */
export function publishVaultState(context: CoreContext, onChange: () => void): void {
  const { vault, store, changes, log } = context;
  vault.listen((event) => {
    const told = factOf(event);
    try {
      announceVault(context);
      for (const { id } of store.workspaces.list()) {
        if (told !== null) record(context, id, 'vault', told.fact, told);
        changes.publish({ kind: 'settings', workspaceId: id });
      }
      onChange();
    } catch (error) {
      // What was done to the vault is done; that it can't be written down undoes nothing.
      log.error({ error, event: event.what }, 'a change of the vault could not be told');
    }
  });
}

/**
 * What the console answers to another program of this account, over the socket of its data folder.
 *
 * - `vault-state` gives the state.
 * - `lock-vault` locks, and gives the state from before.
 *
 * @returns a word, or null for another question.
 */
export function answerAbout({ vault }: CoreContext, question: string): VaultState['state'] | null {
  if (question !== 'vault-state' && question !== 'lock-vault') return null;
  const { state } = vault.state();
  if (question === 'lock-vault') vault.lock();
  return state;
}
