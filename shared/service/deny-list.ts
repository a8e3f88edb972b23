import { networkEnds, parseIp, parseNetwork } from '../dns/ip.ts';

/** A deny list as people paste it: addresses, CIDR blocks and ranges, with comments. */

/** A range of addresses of one family: first and last, as octets. */
interface AddressRange {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

export interface DenyEntry extends AddressRange {
  readonly line: number;
  readonly text: string;
}

export interface DenyList {
  readonly entries: readonly DenyEntry[];
  readonly faults: readonly { readonly line: number; readonly text: string; readonly remedy: string }[];
  /** Lines that were not read, because there were too many. */
  readonly unread: number;
}

export interface ServiceAddress {
  /** A single address or a CIDR block. */
  readonly address: string;
  /** Where it is known from. */
  readonly from: string;
}

/** An entry of the list with all that it catches. */
export interface CatchingEntry {
  readonly line: number;
  readonly entry: string;
  readonly caught: readonly ServiceAddress[];
}

const MAX_LINES = 100_000;
const MAX_FAULT_TEXT = 100;
const HOW_TO_WRITE = 'Write an address, a block such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9.';
const REVERSED = 'The range begins with the higher address: put the lower one first.';
const MIXED = 'A range has both ends in the same family, IPv4 or IPv6.';

/** The length of a netmask, `255.255.255.0` being 24; null where it has holes. */
function prefixOfMask(mask: readonly number[]): number | null {
  const bits = mask.map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : null;
}

function readBlock(network: string, size: string): AddressRange | null {
  const read = parseNetwork(`${network}/${size}`);
  if (read !== null) return networkEnds(read);
  const [address, mask] = [parseIp(network), parseIp(size)];
  const prefix = mask === null || mask.length !== 4 || address?.length !== 4 ? null : prefixOfMask(mask);
  return address === null || prefix === null ? null : networkEnds({ address, prefix });
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < left.length; index += 1) {
    const difference = (left[index] as number) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** @returns the range, or what to do about a text that is none. */
function readEntry(text: string): AddressRange | string {
  const ends = text.split(/\s*(?:[-‐-―]|\.\.+)\s*/);
  if (ends.length === 2) {
    const first = parseIp(ends[0] ?? '');
    const short = first?.length === 4 && /^\d{1,3}$/.test(ends[1] ?? '');
    const last = parseIp(short ? `${first.slice(0, 3).join('.')}.${ends[1]}` : (ends[1] ?? ''));
    if (first === null || last === null) return HOW_TO_WRITE;
    if (first.length !== last.length) return MIXED;
    return compare(first, last) > 0 ? REVERSED : { first, last };
  }
  const [network = '', size, ...more] = text.split(/\/|\s+/);
  if (more.length > 0) return HOW_TO_WRITE;
  const octets = parseIp(network);
  const range = size === undefined ? octets && { first: octets, last: octets } : readBlock(network, size);
  return range ?? HOW_TO_WRITE;
}

/**
 * Reads a pasted deny list: entries one to a line or with commas, comments after `#`, `;` or `//`, and the words with
 * which web servers begin such lines. Bad entries are told with their line; the rest counts.
 */
export function parseDenyList(text: string): DenyList {
  const entries: DenyEntry[] = [];
  const faults: DenyList['faults'][number][] = [];
  const lines = text.split(/\r\n|\n|\r/);
  for (const [index, content] of lines.slice(0, MAX_LINES).entries()) {
    const bare = content
      .replace(/^\uFEFF/, '')
      .replace(/(?:#|;|\/\/).*$/, '')
      .trim()
      .replace(/^(?:deny|block|reject)\s+(?:from\s+|ip\s+)?/i, '');
    for (const part of bare.split(/[,\t]+/).map((each) => each.trim().replace(/^"(.*)"$/, '$1'))) {
      if (part === '') continue;
      const line = index + 1;
      const range = readEntry(part);
      if (typeof range === 'string') faults.push({ line, text: part.slice(0, MAX_FAULT_TEXT), remedy: range });
      else entries.push({ line, text: part, ...range });
    }
  }
  return { entries, faults, unread: Math.max(0, lines.length - MAX_LINES) };
}

/**
 * Which entries of a deny list catch which of the service's addresses. A block is caught when any part of it is.
 *
 * @returns only entries that catch something, in the order of the list.
 */
export function checkDenyList(list: DenyList, addresses: readonly ServiceAddress[]): readonly CatchingEntry[] {
  const known = addresses.flatMap((each) => {
    const range = readEntry(each.address);
    return typeof range === 'string' ? [] : [{ ...range, each }];
  });
  return list.entries.flatMap(({ line, text, first, last }) => {
    const caught = known.filter(
      (range) =>
        range.first.length === first.length && compare(first, range.last) <= 0 && compare(range.first, last) <= 0,
    );
    return caught.length === 0 ? [] : [{ line, entry: text, caught: caught.map(({ each }) => each) }];
  });
}
