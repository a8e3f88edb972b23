import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import { lintSpf } from '../../../shared/spf/lint.ts';
import { repairSpf } from '../../../shared/spf/repair.ts';
import { parseSpf } from '../../../shared/spf/syntax.ts';

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
    ['v=spf1 mx moo -all', ['spf.unknown-mechanism'], 'v=spf1 mx -all'],
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
});
