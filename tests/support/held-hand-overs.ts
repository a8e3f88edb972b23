import assert from 'node:assert/strict';
import { nameFault } from '../../shared/dns/names.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import type { HandOver } from '../../shared/handover/format.ts';
import { formatById } from '../../shared/handover/index.ts';
import { isInZone } from '../../shared/plan/record-sets.ts';
import type { Change, Plan } from '../../shared/plan/types.ts';
import { carriedOut, changed, leftOutOf, meaning, meanings, ZONE } from './hand-over.ts';
import { ADDITIONS_ONLY, readers, written } from './hand-over-readers.ts';

/** What a format holds is what the plan says, and its way back restores the zone. */

/** Formats that a program reads. */
export const READ_FORMATS: readonly string[] = Object.keys(readers);

/** Formats that tell the changes of other zones too. */
const ACROSS_ZONES: ReadonlySet<string> = new Set(['csv', 'json']);

export interface HeldFigures {
  texts: number;
  leftOut: number;
}

function taken(id: string, input: HandOver, figures: HeldFigures) {
  const text = written(id, input);
  const leftOut = leftOutOf([text, ...(formatById(id)?.besides?.(input) ?? [])].join('\n'));
  figures.texts += 1;
  figures.leftOut += leftOut.size;
  const isDone = (change: Change) =>
    (change.action === 'add' || change.action === 'replace' || (change.action === 'unknown' && id !== 'json')) &&
    (ACROSS_ZONES.has(id) || isInZone(change, ZONE)) &&
    !leftOut.has(`${change.type} ${change.name}`);
  return { operations: (readers[id] as (typeof readers)[string])(text), done: input.changes.filter(isDone) };
}

/**
 * Writes a plan in a format, reads it back by the format's own rules, and carries it out on the zone.
 *
 * @param published all that stands in the zone of the tests; the plan was made knowing it.
 * @throws where the zone is then not what the plan says, or not what it was once the way back is carried out.
 */
export function holdHandOver(id: string, published: readonly ResourceRecord[], plan: Plan, figures: HeldFigures): void {
  const base = { domain: plan.domain, zone: ZONE, generatedAt: '2026-11-24T12:00:00.000Z' };
  const forward = taken(id, { ...base, changes: plan.changes }, figures);
  const { operations, done } = forward;
  for (const { name } of [...operations.add, ...operations.sets]) assert.equal(nameFault(name, true), null, name);
  if (ADDITIONS_ONLY.has(id)) {
    // What stays as it is stands in the configuration already.
    const known = new Set(meanings(published));
    const added = done.flatMap(({ after }) => after).filter((record) => !known.has(meaning(record)));
    assert.deepEqual(meanings(operations.add), meanings(added), id);
    return;
  }
  const applied = carriedOut(published, operations);
  assert.deepEqual(meanings(applied), meanings(changed(published, done)), id);
  const back = taken(id, { ...base, changes: plan.wayBack, isWayBack: true }, figures);
  if (forward.done.length === back.done.length)
    assert.deepEqual(meanings(carriedOut(applied, back.operations)), meanings(published), `${id}, the way back`);
}
