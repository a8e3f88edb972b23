import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { VaultState } from '../../../shared/contract/vault.ts';

/** Deeds that need the vault while it is locked. */

type Store = typeof import('../../../renderer/session/store.ts');
let store: Store;

beforeEach(async () => {
  vi.resetModules();
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal('window', Object.assign(new EventTarget(), { location: { origin: 'http://127.0.0.1' } }));
  store = await import('../../../renderer/session/store.ts');
});
afterEach(() => vi.unstubAllGlobals());

const locked = () => new ORPCError('VAULT_LOCKED', { message: 'The vault is locked' });

/** A deed that is done once the vault is open. */
function deedOf(name: string, isOpen: () => boolean) {
  return () => (isOpen() ? Promise.resolve(name) : Promise.reject(locked()));
}

it('all wait for the vault that one of them opened the sheet for, and are done once it is open', async () => {
  let isOpen = false;
  const deeds = ['first', 'second'].map((name) => store.attempt(deedOf(name, () => isOpen)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(store.useApp.getState().sheet).toBe('vault');
  isOpen = true;
  store.vaultChanged({ state: 'open' } as VaultState);
  expect(await Promise.all(deeds)).toEqual(['first', 'second']);
  expect(store.useApp.getState()).toMatchObject({ sheet: null, vaultReason: null });
});

it('none is done when the sheet is closed instead', async () => {
  const deeds = ['first', 'second'].map((name) => store.attempt(deedOf(name, () => false)));
  await new Promise((resolve) => setImmediate(resolve));
  store.openSheet(null);
  expect(await Promise.all(deeds)).toEqual([null, null]);
});

it('leaves a sheet alone in which nothing waits, and says not how the vault is', () => {
  store.openSheet('passphrase');
  store.vaultChanged({ state: 'open' } as VaultState);
  expect(store.useApp.getState()).toMatchObject({ sheet: 'passphrase', vault: null });
});
