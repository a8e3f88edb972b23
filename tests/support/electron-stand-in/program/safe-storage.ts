import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeychainState } from '../settings.ts';
import { app } from './app.ts';
import { onControl, report } from './control.ts';
import { pass, settings } from './given.ts';
import { strictModule } from './strict.ts';

/**
 * Electron's `safeStorage`, its asynchronous functions. On Linux and macOS the key lies with the operating system, so a
 * moved profile takes none along; on Windows it lies in the profile's `Local State`, sealed for the user of the computer.
 */

let state: KeychainState = settings.keychain;

/** Told by the test: the operating system's keys are new ones, as after a reset or on another computer. */
let userKey: Buffer | null = null;

function readKey(file: string): Buffer {
  try {
    return Buffer.from(readFileSync(file, 'utf8'), 'base64');
  } catch {
    const key = randomBytes(32);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, key.toString('base64'), { mode: 0o600 });
    return key;
  }
}

const keychainFile = (name: string) => path.join(settings.keychainFolder, name);

/** What the operating system holds for this user: on Windows what `Local State` is sealed with. */
function ofUser(): Buffer {
  userKey ??= readKey(keychainFile(settings.platform === 'win32' ? 'user' : `${app.getName()} Safe Storage`));
  return userKey;
}

function seal(key: Buffer, text: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

let localKey: Buffer | null = null;

/** On Windows: the key in `Local State`, which the program's first start writes and every other reads. */
function ofProfile(): Buffer {
  if (localKey !== null) return localKey;
  const file = path.join(app.$profile(), 'Local State');
  let content: { os_crypt?: { encrypted_key?: string } } = {};
  try {
    content = JSON.parse(readFileSync(file, 'utf8')) as typeof content;
  } catch {
    // There is none yet.
  }
  const kept = content.os_crypt?.encrypted_key;
  if (kept !== undefined) {
    try {
      localKey = open(ofUser(), Buffer.from(kept, 'base64').subarray(5));
      return localKey;
    } catch {
      // Another user's, or another computer's: Chromium makes a new one, and what was sealed stays shut.
    }
  }
  localKey = randomBytes(32);
  content.os_crypt = {
    ...content.os_crypt,
    encrypted_key: Buffer.concat([Buffer.from('DPAPI'), seal(ofUser(), localKey)]).toString('base64'),
  };
  mkdirSync(app.$profile(), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(content));
  return localKey;
}

/** Chromium's constant for Linux without a keyring is a password that everybody knows. */
const KNOWN_TO_ALL = Buffer.alloc(32, 'peanuts');

function keyAndMark(): { readonly key: Buffer; readonly mark: string } {
  if (settings.platform === 'win32') return { key: ofProfile(), mark: 'v10' };
  if (settings.platform === 'darwin') return { key: ofUser(), mark: 'v10' };
  return state === 'basic-text' ? { key: KNOWN_TO_ALL, mark: 'v10' } : { key: ofUser(), mark: 'v11' };
}

/** Tells what is wrong where nothing can be sealed or opened now. */
async function needKeychain(): Promise<void> {
  if (!app.isReady()) throw new Error('safeStorage cannot be used before app is ready');
  await pass('safeStorage');
  if (state === 'none' || state === 'away') throw new Error('Encryption is not available');
}

export const safeStorage = strictModule('safeStorage', {
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    if (!app.isReady()) throw new Error('safeStorage cannot be used before app is ready');
    await pass('safeStorage');
    return state === 'keyring' || state === 'basic-text';
  },
  async encryptStringAsync(plainText: string): Promise<Buffer> {
    if (typeof plainText !== 'string')
      throw new TypeError('Expected first argument of encryptStringAsync to be a string');
    await needKeychain();
    const { key, mark } = keyAndMark();
    return Buffer.concat([Buffer.from(mark), seal(key, Buffer.from(plainText))]);
  },
  async decryptStringAsync(encrypted: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    if (!Buffer.isBuffer(encrypted))
      throw new TypeError('Expected the first argument of decryptStringAsync() to be a buffer');
    await needKeychain();
    const mark = encrypted.subarray(0, 3).toString('latin1');
    const current = keyAndMark();
    // What was sealed without a keyring opens with one as well; it should be sealed anew then.
    const key = settings.platform === 'linux' && mark === 'v10' ? KNOWN_TO_ALL : current.key;
    try {
      if (mark !== 'v10' && mark !== 'v11') throw new Error('no mark');
      const result = open(key, encrypted.subarray(3)).toString();
      return { result, shouldReEncrypt: mark !== current.mark };
    } catch {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
    }
  },
  getSelectedStorageBackend(): 'basic_text' | 'gnome_libsecret' | 'unknown' {
    if (!app.isReady()) return 'unknown';
    return state === 'basic-text' || state === 'none' ? 'basic_text' : 'gnome_libsecret';
  },
});

onControl('keychain', ({ state: next }: { state: KeychainState }) => {
  state = next;
  report({ kind: 'keychain', state });
});
/** The operating system's keys are lost, and new ones are made when they are needed. */
onControl('lose-keychain', () => {
  for (const name of ['user', `${app.getName()} Safe Storage`]) {
    const key = randomBytes(32);
    mkdirSync(settings.keychainFolder, { recursive: true, mode: 0o700 });
    writeFileSync(keychainFile(name), key.toString('base64'), { mode: 0o600 });
  }
  userKey = null;
  localKey = null;
});
