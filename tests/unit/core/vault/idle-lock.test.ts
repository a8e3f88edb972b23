import { describe, expect, it } from 'vitest';
import { createIdleLock } from '../../../../main/core/vault/idle-lock.ts';
import { unmanaged } from '../../../../shared/managed/policy.ts';
import type { Store } from '../../../../main/store/store.ts';
import { startProgram, vaultDisk } from '../../../support/vault.ts';

const MINUTE_MS = 60_000;

async function openOne(minutes: number | null) {
  const disk = vaultDisk();
  const { vault, events } = await startProgram(disk);
  await vault.create('correct horse');
  let now = 1_000_000;
  disk.storage.setIdleMinutes(minutes);
  const store = { secrets: disk.storage } as Store;
  const lock = createIdleLock({ store, vault, clock: { now: () => now }, managed: unmanaged });
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      now += 1000;
      lock.look();
    }
  };
  return { vault, lock, events, pass, storage: disk.storage, leap: (ms: number) => (now += ms) };
}

describe('a vault that is locked when nobody works', () => {
  it('stays open while somebody works, and is locked after the minutes that were set', async () => {
    const { vault, lock, pass, events } = await openOne(5);
    for (let minute = 0; minute < 20; minute += 1) {
      pass(60);
      lock.inUse();
    }
    expect(vault.state().state).toBe('open');
    pass(299);
    expect(vault.state().state).toBe('open');
    pass(1);
    expect(vault.state().state).toBe('locked');
    expect(events.at(-1)).toEqual({ what: 'locked', by: 'idle' });
  });

  it('begins to count when it is opened, and at once when the clock has leapt over a sleep', async () => {
    const { vault, pass, leap } = await openOne(5);
    pass(400);
    expect(vault.state().state).toBe('locked');
    pass(1000);
    await vault.unlock('correct horse');
    pass(299);
    expect(vault.state().state).toBe('open');
    leap(60 * MINUTE_MS);
    pass(1);
    expect(vault.state().state).toBe('locked');
  });

  it('is locked when the computer goes to sleep, where that is on', async () => {
    const on = await openOne(60);
    on.lock.sleep();
    expect(on.events.at(-1)).toEqual({ what: 'locked', by: 'sleep' });
    const off = await openOne(null);
    off.lock.sleep();
    off.pass(10_000);
    expect(off.vault.state().state).toBe('open');
  });

  it('forgets nothing that is kept for a session alone', async () => {
    const { vault, pass } = await openOne(1);
    vault.lock();
    vault.useSession();
    vault.set('workspace:1/api-key', 'typed for this session');
    pass(600);
    expect(vault.state().state).toBe('session');
    expect(vault.view('workspace:1/api-key').state).toBe('session-only');
  });
});
