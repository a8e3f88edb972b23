import { describe, expect, it, vi } from 'vitest';
import { LastAsked, Reader } from '../../../renderer/data/reader.ts';

/** A reader over answers that are given by hand. */
function held(rest = 0) {
  const shown: (string | null)[] = [];
  const questions: PromiseWithResolvers<string | null>[] = [];
  const reader = new Reader<string>(
    () => {
      const question = Promise.withResolvers<string | null>();
      questions.push(question);
      return question.promise;
    },
    (value) => shown.push(value),
    rest,
  );
  const answer = async (index: number, value: string | null) => {
    questions[index]?.resolve(value);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { reader, shown, questions, answer };
}

describe('what is read anew while it is shown', () => {
  it('is read once more for however many changes come during a reading, and no older answer comes last', async () => {
    const { reader, shown, questions, answer } = held();
    void reader.read();
    void reader.read();
    void reader.read();
    expect(questions).toHaveLength(1);
    await answer(0, 'before the changes');
    expect(questions).toHaveLength(2);
    await answer(1, 'after them');
    expect(shown).toEqual(['before the changes', 'after them']);
    expect(questions).toHaveLength(2);
    expect(reader.isReading).toBe(false);
  });

  it('lets whoever waits go on when what is shown is as new as the question', async () => {
    const { reader, answer } = held();
    const events: string[] = [];
    void reader.read();
    void reader.read().then(() => events.push('read'));
    await answer(0, 'before');
    events.push('first answer');
    await answer(1, 'after');
    expect(events).toEqual(['first answer', 'read']);
  });

  it('rests for as many times as the last reading took, unless it is hurried', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const { reader, questions, answer } = held(19);
    void reader.read();
    vi.advanceTimersByTime(100);
    await answer(0, 'one');
    void reader.read();
    vi.advanceTimersByTime(1899);
    await answer(1, 'not asked yet');
    expect(questions).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await answer(1, 'not asked before');
    expect(questions).toHaveLength(2);

    vi.advanceTimersByTime(1000);
    await answer(1, 'two');
    void reader.read();
    void reader.read();
    reader.hurry();
    await answer(2, 'not asked before');
    expect(questions).toHaveLength(3);
    vi.advanceTimersByTime(1000);
    await answer(2, 'three');
    // Nothing waits: the next is asked for at once all the same.
    reader.hurry();
    void reader.read();
    expect(questions).toHaveLength(4);
    // Hurried while it is read: what is read may be older, and the next waits for nothing either.
    vi.advanceTimersByTime(1000);
    reader.hurry();
    await answer(3, 'four');
    void reader.read();
    expect(questions).toHaveLength(5);
    vi.useRealTimers();
  });

  it('keeps what a change was answered with when the reading under way is older', async () => {
    const { reader, shown, questions, answer } = held();
    void reader.read();
    reader.put('changed');
    await answer(0, 'before the change');
    expect(shown).toEqual(['changed']);
    await answer(1, 'with the change');
    expect(shown).toEqual(['changed', 'with the change']);
    reader.put('changed again');
    expect(shown.at(-1)).toBe('changed again');
    expect(questions).toHaveLength(2);
  });

  it('shows nothing of what is answered after its end, and asks nothing any more', async () => {
    const { reader, shown, questions, answer } = held();
    void reader.read();
    void reader.read();
    reader.end();
    await answer(0, 'late');
    reader.put('later');
    await reader.read();
    expect(shown).toEqual([]);
    expect(questions).toHaveLength(1);
  });

  it('is read again after a fault, whether the reader says so or throws', async () => {
    const { reader, shown, questions, answer } = held();
    void reader.read();
    await answer(0, null);
    const faulty = reader.read();
    questions[1]?.reject(new Error('The console does not answer'));
    await expect(faulty).rejects.toThrow('does not answer');
    void reader.read();
    await answer(2, 'there');
    expect(shown).toEqual([null, 'there']);
  });
});

it('of several questions only the one asked last counts', () => {
  const asked = new LastAsked();
  const first = asked.next();
  expect(first()).toBe(true);
  const second = asked.next();
  expect([first(), second()]).toEqual([false, true]);
});
