import { remembering } from '../../memo.ts';

/**
 * Fields of an answer, read as the application's own reader takes them: names match whatever the case of their letters,
 * what is not known is passed over, null is nothing, and a number or a truth value may stand in quotes.
 */
export interface Fields {
  /** @returns null when the field is absent, null, or no text or number. Cut to `MAX_TEXT` characters. */
  readonly text: (...names: readonly string[]) => string | null;
  /** @returns null when the field is absent or no whole number. */
  readonly integer: (name: string) => number | null;
  /** @returns null when the field is absent or no truth value. */
  readonly flag: (name: string) => boolean | null;
  /** The objects of a list; null when the field is absent or no list. Members that are no objects are passed over. */
  readonly records: (name: string) => readonly Fields[] | null;
  /** The same as they were parsed: thousands of objects are looked at with `textIn`. */
  readonly objects: (name: string) => readonly ParsedObject[] | null;
  /** The texts of a list; null when the field is absent or no list. */
  readonly texts: (name: string) => readonly string[] | null;
  /** @returns null when the field is absent or no object. */
  readonly record: (name: string) => Fields | null;
  readonly has: (name: string) => boolean;
}

/** An object as `JSON.parse` gives it. */
export type ParsedObject = Readonly<Record<string, unknown>>;

/** Longer texts are cut: no key, record or message comes near this. */
const MAX_TEXT = 16_384;

const isObject = (value: unknown): value is ParsedObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  return typeof value === 'number' ? String(value) : null;
}

/** The two spellings in which services answer are looked for first: `hostname`, `Hostname`. */
const capitalised = remembering(256, (name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`);

/** Thousands of objects are read at a time: what reads them lies in one place, and not with each of them. */
class ObjectFields implements Fields {
  readonly #source: ParsedObject;

  constructor(source: ParsedObject) {
    this.#source = source;
  }

  #valueOf(name: string): unknown {
    const source = this.#source;
    if (Object.hasOwn(source, name)) return source[name];
    const other = capitalised(name);
    if (Object.hasOwn(source, other)) return source[other];
    const wanted = name.toLowerCase();
    let value: unknown;
    for (const key in source) if (key.length === name.length && key.toLowerCase() === wanted) value = source[key];
    return value;
  }

  #listOf(name: string): readonly unknown[] | null {
    const value = this.#valueOf(name);
    return Array.isArray(value) ? value : null;
  }

  text(...names: readonly string[]): string | null {
    for (const name of names) {
      const value = asText(this.#valueOf(name));
      if (value !== null) return value;
    }
    return null;
  }

  integer(name: string): number | null {
    const value = this.#valueOf(name);
    const read = typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
    return Number.isSafeInteger(read) ? (read as number) : null;
  }

  flag(name: string): boolean | null {
    const value = this.#valueOf(name);
    if (typeof value === 'boolean') return value;
    if (value === 1 || value === 0) return value === 1;
    const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
    return word === 'true' ? true : word === 'false' ? false : null;
  }

  objects(name: string): readonly ParsedObject[] | null {
    return this.#listOf(name)?.filter(isObject) ?? null;
  }

  records(name: string): readonly Fields[] | null {
    return this.objects(name)?.map((each) => new ObjectFields(each)) ?? null;
  }

  texts(name: string): readonly string[] | null {
    return (
      this.#listOf(name)
        ?.map(asText)
        .filter((text) => text !== null) ?? null
    );
  }

  record(name: string): Fields | null {
    const value = this.#valueOf(name);
    return isObject(value) ? new ObjectFields(value) : null;
  }

  has(name: string): boolean {
    const value = this.#valueOf(name);
    return value !== undefined && value !== null;
  }
}

/**
 * The text of a field as `Fields` reads it, for objects that come by the thousand: V8 finds a property that is named in the
 * code many times faster than one whose name is handed over.
 *
 * @param own what stands under the name exactly as it is; undefined for nothing.
 * @param capitalisedOwn what stands under the name with a capital at its beginning.
 */
export function textIn(source: ParsedObject, own: unknown, capitalisedOwn: unknown, name: string): string | null {
  const direct = own === undefined ? capitalisedOwn : own;
  if (direct === null || (typeof direct === 'string' && direct.length <= MAX_TEXT)) return direct;
  return new ObjectFields(source).text(name);
}

/** The objects of a list, in the same way. */
export function objectsIn(
  source: ParsedObject,
  own: unknown,
  capitalisedOwn: unknown,
  name: string,
): readonly ParsedObject[] {
  const direct = own === undefined ? capitalisedOwn : own;
  if (Array.isArray(direct) && direct.every(isObject)) return direct;
  return new ObjectFields(source).objects(name) ?? [];
}

/**
 * Reads the body of an answer.
 *
 * @returns null when it is not one JSON object: a page, a cut-off text, a list, nothing at all.
 */
export function readFields(body: string): Fields | null {
  try {
    const data: unknown = JSON.parse(body.replace(/^\uFEFF/, ''));
    return isObject(data) ? new ObjectFields(data) : null;
  } catch {
    return null;
  }
}
