import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { counted, countText } from '../../../shared/text/counted.ts';
import { allListed, anyListed, listed } from '../../../shared/text/listed.ts';

/** Texts that people read are whole sentences: no other language puts the same pieces together in the same way. */

const sources = ['main', 'renderer', 'shared'].flatMap((layer) =>
  readdirSync(layer, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.join(layer, name)),
);

/** What pieces are glued together with, each with what takes its place. */
const GLUE: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/=== -?1 \? '' : '[a-z]{1,3}'/, 'counted() with a text for each plural form'],
  [/=== -?1 \? '[a-z]{0,3}' : ''/, 'counted() with a text for each plural form'],
  [/=== -?1 \? '(?<word>[a-z]+)' : '\k<word>e?s'/, 'counted() with a text for each plural form'],
  [/\.join\((['"`])(?:,? and|,? or|;? but| of| from| to) ?\1\)/, 'allListed() or anyListed()'],
  [/\.join\((['"`]) (?:and|or|but|of|from|to) \1\)/, 'allListed() or anyListed()'],
  [/\.slice\(0, -1\)\.join\(/, 'allListed() or anyListed()'],
  [/\[0\]\??\.toUpperCase\(\)/, 'a text that begins as it is shown'],
];

/** The name of a file is no sentence. */
const NO_SENTENCE: readonly string[] = ["`sendwright-${texts.length}-domain${texts.length === 1 ? '' : 's'}-"];

describe('a text that people read', () => {
  it('is not glued together', () => {
    expect(sources.length).toBeGreaterThan(500);
    const glued = sources.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          if (NO_SENTENCE.some((text) => line.includes(text))) return [];
          const found = GLUE.find(([pattern]) => pattern.test(line));
          return found === undefined ? [] : [`${file}:${index + 1}: use ${found[1]}: ${line.trim()}`];
        }),
    );
    expect(glued).toEqual([]);
  });

  it.each([
    "`${n} domain${n === 1 ? '' : 's'}`",
    "`${n} of them fail${n === 1 ? 's' : ''}`",
    "`${n} ${n === 1 ? 'lookup' : 'lookups'}`",
    "names.join(' and ')",
    "names.join(', or ')",
    "`${names.slice(0, -1).join(', ')} and ${last}`",
  ])('is noticed where it is: %s', (line) => {
    expect(GLUE.some(([pattern]) => pattern.test(line))).toBe(true);
  });

  it('has the plural form and the groups of its number', () => {
    const texts = { one: '{count} domain of {count}', other: '{count} domains' };
    expect([0, 1, 2, 21, 1000, 1_234_567].map((count) => counted(count, texts))).toEqual([
      '0 domains',
      '1 domain of 1',
      '2 domains',
      '21 domains',
      '1,000 domains',
      '1,234,567 domains',
    ]);
    expect(countText(-12_345)).toBe('-12,345');
  });

  it('lists as its language does', () => {
    expect([[], ['A'], ['A', 'B'], ['A', 'B', 'C']].map(allListed)).toEqual(['', 'A', 'A and B', 'A, B and C']);
    expect([['A'], ['A', 'B'], ['A', 'B', 'C']].map(anyListed)).toEqual(['A', 'A or B', 'A, B or C']);
    expect([['A'], ['A', 'B', 'C']].map(listed)).toEqual(['A', 'A, B, C']);
  });
});
