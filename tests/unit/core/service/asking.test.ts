import { describe, expect, it } from 'vitest';
import { createAsking } from '../../../../main/core/service/asking.ts';

/** A service that answers when the test says so, behind settings that the test changes. */
function desk() {
  const bases = new Map<number, string | null>();
  const open: { id: number; signal: AbortSignal; answer: (isLearned: boolean) => void }[] = [];
  const faults: unknown[] = [];
  const asking = createAsking({
    basisOf: (id) => bases.get(id) ?? null,
    ask: (id, signal) =>
      new Promise((resolve, reject) => {
        open.push({ id, signal, answer: resolve });
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      }),
    onChange: () => undefined,
    onFault: (error) => faults.push(error),
  });
  const settle = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { bases, open, faults, asking, settle };
}

describe('asking by itself', () => {
  it('asks once under the settings of a workspace, and again when they change', async () => {
    const { asking, bases, open, settle } = desk();
    bases.set(1, 'first');
    asking.want(1);
    asking.want(1);
    expect(asking.isUnderWay(1)).toBe(true);
    await settle();
    open[0]?.answer(true);
    await settle();
    expect(asking.isUnderWay(1)).toBe(false);
    asking.want(1);
    await settle();
    expect(open).toHaveLength(1);
    bases.set(1, 'second');
    asking.want(1);
    await settle();
    expect(open).toHaveLength(2);
  });

  it('waits for what is missing, and asks when it is there', async () => {
    const { asking, bases, open, settle } = desk();
    asking.want(1);
    asking.look();
    await settle();
    expect(open).toHaveLength(0);
    bases.set(1, 'vault open');
    bases.set(2, 'not wanted');
    asking.look();
    await settle();
    expect(open.map(({ id }) => id)).toEqual([1]);
  });

  it('ends a question whose settings are no longer those of today, and asks under the new ones', async () => {
    const { asking, bases, open, faults, settle } = desk();
    bases.set(1, 'first');
    asking.want(1);
    await settle();
    bases.set(1, 'second');
    asking.want(1);
    await settle();
    expect(open.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    expect(faults).toEqual([]);
  });

  it('asks again later when nothing was learned, and not at once', async () => {
    const { asking, bases, open, settle } = desk();
    bases.set(1, 'first');
    asking.want(1);
    await settle();
    open[0]?.answer(false);
    await settle();
    expect(open).toHaveLength(1);
    asking.look();
    await settle();
    expect(open).toHaveLength(2);
  });

  it('asks no more once it is closed, and leaves nothing under way', async () => {
    const { asking, bases, open, settle } = desk();
    bases.set(1, 'first');
    asking.want(1);
    await settle();
    await asking.close();
    expect(open[0]?.signal.aborted).toBe(true);
    asking.want(1);
    await settle();
    expect(open).toHaveLength(1);
  });
});
