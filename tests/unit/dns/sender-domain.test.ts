import { describe, expect, it } from 'vitest';
import { toAsciiDomain, toUnicodeName } from '../../../shared/dns/idna.ts';
import { checkSenderDomain, likelyZone, parseDomainList } from '../../../shared/dns/sender-domain.ts';

function codeOf(input: string): string {
  const check = checkSenderDomain(input);
  return check.ok ? `ok ${check.ascii}` : check.finding.code;
}

describe('sender domains', () => {
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

  it('accepts 253 characters and refuses 254', () => {
    const fill = (length: number) =>
      `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(length - 192 - 4)}.com`;
    expect(fill(253)).toHaveLength(253);
    expect(codeOf(fill(253))).toBe(`ok ${fill(253)}`);
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

describe('lists of domains', () => {
  it('reads one to a line, comments, commas, and names duplicates with their line', () => {
    const list = parseDomainList(
      '# ours\nnews.example.com\nmail.example.org, shop.example.org\nNEWS.example.com\nold.example.net\n',
      new Set(['old.example.net']),
    );
    expect(list.accepted.map((line) => [line.line, line.name])).toEqual([
      [2, 'news.example.com'],
      [3, 'mail.example.org'],
      [3, 'shop.example.org'],
    ]);
    expect(list.refused.map((line) => [line.line, line.finding.code, line.finding.values.where])).toEqual([
      [4, 'dns.duplicate', 'on line 2'],
      [5, 'dns.duplicate', 'in this workspace'],
    ]);
  });

  it('reads CSV by its header, with quotes', () => {
    const list = parseDomainList(
      'client;domain;note\n"Acme; Inc";news.acme.com;first\nBeta;"mail.beta.org";\n',
      new Set(),
    );
    expect(list.accepted.map((line) => line.name)).toEqual(['news.acme.com', 'mail.beta.org']);
  });

  it.each(['\n', ','])(
    'leaves the rest unread after 10,000 faults, and says from where on (between them: %j)',
    (between) => {
      const text = ['good.example.com', ...Array.from({ length: 20_000 }, () => 'not_one')].join(between);
      const { accepted, refused } = parseDomainList(`${text}\nlate.example.com`, new Set());
      expect(accepted.map(({ name }) => name)).toEqual(['good.example.com']);
      expect(refused).toHaveLength(10_001);
      expect(refused.at(-1)).toMatchObject({
        line: between === ',' ? 1 : 10_002,
        finding: { code: 'dns.too-many-refused', values: { most: 10_000 } },
      });
    },
  );

  it('tells 1,000 bad lines one by one', () => {
    const text = Array.from({ length: 1000 }, (_nothing, index) => `bad_${index}.example.com`).join('\n');
    const list = parseDomainList(`${text}\ngood.example.com`, new Set());
    expect(list.refused).toHaveLength(1000);
    expect(list.refused.every((line) => line.finding.code === 'dns.underscore')).toBe(true);
    expect(list.accepted).toEqual([{ line: 1001, name: 'good.example.com', unicodeName: 'good.example.com' }]);
  });
});
