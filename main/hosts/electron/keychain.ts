import type { SafeStorage } from 'electron';
import type { KeychainPort } from '../../vault/ports.ts';
import { KeeperUnavailable, KeeperRefused } from '../../vault/ports.ts';

type AsyncSafeStorage = Pick<SafeStorage, 'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'>;

/** Chromium marks what it sealed under a key that everybody knows with this; `v11` is a real keyring's. */
const UNPROTECTED_PREFIX = 'v10';
const KEY_OCTETS = 32;
/** How Electron tells a keychain that is locked or restarting from one that lost the key; there is no code for it. */
const COMES_BACK = /temporarily unavailable|not available/i;

/**
 * The OS keychain through Electron's asynchronous safeStorage.
 *
 * On Linux neither availability nor the reported backend proves protection, so what is sealed is looked at: a probe for
 * the state, and the key itself when it is wrapped, because a keyring may end between the two.
 */
export function electronKeychain(safeStorage: AsyncSafeStorage, platform: NodeJS.Platform): KeychainPort {
  const isUnprotected = (sealed: Buffer) =>
    platform === 'linux' && sealed.subarray(0, UNPROTECTED_PREFIX.length).toString('latin1') === UNPROTECTED_PREFIX;

  return {
    async state() {
      try {
        if (!(await safeStorage.isAsyncEncryptionAvailable())) return 'absent';
        if (platform !== 'linux') return 'available';
        return isUnprotected(await safeStorage.encryptStringAsync('probe')) ? 'unprotected' : 'available';
      } catch {
        return 'away';
      }
    },
    keeper: {
      kind: 'os-keychain',
      async wrap(dataKey) {
        let wrapped: Buffer;
        try {
          wrapped = await safeStorage.encryptStringAsync(dataKey.toString('base64'));
        } catch {
          throw new KeeperUnavailable('The system keychain could not seal the key');
        }
        if (isUnprotected(wrapped)) throw new KeeperUnavailable('The system keychain does not protect what it seals');
        return { parameters: {}, wrapped };
      },
      async unwrap(_parameters, wrapped) {
        let opened: { readonly result: string; readonly shouldReEncrypt: boolean };
        try {
          opened = await safeStorage.decryptStringAsync(wrapped);
        } catch (error) {
          const told = error instanceof Error ? error.message : '';
          throw COMES_BACK.test(told)
            ? new KeeperUnavailable('The system keychain does not answer')
            : new KeeperRefused('The system keychain can’t open this vault');
        }
        const dataKey = Buffer.from(opened.result, 'base64');
        if (dataKey.length !== KEY_OCTETS) throw new KeeperRefused('The system keychain returned something else');
        return { dataKey, shouldRewrap: opened.shouldReEncrypt };
      },
    },
  };
}
