import { expect, it } from 'vitest';
import { createPace } from '../../../main/store/copy-pace.ts';

/** A clock that stands still but for work and pauses. */
function paced(isBusy: () => boolean) {
  let now = 5000;
  let worked = 0;
  let written = 0;
  const pace = createPace(() => ({ isWanted: true, isBusy: isBusy() }), {
    now: () => now,
    sleep: (ms) => {
      now += ms;
    },
    writeOut: () => {
      written += 1;
    },
  });
  return {
    step(ms: number) {
      now += ms;
      worked += ms;
      pace.afterStep('a copy');
    },
    share: () => worked / (now - 5000),
    written: () => written,
  };
}

it('a copy takes a tenth of the time while others are busy, whatever its steps take', () => {
  const copy = paced(() => true);
  for (const ms of [1, 3, 0.2, 40, 7, 90, 12]) copy.step(ms);
  expect(copy.share()).toBeCloseTo(0.1, 5);
  expect(copy.written()).toBe(7);
});

it('it waits a second at most, for by then it may be quiet', () => {
  const copy = paced(() => true);
  copy.step(5000);
  expect(copy.share()).toBeCloseTo(5 / 6, 5);
});

it('it goes on at once while nothing else is done, and once others have ended', () => {
  let isBusy = false;
  const copy = paced(() => isBusy);
  for (let step = 0; step < 100; step += 1) copy.step(10);
  expect(copy.share()).toBe(1);
  expect(copy.written()).toBe(0);
  isBusy = true;
  copy.step(10);
  isBusy = false;
  for (let step = 0; step < 99; step += 1) copy.step(10);
  expect(copy.share()).toBeCloseTo(2000 / 2090, 5);
});
