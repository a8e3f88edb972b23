import { vi } from 'vitest';

/** Waits until a check holds, as long as a busy machine may need. @throws what the check throws at last. */
export function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 60_000 });
}
