import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseDkimKey } from '../../../shared/dkim/key-record.ts';
import { keyPool, recordCases } from '../../support/dkim-records.ts';
import { describeWith } from '../../support/tools.ts';
import { seed } from '../../support/seed.ts';

type Answer = readonly [type: string, bits: number] | readonly [type: null, reason: string];

function askDkimpy(texts: readonly string[]): readonly Answer[] {
  const script = path.resolve(import.meta.dirname, 'dkimpy.py');
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [script], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 110_000,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Answer[];
}

/** Faults that dkimpy overlooks; docs/dkim-differences.md says why each counts here. */
const OVERLOOKED: ReadonlySet<string> = new Set([
  'dkim.bad-base64',
  'dkim.bare-key',
  'dkim.cut-off',
  'dkim.hash-forbidden',
  'dkim.broken-tag',
  'dkim.not-a-public-key',
]);

/** A list of services is compared whole by dkimpy, and base64 without its padding is refused. */
function isTooMuchForDkimpy(text: string): boolean {
  const { key, findings } = parseDkimKey(text);
  return (key?.services ?? []).length > 1 || findings.some((finding) => finding.code === 'dkim.padding');
}

describeWith(['python3:dkim', 'python3:nacl'], 'dkimpy', () => {
  it('reads generated key records as they are read here', () => {
    const numRuns = Number(process.env.SENDWRIGHT_RUNS ?? 2000);
    const texts = fc.sample(recordCases(keyPool()), { numRuns, seed }).map((each) => each.text);
    const different: string[] = [];
    const counts = { read: 0, refused: 0, overlooked: 0 };
    for (const [index, [type, bits]] of askDkimpy(texts).entries()) {
      const text = texts[index] as string;
      const { key, findings } = parseDkimKey(text);
      const mine = key === null || key.publicKey === '' ? null : key;
      const errors = findings.filter((finding) => finding.severity === 'error');
      if (mine === null && type === null) counts.refused += 1;
      else if (mine !== null && mine.type === type && mine.bits === bits) counts.read += 1;
      else if (type === null && isTooMuchForDkimpy(text)) counts.overlooked += 1;
      else if (mine === null && errors.length > 0 && errors.every(({ code }) => OVERLOOKED.has(code)))
        counts.overlooked += 1;
      else different.push(`${mine?.type} ${mine?.bits} here, ${type} ${bits} there: ${text}`);
    }
    expect(different, `seed ${seed}`).toEqual([]);
    expect(counts.read, `seed ${seed}`).toBeGreaterThan(numRuns / 3);
    expect(counts.refused, `seed ${seed}`).toBeGreaterThan(numRuns / 5);
    expect(counts.overlooked, `seed ${seed}`).toBeLessThan(numRuns / 6);
  });
});
