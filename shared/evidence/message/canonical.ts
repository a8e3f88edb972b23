import type { HeaderField, MailPart } from '../mail/mail.ts';
import { binaryText } from '../mail/octets.ts';

/** Header fields and body in the forms that signatures are made over (RFC 6376 §3.4). Texts have a character an octet. */

export type Canonicalization = 'simple' | 'relaxed';

/** One field, without its line end. */
export function canonicalField(raw: string, form: Canonicalization): string {
  if (form === 'simple') return raw;
  const colon = raw.indexOf(':');
  const value = raw
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${raw.slice(0, colon).trim().toLowerCase()}:${value}`;
}

/** The body with CRLF line ends, whatever they are in the file. */
function withLineEnds(body: Uint8Array): string {
  return binaryText(body).replace(/\r?\n/g, '\r\n');
}

/** The lines at the end of a text that are empty are none. */
function withoutEmptyEnd(text: string): string {
  let end = text.length;
  while (end >= 2 && text[end - 1] === '\n' && text[end - 2] === '\r') end -= 2;
  return text.slice(0, end);
}

/** The whole body; `l=` cuts what this returns. */
export function canonicalBody(body: Uint8Array, form: Canonicalization): string {
  const text = withLineEnds(body);
  if (form === 'simple') return `${withoutEmptyEnd(text)}\r\n`;
  const relaxed = text
    .split('\r\n')
    .map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
    .join('\r\n');
  const content = withoutEmptyEnd(relaxed);
  return content === '' ? '' : `${content}\r\n`;
}

/** The fields that `h=` names: of several of one name the last first, of none nothing (RFC 6376 §5.4.2). */
export function signedFields(mail: MailPart, names: readonly string[]): readonly HeaderField[] {
  const left = new Map<string, HeaderField[]>();
  for (const field of mail.fields) {
    const name = field.name.toLowerCase();
    left.set(name, [...(left.get(name) ?? []), field]);
  }
  return names.flatMap((name) => left.get(name)?.pop() ?? []);
}

/** A signature's own field with the value of `b=` taken out (RFC 6376 §3.7). */
export function withoutSignature(raw: string): string {
  return raw.replace(/((?:^[^:]*:|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1');
}
