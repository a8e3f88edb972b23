import type { Log } from '../core/ports.ts';

/** Counts what a host refuses before the core sees it: told at once the first time, then as a sum. */
export interface Refusals {
  /** @param details of this one; they are written if it is the first with its code. */
  readonly count: (code: string, details?: Readonly<Record<string, unknown>>) => void;
  /** Writes what has not been told yet. */
  readonly tell: () => void;
}

const TELL_EVERY_MS = 60_000;

/** @returns a count that is told every minute in which something was refused. */
export function countRefusals(log: Pick<Log, 'warn'>): Refusals {
  const all = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    clearTimeout(timer);
    if (timer !== undefined) log.warn({ refused: Object.fromEntries(all) }, 'requests were refused so far');
    timer = undefined;
  };
  return {
    count(code, details = {}) {
      const before = all.get(code) ?? 0;
      all.set(code, before + 1);
      if (before === 0) log.warn({ code, ...details }, 'a request was refused');
      else timer ??= setTimeout(tell, TELL_EVERY_MS).unref();
    },
    tell,
  };
}
