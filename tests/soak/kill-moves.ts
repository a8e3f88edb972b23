import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openExport } from '../../main/core/transfer/transfer-file.ts';
import { listCopies, lookInside } from '../../main/store/copies.ts';
import { openDatabase } from '../../main/store/database.ts';
import { migrations } from '../../main/store/migrations.ts';
import { openStore } from '../../main/store/store.ts';
import { fromFiles } from '../../shared/workspace/text-files.ts';
import { generator } from '../support/hostile.ts';
import { PASSPHRASE } from '../support/programs/busy-mover.ts';
import { runUntilKilled } from '../support/killed-program.ts';
import { demandNoAlarm, inspect as inspectSaves } from './kill.ts';

/** Kills programs in the middle of imports, exports, restores, copies and migrations, and looks at what is left. */

const PROGRAM = path.resolve(import.meta.dirname, '..', 'support', 'programs', 'busy-mover.ts');
/** Beside other long runs, one kill for so many rounds. */
const ROUNDS_A_KILL = 60;
const DOMAINS = 300;
const AT = Date.UTC(2026, 4, 1);

type Random = (below: number) => number;

/** One kind of work that is killed, on a folder that it keeps for all its kills. */
interface Kind {
  /** Longest life after its first sign, in milliseconds. */
  readonly lifeMs: number;
  /** Waits for the first answer before the life begins; else it begins with the process. */
  readonly waits: boolean;
  readonly prepare: (folder: string, random: Random) => Promise<void>;
  /** @param answered the last number that was said. @throws when anything that was answered is lost, or is there by half. */
  readonly inspect: (folder: string, answered: number) => Promise<void> | void;
}

const names = (from: number) =>
  Array.from({ length: DOMAINS }, (_nothing, index) => {
    const name = `d${from + index}.example.com`;
    return { name, unicodeName: name };
  });

/** A folder whose workspaces grow by one with each copy: what a copy holds tells which one it is. */
async function withCopies(folder: string, amount: number): Promise<void> {
  const store = openStore(folder);
  for (let number = 1; number <= amount; number += 1) {
    const id = store.workspaces.add(`Workspace ${number}`, false, AT);
    store.domains.add(id, names(number * DOMAINS), AT);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await store.copies.make('by-hand');
  }
  store.close();
}

function checkCopies(folder: string): void {
  for (const { file } of listCopies(folder)) lookInside(folder, file);
  const left = readdirSync(path.join(folder, 'copies')).filter((name) => /unfinished|restoring/.test(name));
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
}

/** @returns how many workspaces there are, each with all its domains. */
function wholeWorkspaces(folder: string): number {
  const store = openStore(folder);
  try {
    const own = store.workspaces.list().filter(({ name }) => name.startsWith('Workspace'));
    for (const { id, name } of own)
      if (store.domains.names(id).size !== DOMAINS) throw new Error(`${name} is there by half`);
    demandNoAlarm(store);
    return own.length;
  } finally {
    store.close();
  }
}

const kinds: Readonly<Record<string, Kind>> = {
  imports: { lifeMs: 500, waits: true, prepare: async () => undefined, inspect: inspectSaves },
  exports: {
    lifeMs: 2500,
    waits: true,
    prepare: (folder) => withCopies(path.join(folder, 'data'), 1),
    async inspect(folder, answered) {
      const file = path.join(folder, 'out', 'sealed');
      if (!existsSync(file)) throw new Error(`Export ${answered} was answered, and there is none`);
      const { files } = await openExport(createReadStream(file), PASSPHRASE);
      const text = path.join(folder, 'out', 'text');
      const found = readdirSync(text, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .map((name) => ({ path: name, text: readFileSync(path.join(text, name), 'utf8') }));
      for (const read of [files, found])
        if (fromFiles(read).domains.length !== DOMAINS) throw new Error('An export is there by half');
    },
  },
  restores: {
    lifeMs: 300,
    waits: true,
    prepare: (folder) => withCopies(folder, 2),
    inspect(folder, answered) {
      const { length } = listCopies(folder).filter(({ reason }) => reason === 'set-aside');
      if (length < answered) throw new Error(`${answered} restores were answered, and ${length} files set aside`);
      const workspaces = wholeWorkspaces(folder);
      if (workspaces !== 1 && workspaces !== 2) throw new Error(`The file holds ${workspaces} workspaces`);
      checkCopies(folder);
    },
  },
  copies: {
    lifeMs: 300,
    waits: true,
    prepare: (folder) => withCopies(folder, 1),
    inspect(folder, answered) {
      if (wholeWorkspaces(folder) !== 1) throw new Error('The file has lost a workspace');
      const { length } = listCopies(folder);
      if (length < answered) throw new Error(`${answered} copies were answered, and ${length} are there`);
      checkCopies(folder);
    },
  },
  migration: {
    lifeMs: 700,
    waits: false,
    async prepare(folder, random) {
      const format = 1 + random(migrations.length - 1);
      const database = openDatabase(folder, migrations.slice(0, format));
      database.exec(`INSERT INTO workspaces (name, practice, created_at) VALUES ('Workspace 1', 0, ${AT})`);
      const add = database.prepare(
        'INSERT INTO domains (workspace_id, name, unicode_name, added_at) VALUES (1, ?, ?, ?)',
      );
      for (const { name } of names(0)) add.run(name, name, AT);
      database.close();
    },
    inspect(folder) {
      if (wholeWorkspaces(folder) !== 1) throw new Error('The file has lost its workspace');
      for (const { file, reason } of listCopies(folder)) if (reason === 'before-format') lookInside(folder, file);
    },
  },
};

/** @returns the last number that was said before the kill; 0: none. */
async function workUntilKilled(kind: string, folder: string, lifeMs: number, waits: boolean): Promise<number> {
  const { lines, code, signal } = await runUntilKilled([PROGRAM, kind, folder], lifeMs, !waits);
  if (signal !== 'SIGKILL') throw new Error(`The program ended by itself with ${code}`);
  return Number(lines.at(-1) ?? 0);
}

/** So many kills of a kind on one folder; then another is prepared, so that it does not grow without end. */
const KILLS_A_FOLDER = 10;

/**
 * @param given rounds; alone, as many kills.
 * @returns the kills by what they were in the middle of.
 */
async function run(given: number, seed: number, isAlone: boolean): Promise<string> {
  const kills = isAlone ? given : Math.max(Object.keys(kinds).length, Math.round(given / ROUNDS_A_KILL));
  const random = generator(seed);
  const base = await mkdtemp(path.join(tmpdir(), 'sendwright-kill-moves-'));
  const tally = new Map<string, number>();
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const [name = '', kind] = Object.entries(kinds)[kill % Object.keys(kinds).length] ?? [];
      if (kind === undefined) continue;
      const folder = path.join(base, name);
      const ofKind = tally.get(name) ?? 0;
      if (!kind.waits || ofKind % KILLS_A_FOLDER === 0) {
        await rm(folder, { recursive: true, force: true });
        await mkdir(path.join(folder, 'data'), { recursive: true });
        await kind.prepare(folder, random);
      }
      const life = 1 + random(kind.lifeMs);
      try {
        await kind.inspect(folder, await workUntilKilled(name, folder, life, kind.waits));
      } catch (error) {
        throw new Error(`Kill ${kill} of seed ${seed}, in the middle of ${name}, after ${life} ms`, { cause: error });
      }
      tally.set(name, ofKind + 1);
      if (isAlone && (kill + 1) % 50 === 0) console.log(`  ${kill + 1} of ${kills} kills`);
    }
  } finally {
    await rm(base, { recursive: true, force: true });
  }
  const counted = [...tally].map(([name, amount]) => `${amount} ${name}`).join(', ');
  return `${kills} kills in the middle of ${counted}; nothing that was answered is lost, nothing is there by half`;
}

export const soak = { name: 'kill-moves', run };
