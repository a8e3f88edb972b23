import { useCallback, useEffect, useRef, useState } from 'react';
import type { StateChange } from '../../shared/contract/state.ts';
import { attempt, onChange } from '../session/store.ts';
import { Reader } from './reader.ts';

/** What a view shows of the core's state, kept fresh. */
export interface Fresh<Value> {
  /** Null until it is there. While something else is asked for, what was shown stays. */
  readonly value: Value | null;
  /** It could not be read the last time; the message at the top says why. */
  readonly isFailed: boolean;
  /** Reads it anew. @returns when what is shown is as new as the call. */
  readonly again: () => Promise<void>;
  /** Shows what a change was answered with. */
  readonly put: (value: Value) => void;
}

/**
 * Reads something and reads it anew whenever it may be another one.
 *
 * @param ask gives null where it can't be read. Another function: something else is asked for, and what is still answered to
 * the one before is lost.
 * @param isAbout whether a change may make another answer; after a `reload` it is always asked for.
 * @param rest as of `Reader`.
 */
export function useFresh<Value>(
  ask: () => Promise<Value | null>,
  isAbout: (change: StateChange) => boolean,
  rest = 0,
): Fresh<Value> {
  const [shown, setShown] = useState<{ ask: typeof ask; value: Value | null; isFailed: boolean } | null>(null);
  const about = useRef(isAbout);
  about.current = isAbout;
  const reader = useRef<Reader<Value> | null>(null);
  useEffect(() => {
    const current = new Reader(
      () => attempt(ask),
      (value) =>
        setShown((known) => {
          if (value !== null) return { ask, value, isFailed: false };
          // What was read last stays while the console does not answer, unless it answers another question.
          return { ask, value: known?.ask === ask ? known.value : null, isFailed: true };
        }),
      rest,
    );
    reader.current = current;
    if (rest > 0) resting.add(current);
    void current.read();
    const stop = onChange((change) => {
      if (change.kind === 'reload' || about.current(change)) void current.read();
    });
    return () => {
      stop();
      resting.delete(current);
      current.end();
    };
  }, [ask, rest]);
  const again = useCallback(async () => {
    reader.current?.hurry();
    await reader.current?.read();
  }, []);
  const put = useCallback((value: Value) => reader.current?.put(value), []);
  return { value: shown?.value ?? null, isFailed: shown?.isFailed === true, again, put };
}

/** Sums over millions of rows take seconds, and an import changes them with every file: they take a twentieth of its time. */
const EVIDENCE_REST = 19;

/** Readers that may wait for their time. */
const resting = new Set<{ readonly hurry: () => void }>();

/** An import has ended, or a deed of the person's is done: what waits for its time is read at once. */
export function hurryEvidence(): void {
  for (const each of resting) each.hurry();
}

/** The same for what was imported, named or forgotten of a workspace's evidence, here or by another process. */
export function useFreshEvidence<Value>(workspaceId: number, ask: () => Promise<Value | null>): Fresh<Value> {
  return useFresh(ask, (change) => change.kind === 'activity' && change.workspaceId === workspaceId, EVIDENCE_REST);
}

/** The same for what follows from the settings of a workspace. */
export function useFreshSettings<Value>(workspaceId: number, ask: () => Promise<Value | null>): Fresh<Value> {
  return useFresh(ask, (change) => change.kind === 'settings' && change.workspaceId === workspaceId);
}
