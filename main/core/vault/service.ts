import type { ActivityEntry } from '../../../shared/contract/activity.ts';
import type { VaultState } from '../../../shared/contract/vault.ts';
import type { KeeperKind } from '../../vault/ports.ts';
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

const KEEPER_WORDS: Readonly<Record<KeeperKind, string>> = {
  passphrase: 'its passphrase',
  'os-keychain': 'the system keychain',
};

const LOCK_REASONS: Readonly<Record<'person' | 'idle' | 'sleep' | 'another-program', Omit<EventText, 'summary'>>> = {
  person: {},
  idle: { detail: 'The console was idle' },
  sleep: { detail: 'The computer went to sleep' },
  'another-program': { detail: 'Another program changed its key', severity: 'warning' },
};

const KEYCHAIN_AFTER_UNLOCKING = 'the system keychain opens it again after the next unlock';

const secretsWord = (amount: number) => `${amount} secret${amount === 1 ? '' : 's'}`;

interface EventText {
  readonly summary: string;
  readonly detail?: string;
  readonly severity?: ActivityEntry['severity'];
}

/** @returns null for what is only a state, and no deed. */
function textOf(event: VaultEvent): EventText | null {
  switch (event.what) {
    case 'begun':
      return {
        summary: 'Secrets are sealed from now on',
        detail: `The vault opens with ${KEEPER_WORDS[event.keeper]}`,
      };
    case 'opened':
      return { summary: 'Vault unlocked', detail: `With ${KEEPER_WORDS[event.keeper]}` };
    case 'locked':
      return { summary: 'Vault locked', ...LOCK_REASONS[event.by] };
    case 'refused':
      return event.keeper === 'passphrase'
        ? {
            summary: 'Wrong passphrase for the vault',
            detail: event.inARow > 1 ? `${event.inARow} in a row` : '',
            severity: 'warning',
          }
        : { summary: 'The system keychain could not open the vault', severity: 'warning' };
    case 'passphrase-added':
      return { summary: 'Passphrase chosen for the vault', detail: 'Beside the system keychain' };
    case 'passphrase-changed':
      return {
        summary: 'Passphrase of the vault changed',
        detail: ['Everything was sealed anew', ...(event.keychain === false ? [KEYCHAIN_AFTER_UNLOCKING] : [])].join(
          '; ',
        ),
      };
    case 'key-renewed':
      return {
        summary: 'The vault has a new key',
        detail: [
          'Everything was sealed anew; copies made until now open with what opened them',
          ...(event.keychain === false ? [KEYCHAIN_AFTER_UNLOCKING] : []),
        ].join('; '),
      };
    case 'keychain-added':
      return { summary: 'The system keychain opens the vault from now on' };
    case 'begun-anew':
      return {
        summary: 'Vault begun anew',
        detail: `It opens with ${KEEPER_WORDS[event.keeper]}; ${secretsWord(event.secrets)} kept sealed, to be entered again`,
        severity: 'warning',
      };
    case 'came-back':
      return {
        summary: `${secretsWord(event.secrets)} came back`,
        detail: event.keeper === 'passphrase' ? 'Opened with an earlier passphrase' : 'Opened by the system keychain',
      };
    case 'session':
      return { summary: 'Secrets are kept until the console closes', severity: 'warning' };
    case 'keychain':
      return null;
  }
}

/** Sets after how many minutes without work the vault is locked; null: never. */
export function setIdleLock(context: CoreContext, minutes: number | null): { minutes: number | null } {
  context.store.secrets.setIdleMinutes(minutes);
  const summary =
    minutes === null
      ? 'The vault is no longer locked automatically'
      : `The vault is locked after ${minutes} minute${minutes === 1 ? '' : 's'} without work, and when the computer sleeps`;
  for (const { id } of context.store.workspaces.list()) record(context, id, 'vault', summary);
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
    const told = textOf(event);
    try {
      announceVault(context);
      for (const { id } of store.workspaces.list()) {
        if (told !== null) record(context, id, 'vault', told.summary, told);
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
