import { useEffect } from 'react';
import { core, useApp } from './store.ts';

/** Work is told once in so many milliseconds. */
const TOLD_EVERY_MS = 20_000;

/** Tells the core that somebody works with the window, for as long as the vault is open. */
export function useSignsOfWork(): void {
  const isOpen = useApp((state) => state.vault?.state === 'open');
  useEffect(() => {
    if (!isOpen) return undefined;
    let toldAt = Number.NEGATIVE_INFINITY;
    const tell = () => {
      if (performance.now() - toldAt < TOLD_EVERY_MS) return;
      toldAt = performance.now();
      // Who the console does not answer is told so elsewhere.
      core()
        .vault.inUse({})
        .catch(() => undefined);
    };
    const kinds = ['keydown', 'pointerdown', 'wheel'] as const;
    for (const kind of kinds) window.addEventListener(kind, tell, { capture: true, passive: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, tell, { capture: true });
    };
  }, [isOpen]);
}
