import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExactly, decodeText } from '../../../shared/text/decode.ts';

const exactly = (octets: Uint8Array) => decodeExactly(octets)?.text ?? null;
const MARK = '\uFEFF';
const le = (text: string) => Buffer.from(text, 'utf16le');
const be = (text: string) => le(text).swap16();

describe('a text file', () => {
  it('is read whatever encoding its program saved it in, and its mark is no part of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        // A mark of its own at the front can't be told from the encoding's.
        fc.pre(!text.startsWith(MARK) && !text.startsWith('\uFFFE'));
        for (const octets of [Buffer.from(MARK + text), le(MARK + text), be(MARK + text)])
          expect(exactly(octets)).toBe(text);
        // Without a mark UTF-8 may hold no zeros, or they speak for UTF-16.
        if (!text.includes('\0')) expect(exactly(Buffer.from(text))).toBe(text);
      }),
    );
  });

  it('in UTF-16 without a mark is known by its zeros', () => {
    for (const text of ['correct horse battery', 'Überraschung im Park', '{"a": 1}\r\n'])
      expect([exactly(le(text)), exactly(be(text))]).toEqual([text, text]);
  });

  it.each([[[0xff]], [[0xc3, 0x28]], [[0x70, 0xe4, 0x73]], [[0xff, 0xfe, 0x00, 0xd8]]])(
    'of octets %j that are neither is told apart from text',
    (octets) => expect(exactly(Uint8Array.from(octets))).toBeNull(),
  );

  it('that is empty is the empty text', () => expect(exactly(new Uint8Array())).toBe(''));

  it('that is neither is read as Windows-1252, and said so', () => {
    expect(decodeText(Uint8Array.from([0x70, 0xe4, 0x73, 0x80]))).toEqual({ text: 'päs€', encoding: 'Windows-1252' });
    expect(decodeText(le('a,b'))).toEqual({ text: 'a,b', encoding: 'UTF-16' });
  });
});
