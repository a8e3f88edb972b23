import { expect, it } from 'vitest';
import { generator } from '../../support/hostile.ts';
import { judgeWorld } from '../../support/judged-worlds.ts';
import { seed } from '../../support/seed.ts';
import { makeWorld } from '../../support/worlds-of-domains.ts';

/** What `npm run soak` does with plans at length, in short. */

const WORLDS = Number(process.env.SENDWRIGHT_RUNS ?? 300);

it('plans nothing that a receiver would find weaker or broken, and calls nothing verified that it can’t use', () => {
  const random = generator(seed);
  let verified = 0;
  for (let round = 0; round < WORLDS; round += 1) {
    const world = makeWorld(random);
    const { faults, told } = judgeWorld(world, random(4) === 0, random);
    expect(faults, `world ${round} of ${world.domain}`).toEqual([]);
    verified += told.verified;
  }
  expect(verified).toBeGreaterThan(WORLDS / 2);
}, 120_000);
