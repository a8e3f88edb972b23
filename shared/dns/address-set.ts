import type { IpOctets } from './ip.ts';
import { formatIp } from './ip.ts';

/** Sets of IP addresses, with exact set operations and an exact count: at most 2^32 + 2^128 addresses. */

/** The first and the last address, both in the range, as numbers of 32 or 128 bits. */
export type AddressRange = readonly [first: bigint, last: bigint];

/** Ranges of one family, ascending, none touching the next. */
export type AddressRanges = readonly AddressRange[];

export interface AddressSet {
  readonly four: AddressRanges;
  readonly six: AddressRanges;
}

const WIDTHS = { four: 32, six: 128 } as const;

export type AddressFamily = keyof typeof WIDTHS;

export const noAddresses: AddressSet = { four: [], six: [] };

/** Every address of a family. */
export const everyAddress: Readonly<Record<AddressFamily, AddressRanges>> = {
  four: [[0n, 2n ** 32n - 1n]],
  six: [[0n, 2n ** 128n - 1n]],
};

/** The network of an address and a prefix length; bits behind the prefix have no meaning. */
export function networkRange(address: IpOctets, prefix: number): AddressRange {
  // Numbers carry an IPv4 address; big ones are needed for IPv6 alone.
  if (address.length === 4) {
    const [a = 0, b = 0, c = 0, d = 0] = address;
    const value = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
    const size = 2 ** (32 - prefix);
    const first = value - (value % size);
    return [BigInt(first), BigInt(first + size - 1)];
  }
  let value = 0n;
  for (const octet of address) value = value * 256n + BigInt(octet);
  const size = 1n << BigInt(128 - prefix);
  const first = value - (value % size);
  return [first, first + size - 1n];
}

/** Ranges in any order, overlapping or not, as one list that is in order. */
export function unitedRanges(ranges: readonly AddressRange[]): AddressRanges {
  if (ranges.length < 2) return ranges;
  const sorted = [...ranges].sort((left, right) => (left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0));
  const united: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const open = united.at(-1);
    if (open === undefined || first > open[1] + 1n) united.push([first, last]);
    else if (last > open[1]) open[1] = last;
  }
  return united;
}

/** What both have. */
export function commonRanges(left: AddressRanges, right: AddressRanges): AddressRanges {
  const common: AddressRange[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const [leftFirst, leftLast] = left[i] as AddressRange;
    const [rightFirst, rightLast] = right[j] as AddressRange;
    const first = leftFirst > rightFirst ? leftFirst : rightFirst;
    const last = leftLast < rightLast ? leftLast : rightLast;
    if (first <= last) common.push([first, last]);
    if (leftLast < rightLast) i += 1;
    else j += 1;
  }
  return common;
}

/** What the first has and the second has not. */
export function rangesWithout(ranges: AddressRanges, removed: AddressRanges): AddressRanges {
  if (removed.length === 0 || ranges.length === 0) return ranges;
  const left: AddressRange[] = [];
  let j = 0;
  for (const [first, last] of ranges) {
    let start = first;
    while (j < removed.length && (removed[j] as AddressRange)[1] < start) j += 1;
    for (let at = j; at < removed.length && (removed[at] as AddressRange)[0] <= last; at += 1) {
      const [gone, goneLast] = removed[at] as AddressRange;
      if (gone > start) left.push([start, gone - 1n]);
      start = goneLast + 1n;
    }
    if (start <= last) left.push([start, last]);
  }
  return left;
}

function ofBoth(left: AddressSet, right: AddressSet, work: typeof commonRanges): AddressSet {
  return { four: work(left.four, right.four), six: work(left.six, right.six) };
}

export function united(left: AddressSet, right: AddressSet): AddressSet {
  return ofBoth(left, right, (one, other) => unitedRanges([...one, ...other]));
}

export function common(left: AddressSet, right: AddressSet): AddressSet {
  return ofBoth(left, right, commonRanges);
}

export function without(left: AddressSet, right: AddressSet): AddressSet {
  return ofBoth(left, right, rangesWithout);
}

export function isEmptySet({ four, six }: AddressSet): boolean {
  return four.length === 0 && six.length === 0;
}

/** Whether the address is in the set. */
export function hasAddress(set: AddressSet, address: IpOctets): boolean {
  const width = address.length * 8;
  const [wanted] = networkRange(address, width);
  const ranges = width === WIDTHS.four ? set.four : set.six;
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as AddressRange)[1] < wanted) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range[0] <= wanted;
}

/** How many addresses there are. */
export function addressCount({ four, six }: AddressSet): bigint {
  return [...four, ...six].reduce((total, [first, last]) => total + last - first + 1n, 0n);
}

function octetsOf(value: bigint, width: number): IpOctets {
  const octets: number[] = [];
  for (let rest = value, left = width / 8; left > 0; left -= 1) {
    octets.unshift(Number(rest & 255n));
    rest >>= 8n;
  }
  return octets;
}

function networksOf(ranges: AddressRanges, width: number, networks: string[], most: number): void {
  for (const [first, last] of ranges) {
    for (let start = first; start <= last && networks.length < most; ) {
      let bits = 0;
      // The largest network that begins here and does not go beyond the range.
      while (bits < width && (start & (1n << BigInt(bits))) === 0n && start + (1n << BigInt(bits + 1)) - 1n <= last)
        bits += 1;
      networks.push(`${formatIp(octetsOf(start, width))}/${width - bits}`);
      start += 1n << BigInt(bits);
    }
  }
}

/**
 * The set as networks, `192.0.2.0/24` and `2001:db8::/32`: as few as possible, IPv4 before IPv6, ascending.
 *
 * @param most of them; a set of many single addresses has no end.
 */
export function networksIn({ four, six }: AddressSet, most = Number.POSITIVE_INFINITY): readonly string[] {
  const networks: string[] = [];
  networksOf(four, WIDTHS.four, networks, most);
  networksOf(six, WIDTHS.six, networks, most);
  return networks;
}
