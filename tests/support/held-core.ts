import { vi } from 'vitest';
import type { StateChange } from '../../shared/contract/state.ts';

/** A core whose questions wait until a test answers them, in whatever order; it stands in the place of the window's session. */

interface Question {
  /** Area and procedure, as `settings.get`. */
  readonly name: string;
  readonly input: unknown;
  readonly answer: (value: unknown) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

const asked: Question[] = [];
const listeners = new Set<(change: StateChange) => void>();

/** Whatever follows from an answer has been done. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function ask(name: string, input: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    asked.push({
      name,
      input,
      answer: (value) => {
        resolve(value);
        return settled();
      },
      fail: (error) => {
        reject(error);
        return settled();
      },
    });
  });
}

const area = (name: string) =>
  new Proxy({}, { get: (_target, procedure) => (input: unknown) => ask(`${name}.${String(procedure)}`, input) });
const client = new Proxy({}, { get: (_target, name) => area(String(name)) });

/** The questions of one procedure, in the order in which they were asked. */
export const questionsOf = (name: string): readonly Question[] => asked.filter((question) => question.name === name);

/** Tells the window of a change. */
export async function tellChange(change: StateChange): Promise<void> {
  for (const listener of listeners) listener(change);
  await settled();
}

export function forgetQuestions(): void {
  asked.length = 0;
}

/** What `renderer/session/store.ts` gives to the rest of the window. */
export function heldSession() {
  return {
    core: () => client,
    attempt: (call: () => Promise<unknown>) => call().catch(() => null),
    onChange(listener: (change: StateChange) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    afterPaint: () => Promise.resolve(),
    askForVault: () => Promise.resolve(false),
    setLeaveGuard: () => undefined,
    tell: () => undefined,
    useApp: { getState: () => ({ wanted: null }), setState: () => undefined, subscribe: () => () => undefined },
  };
}

/** What a browser's window has of what the window's stores use. */
export function standInForWindow(): void {
  const timers = {
    setTimeout: (work: () => void, wait: number) => setTimeout(work, wait),
    clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
  };
  vi.stubGlobal('window', Object.assign(new EventTarget(), timers));
}
