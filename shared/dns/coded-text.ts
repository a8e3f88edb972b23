/** A text with the codes of its characters, which an array gives faster than the text. */
export interface CodedText {
  readonly text: string;
  /** Octets where all of the text is ASCII. */
  readonly codes: Uint8Array | Uint16Array;
}

const encoder = new TextEncoder();

/**
 * The codes of a text's characters, in octets where all of it is ASCII.
 *
 * @param room where octets are put if they fit: what was put there before is lost.
 */
export function characterCodes(text: string, room?: Uint8Array): CodedText['codes'] {
  const { length } = text;
  const octets = room === undefined || length > room.length ? new Uint8Array(length) : room.subarray(0, length);
  // Other than ASCII takes more octets than characters, so that not all of the text would fit.
  if (encoder.encodeInto(text, octets).read === length) return octets;
  const codes = new Uint16Array(length);
  for (let index = 0; index < length; index += 1) codes[index] = text.charCodeAt(index);
  return codes;
}
