import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { electronKeychain } from '../../main/hosts/electron/keychain.ts';
import type { KeychainPort } from '../../main/vault/ports.ts';

/**
 * - `there`: it seals and opens.
 * - `lost`: it seals under a new key; what the old one sealed does not open.
 * - `basic`: no keyring is running; Chromium seals under a key that everybody knows.
 * - `absent`: encryption is not available.
 * - `away`: it is locked or restarting.
 * - `hangs`: it asks the person something, and nobody answers.
 */
export type KeychainMood = 'there' | 'lost' | 'basic' | 'absent' | 'away' | 'hangs';

/** Electron's asynchronous safeStorage on Linux, in every state that it can be in; one for each computer. */
export class KeychainDouble {
  mood: KeychainMood = 'there';
  /** The keyring has a new key beside the old one, as Chromium tells it. */
  hasNewKey = false;
  readonly #key = randomBytes(32);
  readonly #newKey = randomBytes(32);
  readonly #waiting: (() => void)[] = [];
  readonly port: KeychainPort = electronKeychain(this, 'linux');

  /** Whoever was waiting gets an answer. */
  answer(mood: KeychainMood = 'there'): void {
    this.mood = mood;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #asked(): Promise<void> {
    while (this.mood === 'hangs') await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  isAsyncEncryptionAvailable = async (): Promise<boolean> => {
    await this.#asked();
    return this.mood !== 'absent';
  };

  encryptStringAsync = async (text: string): Promise<Buffer> => {
    await this.#asked();
    if (this.mood === 'absent' || this.mood === 'away')
      throw new Error('Error while encrypting the text provided to safeStorage.encryptStringAsync.');
    if (this.mood === 'basic') return Buffer.concat([Buffer.from('v10'), Buffer.from(text)]);
    const key = this.mood === 'lost' || this.hasNewKey ? this.#newKey : this.#key;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([Buffer.from('v11'), nonce, cipher.getAuthTag(), sealed]);
  };

  decryptStringAsync = async (sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> => {
    await this.#asked();
    if (this.mood === 'away')
      throw new Error('safeStorage.decryptStringAsync is temporarily unavailable. Please try again.');
    const keys =
      this.mood === 'there' ? [this.#key, this.#newKey] : this.mood === 'lost' ? [this.#newKey] : ([] as Buffer[]);
    for (const key of keys) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(3, 15)).setAuthTag(
          sealed.subarray(15, 31),
        );
        const result = Buffer.concat([decipher.update(sealed.subarray(31)), decipher.final()]).toString();
        return { result, shouldReEncrypt: this.hasNewKey && key === this.#key };
      } catch {
        // The next one may open it.
      }
    }
    throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
  };
}
