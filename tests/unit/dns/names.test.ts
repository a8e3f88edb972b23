import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absoluteName,
  canonicalName,
  checkName,
  isSubdomain,
  nameLabels,
  parentName,
  relativeName,
  sameName,
} from '../../../shared/dns/names.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));

describe('names', () => {
  it('are the same whatever their letter case and final dot (RFC 4343)', () => {
    expect(sameName('WWW.Example.COM.', 'www.example.com')).toBe(true);
    expect(sameName('www.example.com', 'www.example.org')).toBe(false);
  });

  it('are the same where their canonical forms are', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'A', 'k', 'K', '.', '\\', '1', '@', '[', '`', '{', 'é', 'İ'),
      maxLength: 5,
    });
    let same = 0;
    fc.assert(
      fc.property(text, text, fc.boolean(), (left, other, isAlike) => {
        const right = isAlike ? left.toUpperCase() : other;
        expect(sameName(left, right)).toBe(canonicalName(left) === canonicalName(right));
        same += sameName(left, right) ? 1 : 0;
      }),
      { numRuns: 3000 },
    );
    expect(same).toBeGreaterThan(500);
  });

  it('are written relative to any zone and read back', () => {
    fc.assert(
      fc.property(name, name, (inner, zone) => {
        const whole = `${inner}.${zone}`;
        for (const candidate of [whole, zone, inner]) {
          expect(absoluteName(relativeName(candidate, zone), zone)).toBe(candidate);
        }
      }),
    );
  });

  it('outside a zone keep their final dot', () => {
    expect(relativeName('example.org', 'example.com')).toBe('example.org.');
    expect(relativeName('notexample.com', 'example.com')).toBe('notexample.com.');
    expect(relativeName('example.com', 'example.com')).toBe('@');
  });

  it('keep an escaped dot inside a label (RFC 1035 §5.1)', () => {
    expect(nameLabels(String.raw`a\.b.example.com`)).toEqual([String.raw`a\.b`, 'example', 'com']);
  });

  it('are checked by label and in all (RFC 1035 §2.3.4)', () => {
    expect(checkName(`${'a'.repeat(63)}.com`)).toBeNull();
    expect(checkName(`${'a'.repeat(64)}.com`)).toMatchObject({ fault: 'label-too-long', octets: 64 });
    const long = Array.from({ length: 4 }, () => 'a'.repeat(63)).join('.');
    expect(checkName(long)).toMatchObject({ fault: 'name-too-long', octets: 255 });
    expect(checkName('a..b')).toEqual({ fault: 'empty-label' });
  });

  it('know their parents and descendants', () => {
    expect(parentName('a.b.c')).toBe('b.c');
    expect(parentName('')).toBeNull();
    expect(isSubdomain('a.example.com', 'EXAMPLE.com')).toBe(true);
    expect(isSubdomain('badexample.com', 'example.com')).toBe(false);
    expect(canonicalName('ÄB.')).toBe('Äb');
  });
});
