import Papa from 'papaparse';
import { parseDomainList } from '../../shared/lists/domain-list.ts';
import { bestOf } from '../support/hostile.ts';

/** Lists of 50,000 lines that hold nothing to be added, against the reader of CSV alone. */

const LINES = 50_000;
const ROUNDS = 15;
const MOST = 3;

const numbered = (line: (index: number) => string) => Array.from({ length: LINES }, (_none, index) => line(index));

const LISTS: readonly (readonly [what: string, text: string])[] = [
  ['refused names, one to a line', numbered((index) => `bad_${index}.example.com`).join('\n')],
  [
    'a table of refused names',
    [
      'Domain;Customer;Note',
      ...numbered((index) => `bad_${index}.example.com;Customer ${index};"note, ${index}"`),
    ].join('\n'),
  ],
  ['words', numbered((index) => `Customer ${index}`).join('\n')],
];

export const bench = {
  name: 'lists',
  run: () =>
    Promise.resolve(
      LISTS.map(([what, text]) => {
        const alone = bestOf(ROUNDS, () => void Papa.parse(text, { delimiter: ';', header: false }));
        const whole = bestOf(ROUNDS, () => void parseDomainList(text, new Set()));
        const ratio = whole / alone;
        return { label: `${LINES} lines, ${what}`, value: ratio.toFixed(2), target: `< ${MOST}`, met: ratio < MOST };
      }),
    ),
};
