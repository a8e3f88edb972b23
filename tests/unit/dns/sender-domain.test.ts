import fc from 'fast-check';
import { toASCII, toUnicode } from 'tr46';
import { describe, expect, it } from 'vitest';
import { toAsciiDomain, toUnicodeName } from '../../../shared/dns/idna.ts';
import { checkSenderDomain, likelyZone } from '../../../shared/dns/sender-domain.ts';

function codeOf(input: string): string {
  const check = checkSenderDomain(input);
  return check.ok ? `ok ${check.ascii}` : check.finding.code;
}

describe('sender domains', () => {
  it('of letters, digits and hyphens alone are what UTS 46 makes of them', () => {
    const label = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?$/);
    const options = { checkBidi: true, checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true };
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
        const name = labels.join('.');
        const read = toAsciiDomain(name);
        expect(read.ok ? read.ascii : null).toBe(toASCII(name, options));
        expect(read.ok ? read.unicode : null).toBe(read.ok ? toUnicode(name, options).domain : null);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['news.example.com', 'ok news.example.com'],
    ['News.Example.COM.', 'ok news.example.com'],
    ['bücher.example', 'ok xn--bcher-kva.example'],
    ['faß.de', 'ok xn--fa-hia.de'],
    ['example.co.uk', 'ok example.co.uk'],
    ['', 'dns.empty'],
    ['two words.com', 'dns.has-blank'],
    ['a_b.example.com', 'dns.underscore'],
    ['192.0.2.1', 'dns.ip-address'],
    ['[2001:db8::1]', 'dns.ip-address'],
    ['example.1', 'dns.ip-address'],
    ['i❤.ws', 'dns.character-forbidden'],
    ['a😀.example.com', 'dns.character-forbidden'],
    ['gmail.com', 'dns.public-mail-domain'],
    ['Yahoo.co.uk', 'dns.public-mail-domain'],
    ['co.uk', 'dns.public-suffix'],
    ['com', 'dns.single-label'],
    ['a..example.com', 'dns.empty-label'],
    ['-a.example.com', 'dns.hyphen'],
    [`${'a'.repeat(64)}.example.com`, 'dns.label-too-long'],
    [`${'abcdefghi.'.repeat(26)}com`, 'dns.name-too-long'],
    ['https://news.example.com/x', 'dns.not-a-domain'],
    ['info@example.com', 'dns.not-a-domain'],
  ])('%s → %s', (input, expected) => {
    expect(codeOf(input)).toBe(expected);
  });

  it('accepts a name that leaves room for the records below it, and no longer one', () => {
    const fill = (length: number) =>
      `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(length - 192 - 4)}.com`;
    expect(`_dmarc.${fill(246)}`).toHaveLength(253);
    expect(codeOf(fill(246))).toBe(`ok ${fill(246)}`);
    expect(codeOf(fill(247))).toBe('dns.no-room-for-records');
    expect(codeOf(fill(253))).toBe('dns.no-room-for-records');
    expect(codeOf(fill(254))).toBe('dns.name-too-long');
  });

  it('names the domain in a pasted address', () => {
    const check = checkSenderDomain('https://news.example.com/unsubscribe');
    expect(check.ok ? null : check.finding.values.suggestion).toBe('news.example.com');
  });

  it('shows U-labels again', () => {
    expect(toUnicodeName('xn--bcher-kva.example')).toBe('bücher.example');
    expect(toUnicodeName('xn--99999999.example')).toBe('xn--99999999.example');
  });

  it.each([
    ['l·l.cat', true],
    ['a·b.cat', false],
    ['カ・カ.jp', true],
    ['a・b.jp', false],
    ['αβ͵α.gr', true],
    ['א׳.il', true],
  ])('applies the contexts of RFC 5892 appendix A to %s', (input, allowed) => {
    expect(toAsciiDomain(input).ok).toBe(allowed);
  });

  it('finds the zone by the public suffix list', () => {
    expect(likelyZone('a.b.example.co.uk')).toBe('example.co.uk');
  });
});
