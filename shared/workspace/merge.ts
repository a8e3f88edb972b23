import { inOrder, reprint } from './text-files.ts';

/**
 * Merges two versions of one of a workspace’s text files by their last common export. What one side changed is kept; what
 * both changed in different ways is not decided here: both versions stand in the text then, between markers as git
 * writes them, and nothing imports it before somebody has decided.
 */

type Json = unknown;

type Tree =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: Tree])[] }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  /** Undefined: that side has none. */
  | { readonly kind: 'conflict'; readonly ours: Json; readonly theirs: Json };

export interface MergedFile {
  readonly text: string;
  /** Places at which somebody has to decide, as paths. */
  readonly conflicts: readonly string[];
}

const isSame = (left: Json, right: Json): boolean => JSON.stringify(inOrder(left)) === JSON.stringify(inOrder(right));

const isRecord = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What tells the members of a list apart; lists without it are taken whole. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  dkimKeys: ['selector'],
  senders: ['domain', 'key'],
  'configuration.providers': ['templateId', 'mode'],
  'configuration.extras': ['name', 'type', 'value'],
  'configuration.weaker': ['kind'],
};

/** Values of which a part from one side and a part from the other are nothing that anybody meant. */
const WHOLE: ReadonlySet<string> = new Set([
  'pastedZone',
  'schedule',
  'configuration.spf.edited',
  'configuration.dmarcEdited',
  'configuration.dkimEdited',
]);

/** Texts of which a list is a set. */
const SETS: ReadonlySet<string> = new Set(['configuration.spf.remove', 'configuration.spf.without']);

/** The members of a list by what tells them apart; null where some can’t be told apart. */
function membersOf(list: Json, place: string): ReadonlyMap<string, Json> | null {
  if (list === undefined) return new Map();
  const identity = IDENTITIES[place];
  if (!Array.isArray(list) || (identity === undefined && !SETS.has(place))) return null;
  const members = new Map<string, Json>();
  for (const member of list as readonly Json[]) {
    const id = identity === undefined ? member : isRecord(member) ? identity.map((key) => member[key]) : null;
    members.set(JSON.stringify(id), member);
  }
  return members.size === list.length ? members : null;
}

/** The keys of two sides: in our order, what only they have behind what it stands behind there. */
function keysOf(ours: Iterable<string>, theirs: Iterable<string>): readonly string[] {
  const keys = [...ours];
  const known = new Set(keys);
  let before = -1;
  for (const key of theirs) {
    if (known.has(key)) before = keys.indexOf(key);
    else {
      before += 1;
      keys.splice(before, 0, key);
    }
  }
  return keys;
}

/** Two keys under one selector are two keys, whatever else they share. */
const isAnotherKey = (place: string, ours: Json, theirs: Json): boolean =>
  place.startsWith('dkimKeys.') && isRecord(ours) && isRecord(theirs) && ours.publicKey !== theirs.publicKey;

function merge(base: Json, ours: Json, theirs: Json, place: string): Tree | null {
  const value = (chosen: Json): Tree | null => (chosen === undefined ? null : { kind: 'value', value: chosen });
  // Whoever lists a domain first has listed it.
  if (place === 'addedAt' && typeof ours === 'string' && typeof theirs === 'string')
    return value(ours < theirs ? ours : theirs);
  if (isSame(ours, theirs) || isSame(base, theirs)) return value(ours);
  if (isSame(base, ours)) return value(theirs);
  const conflict: Tree = { kind: 'conflict', ours, theirs };
  if (WHOLE.has(place) || isAnotherKey(place, ours, theirs)) return conflict;
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  if (isRecord(ours) && isRecord(theirs)) {
    const before = isRecord(base) ? base : {};
    const entries = keysOf(Object.keys(ours), Object.keys(theirs)).flatMap((key) => {
      const merged = merge(before[key], ours[key], theirs[key], at(key));
      return merged === null ? [] : [[key, merged] as const];
    });
    return { kind: 'object', entries };
  }
  const [before, mine, other] = [base, ours, theirs].map((list) => membersOf(list, place));
  if (mine == null || other == null || ours === undefined || theirs === undefined) return conflict;
  const items = keysOf(mine.keys(), other.keys()).flatMap((key) => {
    const merged = merge(before?.get(key), mine.get(key), other.get(key), at(key));
    return merged === null ? [] : [merged];
  });
  return { kind: 'array', items };
}

function* conflictsIn(tree: Tree, place = ''): Generator<string> {
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  if (tree.kind === 'conflict') yield place;
  if (tree.kind === 'object') for (const [key, value] of tree.entries) yield* conflictsIn(value, at(key));
  if (tree.kind === 'array')
    for (const [index, item] of tree.items.entries()) yield* conflictsIn(item, at(String(index)));
}

function plain(tree: Tree): Json {
  if (tree.kind === 'object') return Object.fromEntries(tree.entries.map(([key, value]) => [key, plain(value)]));
  if (tree.kind === 'array') return tree.items.map(plain);
  return tree.kind === 'value' ? tree.value : tree.ours;
}

const STEP = '  ';

/** A value as `JSON.stringify` prints it, begun by `head` and ended by `tail`. */
const printed = (value: Json, indent: string, head: string, tail: string): string =>
  `${indent}${head}${JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`)}${tail}`;

const lacksOne = (tree: Tree): boolean =>
  tree.kind === 'conflict' && (tree.ours === undefined || tree.theirs === undefined);

function* linesOf(tree: Tree, indent: string, head: string, tail: string): Generator<string> {
  if (tree.kind === 'value') {
    yield printed(tree.value, indent, head, tail);
    return;
  }
  if (tree.kind === 'conflict') {
    yield '<<<<<<< ours';
    if (tree.ours !== undefined) yield printed(tree.ours, indent, head, tail);
    yield '=======';
    if (tree.theirs !== undefined) yield printed(tree.theirs, indent, head, tail);
    yield '>>>>>>> theirs';
    return;
  }
  const isObject = tree.kind === 'object';
  const all: readonly (readonly [string, Tree])[] = isObject
    ? tree.entries.map(([key, value]) => [`${JSON.stringify(key)}: `, value])
    : tree.items.map((item) => ['', item]);
  // What one side lacks stands first: without it no comma is left over before the end.
  const entries = [...all.filter(([, value]) => lacksOne(value)), ...all.filter(([, value]) => !lacksOne(value))];
  yield `${indent}${head}${isObject ? '{' : '['}`;
  for (const [index, [key, value]] of entries.entries())
    yield* linesOf(value, indent + STEP, key, index === entries.length - 1 ? '' : ',');
  yield `${indent}${isObject ? '}' : ']'}${tail}`;
}

/**
 * Merges three versions of one file.
 *
 * @param base the last common version; empty where there is none.
 * @throws FileFault where a version can’t be read, or what comes of the merge could not be.
 */
export function mergeFile(base: string, ours: string, theirs: string): MergedFile {
  const read = (path: string, text: string): Json =>
    text.trim() === '' ? undefined : JSON.parse(reprint({ path, text }));
  const tree = merge(read('BASE', base), read('OURS', ours), read('THEIRS', theirs), '');
  if (tree === null) return { text: '', conflicts: [] };
  const conflicts = [...conflictsIn(tree)];
  if (conflicts.length > 0) return { text: `${[...linesOf(tree, '', '', '')].join('\n')}\n`, conflicts };
  return { text: reprint({ path: 'the merged file', text: JSON.stringify(plain(tree)) }), conflicts };
}
