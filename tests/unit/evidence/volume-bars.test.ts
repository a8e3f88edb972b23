import { describe, expect, it } from 'vitest';
import { volumeBars } from '../../../shared/evidence/senders/volume-bars.ts';

const at = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;

describe('bars of the volume', () => {
  it('stand for a day each, those without mail too', () => {
    const { days, bars, undated } = volumeBars([
      { day: 0, messages: 7, passing: 7 },
      { day: at('2026-02-27'), messages: 10, passing: 8 },
      { day: at('2026-03-02'), messages: 4, passing: 4 },
    ]);
    expect([days, undated]).toEqual([1, 7]);
    expect(
      bars.map(({ from, messages, passing }) => [new Date(from).toISOString().slice(0, 10), messages, passing]),
    ).toEqual([
      ['2026-02-27', 10, 8],
      ['2026-02-28', 0, 0],
      ['2026-03-01', 0, 0],
      ['2026-03-02', 4, 4],
    ]);
  });

  it('stand for longer times the longer the whole is, and lose no message', () => {
    for (const [last, days] of [
      ['2026-03-03', 1],
      ['2026-03-04', 7],
      ['2027-03-11', 28],
      ['2060-01-01', 364],
    ] as const) {
      const found = volumeBars([
        { day: at('2026-01-01'), messages: 3, passing: 1 },
        { day: at(last), messages: 2, passing: 2 },
      ]);
      expect(found.days, last).toBe(days);
      expect(found.bars.length, last).toBeLessThanOrEqual(62);
      expect(
        found.bars.reduce((sum, { messages }) => sum + messages, 0),
        last,
      ).toBe(5);
    }
  });

  it('are none where there is no mail', () => {
    expect(volumeBars([]).bars).toEqual([]);
  });
});
