import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SpfResult } from '../../../shared/spf/check-host.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { describeWith } from '../../support/tools.ts';
import { seed } from '../../support/seed.ts';
import { defaults, rfc7208 } from '../../unit/spf/rfc7208-cases.ts';
import type { World } from '../../unit/spf/worlds.ts';
import { pyspfWorld, worldLookup, worlds } from '../../unit/spf/worlds.ts';

interface Answer {
  readonly result: string;
  /** Absent where pyspf has no explanation but its own. */
  readonly explanation?: string;
  readonly reason?: string;
}

function askPyspf(batch: readonly World[]): readonly (readonly Answer[])[] {
  const script = fileURLToPath(new URL('./pyspf.py', import.meta.url));
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [script], {
    input: JSON.stringify(batch.map(pyspfWorld)),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 110_000,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly (readonly Answer[])[];
}

/** pyspf counts the lookup of a redirect when it reads the record, though a mechanism matched before it. */
function isRedirectCountedEarly(mine: SpfResult, theirs: Answer, world: World): boolean {
  const hasRedirect = world.records.some(
    (record) => record.type === 'TXT' && record.strings.join('').includes(' redirect='),
  );
  return theirs.reason === 'Too many DNS lookups' && mine.lookups <= 10 && hasRedirect;
}

interface Comparison {
  readonly different: readonly string[];
  readonly countedEarly: number;
  readonly results: ReadonlySet<string>;
}

async function compare(batch: readonly World[]): Promise<Comparison> {
  const answers = askPyspf(batch);
  const different: string[] = [];
  const results = new Set<string>();
  let countedEarly = 0;
  for (const [index, world] of batch.entries()) {
    const lookup = worldLookup(world);
    for (const [number, { ip, sender, helo }] of world.checks.entries()) {
      const mine = await checkHost({ ip, sender, helo, lookup, receiver: 'mx.receiver.example' });
      const theirs = (answers[index] as readonly Answer[])[number] as Answer;
      results.add(mine.result);
      if (mine.result === theirs.result && mine.explanation === theirs.explanation) continue;
      if (isRedirectCountedEarly(mine, theirs, world)) {
        countedEarly += 1;
        continue;
      }
      const texts = world.records.flatMap((record) =>
        record.type === 'TXT' ? [`${record.name} “${record.strings.join('')}”`] : [],
      );
      different.push(
        [
          `${ip} <${sender}> ${helo}: ${mine.result} (${mine.explanation ?? mine.reason ?? ''}) here`,
          `${theirs.result} (${theirs.explanation ?? theirs.reason ?? ''}) there; ${world.failing.join()} fail`,
          ...texts,
        ].join(', '),
      );
    }
  }
  return { different, countedEarly, results };
}

describeWith(['python3:spf'], 'checkHost and pyspf', () => {
  const runs = Number(process.env.SENDWRIGHT_RUNS ?? 2000);

  test(`agree on ${runs} checks in generated worlds, seed ${seed}`, async () => {
    const batch = fc.sample(worlds, { numRuns: Math.ceil(runs / 6), seed });
    const { different, countedEarly, results } = await compare(batch);
    expect(different, `seed ${seed}`).toEqual([]);
    expect(countedEarly, `seed ${seed}`).toBeLessThan(runs / 200);
    expect([...results].sort()).toEqual(['fail', 'neutral', 'none', 'pass', 'permerror', 'softfail', 'temperror']);
  });

  test('agree on the cases from the RFC’s text, but for the documented ones', () => {
    const batch = rfc7208.map(({ records, failing = [], cases }) => ({
      records,
      failing,
      checks: cases.map((check) => ({ ...defaults, ...check })),
    }));
    const answers = askPyspf(batch);
    const expected = rfc7208.map(({ section, cases }) =>
      cases.map((check) => [
        section,
        check.sender,
        check.ip,
        check.pyspf ?? check.expected,
        check.pyspf === undefined ? check.explanation : undefined,
      ]),
    );
    const found = rfc7208.map(({ section, cases }, index) =>
      cases.map((check, number) => {
        const { result, explanation } = (answers[index] as readonly Answer[])[number] as Answer;
        return [section, check.sender, check.ip, result, explanation];
      }),
    );
    expect(found).toEqual(expected);
  });
});
