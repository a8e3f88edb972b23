import ipaddr from 'ipaddr.js';

/** A deny list as people paste it: addresses, CIDR blocks and ranges, with comments. */

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface DenyEntry {
  readonly line: number;
  readonly text: string;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

export interface DenyList {
  readonly entries: readonly DenyEntry[];
  readonly faults: readonly { readonly line: number; readonly text: string; readonly remedy: string }[];
}

export interface CaughtAddress {
  readonly address: string;
  readonly from: string;
  readonly line: number;
  readonly entry: string;
}

const MAX_LINES = 100_000;

function read(text: string): Address | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  return address;
}

function bounds(address: Address, prefix: number): { first: number[]; last: number[] } {
  const octets = address.toByteArray();
  const first = octets.map((octet, index) => octet & maskOctet(prefix, index));
  const last = octets.map((octet, index) => octet | (~maskOctet(prefix, index) & 0xff));
  return { first, last };
}

function maskOctet(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function readEntry(text: string): { first: number[]; last: number[] } | null {
  const [from, to, ...more] = text.split(/\s*(?:-|–|\.\.)\s*/);
  if (to !== undefined) {
    const low = read(from ?? '');
    const high = read(to);
    if (more.length > 0 || low === null || high === null || low.kind() !== high.kind()) return null;
    return { first: low.toByteArray(), last: high.toByteArray() };
  }
  const [network = '', prefix] = text.split('/');
  const address = read(network);
  if (address === null) return null;
  const most = address.kind() === 'ipv4' ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most)) return null;
  return bounds(address, prefix === undefined ? most : Number(prefix));
}

/** Reads a pasted deny list. Bad lines are told with their number; the rest counts. */
export function parseDenyList(text: string): DenyList {
  const entries: DenyEntry[] = [];
  const faults: DenyList['faults'][number][] = [];
  for (const [index, content] of text
    .split(/\r\n|\n|\r/)
    .slice(0, MAX_LINES)
    .entries()) {
    const bare = content.replace(/(?:#|;|\/\/).*$/, '').trim();
    for (const part of bare.split(/[,\t]+/).map((each) => each.trim())) {
      if (part === '') continue;
      const range = readEntry(part);
      const line = index + 1;
      if (range !== null) entries.push({ line, text: part, ...range });
      else
        faults.push({
          line,
          text: part.slice(0, 100),
          remedy: 'Write an address, a block such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9.',
        });
    }
  }
  return { entries, faults };
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < left.length; index += 1) {
    const difference = (left[index] as number) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Which of the service's addresses a deny list catches.
 *
 * @param addresses single addresses or CIDR blocks, each with where it is known from; a block counts as caught when any
 *   part of it is.
 */
export function checkDenyList(
  list: DenyList,
  addresses: readonly { readonly address: string; readonly from: string }[],
): readonly CaughtAddress[] {
  return addresses.flatMap(({ address, from }) => {
    const range = readEntry(address);
    if (range === null) return [];
    const hit = list.entries.find(
      (entry) =>
        entry.first.length === range.first.length &&
        compare(entry.first, range.last) <= 0 &&
        compare(range.first, entry.last) <= 0,
    );
    return hit === undefined ? [] : [{ address, from, line: hit.line, entry: hit.text }];
  });
}
