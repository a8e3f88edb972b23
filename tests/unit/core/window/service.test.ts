import { expect, it } from 'vitest';
import { createWindowFaults } from '../../../../main/core/window/service.ts';

it('faults of the window are written twenty a minute; what was left out is said with the next', () => {
  let now = 1_000_000;
  const written: Record<string, unknown>[] = [];
  const error = (fields: Readonly<Record<string, unknown>>) => void written.push(fields);
  const tell = createWindowFaults({ log: { error }, now: () => now });
  for (let index = 0; index < 100; index += 1) tell({ kind: 'error', message: `fault ${index}` });
  expect(written).toHaveLength(20);
  now += 59_999;
  tell({ kind: 'error', message: 'a moment too soon' });
  expect(written).toHaveLength(20);
  now += 1;
  tell({ kind: 'view', message: 'a minute later', leftOut: 5 });
  tell({ kind: 'view', message: 'and one more' });
  expect(written.slice(20)).toEqual([
    { kind: 'view', fault: { message: 'a minute later' }, leftOut: 86 },
    { kind: 'view', fault: { message: 'and one more' } },
  ]);
  // The clock is put back by a year.
  now -= 365 * 86_400_000;
  tell({ kind: 'error', message: 'in the past' });
  expect(written.at(-1)).toEqual({ kind: 'error', fault: { message: 'in the past' } });
});
