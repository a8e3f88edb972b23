import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { applyFixes } from '../../shared/findings/apply-fix.ts';
import { checkHost } from '../../shared/spf/check-host.ts';
import { lintSpf } from '../../shared/spf/lint.ts';
import { expandMacros, parseMacroString } from '../../shared/spf/macro.ts';
import { mergeSpf } from '../../shared/spf/merge.ts';
import { repairSpf } from '../../shared/spf/repair.ts';
import { parseSpf, printSpf } from '../../shared/spf/syntax.ts';
import { feed, FULL_RUN, measureTextGrowth } from '../support/hostile.ts';

/** Hostile SPF texts: nothing may throw, hang, or take time that grows faster than the text. */

const PIECES: readonly string[] = [
  'v=spf1',
  'V=SPF1',
  'v=spfl',
  ' ',
  '  ',
  '\t',
  '\0',
  'a',
  'mx',
  'ptr',
  'all',
  'include',
  'exists',
  'ip4',
  'ip6',
  'redirect=',
  'exp=',
  'moo=',
  ':',
  '/',
  '//',
  '.',
  ',',
  ';',
  '\\;',
  '+',
  '-',
  '~',
  '?',
  '=',
  '"',
  '“',
  '–',
  '—',
  '%',
  '%%',
  '%_',
  '%-',
  '%{',
  '}',
  '%{i}',
  '%{d2r-}',
  '%{S}',
  '%{p}',
  '%{ir}.%{v}',
  '%{l99999999999}',
  'r',
  '0',
  '24',
  '128',
  '999',
  '192.0.2.1',
  '2001:db8::1',
  '::',
  'example.com',
  'x'.repeat(64),
  'x.'.repeat(200),
  'é',
  '\u00FF',
  '\uD800',
  '\u{1F4E7}',
];

function hostileText(random: (below: number) => number): string {
  let text = random(4) === 0 ? '' : 'v=spf1 ';
  const pieces = random(30);
  for (let piece = 0; piece < pieces; piece += 1) {
    text += random(20) === 0 ? String.fromCharCode(random(0x300)) : PIECES[random(PIECES.length)];
    if (random(3) === 0) text += ' ';
  }
  return text;
}

interface Parser {
  readonly name: string;
  /** One round in so many is made: a whole evaluation takes longer than a parse. */
  readonly every: number;
  readonly run: (text: string, random: (below: number) => number) => void | Promise<void>;
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

const parsers: readonly Parser[] = [
  {
    name: 'parseSpf',
    every: 1,
    run(text) {
      const { record, words, findings } = parseSpf(text);
      demand((record === null) === findings.length > 0, 'a record, or findings');
      demand(record === null || printSpf(record) === text, 'printed as it was read');
      demand(
        words.every(({ span, text: word }) => text.slice(span.start, span.end) === word),
        'positions',
      );
    },
  },
  {
    name: 'macros',
    every: 1,
    run(text, random) {
      const parts = parseMacroString(text, random(2) === 0);
      if (parts !== null) expandMacros(parts, (letter) => `${letter}.${text}`);
    },
  },
  {
    name: 'repairSpf',
    every: 1,
    run: (text) => void repairSpf(text),
  },
  {
    name: 'lintSpf',
    every: 1,
    run(text) {
      const findings = lintSpf(text);
      applyFixes(
        text,
        findings.flatMap((finding) => finding.fix ?? []),
      );
      demand(
        findings.every(
          ({ span }) => span === undefined || (span.start >= 0 && span.start <= span.end && span.end <= text.length),
        ),
        'positions within the text',
      );
    },
  },
  {
    name: 'mergeSpf',
    every: 1,
    run(text) {
      const once = mergeSpf([text], { add: ['include:_spf.example.net'] });
      const twice = mergeSpf([once.record], { add: ['include:_spf.example.net'] });
      demand(
        twice.unchanged && twice.record === once.record,
        `merging again changes ${once.record} to ${twice.record}`,
      );
    },
  },
  {
    name: 'checkHost',
    every: 10,
    async run(text, random) {
      const strings = [text.replace(/[^\0-\u00FF]/g, '?')];
      const lookup = zoneLookup([
        { name: 'example.com', ttl: 60, type: 'TXT', strings },
        { name: '*.example.com', ttl: 60, type: 'TXT', strings: ['v=spf1 include:example.com ~all'] },
        { name: '*.example.com', ttl: 60, type: 'A', address: '192.0.2.1' },
      ]);
      const ip = random(2) === 0 ? '192.0.2.1' : '2001:db8::1';
      const { lookups } = await checkHost({ ip, sender: `${text}@example.com`, helo: text, lookup });
      demand(lookups <= 11, 'no more lookups than are allowed');
    },
  },
];

/** What a text is repeated from; each was made to send a careless expression back and forth. */
const REPEATED = [
  'a',
  ' ',
  ';',
  '"',
  '.',
  ':',
  '/',
  '%',
  '%%',
  '%{',
  '–',
  '\t',
  'all',
  '-all',
  'a:',
  'a.a',
  'include: ',
  'ip4:',
  'ip4:1.2.3.4 ',
  'ip6:1:',
  'moo ',
  'a, ',
  '"  "',
  'v=spf1 ',
  '\\;',
  'a~',
  'exp=a.b ',
  '- ',
  ' /',
  'x=y ',
  'a:%{d}.b ',
  'IN TXT ',
  'é',
  ':é',
  '\u00C3\u00A9 ',
  'inlcude:a.b ',
  'ip4:1.2.3.4/24 ',
  'ip4:1.2.3.4/255.0.0.0 ',
  'include=a.b ',
  'include:a',
  'a:x/1 ',
  'v ',
  'v=spf1',
  '(',
  '+',
  ', ',
  '1.2.3.4, ',
  '\\',
  ' "a"',
  'x.example TXT y\n',
];

function measureGrowth(isFullRun: boolean): string {
  const measured = parsers
    .filter((parser) => parser.name !== 'checkHost')
    .map(({ name, run: take }) => ({ name, prefix: 'v=spf1 ', run: (text: string) => void take(text, () => 0) }));
  const pasted = ['', '"', 'a TXT v=spf1 '].map((prefix) => ({
    name: `repairSpf behind ${JSON.stringify(prefix)}`,
    prefix,
    run: (text: string) => void repairSpf(text),
  }));
  return measureTextGrowth([...measured, ...pasted], REPEATED, isFullRun);
}

/**
 * @param rounds hostile texts for each parser; a tenth of that for checkHost.
 * @param seed gives the same texts again.
 */
async function run(rounds: number, seed: number): Promise<string> {
  const fed = await feed(parsers, rounds, seed, (random) => hostileText(random));
  return `${fed}; ${measureGrowth(rounds >= FULL_RUN)}`;
}

export const soak = { name: 'spf', run };
