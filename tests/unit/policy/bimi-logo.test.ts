import { expect, it } from 'vitest';
import { lintBimiLogo } from '../../../shared/policy/bimi-logo.ts';

const ROOT = 'xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"';
const logo = (inside: string, root = ROOT) => `<svg ${root}><title>Example</title>${inside}</svg>`;
const faults = (text: string) =>
  lintBimiLogo(text).map(({ code, values }) => (code === 'bimi.logo-profile' ? String(values?.fault) : code));

it('finds nothing in a logo of the profile', () => {
  expect(
    faults(
      `<?xml version="1.0" encoding="UTF-8"?>${logo('<defs><linearGradient id="a"/></defs><path fill="url(#a)" d="M0 0h1"/><use href="#a"/>')}`,
    ),
  ).toEqual([]);
});

it.each([
  ['<script/>', '<script> is no element of the profile'],
  ['<image href="#a"/>', '<image> is no element of the profile'],
  ['<g><animate/></g>', '<animate> is no element of the profile'],
  ['<path onclick="x()"/>', 'onclick= reacts to events'],
  ['<use href="https://example.net/a.svg#a"/>', 'href="https://example.net/a.svg#a" leads out of the file'],
  [
    '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="data:,"/>',
    'xlink:href="data:," leads out of the file',
  ],
  ['<path fill="url(https://example.net/#a)"/>', 'fill= leads out of the file'],
  ['<g>', 'it is no well-formed XML'],
])('finds what the profile does not have: %s', (inside, fault) => {
  expect(faults(logo(inside))).toEqual([fault]);
});

it('wants the root to say the profile, a title of its own, and a square', () => {
  expect(faults(logo('', 'xmlns="http://www.w3.org/2000/svg" x="0" viewBox="0 0 64 32"'))).toEqual([
    'version="1.2" is missing',
    'baseProfile="tiny-ps" is missing',
    'the root element has x= or y=',
    'bimi.logo-shape',
  ]);
  expect(faults(`<svg ${ROOT}><g><title>Inner</title></g></svg>`)).toEqual(['the root element has no title']);
  expect(faults('<html></html>')[0]).toBe('the root element is not svg of the SVG namespace');
});

it('refuses a document type, and reads nothing of it', () => {
  expect(faults(`<!DOCTYPE svg [<!ENTITY a "b">]>${logo('&a;')}`)).toEqual(['it declares a document type']);
});

it('ends on what is deep, long or no text at all', () => {
  expect(faults(`<svg ${ROOT}>${'<g>'.repeat(10_000)}`)).toEqual(['its elements lie too deep']);
  expect(faults('')).not.toEqual([]);
  expect(faults('\0'.repeat(100_000))).not.toEqual([]);
});
