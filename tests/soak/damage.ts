import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listCopies, lookInside, restoreCopy } from '../../main/store/copies.ts';
import { StoreError, storeErrorFrom } from '../../main/store/database.ts';
import type { Store } from '../../main/store/store.ts';
import { openStore } from '../../main/store/store.ts';
import { createVault } from '../../main/vault/vault.ts';
import type { Reading } from '../support/full-store.ts';
import { AT, fillStore, isMarked, readAll, SECRET } from '../support/full-store.ts';
import { generator } from '../support/hostile.ts';
import { CHEAP } from '../support/vault.ts';

/**
 * Damages a data file, its log or a copy, opens what is left and reads all of it. Nothing may crash; a copy never gives
 * anything but what was copied, and after each damage the newest whole one comes back.
 *
 * What is read of the file in use is what was written, or its table is known to be damaged, or it is told that writes are
 * lost, or the file is refused. Nothing else is taken.
 */

type Random = (below: number) => number;
interface World {
  readonly folder: string;
  /** What the data file holds, with its log. */
  readonly present: Reading;
  /** What each copy holds, by file name. */
  readonly copies: ReadonlyMap<string, Reading>;
}

async function makeWorld(): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-damage-world-'));
  const making = mkdtempSync(path.join(tmpdir(), 'sendwright-damage-making-'));
  let now = AT;
  const store = openStore(making, () => now);
  const copies = new Map<string, Reading>();
  try {
    const workspaceId = store.workspaces.add('Acme', false, AT);
    const vault = createVault({
      storage: store.secrets,
      keychain: null,
      random: randomBytes,
      now: () => AT,
      cost: CHEAP,
    });
    await vault.create('correct horse battery');
    vault.set(SECRET, 'api-key-of-many-letters');
    for (const day of [1, 2]) {
      fillStore(store, workspaceId, day * 100);
      now = AT + day * 1000;
      const { file } = await store.copies.make('by-hand');
      copies.set(path.basename(file), readAll(store));
    }
    fillStore(store, workspaceId, 300);
    foldLog(path.join(making, 'sendwright.db'));
    fillStore(store, workspaceId, 400);
    // As a power cut leaves it: the newest writes are in the log.
    cpSync(making, folder, { recursive: true });
    rmSync(path.join(folder, 'sendwright.db-shm'), { force: true });
    return { folder, present: readAll(store), copies };
  } finally {
    store.close();
    rmSync(making, { recursive: true, force: true });
  }
}

/** Has what was written so far lie in the data file, and what follows in its log. */
function foldLog(file: string): void {
  const database = new Database(file);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Each spoils the octets of a file. */
const damages: Readonly<Record<string, (octets: Buffer, random: Random) => Buffer>> = {
  'cut off': (octets, random) => octets.subarray(0, random(octets.length)),
  emptied: () => Buffer.alloc(0),
  'a page of zeros': (octets, random) => octets.fill(0, ...stretch(octets, random, 16_384)),
  'a page of noise': (octets, random) => {
    const [start, end] = stretch(octets, random, 16_384);
    for (let at = start; at < end; at += 1) octets[at] = random(256);
    return octets;
  },
  'a sector of zeros': (octets, random) => octets.fill(0, ...stretch(octets, random, 512)),
  'a sector of another place': (octets, random) => {
    const [start, end] = stretch(octets, random, 512);
    const [from] = stretch(octets, random, 512);
    octets.copyWithin(start, from, from + end - start);
    return octets;
  },
  'a spoilt header': (octets, random) => {
    octets[random(100)] = random(256);
    return octets;
  },
  'more at its end': (octets) => Buffer.concat([octets, Buffer.alloc(5000, 'more')]),
  'another bit': (octets, random) => {
    const at = random(octets.length);
    octets[at] = (octets[at] ?? 0) ^ (1 << random(8));
    return octets;
  },
  'another letter': (octets, random) => {
    const at = placeOfText(octets, random);
    octets[at] = (octets[at] ?? 0) ^ (1 << random(7));
    return octets;
  },
  'another number': (octets, random) => {
    octets.writeUInt32BE(random(2 ** 31), random(octets.length - 4));
    return octets;
  },
};

/** Where a text is, if one is found: pages have much room between. */
function placeOfText(octets: Buffer, random: Random): number {
  for (let tries = 0; tries < 10_000; tries += 1) {
    const at = random(octets.length);
    const octet = octets[at] ?? 0;
    if (octet > 0x20 && octet < 0x7f) return at;
  }
  return random(octets.length);
}

function stretch(octets: Buffer, random: Random, length: number): [start: number, end: number] {
  const start = Math.floor(random(octets.length) / length) * length;
  return [start, Math.min(start + length, octets.length)];
}

type Outcome = 'as written' | 'marked' | 'told as lost' | 'refused';

/** @throws what is neither an answer nor an error that names its remedy. */
function told(error: unknown, file: string): StoreError {
  const fault = storeErrorFrom(error, file);
  if (fault === null || fault.remedy === '') throw error;
  return fault;
}

/** Opens the folder and reads all. */
function outcomeOf(folder: string, wanted: Reading): Outcome {
  let store: Store | null = null;
  try {
    const opened = openStore(folder, () => AT + 10_000);
    store = opened;
    const found = readAll(opened);
    const isSame = found.size === wanted.size && [...wanted].every(([name, value]) => found.get(name) === value);
    if (isSame) return 'as written';
    if (opened.losses.length > 0) return 'told as lost';
    const others = [...wanted.keys(), ...found.keys()].filter((name) => found.get(name) !== wanted.get(name));
    const silent = others.find((name) => !isMarked(name, opened));
    if (silent !== undefined)
      throw new Error(
        `${silent}: ${wanted.get(silent)} was written, ${found.get(silent)} is read, and nothing is told`,
      );
    return 'marked';
  } catch (error) {
    told(error, folder);
    return 'refused';
  } finally {
    try {
      store?.close();
    } catch (error) {
      told(error, folder);
    }
  }
}

/** Puts back the newest copy that is whole. @throws when none is, or what comes back is not what was copied. */
function comeBack(folder: string, { copies }: World): void {
  const whole = listCopies(folder).find(({ file, reason }) => {
    if (reason === 'set-aside') return false;
    try {
      lookInside(folder, file);
      return true;
    } catch (error) {
      told(error, file);
      return false;
    }
  });
  if (whole === undefined) throw new Error('No copy is whole');
  const { aside } = restoreCopy(folder, whole.file, AT + 20_000);
  if (aside !== null && !existsSync(aside)) throw new Error('The damaged file was not kept');
  const wanted = copies.get(path.basename(whole.file));
  if (wanted === undefined || outcomeOf(folder, wanted) !== 'as written')
    throw new Error('What came back is not what was copied');
}

/** Beside other long runs, one damage for so many rounds: each opens the file several times. */
const ROUNDS_A_DAMAGE = 6;

/** @param given rounds; alone, as many damages, each of a fresh copy of the same world. */
async function run(given: number, seed: number, isAlone: boolean): Promise<string> {
  const rounds = isAlone ? given : Math.max(30, Math.round(given / ROUNDS_A_DAMAGE));
  const world = await makeWorld();
  const random = generator(seed);
  const names = Object.keys(damages);
  const targets = [
    'sendwright.db',
    'sendwright.db',
    'sendwright.db-wal',
    ...[...world.copies.keys()].map((name) => path.join('copies', name)),
  ];
  const tally = new Map<string, number>();
  const folder = path.join(world.folder, '..', `${path.basename(world.folder)}-round`);
  try {
    if (outcomeOf(copyOf(world.folder, folder), world.present) !== 'as written')
      throw new Error('The world is not what was written before anything is damaged');
    for (let round = 0; round < rounds; round += 1) {
      copyOf(world.folder, folder);
      const target = targets[random(targets.length)] ?? '';
      const kind = names[random(names.length)] ?? '';
      const file = path.join(folder, target);
      writeFileSync(file, damages[kind]?.(readFileSync(file), random) ?? '');
      try {
        const outcome = outcomeOf(folder, world.present);
        const isCopy = target.startsWith('copies');
        if (isCopy && outcome !== 'as written') throw new Error('A damaged copy changed what the file holds');
        const place = isCopy ? 'a copy' : target;
        const name = `${place}, ${outcome}`;
        tally.set(name, (tally.get(name) ?? 0) + 1);
        comeBack(folder, world);
        if (isAlone && (round + 1) % 500 === 0) console.log(`  ${round + 1} of ${rounds} damages`);
      } catch (error) {
        throw new Error(`Round ${round} of seed ${seed}: ${target}, ${kind}`, { cause: error });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(world.folder, { recursive: true, force: true });
  }
  const lines = [...tally]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, amount]) => `  ${name}: ${amount}`);
  return `${rounds} damages, no crash, nothing wrong that was not told, each with a copy that came back whole\n${lines.join('\n')}`;
}

function copyOf(from: string, to: string): string {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  return to;
}

export const soak = { name: 'damage', run };
