/** Text as the programs of every system save it. */

export interface DecodedText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** @returns the encoding that UTF-16 without a mark gives away by its zero octets; null for anything else. */
function unmarkedEncoding(octets: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (octets.length === 0 || octets.length % 2 !== 0) return null;
  const zeros = [0, 0];
  for (const [index, octet] of octets.entries()) if (octet === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even === 0 && odd > octets.length / 4) return 'utf-16le';
  return odd === 0 && even > octets.length / 4 ? 'utf-16be' : null;
}

/**
 * Reads octets as UTF-8 or UTF-16, with or without a byte order mark, which is no part of the text.
 *
 * @returns null where the octets are neither.
 */
export function decodeExactly(octets: Uint8Array): DecodedText | null {
  const [first, second] = octets;
  const marked = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  const wide = marked ?? unmarkedEncoding(octets);
  try {
    const text = new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(octets);
    return { text, encoding: wide === null ? 'UTF-8' : 'UTF-16' };
  } catch {
    return null;
  }
}

/** As `decodeExactly`; what is neither is read as Windows-1252, which older programs of Windows save, and said so. */
export function decodeText(octets: Uint8Array): DecodedText {
  return decodeExactly(octets) ?? { text: new TextDecoder('windows-1252').decode(octets), encoding: 'Windows-1252' };
}
