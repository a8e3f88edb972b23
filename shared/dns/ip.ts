import type { CodedText } from './coded-text.ts';

/** IP addresses as octets: 4 for IPv4, 16 for IPv6. */
export type IpOctets = readonly number[];

const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const LETTER_A = 97;
const LETTER_F = 102;

/** @returns 4 octets, or null when the text isn't a dotted quad in decimal without leading zeros (RFC 7208 §12 `qnum`). */
export function parseIpv4(text: string): IpOctets | null {
  const octets: number[] = [];
  // The octet being read; null before its first digit.
  let octet: number | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (octet === null || octets.length === 3) return null;
      octets.push(octet);
      octet = null;
      continue;
    }
    if (code < ZERO || code > NINE || octet === 0) return null;
    octet = (octet ?? 0) * 10 + code - ZERO;
    if (octet > 255) return null;
  }
  if (octet === null || octets.length !== 3) return null;
  octets.push(octet);
  return octets;
}

/** @returns the 16-bit groups of one side of `::`, or null. A dotted quad may end it (RFC 4291 §2.2). */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as string;
    if (part.includes('.')) {
      const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : null;
      if (ipv4 === null) return null;
      const [a, b, c, d] = ipv4 as [number, number, number, number];
      groups.push(a * 256 + b, c * 256 + d);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** @returns 16 octets, or null when the text isn't an IPv6 address (RFC 4291 §2.2). Zone identifiers are refused. */
export function parseIpv6(text: string): IpOctets | null {
  if (text.length > 45) return null;
  const gap = text.indexOf('::');
  let groups: number[];
  if (gap === -1) {
    const all = parseGroups(text, true);
    if (all === null || all.length !== 8) return null;
    groups = all;
  } else {
    const head = parseGroups(text.slice(0, gap), false);
    const tail = parseGroups(text.slice(gap + 2), true);
    if (head === null || tail === null || head.length + tail.length > 7) return null;
    groups = [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  }
  const octets: number[] = [];
  for (const group of groups) octets.push(group >> 8, group & 0xff);
  return octets;
}

/** Whether the characters with the codes from `start` to `end` are an IPv4 address, as `parseIpv4` reads it. */
export function isIpv4At(codes: CodedText['codes'], start: number, end: number): boolean {
  let dots = 0;
  // The octet being read; -1 before its first digit.
  let octet = -1;
  for (let index = start; index < end; index += 1) {
    const code = codes[index] as number;
    if (code === DOT) {
      if (octet < 0) return false;
      dots += 1;
      octet = -1;
    } else {
      if (code < ZERO || code > NINE || octet === 0) return false;
      octet = octet < 0 ? code - ZERO : octet * 10 + code - ZERO;
      if (octet > 255) return false;
    }
  }
  return octet >= 0 && dots === 3;
}

/** Whether the characters with the codes from `start` to `end` are an IPv6 address, as `parseIpv6` reads it. */
export function isIpv6At(codes: CodedText['codes'], start: number, end: number): boolean {
  let groups = 0;
  let digits = 0;
  let groupStart = start;
  let hasGap = false;
  for (let index = start; index < end; index += 1) {
    const code = codes[index] as number;
    if (code === COLON) {
      if (digits > 0) groups += 1;
      const isDouble = index + 1 < end && codes[index + 1] === COLON;
      if (isDouble) {
        if (hasGap) return false;
        hasGap = true;
        index += 1;
      } else if (digits === 0 || index + 1 === end) return false;
      digits = 0;
      groupStart = index + 1;
    } else if (code === DOT) {
      if (!isIpv4At(codes, groupStart, end)) return false;
      groups += 2;
      digits = 0;
      break;
    } else {
      const isDigit = (code >= ZERO && code <= NINE) || ((code | 32) >= LETTER_A && (code | 32) <= LETTER_F);
      digits += 1;
      if (!isDigit || digits > 4) return false;
    }
  }
  if (digits > 0) groups += 1;
  return hasGap ? groups <= 7 : groups === 8;
}

/**
 * Reads an address of either family. An IPv4-mapped IPv6 address is the IPv4 address (RFC 7208 §5).
 *
 * @returns 4 or 16 octets, or null when it is no address.
 */
export function parseIp(text: string): IpOctets | null {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return ipv4;
  const ipv6 = parseIpv6(text);
  if (ipv6 === null) return null;
  const isMapped = ipv6.slice(0, 10).every((octet) => octet === 0) && ipv6[10] === 0xff && ipv6[11] === 0xff;
  return isMapped ? ipv6.slice(12) : ipv6;
}

/** Whether the first `prefix` bits of two addresses of one family agree; addresses of two families never do. */
export function samePrefix(left: IpOctets, right: IpOctets, prefix: number): boolean {
  if (left.length !== right.length) return false;
  const whole = prefix >> 3;
  for (let index = 0; index < whole; index += 1) if (left[index] !== right[index]) return false;
  const rest = prefix & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((left[whole] as number) & mask) === ((right[whole] as number) & mask);
}

export interface IpNetwork {
  readonly address: IpOctets;
  /** Bits that all its addresses have in common. */
  readonly prefix: number;
}

/**
 * Reads a network in CIDR notation (RFC 4632 §3.1); an address is a network of one. Bits behind the prefix have no meaning.
 *
 * @returns null when it is none.
 */
export function parseNetwork(text: string): IpNetwork | null {
  const [host = '', size, ...more] = text.split('/');
  const address = parseIp(host);
  if (address === null || more.length > 0) return null;
  const most = address.length * 8;
  if (size === undefined) return { address, prefix: most };
  if (!/^\d{1,3}$/.test(size)) return null;
  // A mapped address is the IPv4 address, and its prefix counts from there.
  const prefix = Number(size) - (address.length === 4 && host.includes(':') ? 96 : 0);
  return prefix >= 0 && prefix <= most ? { address, prefix } : null;
}

/** The first and the last address of a network. */
export function networkEnds({ address, prefix }: IpNetwork): { readonly first: IpOctets; readonly last: IpOctets } {
  const maskAt = (index: number) => (0xff << (8 - Math.min(8, Math.max(0, prefix - index * 8)))) & 0xff;
  return {
    first: address.map((octet, index) => octet & maskAt(index)),
    last: address.map((octet, index) => octet | (~maskAt(index) & 0xff)),
  };
}

/** Whether the whole of a network, or an address, lies within another network. */
export function isWithin(inner: IpNetwork, outer: IpNetwork): boolean {
  return outer.prefix <= inner.prefix && samePrefix(inner.address, outer.address, outer.prefix);
}

/** Networks that nothing comes from across the internet (RFC 6890, RFC 5771, RFC 4291 §2.5). */
const INSIDE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255',
  '::',
  '::1',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map((text) => parseNetwork(text) as IpNetwork);

/** Whether nothing comes from an address, or from all of a network, across the internet. */
export function isInside(address: IpOctets, prefix = address.length * 8): boolean {
  return INSIDE.some((network) => isWithin({ address, prefix }, network));
}

/** The name that a PTR question asks for (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: IpOctets): string {
  if (address.length === 4) return `${[...address].reverse().join('.')}.in-addr.arpa`;
  return `${nibbles(address).reverse().join('.')}.ip6.arpa`;
}

/** The 32 hexadecimal digits of an IPv6 address. */
export function nibbles(address: IpOctets): string[] {
  return address.flatMap((octet) => [(octet >> 4).toString(16), (octet & 15).toString(16)]);
}

/** An address in its usual text form: dotted quad, or IPv6 as RFC 5952 writes it. */
export function formatIp(address: IpOctets): string {
  if (address.length === 4) return address.join('.');
  const groups: number[] = [];
  for (let index = 0; index < 16; index += 2)
    groups.push((address[index] as number) * 256 + (address[index + 1] as number));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.start === -1) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}
