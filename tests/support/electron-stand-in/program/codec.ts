/**
 * Carries what the structured clone algorithm carries as text: what goes between the stand-in's main process and a page
 * travels as JSON. Both functions stand alone, for they are also run in the page as text.
 */

/**
 * @param value what `postMessage` or `send` was given.
 * @returns JSON that `decodeClone` turns into a value of the same shape, shared and circular references included.
 * @throws an error named `DataCloneError` for what can't be cloned: functions, symbols, promises, weak collections.
 */
export function encodeClone(value: unknown): string {
  const seen = new Map<object, number>();
  const refuse = (what: string): never => {
    const error = new Error(`${what} could not be cloned.`);
    error.name = 'DataCloneError';
    throw error;
  };
  const toBase64 = (octets: Uint8Array): string => {
    let text = '';
    for (let start = 0; start < octets.length; start += 0x8000)
      text += String.fromCharCode(...octets.subarray(start, start + 0x8000));
    return btoa(text);
  };
  const encode = (item: unknown): unknown => {
    switch (typeof item) {
      case 'string':
      case 'boolean':
        return item;
      case 'number':
        return Number.isFinite(item) && !Object.is(item, -0) ? item : { n: Object.is(item, -0) ? '-0' : String(item) };
      case 'undefined':
        return { u: 1 };
      case 'bigint':
        return { b: String(item) };
      case 'function':
      case 'symbol':
        return refuse(String(item));
      default:
    }
    if (item === null) return null;
    const object = item as object;
    const known = seen.get(object);
    if (known !== undefined) return { r: known };
    seen.set(object, seen.size);
    const kind = Object.prototype.toString.call(object).slice(8, -1);
    if (Array.isArray(object)) return { a: Array.from(object, encode) };
    if (kind === 'Date') return { d: (object as Date).getTime() };
    if (kind === 'RegExp') return { x: [(object as RegExp).source, (object as RegExp).flags] };
    if (kind === 'Map') return { m: [...(object as Map<unknown, unknown>)].map((entry) => entry.map(encode)) };
    if (kind === 'Set') return { s: [...(object as Set<unknown>)].map(encode) };
    if (kind === 'ArrayBuffer') return { y: ['ArrayBuffer', toBase64(new Uint8Array(object as ArrayBuffer))] };
    if (ArrayBuffer.isView(object)) {
      // A Buffer arrives as the Uint8Array that it is.
      return { y: [kind, toBase64(new Uint8Array(object.buffer, object.byteOffset, object.byteLength))] };
    }
    if (object instanceof Error) return { e: [object.name, object.message, object.stack ?? ''] };
    if (kind === 'Boolean' || kind === 'Number' || kind === 'String') return { w: encode(object.valueOf()) };
    if (kind !== 'Object' && kind !== 'Arguments') return refuse(`#<${kind}>`);
    return { o: Object.keys(object).map((key) => [key, encode((object as Record<string, unknown>)[key])]) };
  };
  return JSON.stringify(encode(value));
}

/** @param text made by `encodeClone`. */
export function decodeClone(text: string): unknown {
  const seen: unknown[] = [];
  const fromBase64 = (coded: string): Uint8Array => Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0));
  const decode = (item: unknown): unknown => {
    if (item === null || typeof item !== 'object') return item;
    const [kind, content] = Object.entries(item)[0] as [string, never];
    if (kind === 'u') return undefined;
    if (kind === 'n') return Number(content);
    if (kind === 'b') return BigInt(content);
    if (kind === 'r') return seen[content];
    const place = seen.push(undefined) - 1;
    const keep = <Value>(value: Value): Value => {
      seen[place] = value;
      return value;
    };
    if (kind === 'w') return keep(decode(content));
    const parts = content as unknown[];
    if (kind === 'a') {
      const list = keep<unknown[]>([]);
      for (const part of parts) list.push(decode(part));
      return list;
    }
    if (kind === 'd') return keep(new Date(content));
    if (kind === 'x') return keep(new RegExp(parts[0] as string, parts[1] as string));
    if (kind === 'm') {
      const map = keep(new Map());
      for (const [key, value] of parts as [unknown, unknown][]) map.set(decode(key), decode(value));
      return map;
    }
    if (kind === 's') {
      const set = keep(new Set());
      for (const part of parts) set.add(decode(part));
      return set;
    }
    if (kind === 'y') {
      const octets = fromBase64(parts[1] as string);
      const { buffer } = octets;
      const View = (globalThis as unknown as Record<string, new (from: ArrayBufferLike) => unknown>)[
        parts[0] as string
      ];
      return keep(parts[0] === 'ArrayBuffer' || View === undefined ? buffer : new View(buffer));
    }
    if (kind === 'e') {
      const error = new Error(parts[1] as string);
      error.name = parts[0] as string;
      error.stack = parts[2] as string;
      return keep(error);
    }
    const object = keep<Record<string, unknown>>({});
    for (const [key, value] of parts as [string, unknown][]) {
      Object.defineProperty(object, key, {
        value: decode(value),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return object;
  };
  return decode(JSON.parse(text));
}
