import type { Finding } from '../../findings/finding.ts';
import type { Steps } from '../../steps.ts';
import { canonicalName, parentName } from '../names.ts';
import type { ResourceRecord } from '../records.ts';
import type { RecordIndex } from '../zone-lookup.ts';
import type { RecordPlace, ZoneOptions } from './reader.ts';
import { readablePart, textKey, ZoneReader } from './reader.ts';

/**
 * A zone as its text and an index of it: a record is read again when it is asked for. Of a zone of many megabytes some
 * numbers are kept for each record, and no object: nothing that a garbage collector would have to go through.
 */
export interface PackedZone extends RecordIndex {
  readonly count: number;
  readonly findings: readonly Finding[];
  /** Names at which a line could not be read, in lower case. */
  readonly unreadable: readonly string[];
}

/** A list of whole numbers up to 2^53. */
class Numbers {
  length = 0;
  private values = new Float64Array(1024);

  push(value: number): void {
    if (this.length === this.values.length) {
      const more = new Float64Array(2 * this.length);
      more.set(this.values);
      this.values = more;
    }
    this.values[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.values[index] as number;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }
}

/** Texts that come again and again one after another, each kept once. */
class Runs {
  private readonly texts: string[] = [];

  /** @returns what the text is found by. */
  note(text: string): number {
    if (this.texts.at(-1) !== text) this.texts.push(text);
    return this.texts.length - 1;
  }

  at(index: number): string {
    return this.texts[index] as string;
  }
}

const NONE = -1;

/** Names whose records are kept as they were read. */
const REMEMBERED = 256;

/** Characters that are looked at together where one line is read again; most are shorter. */
const LINE = 512;

/** Names looked at in one step. */
const STEP = 64;

class PackingReader extends ZoneReader {
  readonly begins = new Numbers();
  readonly ttls = new Numbers();
  readonly originOf = new Numbers();
  readonly ownerOf = new Numbers();
  /** The next record at the same name. */
  readonly next = new Numbers();
  /** By the first record of a name: the last so far. */
  readonly last = new Numbers();
  readonly knownOrigins = new Runs();
  readonly continuedOwners = new Runs();
  /** The first record of each name. */
  readonly first = new Map<string, number>();
  /** Names above owners. */
  readonly above = new Set<string>();
  readonly namesOfSpfType = new Set<string>();

  protected override take(record: ResourceRecord): void {
    const { begin, origin, owner } = this.place();
    const index = this.begins.length;
    this.begins.push(begin);
    this.ttls.push(record.ttl);
    this.originOf.push(this.knownOrigins.note(origin));
    this.ownerOf.push(owner === null ? NONE : this.continuedOwners.note(owner));
    this.next.push(NONE);
    this.last.push(index);
    const name = canonicalName(record.name);
    if (record.type === 'SPF') this.namesOfSpfType.add(name);
    const first = this.first.get(name);
    if (first !== undefined) {
      this.next.set(this.last.at(first), index);
      this.last.set(first, index);
      return;
    }
    this.first.set(name, index);
    for (let at = parentName(name); at !== null && !this.above.has(at); at = parentName(at)) this.above.add(at);
  }

  placeAt(index: number): RecordPlace {
    const owner = this.ownerOf.at(index);
    return {
      begin: this.begins.at(index),
      origin: this.knownOrigins.at(this.originOf.at(index)),
      owner: owner === NONE ? null : this.continuedOwners.at(owner),
    };
  }
}

/**
 * Reads and indexes a zone, some lines at a time.
 *
 * @returns what answers as the records of `readZone` do.
 */
export function* packZone(text: string, options: ZoneOptions): Steps<PackedZone> {
  const readable = readablePart(text);
  const packing = new PackingReader(readable, options);
  yield* packing.read();
  const reader = new ZoneReader(readable, options, LINE);
  const isTxt = packing.hasSpfType && packing.hasFormType;
  const recordsOf = (name: string): readonly ResourceRecord[] | undefined => {
    let at = packing.first.get(name) ?? NONE;
    if (at === NONE) return undefined;
    const records: ResourceRecord[] = [];
    for (; at !== NONE; at = packing.next.at(at)) {
      const record = reader.readAgain(packing.placeAt(at));
      if (record === undefined) continue;
      const ttl = packing.ttls.at(at);
      records.push(record.type === 'SPF' && isTxt ? { ...record, type: 'TXT', ttl } : { ...record, ttl });
    }
    return records;
  };
  if (packing.hasSpfType && !packing.hasFormType) {
    let looked = 0;
    for (const name of packing.namesOfSpfType) {
      if (looked % STEP === 0) yield;
      looked += 1;
      const records = recordsOf(name) ?? [];
      const texts = new Set(
        records.flatMap((record) => (record.type === 'TXT' ? textKey(record.name, record.strings) : [])),
      );
      const isToldApart = records.some(
        (record) => record.type === 'SPF' && !texts.has(textKey(record.name, record.strings)),
      );
      if (isToldApart) packing.unreadable.add(name);
    }
  }
  const remembered = new Map<string, readonly ResourceRecord[]>();
  return {
    count: packing.begins.length,
    findings: packing.findings,
    unreadable: [...packing.unreadable],
    at(name) {
      const known = remembered.get(name);
      if (known !== undefined) return known;
      const records = recordsOf(name);
      if (records === undefined) return undefined;
      if (remembered.size === REMEMBERED) remembered.clear();
      remembered.set(name, records);
      return records;
    },
    exists: (name) => packing.first.has(name) || packing.above.has(name),
  };
}
