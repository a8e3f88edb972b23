import { describe, expect, it } from 'vitest';
import { remembering } from '../../../shared/memo.ts';

/** Counts the work for each text. */
function counting() {
  const asked: string[] = [];
  const lengthOf = (text: string) => {
    asked.push(text);
    return text.length;
  };
  return { asked, lengthOf };
}

describe('what was worked out for a text', () => {
  it('is remembered for the text that came last, and for those before it', () => {
    const { asked, lengthOf } = counting();
    const remembered = remembering(2, lengthOf);
    expect(['a', 'a', 'bb', 'a', 'bb', 'bb'].map(remembered)).toEqual([1, 1, 2, 1, 2, 2]);
    expect(asked).toEqual(['a', 'bb']);
  });

  it('is forgotten when more other texts have come than are kept', () => {
    const { asked, lengthOf } = counting();
    const remembered = remembering(2, lengthOf);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'a']) remembered(text);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'e', 'a']);
  });

  it('is the same for texts with one key, and never another’s where there is no result', () => {
    const { asked, lengthOf } = counting();
    const remembered = remembering(
      2,
      (text) => (text === 'none' ? null : lengthOf(text)),
      (text) => text.toLowerCase(),
    );
    expect(['Abc', 'aBC', 'none', 'abc', 'none', 'none'].map(remembered)).toEqual([3, 3, null, 3, null, null]);
    expect(asked).toEqual(['Abc']);
  });
});
