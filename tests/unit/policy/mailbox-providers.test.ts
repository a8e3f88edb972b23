import { describe, expect, it } from 'vitest';
import { codesForRule, mailboxProviders, ruleForCode, rulesForCode } from '../../../shared/policy/mailbox-providers.ts';

/** The texts are those of Google's page of codes as it stood on 2026-02-15. */

describe('receivers’ rules', () => {
  it('have a page and a day each', () => {
    for (const { id, requirements, answers, bulk } of mailboxProviders) {
      expect(bulk.text, id).not.toBe('');
      for (const { source } of [...requirements, ...answers]) {
        expect(source.url).toMatch(/^https:\/\//);
        expect(source.seen).toMatch(/^20\d\d-\d\d(?:-\d\d)?$/);
        expect(source.seen <= '2026-11-29').toBe(true);
      }
    }
    expect(mailboxProviders.map(({ id }) => id)).toEqual(['google', 'yahoo', 'microsoft', 'apple', 'laposte']);
  });

  it.each([
    [
      '5.7.26',
      'This email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.',
      'spf-or-dkim',
    ],
    [
      '5.7.26',
      'The MAIL FROM domain [news.example.com] has an SPF record with a hard fail policy (-all) but it fails to pass SPF checks with the ip: [192.0.2.1].',
      null,
    ],
    ['5.7.26', 'Unauthenticated email from example.com is not accepted due to domain’s DMARC policy.', 'dmarc-aligned'],
    ['550-5.7.26', 'This email has been blocked because the sender is\r\n550-5.7.26 unauthenticated.', 'spf-or-dkim'],
    ['421 4.7.26', 'This email has been rate limited because it is unauthenticated. Gmail requires', 'spf-or-dkim'],
    ['4.7.27', '', 'spf-and-dkim'],
    ['5.7.27', '', 'spf-and-dkim'],
    ['5.7.30', '', 'spf-and-dkim'],
    ['4.7.31', '', 'dmarc-record'],
    ['4.7.40', '', 'dmarc-record'],
    ['5.7.40', 'Your message was blocked because the sending domain doesn’t have a DMARC record', 'dmarc-record'],
    ['5.7.40', 'Unrecognized authentication type.', null],
    ['5.7.32', '', 'dmarc-aligned'],
    ['4.7.23', '', 'reverse-dns'],
    ['5.7.25', '', 'reverse-dns'],
    ['4.7.29', '', 'tls'],
    ['5.7.28', '', null],
    ['5.7.24', '', null],
    ['550 5.7.515 Access denied', '', 'dmarc-aligned'],
  ] as const)('%s “%s” is %s', (code, text, kind) => {
    const found = ruleForCode(code, text);
    expect(found?.answer.requirement).toBe(kind);
    expect(found?.requirement?.kind ?? null).toBe(kind);
    expect(found?.answer.remedy).not.toBe('');
  });

  it('does not choose among meanings that the text does not tell apart', () => {
    expect(ruleForCode('5.7.26')).toBeNull();
    expect(rulesForCode('5.7.26')).toHaveLength(3);
    expect(ruleForCode('5.7.999')).toBeNull();
    expect(ruleForCode('no code at all', 'nor here')).toBeNull();
    expect(ruleForCode('5.7.27', '', 'yahoo')).toBeNull();
  });

  it('leads from a rule back to its codes, as they are shown', () => {
    expect(codesForRule('google', 'spf-and-dkim')).toEqual(['4.7.27', '5.7.27', '4.7.30', '5.7.30']);
    expect(codesForRule('google', 'complaint-rate')).toEqual([]);
    for (const kind of ['spf-and-dkim', 'dmarc-record', 'dmarc-aligned'] as const)
      expect(codesForRule('microsoft', kind)).toEqual(['5.7.515']);
    for (const { id, requirements } of mailboxProviders) {
      for (const { kind, rejection } of requirements) {
        const shown = rejection?.match(/\d\.\d\.\d+/g) ?? [];
        for (const code of codesForRule(id, kind)) expect(shown, `${id} ${kind}`).toContain(code);
        for (const code of shown)
          expect(
            rulesForCode(code, '', id).some(({ answer }) => answer.requirement === kind || id === 'microsoft'),
            code,
          ).toBe(true);
      }
    }
  });
});
