import type { HandOver, HandOverFormat } from './format.ts';
import { visible } from './format.ts';
import { text } from './text.ts';
import { handOverWords } from './words/format-words.ts';

/** A letter with the records, ready to be sent to whoever edits DNS. */
export interface MailDraft {
  readonly subject: string;
  readonly body: string;
  /** As an address for the mail program (RFC 6068); null when it is longer than mail programs take. */
  readonly mailto: string | null;
  /** As a message to be opened, completed and sent (RFC 5322). */
  readonly message: string;
}

/** Characters of an address that mail programs and operating systems pass on. */
const MAX_MAILTO = 1900;
/** Octets in base 64 that fill a line of 76 characters (RFC 2045 §6.8). */
const LINE_OCTETS = 57;
/** Octets of one encoded word: 75 characters hold 45 (RFC 2047 §2). */
const WORD_OCTETS = 45;

function toBinary(value: string): string {
  let octets = '';
  for (const octet of new TextEncoder().encode(value)) octets += String.fromCharCode(octet);
  return octets;
}

/** A header's text: as it is when it is ASCII, else in encoded words (RFC 2047), none of which cuts a character. */
function headerText(value: string): string {
  if (/^[ -~]*$/.test(value)) return value;
  const words: string[] = [];
  let word = '';
  for (const character of value) {
    const octets = toBinary(character);
    if (word.length + octets.length > WORD_OCTETS) {
      words.push(word);
      word = '';
    }
    word += octets;
  }
  return [...words, word].map((octets) => `=?UTF-8?B?${btoa(octets)}?=`).join('\r\n ');
}

function bodyLines(body: string): string {
  const octets = toBinary(body.replace(/\r?\n/g, '\r\n'));
  const lines: string[] = [];
  for (let start = 0; start < octets.length; start += LINE_OCTETS) {
    lines.push(btoa(octets.slice(start, start + LINE_OCTETS)));
  }
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The records as a letter by e-mail.
 *
 * @param unicodeName the domain for people; the subject shows it.
 */
export function mailDraft(input: HandOver, unicodeName: string = input.domain): MailDraft {
  const subject = `DNS records for ${visible(unicodeName)}`;
  const body = text.write(input);
  // Line ends in an address are %0D%0A (RFC 6068 §5).
  const mailto = `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replace(/\n/g, '\r\n'))}`;
  const message = `X-Unsent: 1\r\nSubject: ${headerText(subject)}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${bodyLines(body)}`;
  return { subject, body, mailto: mailto.length > MAX_MAILTO ? null : mailto, message };
}

export const email: HandOverFormat = {
  id: 'email',
  ...handOverWords.email,
  extension: 'eml',
  mediaType: 'message/rfc822',
  write: (input) => mailDraft(input).message,
};
