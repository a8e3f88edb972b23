import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualFollower } from '../../../renderer/data/manual-follower.ts';
import type { DomainRow, ManualAsOf } from '../../../shared/contract/domains.ts';
import type { StateChange } from '../../../shared/contract/state.ts';

/** How often a window asks for a manual, and what it shows of the answers. */

const REF = { workspaceId: 1, domainId: 7 };
const asOf = (number: number): ManualAsOf => ({ asOf: number }) as ManualAsOf;
const domains = (sequence: number, id = 7): StateChange => ({
  kind: 'domains',
  sequence,
  workspaceId: 1,
  rows: [{ id } as DomainRow],
});
const settings = (sequence: number): StateChange => ({ kind: 'settings', sequence, workspaceId: 1 });

/** A follower over answers that are given by hand. */
function followed() {
  const shown: (number | null)[] = [];
  const questions: ((answer: ManualAsOf | null) => void)[] = [];
  const follower = new ManualFollower(
    REF,
    () => new Promise((resolve) => questions.push(resolve)),
    (manual) => shown.push(manual === null ? null : manual.asOf),
  );
  const answer = async (manual: ManualAsOf | null) => {
    questions.at(-1)?.(manual);
    await vi.runAllTimersAsync();
  };
  return { follower, shown, questions, answer };
}

async function reading(sequence: number) {
  const all = followed();
  void all.follower.read();
  await all.answer(asOf(sequence));
  return all;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a manual that is followed', () => {
  it('is asked for once by the several changes that one deed is told as', async () => {
    const { follower, shown, questions, answer } = await reading(3);
    follower.hear(domains(4));
    follower.hear(settings(6));
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(2);
    await answer(asOf(6));
    expect(shown).toEqual([3, 6]);
    expect(questions).toHaveLength(2);
  });

  it('is not asked for where a change made here answers with it, whichever comes first', async () => {
    for (const isToldBefore of [true, false]) {
      const { follower, shown, questions } = await reading(3);
      const tell = () => {
        follower.hear(domains(4));
        follower.hear(settings(6));
      };
      const end = follower.wait();
      if (isToldBefore) tell();
      await vi.advanceTimersByTimeAsync(5000);
      follower.take(asOf(6));
      end();
      if (!isToldBefore) tell();
      await vi.runAllTimersAsync();
      expect(shown).toEqual([3, 6]);
      expect(questions).toHaveLength(1);
    }
  });

  it('is asked for when the change that was to answer with it fails', async () => {
    const { follower, questions } = await reading(3);
    const end = follower.wait();
    follower.hear(domains(4));
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(1);
    end();
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(2);
  });

  it('is asked for again where it changed while it was on its way, and never twice at a time', async () => {
    const { follower, shown, questions, answer } = followed();
    void follower.read();
    follower.hear(domains(5));
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(1);
    await answer(asOf(4));
    expect(questions).toHaveLength(2);
    await answer(asOf(5));
    expect(questions).toHaveLength(2);
    expect(shown).toEqual([4, 5]);
  });

  it('shows no older manual in place of a newer one', async () => {
    const { follower, shown } = await reading(8);
    follower.take(asOf(7));
    expect(shown).toEqual([8]);
  });

  it('is left alone by other domains and workspaces', async () => {
    const { follower, questions } = await reading(3);
    follower.hear(domains(4, 8));
    follower.hear({ kind: 'settings', sequence: 5, workspaceId: 2 });
    follower.hear({ kind: 'activity', sequence: 6, workspaceId: 1 });
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(1);
  });

  it('is asked for anew after a gap, whatever the numbers are then', async () => {
    const { follower, shown, questions, answer } = await reading(300);
    follower.hear({ kind: 'reload', sequence: 0 });
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(2);
    await answer(asOf(0));
    expect(shown).toEqual([300, 0]);
  });

  it('that could not be read is asked for again by the next change alone', async () => {
    const { follower, shown, questions, answer } = await reading(3);
    follower.hear(domains(4));
    await vi.runAllTimersAsync();
    await answer(null);
    expect(shown).toEqual([3, null]);
    expect(questions).toHaveLength(2);
    follower.hear(domains(5));
    await vi.runAllTimersAsync();
    expect(questions).toHaveLength(3);
  });

  it('shows nothing any more once it has ended', async () => {
    const { follower, shown, questions } = followed();
    void follower.read();
    follower.hear(domains(5));
    follower.end();
    questions[0]?.(asOf(5));
    await vi.runAllTimersAsync();
    expect(shown).toEqual([]);
    expect(questions).toHaveLength(1);
  });
});
