import type { Problem } from '../problems.ts';

/** Octets of a report as text, whatever it says of its encoding. */

export interface TextStream {
  readonly write: (octets: Uint8Array) => string;
  /** @returns what was left. */
  readonly close: () => string;
  readonly problems: () => readonly Problem[];
}

type Decoder = InstanceType<typeof TextDecoder>;

const UNICODE = /^(?:utf-?8|utf-?16(?:le|be)?|us-ascii|ascii)$/i;
/** Octets in which an XML declaration stands. */
const DECLARATION = 200;

const asLatin = new TextDecoder('latin1');

/** @returns the label of the encoding, by its mark, its zero octets or its declaration (XML 1.0 appendix F). */
function encodingOf(first: Uint8Array): string {
  const [a, b, c] = first;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0x3c && b === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c) return 'utf-16be';
  const begin = asLatin.decode(first.subarray(0, DECLARATION));
  return /^\s*<\?xml[^>]{0,150}?encoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(begin)?.[1] ?? 'utf-8';
}

/** Reads octets piece by piece. What does not belong to the encoding becomes U+FFFD, and is told. */
export function createTextStream(): TextStream {
  let decoder: Decoder | null = null;
  const problems = new Set<Problem>();

  const begin = (first: Uint8Array): Decoder => {
    const label = encodingOf(first);
    // What is read by octets can't be UTF-16, whatever it says.
    const isWide = /^utf-?16/i.test(label) && first[0] !== 0 && first[1] !== 0 && (first[0] ?? 0) < 0xfe;
    if (!UNICODE.test(label)) problems.add('encoding-legacy');
    try {
      return new TextDecoder(isWide ? 'utf-8' : label);
    } catch {
      // No such encoding: TextDecoder names the label alone, which the problem says.
      problems.add('encoding-unknown');
      return new TextDecoder('utf-8');
    }
  };
  const checked = (text: string): string => {
    if (text.includes('\uFFFD')) problems.add('encoding-invalid-bytes');
    return text;
  };
  return {
    write(octets) {
      decoder ??= begin(octets);
      return checked(decoder.decode(octets, { stream: true }));
    },
    close: () => checked(decoder?.decode() ?? ''),
    problems: () => [...problems],
  };
}
