import { checkSenderDomain } from '../dns/sender-domain.ts';
import { describeFinding } from '../findings/catalogue.ts';
import { isConsoleLink } from './own-link.ts';

/** Addresses of the product's own scheme that come from outside: `sendwright://domain/NAME`, and no other. */

export type OutsideLink =
  /** `ascii` is the name in A-labels, `unicode` as people read it. */
  | { readonly kind: 'domain'; readonly ascii: string; readonly unicode: string }
  | { readonly kind: 'malformed'; readonly message: string; readonly remedy: string }
  /** The window's own pages: whoever asks for one from outside is not answered. */
  | { readonly kind: 'ignored' };

const LONGEST_LINK = 2048;
const DOMAIN = /^sendwright:\/\/domain\/([^/?#]+)\/?$/i;

const malformed = (message: string, remedy: string): OutsideLink => ({ kind: 'malformed', message, remedy });

/** @returns null for what is no text, or holds what a screen would obey instead of showing it. */
function decoded(text: string): string | null {
  try {
    const name = decodeURIComponent(text);
    return /\p{C}/u.test(name) ? null : name;
  } catch {
    return null;
  }
}

/** @param text as a mail program, a browser or a command line hands it over; anybody may have written it. */
export function readLink(text: string): OutsideLink {
  if (isConsoleLink(text)) return { kind: 'ignored' };
  const [, part] = (text.length > LONGEST_LINK ? null : DOMAIN.exec(text)) ?? [];
  const name = part === undefined ? null : decoded(part);
  if (name === null) {
    return malformed(
      'A link that can’t be read opened the console',
      'A link opens a domain and has the form sendwright://domain/NAME. Nothing was opened.',
    );
  }
  const check = checkSenderDomain(name);
  if (check.ok) return { kind: 'domain', ascii: check.ascii, unicode: check.unicode };
  const { title, remedy } = describeFinding(check.finding);
  return malformed(`A link names no sender domain: ${title}`, remedy);
}
