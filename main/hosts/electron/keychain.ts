import type { SafeStorage } from 'electron';
import type { KeychainPort } from '../../vault/ports.ts';
import { KeeperRefused } from '../../vault/ports.ts';

type AsyncSafeStorage = Pick<SafeStorage, 'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'>;

/** Chromium marks what it sealed under a key that everybody knows with this; `v11` is a real keyring's. */
const UNPROTECTED_PREFIX = 'v10';

/**
 * The OS keychain through Electron's asynchronous safeStorage.
 *
 * On Linux neither availability nor the reported backend proves protection, so a probe is sealed and its first octets
 * are looked at.
 */
export function electronKeychain(safeStorage: AsyncSafeStorage, platform: NodeJS.Platform): KeychainPort {
  return {
    async state() {
      if (!(await safeStorage.isAsyncEncryptionAvailable())) return 'absent';
      if (platform !== 'linux') return 'available';
      const probe = await safeStorage.encryptStringAsync('probe');
      return probe.subarray(0, UNPROTECTED_PREFIX.length).toString('latin1') === UNPROTECTED_PREFIX
        ? 'unprotected'
        : 'available';
    },
    keeper: {
      id: 'os-keychain',
      async wrap(dataKey) {
        return { parameters: {}, wrapped: await safeStorage.encryptStringAsync(dataKey.toString('base64')) };
      },
      async unwrap(_parameters, wrapped) {
        try {
          const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(wrapped);
          return { dataKey: Buffer.from(result, 'base64'), shouldRewrap: shouldReEncrypt };
        } catch (error) {
          throw new KeeperRefused(error instanceof Error ? error.message : 'The keychain can’t open the vault');
        }
      },
    },
  };
}
