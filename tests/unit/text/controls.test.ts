import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showControls, showControlsInLines } from '../../../shared/text/controls.ts';

/** Written out from Unicode's charts, block by block: what a terminal or a screen obeys. */
const OBEYED = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2064],
  [0x2066, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
] as const;
const all = OBEYED.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_nothing, at) => from + at));
const isObeyed = (character: string) => all.includes(character.codePointAt(0) as number);

describe('characters that are obeyed', () => {
  it('are shown by their numbers, each of them', () => {
    for (const code of all) {
      const shown = showControls(`a${String.fromCodePoint(code)}b`);
      expect(shown, code.toString(16)).toMatch(/^a(?:\\u[0-9a-f]{4}){1,2}b$/);
      expect(JSON.parse(`"${shown}"`)).toBe(`a${String.fromCodePoint(code)}b`);
    }
    expect(showControls('\u001B[2J\u202Egnp.exe')).toBe('\\u001b[2J\\u202egnp.exe');
  });

  it('leave all other text as it is', () => {
    for (const text of [
      'v=spf1 -all',
      'müller.example',
      'почта',
      '例え.テスト',
      'עברית',
      'e\u0301',
      '👍🏽',
      '\\u202e',
      ' ',
    ])
      expect(showControls(text)).toBe(text);
  });

  it('are never left, whatever the text; only line feeds and tabs stay in a text of several lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Array.from(showControls(text)).filter(isObeyed)).toEqual([]);
        expect(Array.from(showControlsInLines(text)).filter(isObeyed).join('')).toMatch(/^[\t\n]*$/);
        expect(showControls(showControls(text))).toBe(showControls(text));
      }),
    );
  });

  it('in JSON become its own escapes: it means what it meant', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value, null, 2);
        expect(JSON.parse(showControlsInLines(text))).toEqual(JSON.parse(text));
      }),
    );
  });
});
