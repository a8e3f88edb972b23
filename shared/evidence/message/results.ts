import { isSubdomain } from '../../dns/names.ts';
import type { MailPart } from '../mail/mail.ts';

/** What receivers on the way wrote of a message (RFC 8601). */

export interface ReceivedResults {
  /** Who says so, in small letters. */
  readonly server: string;
  /**
   * Whether it can be the receiver's own word: it stands above every Received field that the receiver did not write, and its
   * name is that of the server that took the message last. Anything else may have been written by the sender.
   */
  readonly isTrusted: boolean;
  readonly results: readonly { readonly method: string; readonly result: string; readonly about: string | null }[];
}

const MOST = 50;

function withoutComments(text: string): string {
  return text.replace(/\((?:[^()]|\([^()]*\))*\)/g, ' ').replace(/\s+/g, ' ');
}

/** @param lastBy the server that took the message last, by its Received field; null where there is none. */
export function readResults(mail: MailPart, lastBy: string | null): readonly ReceivedResults[] {
  let isBelowReceived = false;
  const found: ReceivedResults[] = [];
  for (const { name, value } of mail.fields) {
    if (/^received$/i.test(name)) isBelowReceived = true;
    if (!/^authentication-results$/i.test(name) || found.length >= MOST) continue;
    const [head = '', ...parts] = withoutComments(value).split(';');
    const server = head.trim().split(' ', 1)[0]?.toLowerCase() ?? '';
    const by = lastBy?.toLowerCase() ?? null;
    const isReceivers = by !== null && (isSubdomain(by, server) || isSubdomain(server, by));
    const results = parts.flatMap((part) => {
      const [, method = '', result = ''] = /^\s*([\w-]+)(?:\/\d+)?\s*=\s*([\w-]+)/.exec(part) ?? [];
      const about = /\b(?:header|smtp|policy)\.[\w-]+\s*=\s*(\S+)/i.exec(part)?.[1] ?? null;
      return method === '' ? [] : [{ method: method.toLowerCase(), result: result.toLowerCase(), about }];
    });
    found.push({ server, isTrusted: isReceivers && !isBelowReceived, results });
  }
  return found;
}
