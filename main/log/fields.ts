import { anyOf, HIDDEN, hideSecrets, isOpaqueBesidePaths } from '../../shared/service/secret-texts.ts';

/**
 * What is written of the values that a log entry carries. Whatever its key and depth, an error is written with its type,
 * message, stack, code and cause, and what reads as a secret is left out: nobody who logs has to think of either.
 */

const MAX_DEPTH = 6;
const MAX_ENTRIES = 100;
const MAX_ISSUES = 20;
/** Characters; a stack of ten frames has some thousand. */
const MAX_TEXT = 8192;

/** Keys whose values are never written. */
const SECRET_KEY =
  /pass(?:word|wd|phrase)|secret|token|(?:api|auth|access|private|data|session)[-_]?key|authorization|cookie|credential|x-.*session|^(?:value|current|next|session|launchFile)$/i;

/** A number that goes by the name of a secret counts them. */
const isHarmless = (value: unknown): boolean =>
  value === null || ['undefined', 'number', 'boolean'].includes(typeof value);

/** What else of an error is worth a line; anything else that hangs on it might be an input, whole. */
const ERROR_DETAILS = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'path',
  'dest',
  'status',
  'fault',
  'remedy',
  'signal',
] as const;

type Plain = Readonly<Record<string, unknown>>;

/** Takes secrets out of a text, and keeps it to a length. */
export type TextFilter = (text: string) => string;

const cutTo = (length: number, text: string): string =>
  text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text;

/** @param secrets texts that must not be written, whatever they look like. */
export function textFilter(secrets: readonly string[]): TextFilter {
  const known = anyOf(secrets);
  return (text) => {
    const without = known === null ? text : text.replace(known, HIDDEN);
    // Looked through at more than its final length: half a secret at the end would not be found.
    return cutTo(MAX_TEXT, hideSecrets(without.slice(0, 4 * MAX_TEXT), isOpaqueBesidePaths));
  };
}

/** What can't be read, such as a property whose getter throws, is told as such. */
function read(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return '(can’t be read)';
  }
}

/** @returns what is a text or a number; an object that poses as a name has none. */
const textOf = (value: unknown): string =>
  ['string', 'number', 'boolean', 'bigint'].includes(typeof value) ? String(value as string) : '';

/** A class of ours names itself by its constructor, one of Node's or the language's by its name. */
function typeOf(value: Error): string {
  const name = textOf(read(value, 'name'));
  const made = read(value, 'constructor');
  return (name === '' || name === 'Error') && typeof made === 'function' ? made.name : name;
}

/** What did not fit a schema, without what stood there: `fields.serviceUrl: Invalid input`. */
function issuesOf(value: Error): readonly string[] {
  const issues = read(value, 'issues');
  if (!Array.isArray(issues)) return [];
  return issues
    .slice(0, MAX_ISSUES)
    .filter((issue): issue is object => typeof issue === 'object' && issue !== null)
    .map((issue) => {
      const path = read(issue, 'path');
      return `${Array.isArray(path) ? path.map(textOf).join('.') : ''}: ${textOf(read(issue, 'message'))}`;
    });
}

/**
 * Makes plain data of an entry's fields: errors whole, secrets hidden, everything bounded in depth, number and length.
 *
 * @param fields of any shape, an error itself among them.
 */
export function plainFields(fields: object, filter: TextFilter): Plain {
  const above = new Set<object>();

  function within(value: object, depth: number, make: () => unknown): unknown {
    if (above.has(value)) return '(itself)';
    if (depth > MAX_DEPTH) return '(deeper than is written)';
    above.add(value);
    try {
      return make();
    } finally {
      above.delete(value);
    }
  }

  function error(value: Error, depth: number): unknown {
    const cause = read(value, 'cause');
    const several = read(value, 'errors');
    const details = ERROR_DETAILS.flatMap((key) => {
      const detail = read(value, key);
      return ['string', 'number'].includes(typeof detail) ? [[key, plain(detail, depth)] as const] : [];
    });
    const issues = issuesOf(value).map(filter);
    return {
      type: filter(typeOf(value)),
      message: filter(textOf(read(value, 'message'))),
      stack: filter(textOf(read(value, 'stack'))),
      ...Object.fromEntries(details),
      ...(issues.length === 0 ? {} : { issues }),
      ...(cause === undefined ? {} : { cause: plain(cause, depth + 1) }),
      ...(Array.isArray(several)
        ? { errors: several.slice(0, MAX_ENTRIES).map((each) => plain(each, depth + 1)) }
        : {}),
    };
  }

  function entries(pairs: readonly (readonly [string, unknown])[], depth: number): Plain {
    return Object.fromEntries(
      pairs
        .slice(0, MAX_ENTRIES)
        .map(([key, each]) => [
          filter(key),
          SECRET_KEY.test(key) && !isHarmless(each) ? HIDDEN : plain(each, depth + 1),
        ]),
    );
  }

  function object(value: object, depth: number): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no time' : value.toISOString();
    if (value instanceof URL) return filter(value.href);
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `(${value.byteLength} octets)`;
    if (value instanceof Set) return object([...value], depth);
    if (value instanceof Map)
      return entries(
        [...value].map(([key, each]) => [textOf(key), each]),
        depth,
      );
    if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((each) => plain(each, depth + 1));
    return entries(
      Object.keys(value).map((key) => [key, read(value, key)]),
      depth,
    );
  }

  function plain(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return filter(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    return within(value, depth, () => (isError(value) ? error(value, depth) : object(value, depth)));
  }

  const told = isError(fields) ? { error: plain(fields, 0) } : plain(fields, 0);
  return typeof told === 'object' && told !== null ? (told as Plain) : { fields: told };
}

/** Errors of another realm, such as a vm's, are no instances of this one's class. */
function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
