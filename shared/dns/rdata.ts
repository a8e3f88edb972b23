import { parseIpv4, parseIpv6, formatIp } from './ip.ts';
import { nameOctets, readName, wireName } from './name-text.ts';
import { quoteTxt, unescapeString } from './txt.ts';

/**
 * Record data of the types that nothing here reads, between presentation format and the wire (RFC 1035 §3.3, RFC 3597,
 * and each type's own RFC). One table says of what fields a type's data is made.
 */

/** A field of a master file's line. `joined`: no space stands between it and the field before. */
export interface DataField {
  readonly text: string;
  readonly quoted: boolean;
  readonly joined: boolean;
}

/** Data that can't be read; the message ends a sentence that began with the line. */
export class Unreadable extends Error {}

/** The octets of a character-string. @throws Unreadable */
export function octetsOf(text: string): string {
  const octets = unescapeString(text);
  if (octets === null) throw new Unreadable('a number after a backslash is not an octet');
  return octets;
}

/** IANA's numbers (Resource Record TYPEs), without those that only questions and transactions use. */
const NUMBERS: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DLV: 32_769,
};

const MNEMONICS: ReadonlyMap<number, string> = new Map(
  Object.entries(NUMBERS).map(([mnemonic, number]) => [number, mnemonic]),
);

/** The number of a type given as a mnemonic or as `TYPEn` (RFC 3597 §5), in upper case; null when there is none. */
export function typeNumber(type: string): number | null {
  const known = NUMBERS[type];
  if (known !== undefined) return known;
  const number = /^TYPE(\d{1,5})$/.exec(type)?.[1];
  return number === undefined || Number(number) > 65_535 ? null : Number(number);
}

/** A type's mnemonic, else `TYPEn`. */
export function typeName(number: number): string {
  return MNEMONICS.get(number) ?? `TYPE${number}`;
}

class Writer {
  readonly octets: number[] = [];

  integer(value: number, size: number): void {
    for (let shift = size - 1; shift >= 0; shift -= 1) this.octets.push(Math.floor(value / 256 ** shift) & 0xff);
  }

  append(octets: ArrayLike<number>): void {
    if (octets.length > 65_535) throw new Unreadable('the data has more than 65535 octets');
    for (let index = 0; index < octets.length; index += 1) this.octets.push(octets[index] as number);
  }

  characters(octets: string): void {
    for (let index = 0; index < octets.length; index += 1) this.octets.push(octets.charCodeAt(index));
  }
}

/** Thrown inside this file when octets end too early; `wireToText` then writes them as RFC 3597 does. */
class Truncated extends Error {}

class Reader {
  readonly octets: Uint8Array;
  position = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  get left(): number {
    return this.octets.length - this.position;
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new Truncated();
    this.position += count;
    return this.octets.subarray(this.position - count, this.position);
  }

  integer(size: number): number {
    return this.take(size).reduce((value, octet) => value * 256 + octet, 0);
  }

  characters(count: number): string {
    return String.fromCharCode(...this.take(count));
  }
}

/** Takes fields one after the other. */
class Fields {
  readonly all: readonly DataField[];
  readonly origin: string;
  index = 0;

  constructor(all: readonly DataField[], origin: string) {
    this.all = all;
    this.origin = origin;
  }

  get left(): number {
    return this.all.length - this.index;
  }

  field(what: string): DataField {
    const field = this.all[this.index];
    if (field === undefined) throw new Unreadable(`${what} is missing`);
    this.index += 1;
    return field;
  }

  text(what: string): string {
    return this.field(what).text;
  }

  /** The texts of all the fields that are left. */
  rest(): string {
    const text = this.all
      .slice(this.index)
      .map((field) => field.text)
      .join('');
    this.index = this.all.length;
    return text;
  }
}

/** One kind of field: from text to octets, and back. */
interface FieldKind {
  readonly write: (fields: Fields, to: Writer) => void;
  readonly read: (from: Reader) => string;
}

function number(text: string, what: string, most: number): number {
  if (!/^\d{1,20}$/.test(text) || Number(text) > most)
    throw new Unreadable(`${what} “${text.slice(0, 40)}” is not a number up to ${most}`);
  return Number(text);
}

function integer(what: string, size: 1 | 2 | 4, names: Readonly<Record<string, number>> = {}): FieldKind {
  const most = 256 ** size - 1;
  return {
    write(fields, to) {
      const text = fields.text(what);
      to.integer(names[text.toUpperCase()] ?? number(text, what, most), size);
    },
    read: (from) => String(from.integer(size)),
  };
}

const ALGORITHMS: Readonly<Record<string, number>> = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  'RSASHA1-NSEC3-SHA1': 7,
  NSEC3DSA: 6,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
};

const CERTIFICATES: Readonly<Record<string, number>> = {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
};

const name: FieldKind = {
  write(fields, to) {
    const text = fields.text('the name');
    const read = readName(text, fields.origin);
    if (read === null) throw new Unreadable(`“${text.slice(0, 80)}” is not a valid DNS name`);
    to.append(nameOctets(read));
  },
  read(from) {
    const { name: read, length } = wireName(from.octets, from.position) ?? {};
    if (read === undefined || length === undefined) throw new Truncated();
    from.position += length;
    return `${read}.`;
  },
};

function characterString(what: string): FieldKind {
  return {
    write(fields, to) {
      const octets = octetsOf(fields.text(what));
      if (octets.length > 255) throw new Unreadable(`${what} has ${octets.length} octets; 255 are allowed`);
      to.integer(octets.length, 1);
      to.characters(octets);
    },
    read: (from) => quoteTxt([from.characters(from.integer(1))]),
  };
}

/** All character-strings that are left; at least one. */
const characterStrings: FieldKind = {
  write(fields, to) {
    const string = characterString('a string');
    do string.write(fields, to);
    while (fields.left > 0);
  },
  read(from) {
    const strings: string[] = [];
    do strings.push(from.characters(from.integer(1)));
    while (from.left > 0);
    return quoteTxt(strings);
  },
};

const optionalString: FieldKind = {
  write: (fields, to) => (fields.left > 0 ? characterString('a string').write(fields, to) : undefined),
  read: (from) => (from.left > 0 ? quoteTxt([from.characters(from.integer(1))]) : ''),
};

/** Octets to the end, in quotes (RFC 7553 §4.4). */
const quotedRest: FieldKind = {
  write: (fields, to) => to.characters(octetsOf(fields.text('the target'))),
  read: (from) => quoteTxt([from.characters(from.left)]),
};

function toHex(octets: Uint8Array): string {
  return octets.reduce((text, octet) => text + octet.toString(16).padStart(2, '0'), '');
}

function fromHex(text: string, what: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) throw new Unreadable(`${what} is not in hexadecimal`);
  return Uint8Array.from({ length: text.length / 2 }, (_none, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  );
}

const hexadecimal: FieldKind = {
  write: (fields, to) => to.append(fromHex(fields.rest(), 'the data')),
  read: (from) => toHex(from.take(from.left)).toUpperCase(),
};

function toBase64(octets: Uint8Array): string {
  return btoa(octets.reduce((text, octet) => text + String.fromCharCode(octet), ''));
}

function fromBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new Unreadable('the data is not in base 64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const base64: FieldKind = {
  write: (fields, to) => to.append(fromBase64(fields.rest())),
  read: (from) => toBase64(from.take(from.left)),
};

/** A salt: `-` when it is empty (RFC 5155 §3.3). */
const salt: FieldKind = {
  write(fields, to) {
    const text = fields.text('the salt');
    const octets = text === '-' ? new Uint8Array() : fromHex(text, 'the salt');
    if (octets.length > 255) throw new Unreadable('the salt has more than 255 octets');
    to.integer(octets.length, 1);
    to.append(octets);
  },
  read(from) {
    const octets = from.take(from.integer(1));
    return octets.length === 0 ? '-' : toHex(octets).toUpperCase();
  },
};

const BASE32 = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** A hashed owner name in base 32 with the extended hexadecimal alphabet (RFC 5155 §3.3). */
const hashedName: FieldKind = {
  write(fields, to) {
    const octets: number[] = [];
    let bits = 0;
    let held = 0;
    for (const character of fields.text('the next hashed name').toUpperCase()) {
      const value = BASE32.indexOf(character);
      if (value === -1) throw new Unreadable('the next hashed name is not in base 32');
      held = (held << 5) | value;
      bits += 5;
      if (bits < 8) continue;
      bits -= 8;
      octets.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
    if (octets.length > 255) throw new Unreadable('the next hashed name has more than 255 octets');
    to.integer(octets.length, 1);
    to.append(octets);
  },
  read(from) {
    let text = '';
    let bits = 0;
    let held = 0;
    for (const octet of from.take(from.integer(1))) {
      held = (held << 8) | octet;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text += BASE32[(held >> bits) & 31];
        held &= (1 << bits) - 1;
      }
    }
    return bits > 0 ? text + (BASE32[(held << (5 - bits)) & 31] as string) : text;
  },
};

const type: FieldKind = {
  write(fields, to) {
    const text = fields.text('the type').toUpperCase();
    const value = typeNumber(text);
    if (value === null) throw new Unreadable(`“${text.slice(0, 40)}” is not a record type`);
    to.integer(value, 2);
  },
  read: (from) => typeName(from.integer(2)),
};

/** The types that stand at a name, as a bitmap in windows (RFC 4034 §4.1.2). */
const typeBitmap: FieldKind = {
  write(fields, to) {
    const windows = new Map<number, Uint8Array>();
    while (fields.left > 0) {
      const text = fields.text('a type').toUpperCase();
      const value = typeNumber(text);
      if (value === null) throw new Unreadable(`“${text.slice(0, 40)}” is not a record type`);
      const bitmap = windows.get(value >> 8) ?? new Uint8Array(32);
      bitmap[(value & 0xff) >> 3] = (bitmap[(value & 0xff) >> 3] as number) | (0x80 >> (value & 7));
      windows.set(value >> 8, bitmap);
    }
    for (const [window, bitmap] of [...windows].sort(([left], [right]) => left - right)) {
      const length = bitmap.findLastIndex((octet) => octet !== 0) + 1;
      to.append([window, length, ...bitmap.subarray(0, length)]);
    }
  },
  read(from) {
    const names: string[] = [];
    while (from.left > 0) {
      const window = from.integer(1);
      for (const [index, octet] of from.take(from.integer(1)).entries()) {
        for (let bit = 0; bit < 8; bit += 1) {
          if ((octet & (0x80 >> bit)) !== 0) names.push(typeName(window * 256 + index * 8 + bit));
        }
      }
    }
    return names.join(' ');
  },
};

/** A moment as `YYYYMMDDHHmmSS` or in seconds, within 32 bits (RFC 4034 §3.2). */
const moment: FieldKind = {
  write(fields, to) {
    const text = fields.text('the time');
    const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
    if (parts === null) return to.integer(number(text, 'the time', 4_294_967_295), 4);
    const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, ...number[]];
    return to.integer((Date.UTC(year, (month as number) - 1, day, hour, minute, second) / 1000) % 4_294_967_296, 4);
  },
  read: (from) => new Date(from.integer(4) * 1000).toISOString().replace(/\.\d+Z|[-:T]/g, ''),
};

function address(size: 4 | 16): FieldKind {
  return {
    write(fields, to) {
      const text = fields.text('the address');
      const octets = size === 4 ? parseIpv4(text) : parseIpv6(text);
      if (octets === null) throw new Unreadable(`“${text.slice(0, 60)}” is not an address`);
      to.append(octets);
    },
    read: (from) => formatIp([...from.take(size)]),
  };
}

/** Groups of hexadecimal digits of one length: EUI addresses and locators. */
function groups(what: string, count: number, octetsEach: number, mark: string): FieldKind {
  return {
    write(fields, to) {
      const text = fields.text(what);
      const parts = text.split(mark);
      const isWrong = (part: string) => !/^[0-9a-f]+$/i.test(part) || part.length > octetsEach * 2;
      if (parts.length !== count || parts.some(isWrong))
        throw new Unreadable(`${what} “${text.slice(0, 60)}” is not of that form`);
      for (const part of parts) to.append(fromHex(part.padStart(octetsEach * 2, '0'), what));
    },
    read: (from) => Array.from({ length: count }, () => toHex(from.take(octetsEach))).join(mark),
  };
}

/** The tag and value of a CAA record (RFC 8659 §4.1). */
const authorisation: FieldKind = {
  write(fields, to) {
    const tag = fields.text('the tag');
    if (!/^[a-z0-9]{1,255}$/i.test(tag))
      throw new Unreadable(`the tag “${tag.slice(0, 40)}” has other than letters and digits`);
    to.integer(tag.length, 1);
    to.characters(tag);
    to.characters(octetsOf(fields.text('the value')));
  },
  read(from) {
    const tag = from.characters(from.integer(1));
    return `${tag} ${quoteTxt([from.characters(from.left)])}`;
  },
};

const PARAMETERS: readonly string[] = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
];

function parameterNumber(key: string): number {
  const known = PARAMETERS.indexOf(key);
  if (known !== -1) return known;
  const unknown = /^key(0|[1-9]\d{0,4})$/.exec(key)?.[1];
  if (unknown === undefined || Number(unknown) > 65_534)
    throw new Unreadable(`“${key.slice(0, 40)}” is not a parameter`);
  return Number(unknown);
}

function parameterName(value: number): string {
  return PARAMETERS[value] ?? `key${value}`;
}

/** The parts of a comma-separated list, `\,` and `\\` taken as they are meant (RFC 9460 appendix A.1). */
function listParts(octets: string): string[] {
  const parts: string[] = [''];
  for (let index = 0; index < octets.length; index += 1) {
    const character = octets[index] as string;
    if (character === ',') parts.push('');
    else {
      if (character === '\\') index += 1;
      parts[parts.length - 1] += octets[index] ?? '';
    }
  }
  return parts;
}

function parameterValue(key: number, value: string | null): number[] {
  const to = new Writer();
  if (value === null) {
    if (key !== 2 && key !== 8 && key < 9) throw new Unreadable(`the parameter ${parameterName(key)} has no value`);
    return to.octets;
  }
  switch (key) {
    case 0:
      for (const listed of listParts(value)
        .map(parameterNumber)
        .sort((left, right) => left - right))
        to.integer(listed, 2);
      break;
    case 1:
      for (const protocol of listParts(value)) {
        if (protocol === '' || protocol.length > 255) throw new Unreadable('a protocol has no or over 255 octets');
        to.integer(protocol.length, 1);
        to.characters(protocol);
      }
      break;
    case 3:
      to.integer(number(value, 'the port', 65_535), 2);
      break;
    case 4:
    case 6:
      for (const text of value.split(',')) {
        const octets = key === 4 ? parseIpv4(text) : parseIpv6(text);
        if (octets === null) throw new Unreadable(`“${text.slice(0, 60)}” is not an address`);
        to.append(octets);
      }
      break;
    case 5:
      to.append(fromBase64(value));
      break;
    default:
      to.characters(value);
  }
  return to.octets;
}

function parameterText(key: number, octets: Uint8Array): string {
  const from = new Reader(octets);
  const list: string[] = [];
  switch (key) {
    case 0:
      while (from.left > 0) list.push(parameterName(from.integer(2)));
      return list.join(',');
    case 1:
      while (from.left > 0)
        list.push(from.characters(from.integer(1)).replace(/[\\,]/g, (character) => `\\${character}`));
      return quoteTxt([list.join(',')]);
    case 3:
      return String(from.integer(2));
    case 4:
    case 6:
      while (from.left > 0) list.push(formatIp([...from.take(key === 4 ? 4 : 16)]));
      return list.join(',');
    case 5:
      return toBase64(octets);
    default:
      return quoteTxt([from.characters(from.left)]);
  }
}

/** Service parameters (RFC 9460 §2.1), in the order of their numbers. */
const parameters: FieldKind = {
  write(fields, to) {
    const found = new Map<number, number[]>();
    while (fields.left > 0) {
      const text = fields.text('a parameter');
      const equals = text.indexOf('=');
      const key = parameterNumber(equals === -1 ? text : text.slice(0, equals));
      if (found.has(key)) throw new Unreadable(`the parameter ${parameterName(key)} appears twice`);
      let value = equals === -1 ? null : octetsOf(text.slice(equals + 1));
      const next = fields.all[fields.index];
      if (value === '' && next?.quoted === true && next.joined) value = octetsOf(fields.text('a value'));
      found.set(key, parameterValue(key, value));
    }
    for (const [key, octets] of [...found].sort(([left], [right]) => left - right)) {
      to.integer(key, 2);
      to.integer(octets.length, 2);
      to.append(octets);
    }
  },
  read(from) {
    const list: string[] = [];
    while (from.left > 0) {
      const key = from.integer(2);
      const octets = from.take(from.integer(2));
      list.push(octets.length === 0 ? parameterName(key) : `${parameterName(key)}=${parameterText(key, octets)}`);
    }
    return list.join(' ');
  },
};

/** Centimetres as RFC 1876 packs them: a digit and a power of ten. */
function packSize(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const metres = /^(\d{1,8})(?:\.(\d{1,2}))?m?$/i.exec(text);
  if (metres === null) throw new Unreadable(`“${text.slice(0, 40)}” is not a length in metres`);
  let centimetres = Number(metres[1]) * 100 + Number((metres[2] ?? '').padEnd(2, '0'));
  let exponent = 0;
  for (; centimetres >= 10; exponent += 1) centimetres = Math.floor(centimetres / 10);
  return centimetres * 16 + exponent;
}

function unpackSize(octet: number): string {
  return `${(((octet >> 4) * 10 ** (octet & 15)) / 100).toFixed(2)}m`;
}

/** One angle of a LOC record, in thousandths of an arc second. */
function packAngle(fields: Fields, marks: string, most: number): number {
  let total = 0;
  let mark = fields.text('the position').toUpperCase();
  for (const unit of [3_600_000, 60_000, 1000]) {
    if (marks.includes(mark)) break;
    if (!/^\d{1,3}(?:\.\d{1,3})?$/.test(mark)) throw new Unreadable(`“${mark.slice(0, 40)}” is not part of a position`);
    total += Math.round(Number(mark) * unit);
    mark = fields.text('the direction').toUpperCase();
  }
  if (mark.length !== 1 || !marks.includes(mark) || total > most * 3_600_000)
    throw new Unreadable(`“${mark.slice(0, 40)}” is not a direction, or the position is out of range`);
  return mark === marks[0] ? total : -total;
}

function unpackAngle(value: number, marks: string): string {
  const offset = value - 2 ** 31;
  const total = Math.abs(offset);
  const seconds = ((total % 60_000) / 1000).toFixed(3);
  return `${Math.floor(total / 3_600_000)} ${Math.floor(total / 60_000) % 60} ${seconds} ${offset < 0 ? marks[1] : marks[0]}`;
}

/** Where something stands on the earth (RFC 1876). */
const location: FieldKind = {
  write(fields, to) {
    const latitude = packAngle(fields, 'NS', 90);
    const longitude = packAngle(fields, 'EW', 180);
    const altitude = /^(-?\d{1,8}(?:\.\d{1,2})?)m?$/i.exec(fields.text('the altitude'))?.[1];
    if (altitude === undefined) throw new Unreadable('the altitude is not a length in metres');
    const sizes = fields.all.slice(fields.index).map((field) => field.text);
    fields.index = fields.all.length;
    to.append([0, packSize(sizes[0], 0x12), packSize(sizes[1], 0x16), packSize(sizes[2], 0x13)]);
    to.integer(latitude + 2 ** 31, 4);
    to.integer(longitude + 2 ** 31, 4);
    to.integer(Math.round(Number(altitude) * 100) + 10_000_000, 4);
  },
  read(from) {
    const [version, size, horizontal, vertical] = from.take(4) as unknown as [number, number, number, number];
    if (version !== 0) throw new Truncated();
    const latitude = unpackAngle(from.integer(4), 'NS');
    const longitude = unpackAngle(from.integer(4), 'EW');
    const altitude = ((from.integer(4) - 10_000_000) / 100).toFixed(2);
    return `${latitude} ${longitude} ${altitude}m ${[size, horizontal, vertical].map(unpackSize).join(' ')}`;
  },
};

const byte = (what: string) => integer(what, 1);
const word = (what: string) => integer(what, 2);
const algorithm = integer('the algorithm', 1, ALGORITHMS);
const signer: readonly FieldKind[] = [
  type,
  algorithm,
  byte('the labels'),
  integer('the TTL', 4),
  moment,
  moment,
  word('the key tag'),
  name,
  base64,
];
const publicKey: readonly FieldKind[] = [word('the flags'), byte('the protocol'), algorithm, base64];
const digest: readonly FieldKind[] = [word('the key tag'), algorithm, byte('the digest type'), hexadecimal];
const association: readonly FieldKind[] = [
  byte('the usage'),
  byte('the selector'),
  byte('the matching type'),
  hexadecimal,
];
const service: readonly FieldKind[] = [word('the priority'), name, parameters];
const preferredName: readonly FieldKind[] = [word('the preference'), name];
const time = integer('a time', 4);

/** What a type's data is made of. Types missing here are read and written as RFC 3597 does. */
const LAYOUTS: Readonly<Record<string, readonly FieldKind[]>> = {
  A: [address(4)],
  NS: [name],
  CNAME: [name],
  SOA: [name, name, integer('the serial', 4), time, time, time, time],
  MB: [name],
  MG: [name],
  MR: [name],
  PTR: [name],
  HINFO: [characterString('the processor'), characterString('the system')],
  MINFO: [name, name],
  MX: preferredName,
  TXT: [characterStrings],
  RP: [name, name],
  AFSDB: preferredName,
  X25: [characterString('the address')],
  ISDN: [characterString('the address'), optionalString],
  RT: preferredName,
  SIG: signer,
  KEY: publicKey,
  PX: [word('the preference'), name, name],
  AAAA: [address(16)],
  LOC: [location],
  SRV: [word('the priority'), word('the weight'), word('the port'), name],
  NAPTR: [
    word('the order'),
    word('the preference'),
    characterString('the flags'),
    characterString('the service'),
    characterString('the expression'),
    name,
  ],
  KX: preferredName,
  CERT: [integer('the certificate type', 2, CERTIFICATES), word('the key tag'), algorithm, base64],
  DNAME: [name],
  DS: digest,
  SSHFP: [byte('the algorithm'), byte('the fingerprint type'), hexadecimal],
  RRSIG: signer,
  NSEC: [name, typeBitmap],
  DNSKEY: publicKey,
  DHCID: [base64],
  NSEC3: [byte('the hash'), byte('the flags'), word('the iterations'), salt, hashedName, typeBitmap],
  NSEC3PARAM: [byte('the hash'), byte('the flags'), word('the iterations'), salt],
  TLSA: association,
  SMIMEA: association,
  CDS: digest,
  CDNSKEY: publicKey,
  OPENPGPKEY: [base64],
  CSYNC: [integer('the serial', 4), word('the flags'), typeBitmap],
  ZONEMD: [integer('the serial', 4), byte('the scheme'), byte('the hash'), hexadecimal],
  SVCB: service,
  HTTPS: service,
  SPF: [characterStrings],
  NID: [word('the preference'), groups('the node identifier', 4, 2, ':')],
  L32: [word('the preference'), address(4)],
  L64: [word('the preference'), groups('the locator', 4, 2, ':')],
  LP: preferredName,
  EUI48: [groups('the address', 6, 1, '-')],
  EUI64: [groups('the address', 8, 1, '-')],
  URI: [word('the priority'), word('the weight'), quotedRest],
  CAA: [byte('the flags'), authorisation],
  AVC: [characterStrings],
  DLV: digest,
};

/**
 * Reads data of a type into octets.
 *
 * @param fields in presentation format, or as `\# length hexadecimal` (RFC 3597 §5).
 * @param origin of relative names.
 * @throws Unreadable
 */
export function dataToWire(type: string, fields: readonly DataField[], origin: string): Uint8Array {
  if (fields[0]?.text === '\\#' && !fields[0].quoted) {
    const length = number(fields[1]?.text ?? '', 'the data length', 65_535);
    const octets = fromHex(new Fields(fields.slice(2), origin).rest(), 'the data');
    if (octets.length !== length)
      throw new Unreadable(`the data has ${octets.length} octets, not the ${length} it states`);
    return octets;
  }
  const layout = LAYOUTS[type];
  if (layout === undefined)
    throw new Unreadable(`data of the type ${type} has to be written as \\# LENGTH HEXADECIMAL`);
  const from = new Fields(fields, origin);
  const to = new Writer();
  for (const kind of layout) kind.write(from, to);
  if (from.left > 0) throw new Unreadable(`“${from.text('').slice(0, 40)}” follows complete data`);
  if (to.octets.length > 65_535) throw new Unreadable('the data has more than 65535 octets');
  return Uint8Array.from(to.octets);
}

/** Data in presentation format, its names absolute; as RFC 3597 §5 writes it where the type has no other or doesn't fit. */
export function wireToText(type: string, rdata: Uint8Array): string {
  const layout = LAYOUTS[type];
  if (layout !== undefined) {
    try {
      const from = new Reader(rdata);
      const text = layout.map((kind) => kind.read(from)).filter((part) => part !== '');
      if (from.left === 0) return text.join(' ');
    } catch (error) {
      if (!(error instanceof Truncated)) throw error;
    }
  }
  return rdata.length === 0 ? '\\# 0' : `\\# ${rdata.length} ${toHex(rdata).toUpperCase()}`;
}
