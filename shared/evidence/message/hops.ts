import { formatIp, parseIp } from '../../dns/ip.ts';
import type { MailPart } from '../mail/mail.ts';
import { fieldValues } from '../mail/mail.ts';

/** The way of a message, by its Received fields (RFC 5321 §4.4, RFC 3848). */

export interface Hop {
  /** The name that the sending server gave; null where a program handed the message in. */
  readonly from: string | null;
  /** The address it came from, where the field tells one. */
  readonly ip?: string;
  readonly by: string | null;
  /** Null where the field does not tell. */
  readonly tls: boolean | null;
  /** Since the hop before; less than nothing where a clock is wrong, null where a time can't be read. */
  readonly seconds: number | null;
  /** As the server wrote it. */
  readonly at: string | null;
}

const MOST_HOPS = 100;

/** Comments hold the address and the cipher, and words that mean something outside of them. */
const withoutComments = (text: string): string => {
  let bare = text;
  for (let round = 0; round < 5; round += 1) {
    const next = bare.replace(/\([^()]*\)/g, ' ');
    if (next === bare) break;
    bare = next;
  }
  return bare;
};

function addressIn(text: string): string | null {
  for (const [, written = ''] of text.slice(0, 2000).matchAll(/[[(](?:IPv6:)?([\da-f.:]{3,45})[\])]/gi)) {
    const address = parseIp(written);
    if (address !== null) return formatIp(address);
  }
  return null;
}

function tlsOf(value: string, bare: string): boolean | null {
  if (/\bversion\s*=\s*TLS|\bTLS_|\busing TLS|\bcipher\s*=/i.test(value)) return true;
  const protocol = /\bwith\s+(?:\w+\s+)??((?:UTF8)?(?:E?SMTP|LMTP)(S?A?|AS?))\b/i.exec(bare);
  if (protocol === null) return null;
  return /S/i.test(protocol[2] ?? '');
}

/** A date of mail as milliseconds since the epoch, or null (RFC 5322 §3.3). */
function mailTime(text: string): number | null {
  const time = Date.parse(withoutComments(text).trim());
  return Number.isNaN(time) ? null : time;
}

/** Every hop, in the order of travel. */
export function readHops(mail: MailPart): readonly Hop[] {
  const hops: Hop[] = [];
  let before: number | null = null;
  for (const field of fieldValues(mail.fields, 'received').slice(0, MOST_HOPS).reverse()) {
    const value = field.replace(/\s+/g, ' ');
    const bare = withoutComments(value);
    const at = bare.slice(bare.lastIndexOf(';') + 1).trim();
    const time = bare.includes(';') ? mailTime(at) : null;
    const from = /(?:^|\s)from\s+(\S+)/i.exec(bare)?.[1] ?? null;
    const [head = ''] = value.split(/\sby\s/i, 1);
    const ip = from === null ? null : addressIn(head);
    hops.push({
      from,
      ...(ip === null ? {} : { ip }),
      by: /(?:^|\s)by\s+(\S+)/i.exec(bare)?.[1]?.replace(/;$/, '') ?? null,
      tls: tlsOf(value, bare),
      seconds: time === null || before === null ? null : Math.round((time - before) / 1000),
      at: at === '' ? null : at,
    });
    before = time;
  }
  return hops;
}
