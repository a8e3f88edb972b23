import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import type { HandOver } from '../../shared/handover/format.ts';
import { formatById } from '../../shared/handover/index.ts';
import { anyHandOver, changed, hostileHandOver, leftOutOf, meanings, undone } from '../support/hand-over.ts';

/** What every reading of hand-overs by a foreign tool shares: the hand-overs, both ways, and what they must come to. */

export interface Sample {
  readonly zone: readonly ResourceRecord[];
  readonly input: HandOver;
}

/** Hand-overs with plain and with hostile values, the same for a seed. */
export function samplesOf(count: number, seed: number): readonly Sample[] {
  return fc.sample(fc.oneof(anyHandOver, { weight: 2, arbitrary: hostileHandOver }), { numRuns: count, seed });
}

/** A hand-over written in one format, and what the zone is to hold afterwards. */
export interface Written {
  readonly text: string;
  /** What the format leaves out, as `TYPE name`. */
  readonly leftOut: ReadonlySet<string>;
  readonly input: HandOver;
  readonly before: readonly ResourceRecord[];
  readonly after: readonly ResourceRecord[];
}

export function writtenAs(id: string, input: HandOver, before: readonly ResourceRecord[]): Written {
  const format = formatById(id);
  if (format === undefined) throw new Error(`no format ${id}`);
  const text = format.write(input);
  const leftOut = leftOutOf([text, ...(format.besides?.(input) ?? [])].join('\n'));
  const done = input.changes.filter((change) => !leftOut.has(`${change.type} ${change.name}`));
  return { text, leftOut, input: { ...input, changes: done }, before, after: changed(before, done) };
}

/** A hand-over and its way back. */
export interface BothWays {
  readonly forward: Written;
  readonly back: Written;
}

export function bothWays(id: string, { zone, input }: Sample): BothWays {
  const forward = writtenAs(id, input, zone);
  const wayBack: HandOver = { ...input, changes: undone(forward.input.changes), isWayBack: true };
  return { forward, back: writtenAs(id, wayBack, forward.after) };
}

/** What a tool made of hand-overs. */
export interface Reading {
  /** Texts that were read. */
  readonly read: number;
  /** Sets that were left out in words. */
  readonly leftOut: number;
  /** What came out otherwise than planned; empty when all is well. */
  readonly wrong: readonly string[];
}

/** Compares what came out with what is planned; the first few differences are told. */
export function compared(
  written: readonly Written[],
  found: readonly (readonly ResourceRecord[] | string)[],
  expected: (each: Written) => readonly ResourceRecord[] = (each) => each.after,
): Reading {
  const wrong = written.flatMap((each, index) => {
    const records = found[index] ?? 'nothing was read';
    if (typeof records === 'string') return [`${records}\n${each.text}`];
    const [is, shall] = [meanings(records), meanings(expected(each))];
    return JSON.stringify(is) === JSON.stringify(shall)
      ? []
      : [`read ${JSON.stringify(is)}\nplanned ${JSON.stringify(shall)}\n${each.text}`];
  });
  const leftOut = written.reduce((total, each) => total + each.leftOut.size, 0);
  return { read: written.length, leftOut, wrong };
}

/** Runs a program on JSON and reads JSON from it. @throws with what it said when it fails. */
export function ask<Answer>(program: string, script: string, items: unknown): Answer {
  const run = spawnSync(program, [path.join(import.meta.dirname, 'programs', script)], {
    input: JSON.stringify(items),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 900_000,
  });
  if (run.status !== 0) throw new Error(`${script} ended with ${run.status}: ${run.stderr.slice(-2000)}`);
  return JSON.parse(run.stdout) as Answer;
}

/** Does something in a folder of its own, which goes away again. */
export function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-oracle-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The words of every command of that name that a script runs, told by a real shell. @throws when the script fails. */
export function commandsOf(script: string, program: string): readonly (readonly string[])[] {
  return inFolder((folder) => {
    const [file, log] = [path.join(folder, 'script'), path.join(folder, 'log')];
    writeFileSync(path.join(folder, program), `#!/bin/sh\nprintf '%s\\0' "$#" "$@" >> "$LOG"\n`, { mode: 0o755 });
    writeFileSync(file, script);
    writeFileSync(log, '');
    const run = spawnSync('sh', [file], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH ?? ''}`, LOG: log, RESOURCE_GROUP: 'a group', ZONE: 'zone-1' },
    });
    const said = `${run.stderr}${run.stdout}${run.status}`;
    if (said !== '0') throw new Error(`${said}\n${script}`);
    const words = readFileSync(log, 'utf8').split('\0').slice(0, -1);
    const commands: string[][] = [];
    for (let at = 0; at < words.length; at += Number(words[at]) + 1) {
      commands.push(words.slice(at + 1, at + 1 + Number(words[at])));
    }
    return commands;
  });
}
