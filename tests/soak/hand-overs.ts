import fc from 'fast-check';
import { ZONE } from '../support/hand-over.ts';
import type { HeldFigures } from '../support/held-hand-overs.ts';
import { holdHandOver, READ_FORMATS } from '../support/held-hand-overs.ts';
import { planWorld } from '../support/worlds-of-plans.ts';

/**
 * Plans of generated worlds through every format that a program reads: what a format holds is what the plan says, its way
 * back restores the zone, and no name is one that DNS can't carry.
 */

/** Worlds for each run of the shrinking generator: a counterexample is told in its smallest form. */
const PORTION = 500;

function run(rounds: number, seed: number): Promise<string> {
  const figures: HeldFigures = { texts: 0, leftOut: 0 };
  const held = fc.property(planWorld(ZONE), ({ published, plan }) => {
    for (const id of READ_FORMATS) holdHandOver(id, published, plan, figures);
  });
  for (let first = 0; first < rounds; first += PORTION)
    fc.assert(held, { seed: seed + first, numRuns: Math.min(PORTION, rounds - first) });
  return Promise.resolve(
    `${rounds} worlds, ${figures.texts} texts read, ${figures.leftOut} sets left out in words; no counterexample`,
  );
}

export const soak = { name: 'hand-overs', run };
