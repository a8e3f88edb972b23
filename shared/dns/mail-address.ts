import { isHostName } from './names.ts';

/** Mail addresses as settings and records have them: a local part without quotes, at a host name (RFC 5321 §4.1.2). */

/**
 * A dot-string that needs no encoding in a `mailto:` URI (RFC 6068 §2) nor in a list of them, where the comma and the
 * exclamation mark mean something (RFC 9989 §4.8).
 */
const LOCAL_PART = /^[a-z0-9_~$&'*+=-]+(?:\.[a-z0-9_~$&'*+=-]+)*$/i;
const MAX_LOCAL_PART = 64;

/** Whether a text is one mail address, alone, that can be written into a record. */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at <= MAX_LOCAL_PART && LOCAL_PART.test(text.slice(0, Math.max(0, at))) && isHostName(text.slice(at + 1));
}

/** An address as it is or in a `mailto:` URI, without what makes it one. */
export function withoutMailto(text: string): string {
  return text.replace(/^mailto:/i, '');
}

/** What stands behind the last at sign; all of a text that has none. */
export function domainOfAddress(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
