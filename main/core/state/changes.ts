import type { StateChange } from '../../../shared/contract/state.ts';

type Unnumbered = StateChange extends infer Change
  ? Change extends StateChange
    ? Omit<Change, 'sequence'>
    : never
  : never;

/** Numbered changes of the window's state, to whoever listens. */
export interface Changes {
  readonly sequence: () => number;
  readonly publish: (change: Unnumbered) => void;
  /** Every change numbered higher than `after`, without end; a gap is told as `reload`. */
  readonly follow: (after: number, signal: AbortSignal | undefined) => AsyncGenerator<StateChange, void>;
  readonly close: () => void;
}

/** Changes kept for those who come back after a break; a change of many rows counts as many. */
const KEPT = 2000;

function weightOf(change: Unnumbered): number {
  return change.kind === 'domains' ? 1 + change.rows.length : 1;
}

export function createChanges(): Changes {
  let sequence = 0;
  let weight = 0;
  let closed = false;
  const kept: StateChange[] = [];
  const listeners = new Set<() => void>();
  const wake = () => {
    for (const listener of listeners) listener();
  };

  return {
    sequence: () => sequence,
    publish(change) {
      sequence += 1;
      kept.push({ ...change, sequence } as StateChange);
      weight += weightOf(change);
      while (weight > KEPT && kept.length > 1) weight -= weightOf(kept.shift() as StateChange);
      wake();
    },
    async *follow(after, signal) {
      let position = after;
      while (!closed && signal?.aborted !== true) {
        const oldest = kept[0]?.sequence ?? sequence + 1;
        if (position > sequence || (position < sequence && position + 1 < oldest)) {
          position = sequence;
          yield { kind: 'reload', sequence };
        }
        const next = kept.filter((change) => change.sequence > position);
        for (const change of next) {
          position = change.sequence;
          yield change;
        }
        if (next.length > 0) continue;
        await new Promise<void>((resolve) => {
          const done = () => {
            listeners.delete(done);
            signal?.removeEventListener('abort', done);
            resolve();
          };
          listeners.add(done);
          signal?.addEventListener('abort', done, { once: true });
          if (position < sequence || closed || signal?.aborted === true) done();
        });
      }
    },
    close() {
      closed = true;
      wake();
    },
  };
}
