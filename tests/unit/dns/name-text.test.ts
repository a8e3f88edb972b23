import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOctets, printableName, readName, wireName } from '../../../shared/dns/name-text.ts';
import {
  absoluteName,
  canonicalName,
  checkName,
  endsInDot,
  nameLabels,
  relativeName,
} from '../../../shared/dns/names.ts';

const octet = fc.integer({ min: 0, max: 255 });
const labels = fc.array(fc.array(octet, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 });

function toWire(parts: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...parts.flatMap((part) => [part.length, ...part]), 0]);
}

describe('names in master files', () => {
  it('are the octets of the wire, and come back from it, whatever the octets', () => {
    fc.assert(
      fc.property(labels, (parts) => {
        const wire = toWire(parts);
        const read = wireName(wire, 0);
        expect(read?.length).toBe(wire.length);
        const name = read?.name ?? '';
        expect(name).toMatch(/^[!-~]*$/);
        expect(nameOctets(name)).toEqual([...wire]);
        expect(nameLabels(name)).toHaveLength(parts.length);
        expect(readName(`${name}.`, 'example.com')).toBe(name);
        expect(printableName(name)).toBe(name);
        expect(checkName(name)).toBeNull();
        expect(readName(relativeName(`${name}.example.com`, 'example.com'), 'example.com')).toBe(`${name}.example.com`);
      }),
    );
  });

  it.each([
    ['@', 'example.com'],
    ['.', ''],
    ['www', 'www.example.com'],
    ['www.', 'www'],
    ['WWW.Example.NET.', 'WWW.Example.NET'],
    [String.raw`a\.b`, String.raw`a\.b.example.com`],
    [String.raw`a\046b`, String.raw`a\.b.example.com`],
    [String.raw`\@`, String.raw`\@.example.com`],
    [String.raw`\097\065`, 'aA.example.com'],
    [String.raw`a\\`, String.raw`a\092.example.com`],
    [String.raw`a\\.`, String.raw`a\092`],
    [String.raw`a\.`, String.raw`a\..example.com`],
    ['a@b', String.raw`a\@b.example.com`],
    ['_dmarc.bücher.', '_dmarc.xn--bcher-kva'],
    ['☃', String.raw`\226\152\131.example.com`],
    ['*', '*.example.com'],
  ])('%s below example.com is %s', (text, expected) => {
    expect(readName(text, 'example.com')).toBe(expected);
  });

  it.each([
    '',
    '..',
    '.a',
    'a..b',
    'a..',
    'x'.repeat(64),
    `${'x'.repeat(64)}.`,
    String.raw`\256`,
    String.raw`\25`,
    'a\\',
  ])('%j is no name', (text) => {
    expect(readName(text, 'example.com')).toBeNull();
  });

  it('may have 253 characters with the origin, escapes counted as one', () => {
    const fill = (length: number) =>
      `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(length - 192 - 12)}`;
    expect(readName(fill(253), 'example.com')).not.toBeNull();
    expect(readName(fill(254), 'example.com')).toBeNull();
    expect(readName(`${fill(253)}.example.com.`, '')).not.toBeNull();
    expect(readName(`${fill(254)}.example.com.`, '')).toBeNull();
    expect(readName(String.raw`\097`.repeat(63), 'example.com')).toBe(`${'a'.repeat(63)}.example.com`);
    expect(readName(String.raw`\097`.repeat(64), 'example.com')).toBeNull();
  });

  it('know a final dot from an escaped one', () => {
    expect(endsInDot('a.')).toBe(true);
    expect(endsInDot(String.raw`a\.`)).toBe(false);
    expect(endsInDot(String.raw`a\\.`)).toBe(true);
    expect(canonicalName(String.raw`A\\.`)).toBe(String.raw`a\\`);
    expect(absoluteName(String.raw`a\.`, 'b')).toBe(String.raw`a\..b`);
  });

  it('that came from elsewhere are made safe for a master file', () => {
    expect(printableName('a b;c"d')).toBe(String.raw`a\032b\;c\"d`);
    expect(printableName('x\ny.example.com')).toBe(String.raw`x\010y.example.com`);
    expect(wireName(Uint8Array.of(3, 97, 98), 0)).toBeNull();
    expect(wireName(Uint8Array.of(64, ...Array<number>(64).fill(97), 0), 0)).toBeNull();
  });
});
