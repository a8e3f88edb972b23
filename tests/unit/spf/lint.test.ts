import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import { octetsToText, textToOctets } from '../../../shared/dns/txt.ts';
import { lintSpf } from '../../../shared/spf/lint.ts';
import { repairSpf } from '../../../shared/spf/repair.ts';
import { mechanismKey } from '../../../shared/spf/meaning.ts';
import { parseSpf, spfText } from '../../../shared/spf/syntax.ts';
import { evaluate, mechanism, published, senders } from './sampled.ts';

describe('repairSpf writes a slip as it was meant', () => {
  test.each([
    ['v=spf1 include:_spf.a.example –all', 'v=spf1 include:_spf.a.example -all', ['spf.dash']],
    ['v=spf1 mx —all', 'v=spf1 mx -all', ['spf.dash']],
    ['“v=spf1 mx -all”', 'v=spf1 mx -all', ['spf.quotes', 'spf.quotes']],
    ['"v=spf1 a -all"', 'v=spf1 a -all', ['spf.quotes', 'spf.quotes']],
    ['"v=spf1 inc" "lude:a.example -all"', 'v=spf1 include:a.example -all', ['spf.quotes', 'spf.quotes', 'spf.quotes']],
    ['v=spfl a -all', 'v=spf1 a -all', ['spf.version-slip']],
    ['v=spf 1 a -all', 'v=spf1 a -all', ['spf.version-slip']],
    ['v=spf1include:a.example -all', 'v=spf1 include:a.example -all', ['spf.version-slip']],
    ['v=spf1-all', 'v=spf1 -all', ['spf.version-slip']],
    ['v=spf1 include: a.example ~all', 'v=spf1 include:a.example ~all', ['spf.blank-after-colon']],
    ['v=spf1 include : a.example ~all', 'v=spf1 include:a.example ~all', ['spf.blank-after-colon']],
    ['v=spf1 include:a.example\\; ~all', 'v=spf1 include:a.example ~all', ['spf.stray-character']],
    ['v=spf1 a, mx; ~all.', 'v=spf1 a mx ~all', ['spf.stray-character', 'spf.stray-character', 'spf.stray-character']],
    [
      'v=spf1\ta\u00A0mx\r\n -all',
      'v=spf1 a mx -all',
      ['spf.stray-character', 'spf.stray-character', 'spf.stray-character'],
    ],
    ['v=spf1 ip4:2001:db8::1 -all', 'v=spf1 ip6:2001:db8::1 -all', ['spf.wrong-family']],
    ['v=spf1 ip6:192.0.2.1/24 -all', 'v=spf1 ip4:192.0.2.1/24 -all', ['spf.wrong-family']],
    ['v=spf1 ipv4:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', ['spf.wrong-family']],
    ['v=spf1 include:a.example~all', 'v=spf1 include:a.example ~all', ['spf.missing-blank']],
    [
      'v=spf1 ip4:192.0.2.1include:a.example -all',
      'v=spf1 ip4:192.0.2.1 include:a.example -all',
      ['spf.missing-blank'],
    ],
    [
      'example.com. 3600 IN TXT "v=spf1 mx " "-all" ; ours',
      'v=spf1 mx -all',
      ['spf.zone-line', 'spf.quotes', 'spf.quotes', 'spf.zone-line'],
    ],
    ['@ TXT ( "v=spf1 mx -all" )', 'v=spf1 mx -all', ['spf.zone-line', 'spf.quotes', 'spf.zone-line']],
    ['v=spf1 mx \u02DCall', 'v=spf1 mx ~all', ['spf.tilde']],
    ['v=spf1 mx - all', 'v=spf1 mx -all', ['spf.blank-after-sign']],
    ['v=spf1 mx – all', 'v=spf1 mx -all', ['spf.dash', 'spf.blank-after-sign']],
    ['v=spf1 include=a.example -all', 'v=spf1 include:a.example -all', ['spf.wrong-separator']],
    ['v=spf1 redirect:a.example', 'v=spf1 redirect=a.example', ['spf.wrong-separator']],
    ['v=spf1 redirect : a.example', 'v=spf1 redirect=a.example', ['spf.blank-after-colon']],
    ['v=spf1 include:https://a.example/ -all', 'v=spf1 include:a.example -all', ['spf.url']],
    ['v=spf1 ip4:192.0.2.0 /24 -all', 'v=spf1 ip4:192.0.2.0/24 -all', ['spf.blank-after-colon']],
    ['v=spf1 ip4:192.0.2.0/255.255.255.0 -all', 'v=spf1 ip4:192.0.2.0/24 -all', ['spf.netmask']],
    ['v=spf1 a:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', ['spf.wrong-family']],
    ['v=spf1 ip:2001:db8::1 -all', 'v=spf1 ip6:2001:db8::1 -all', ['spf.wrong-family']],
    ['v=spf1 include:b\u00FCcher.example -all', 'v=spf1 include:xn--bcher-kva.example -all', ['spf.unicode-domain']],
    [
      'v=spf1 include:b\u00C3\u00BCcher.example -all',
      'v=spf1 include:xn--bcher-kva.example -all',
      ['spf.unicode-domain'],
    ],
    ['v=spf1 mx \u00E2\u0080\u0093all', 'v=spf1 mx -all', ['spf.dash']],
    ['\uFEFFv=spf1 mx\u200B -all', 'v=spf1 mx -all', ['spf.stray-character', 'spf.stray-character']],
    ['v=spf1 mx -allinclude:a.example', 'v=spf1 mx -all include:a.example', ['spf.missing-blank']],
    ['v=spf1 mx-all', 'v=spf1 mx -all', ['spf.missing-blank']],
    ['v=spf1 mxredirect=a.example', 'v=spf1 mx redirect=a.example', ['spf.missing-blank']],
  ])('%j', (text, repaired, codes) => {
    const { text: found, findings } = repairSpf(text);
    expect(found).toBe(repaired);
    expect(parseSpf(found).record).not.toBeNull();
    expect(findings.map((finding) => finding.code)).toEqual(codes);
    expect(repairSpf(found)).toEqual({ text: found, findings: [] });
  });

  test.each([
    'v=spf1 a:my-host.example -all',
    'V=SPF1 MX ?ALL',
    'v=spf1 exists:%{l1r-}.%{i}.example ~all',
    'v=spf1 a:include.example -all',
    'v=spf1 mx redirect=_spf.example.com.',
    'v=spf1 a:x-redirect.example ip4:10.0.0.0/8 ~all',
    'v=spf1 moo=a=b exp=x.example',
  ])('leaves %j alone', (text) => {
    expect(repairSpf(text)).toEqual({ text, findings: [] });
  });
});

describe('lintSpf', () => {
  test.each([
    ['v=spf1 include:a.example -all', [], ''],
    ['v=spf1 mx', ['spf.all-missing'], 'v=spf1 mx ~all'],
    ['v=spf1 mx +all', ['spf.plus-all'], 'v=spf1 mx ~all'],
    ['v=spf1 mx ?all', ['spf.neutral-all'], 'v=spf1 mx ~all'],
    ['v=spf1 -all include:a.example', ['spf.after-all'], 'v=spf1 include:a.example -all'],
    ['v=spf1 mx -all ~all', ['spf.after-all'], 'v=spf1 mx -all'],
    ['v=spf1 mx redirect=a.example -all', ['spf.redirect-ignored'], 'v=spf1 mx -all'],
    ['v=spf1 ptr mx -all', ['spf.ptr'], 'v=spf1 mx -all'],
    ['v=spf1 mx a MX -all', ['spf.duplicate-term'], 'v=spf1 mx a -all'],
    ['v=spf1 mx moo -all', ['spf.unknown-mechanism'], ''],
    ['v=spf1 mx –all', ['spf.dash'], 'v=spf1 mx -all'],
    ['v=spf2 mx -all', ['spf.not-a-record'], ''],
    [
      `v=spf1 ${Array.from({ length: 9 }, (_, index) => `a:h${index}.example`).join(' ')} -all`,
      ['spf.lookups-close'],
      '',
    ],
    [
      `v=spf1 ${Array.from({ length: 11 }, (_, index) => `a:h${index}.example`).join(' ')} -all`,
      ['spf.many-lookups'],
      '',
    ],
  ])('%j', (text, codes, fixed) => {
    const findings = lintSpf(text);
    expect(findings.map((finding) => finding.code)).toEqual(codes);
    const fix = findings[0]?.fix;
    expect(fix === undefined ? '' : applyFix(text, fix)).toBe(fixed);
  });

  test.each([
    ['v=spf1 ip4:192.0.2.77/24 -all', ['spf.host-bits'], 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['v=spf1 -IP6:2001:db8::1/32 -all', ['spf.host-bits'], 'v=spf1 -IP6:2001:db8::/32 -all'],
    ['v=spf1 ip4:10.0.0.0/8 -all', ['spf.wide-range'], ''],
    ['v=spf1 ip4:192.168.7.0/24 -all', ['spf.private-range'], ''],
    ['v=spf1 ip6:fd00::/16 -all', ['spf.wide-range'], ''],
    ['v=spf1 ip6:fe80::1 -all', ['spf.private-range'], ''],
    ['v=spf1 -ip4:0.0.0.0/0 ~all', [], ''],
    ['v=spf1 ip4:192.0.2.0/24 ~ip4:192.0.2.7 -all', ['spf.covered-term'], 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['v=spf1 ip4:192.0.2.7 ip4:192.0.2.0/24 -all', ['spf.covered-term'], 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['v=spf1 mx -all mx', ['spf.after-all'], 'v=spf1 mx -all'],
    ['v=spf1 mx x=1 -all', ['spf.unknown-modifier'], 'v=spf1 mx -all'],
    ['v=spf1 mx ~all exp=a.example', ['spf.exp-unused'], 'v=spf1 mx ~all'],
    ['v=spf1 -mx ~all exp=a.example', [], ''],
    ['v=spf1 exists:%{p}.example -all', ['spf.macro-p'], ''],
    ['v=spf1 inlcude:a.example -all', ['spf.unknown-mechanism'], 'v=spf1 include:a.example -all'],
    ['v=spf1 ip5:192.0.2.1 -all', ['spf.unknown-mechanism'], 'v=spf1 ip4:192.0.2.1 -all'],
    ['v=spf1 ip5:a.example -all', ['spf.unclear'], ''],
    ['v=spf1 ip4:172.16.0.0/11 -all', ['spf.host-bits'], 'v=spf1 ip4:172.0.0.0/11 -all'],
    [
      'v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.0/24 ip4:192.0.0.0/16 -all',
      ['spf.duplicate-term'],
      'v=spf1 ip4:192.0.2.0/24 ip4:192.0.0.0/16 -all',
    ],
    ['v=spf1 includes:a.example -all', ['spf.unknown-mechanism'], 'v=spf1 include:a.example -all'],
    ['v=spf1 include=a.example -all', ['spf.wrong-separator'], 'v=spf1 include:a.example -all'],
    ['v=spf1 mx\u00E9 -all', ['spf.bad-domain'], ''],
    [
      'v=spf1 mx -all a:h.example a:i.example a:j.example a:k.example a:l.example a:m.example a:n.example a:o.example',
      Array<string>(8).fill('spf.after-all'),
      'v=spf1 mx a:h.example -all a:i.example a:j.example a:k.example a:l.example a:m.example a:n.example a:o.example',
    ],
  ])('%j gets %j', (text, codes, fixed) => {
    const findings = lintSpf(text);
    expect(findings.map((finding) => finding.code)).toEqual(codes);
    const fix = findings[0]?.fix;
    expect(fix === undefined ? '' : applyFix(text, fix)).toBe(fixed);
  });

  test('tells of a hostile record no more than a person can read', () => {
    expect(lintSpf(`v=spf1 ${'mx '.repeat(5000)}-all`)).toHaveLength(500);
  });

  test('points at the octets of what was received', () => {
    const text = textToOctets('v=spf1 include:b\u00FCcher.example – all \u{1F4E7}');
    const findings = lintSpf(text);
    const underlined = findings.map(({ code, span }) => [code, octetsToText(text.slice(span?.start, span?.end))]);
    expect(underlined).toEqual([
      ['spf.unicode-domain', 'b\u00FCcher.example'],
      ['spf.dash', '–'],
      ['spf.blank-after-sign', ' '],
      ['spf.unknown-term', '\u{1F4E7}'],
    ]);
    const [first] = findings;
    expect(first?.fix && octetsToText(applyFix(text, first.fix))).toBe(
      'v=spf1 include:xn--bcher-kva.example – all \u{1F4E7}',
    );
  });

  const errorsIn = (findings: ReturnType<typeof lintSpf>) =>
    findings.filter((finding) => finding.severity === 'error').length;

  test('each fix of a record without slips removes its own finding and makes no new error', () => {
    const term = fc.constantFrom(
      'mx',
      'a',
      'ptr',
      'MX',
      'include:a.example',
      'ip4:192.0.2.1',
      '+all',
      '-all',
      '?all',
      'redirect=b.example',
      'moo',
      'exp=c.example',
    );
    fc.assert(
      fc.property(fc.array(term, { maxLength: 6 }), (terms) => {
        const text = ['v=spf1', ...terms].join(' ');
        const findings = lintSpf(text);
        for (const finding of findings) {
          if (finding.fix === undefined) continue;
          const after = lintSpf(applyFix(text, finding.fix));
          const count = (list: typeof findings) => list.filter((other) => other.code === finding.code).length;
          expect(count(after), `${text} ${finding.code}`).toBeLessThan(count(findings));
          expect(errorsIn(after), text).toBeLessThanOrEqual(errorsIn(findings));
        }
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 500) },
    );
  });

  test('a fix that names no effect changes no verdict, and one that changes a verdict names it', async () => {
    await fc.assert(
      fc.asyncProperty(published, fc.array(mechanism, { maxLength: 2 }), async ([terms, ending], after) => {
        const text = ['v=spf1', ...terms, ending, ...after, 'x=y'].filter((part) => part !== '').join(' ');
        for (const { code, fix } of lintSpf(text)) {
          if (fix === undefined || fix.effect !== undefined) continue;
          const fixed = applyFix(text, fix);
          for (const ip of senders) {
            const [before, now] = [await evaluate(text, ip), await evaluate(fixed, ip)];
            expect(now.result, `${code}: ${text} to ${fixed} for ${ip}`).toBe(before.result);
          }
        }
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 200) },
    );
  });
});

describe('repairSpf and what people do to records', () => {
  type Slip = (text: string) => string;
  const slips: Readonly<Record<string, Slip>> = {
    'en dash': (text) => text.replaceAll('-all', '–all'),
    'em dash and blank': (text) => text.replaceAll('-all', '— all'),
    'smart quotes': (text) => `“${text}”`,
    'zone file': (text) => `example.com. 300 IN TXT "${text.slice(0, 20)}" "${text.slice(20)}" ; note`,
    'letter l': (text) => text.replace('spf1', 'spfl'),
    'no version blank': (text) => text.replace('spf1 i', 'spf1i'),
    'blank behind the colon': (text) => text.replace('include:', 'include: '),
    'equals sign': (text) => text.replace('include:', 'include='),
    'escaped semicolon': (text) => `${text}\\;`,
    'missing blank': (text) => text.replace(' include:', 'include:'),
    'line break': (text) => text.replaceAll(' ', '\r\n'),
    'upper case': (text) => text.toUpperCase().replace('%{I}', '%{i}'),
    commas: (text) => text.replace(/(?<!spf1) /g, ', '),
    netmask: (text) => text.replace('/24', '/255.255.255.0'),
    'wrong family': (text) => text.replace('ip6:', 'ip4:'),
    octets: (text) => textToOctets(text.replaceAll('-all', '–all')),
  };
  const record = fc
    .tuple(
      fc.subarray(
        [
          'include:_spf.a.example',
          'ip4:192.0.2.0/24',
          'ip6:2001:db8::/32',
          'mx',
          'a:h.b.example',
          'exists:%{i}.c.example',
        ],
        { minLength: 1 },
      ),
      fc.constantFrom('-all', '~all', '?all', 'redirect=r.example'),
    )
    .map(([terms, ending]) => spfText([...terms, ending]));

  test('undoes every slip, and two of them together', () => {
    const pair = fc.tuple(fc.constantFrom(...Object.keys(slips)), fc.constantFrom(...Object.keys(slips), ''));
    fc.assert(
      fc.property(record, pair, (text, [first, second]) => {
        // A quoted line can't be quoted again by hand, nor a space be lost beside a line break.
        fc.pre(
          second === '' ||
            !['zone file', 'smart quotes', 'line break', 'octets', 'missing blank', 'no version blank'].includes(
              second,
            ),
        );
        const spoilt = (slips[first] as Slip)((slips[second] ?? ((same) => same))(text));
        const { text: repaired } = repairSpf(spoilt);
        const meaning = parseSpf(repaired).record?.mechanisms.map(mechanismKey);
        expect(meaning, `${spoilt} to ${repaired}`).toEqual(parseSpf(text).record?.mechanisms.map(mechanismKey));
        expect(parseSpf(repaired).record?.redirect?.value.toLowerCase()).toBe(parseSpf(text).record?.redirect?.value);
        expect(repairSpf(repaired)).toEqual({ text: repaired, findings: [] });
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 400) },
    );
  });
});
