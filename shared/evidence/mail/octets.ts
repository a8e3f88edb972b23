/** Octets of mail as texts of one character for each octet, and back. */

const AT_ONCE = 8192;

/** @returns a text whose characters are the octets. */
export function binaryText(octets: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < octets.length; start += AT_ONCE)
    pieces.push(String.fromCharCode(...octets.subarray(start, start + AT_ONCE)));
  return pieces.join('');
}

/** @param text has no character above 255. */
export function binaryOctets(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) octets[index] = text.charCodeAt(index);
  return octets;
}

/** What stands for no base64 character. */
const NONE = 255;
const SIXES = new Uint8Array(256).fill(NONE);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < ALPHABET.length; value += 1) SIXES[ALPHABET.charCodeAt(value)] = value;

/** Decodes base64 (RFC 2045 §6.8): other characters are passed over, what is cut off ends where it ends. */
export function fromBase64(octets: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(Math.ceil((octets.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    const six = SIXES[octet] ?? NONE;
    if (six === NONE) continue;
    held = ((held << 6) | six) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded[length] = (held >> bits) & 0xff;
    length += 1;
  }
  return decoded.subarray(0, length);
}

const EQUALS = 0x3d;
const CR = 0x0d;
const LF = 0x0a;

function hexDigit(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Decodes quoted-printable (RFC 2045 §6.7); what is no escape stays as it is. */
export function fromQuotedPrintable(octets: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(octets.length);
  let length = 0;
  for (let index = 0; index < octets.length; index += 1) {
    const octet = octets[index] as number;
    if (octet === EQUALS) {
      const [high, low] = [hexDigit(octets[index + 1]), hexDigit(octets[index + 2])];
      if (high >= 0 && low >= 0) {
        decoded[length] = high * 16 + low;
        length += 1;
        index += 2;
        continue;
      }
      const isSoftBreak = octets[index + 1] === LF || (octets[index + 1] === CR && octets[index + 2] === LF);
      if (isSoftBreak) {
        index += octets[index + 1] === LF ? 1 : 2;
        continue;
      }
    }
    decoded[length] = octet;
    length += 1;
  }
  return decoded.subarray(0, length);
}
