import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nameFault } from '../../shared/dns/names.ts';
import type { HandOver } from '../../shared/handover/format.ts';
import { formatById } from '../../shared/handover/index.ts';
import type { Change } from '../../shared/plan/types.ts';
import { carriedOut, changed, leftOutOf, meaning, meanings, ZONE } from '../support/hand-over.ts';
import { ADDITIONS_ONLY, readers, written } from '../support/hand-over-readers.ts';
import { planWorld } from '../support/worlds-of-plans.ts';

/**
 * Plans of generated worlds through every format that a program reads: what a format holds is what the plan says, its way
 * back restores the zone, and no name is one that DNS can't carry.
 */

/** Worlds for each run of the shrinking generator: a counterexample is told in its smallest form. */
const PORTION = 500;

interface Figures {
  texts: number;
  leftOut: number;
}

function taken(id: string, input: HandOver, figures: Figures) {
  const text = written(id, input);
  const leftOut = leftOutOf([text, ...(formatById(id)?.besides?.(input) ?? [])].join('\n'));
  figures.texts += 1;
  figures.leftOut += leftOut.size;
  const isDone = ({ action, type, name }: Change) =>
    (action === 'add' || action === 'replace') && !leftOut.has(`${type} ${name}`);
  return { operations: (readers[id] as (typeof readers)[string])(text), done: input.changes.filter(isDone) };
}

function run(rounds: number, seed: number): Promise<string> {
  const figures: Figures = { texts: 0, leftOut: 0 };
  const held = fc.property(planWorld(ZONE), ({ published, plan }) => {
    const base = { domain: plan.domain, zone: ZONE, generatedAt: '2026-11-24T12:00:00.000Z' };
    for (const id of Object.keys(readers)) {
      const forward = taken(id, { ...base, changes: plan.changes }, figures);
      const { operations, done } = forward;
      for (const { name } of [...operations.add, ...operations.sets]) assert.equal(nameFault(name, true), null, name);
      if (ADDITIONS_ONLY.has(id)) {
        // What stays as it is stands in the configuration already.
        const known = new Set(meanings(published));
        const added = done.flatMap(({ after }) => after).filter((record) => !known.has(meaning(record)));
        assert.deepEqual(meanings(operations.add), meanings(added), id);
        continue;
      }
      const applied = carriedOut(published, operations);
      assert.deepEqual(meanings(applied), meanings(changed(published, done)), id);
      const back = taken(id, { ...base, changes: plan.wayBack, isWayBack: true }, figures);
      if (forward.done.length === back.done.length)
        assert.deepEqual(meanings(carriedOut(applied, back.operations)), meanings(published), `${id}, the way back`);
    }
  });
  for (let first = 0; first < rounds; first += PORTION)
    fc.assert(held, { seed: seed + first, numRuns: Math.min(PORTION, rounds - first) });
  return Promise.resolve(
    `${rounds} worlds, ${figures.texts} texts read, ${figures.leftOut} sets left out in words; no counterexample`,
  );
}

export const soak = { name: 'hand-overs', run };
