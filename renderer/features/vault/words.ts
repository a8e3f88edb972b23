import { anyListed } from '../../../shared/text/listed.ts';
import type { VaultState } from '../../../shared/contract/vault.ts';
import { allSecrets } from '../../../shared/vault/words.ts';

/** The vault's states in words: protected, locked, this session only, re-enter. */

type Facts = Pick<VaultState, 'state' | 'keepers' | 'keychain' | 'keychainOpens' | 'ways' | 'waiting'>;

/** Whether nobody who is here can open the vault: the keychain alone keeps its key, and does not give it. */
export function isOutOfReach({ state, keepers, keychain, keychainOpens, ways }: Facts): boolean {
  if ((state !== 'locked' && state !== 'session') || keepers.includes('passphrase')) return false;
  const isGone = keychainOpens === false || keychain === 'absent' || keychain === 'unprotected';
  return isGone || !ways.includes('open-with-keychain');
}

/** The state in a few letters, for the head of the window. */
export function vaultWord(vault: Facts): string {
  const waiting = allSecrets(vault.waiting);
  switch (vault.state) {
    case 'none':
      return 'No passphrase yet';
    case 'session':
      return 'This session only';
    case 'open':
      return waiting === 0 ? 'Protected' : `Protected, ${waiting} to re-enter`;
    case 'locked':
      return isOutOfReach(vault) ? 'Re-enter' : 'Locked';
  }
}

/** What keeps the keychain from opening the vault; null where nothing is known to. */
export function keychainTrouble({ keepers, keychain, keychainOpens, ways }: Facts): string | null {
  if (!keepers.includes('os-keychain')) return null;
  if (!ways.includes('open-with-keychain'))
    return 'The desktop program seals with the system keychain, which this program can’t ask.';
  switch (keychain) {
    case 'absent':
      return 'There is no system keychain in this desktop session.';
    case 'unprotected':
      return 'No keyring is running in this desktop session, so the system keychain can’t open the vault.';
    case 'away':
      return 'The system keychain does not answer. It may be asking for its own password in another window.';
    case 'available':
      return keychainOpens === false
        ? 'The system keychain can’t open this vault: it was reset, or the data folder comes from another computer or account.'
        : null;
  }
}

const KEEPERS: Readonly<Record<VaultState['keepers'][number], string>> = {
  passphrase: 'the passphrase',
  'os-keychain': 'the system keychain',
};

/** Who opens the vault, as a phrase. */
export const keeperWords = (keepers: VaultState['keepers']): string =>
  anyListed(keepers.map((keeper) => KEEPERS[keeper]));
