import type { Managed } from '../../../shared/managed/policy.ts';
import { idleMinutesInForce } from '../managed/service.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../../store/store.ts';
import type { Vault } from '../../vault/vault.ts';

/** Locks an open vault when nobody works for a while, and when the computer goes to sleep. Off until somebody asks for it. */

const MINUTE_MS = 60_000;

export interface IdleLock {
  /** Somebody works with the console. */
  readonly inUse: () => void;
  /** Looks whether it is time; to be called every second or so. */
  readonly look: () => void;
  /** The computer goes to sleep. */
  readonly sleep: () => void;
}

export function createIdleLock({
  store,
  vault,
  clock,
  managed,
}: {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly managed: Managed;
}): IdleLock {
  const inForce = () => idleMinutesInForce(store.secrets.idleMinutes(), managed);
  let usedAt = clock.now();
  let wasOpen = false;
  return {
    inUse() {
      usedAt = clock.now();
    },
    look() {
      const minutes = inForce();
      const isOpen = minutes !== null && vault.state().state === 'open';
      // Whoever has just opened it works.
      if (!wasOpen || !isOpen) usedAt = clock.now();
      wasOpen = isOpen;
      if (minutes !== null && clock.now() - usedAt >= minutes * MINUTE_MS) vault.lock('idle');
    },
    sleep() {
      if (inForce() !== null && vault.state().state === 'open') vault.lock('sleep');
    },
  };
}
