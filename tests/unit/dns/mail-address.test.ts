import { describe, expect, it } from 'vitest';
import { parseDmarc } from '../../../shared/dmarc/record.ts';
import { domainOfAddress, isMailAddress } from '../../../shared/dns/mail-address.ts';

describe('mail addresses', () => {
  it.each([
    'dmarc@example.com',
    'a.b+tag@mail.example.com',
    "o'neil=x@xn--bcher-kva.example",
    `${'a'.repeat(64)}@example.com`,
  ])('%s is one, and can be written into a record', (address) => {
    expect(isMailAddress(address)).toBe(true);
    expect(parseDmarc(`v=DMARC1; p=none; rua=mailto:${address}`)).toMatchObject({
      findings: [],
      record: { aggregateReports: [`mailto:${address}`] },
    });
  });

  it.each([
    ['', 'nothing'],
    ['example.com', 'no at sign'],
    ['@example.com', 'no local part'],
    ['a@', 'no domain'],
    ['a@example', 'one label'],
    ['a@b@example.com', 'two at signs'],
    ['a..b@example.com', 'an empty part'],
    ['a!1m@example.com', 'a limit behind it'],
    ['a,b@example.com', 'a comma'],
    ['a b@example.com', 'a space'],
    ['a@exa_mple.com', 'a name that is no host'],
    ['a@bücher.example', 'a name that is not in A-labels'],
    ['a%b@example.com', 'a sign that a URI encodes'],
    [`${'a'.repeat(65)}@example.com`, 'a local part of 65 octets'],
  ])('%s is none: %s', (address) => expect(isMailAddress(address)).toBe(false));

  it('have their domain behind the last at sign', () => {
    expect(domainOfAddress('"a@b"@example.com')).toBe('example.com');
    expect(domainOfAddress('example.com')).toBe('example.com');
  });
});
