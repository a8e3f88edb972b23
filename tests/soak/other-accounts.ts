import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { generator } from '../support/hostile.ts';

/**
 * A console under every umask, on data folders of every mode, beside another account that tries all it can: before the
 * console starts, and while it runs. Either the console starts and the other account gets nothing, or it refuses with words.
 */

const OWNER = 65_533;
const OTHER = 65_534;
const PROGRAMS = path.resolve(import.meta.dirname, '..', 'support', 'programs');
/** Beside other long runs, one round for so many. */
const ROUNDS_A_START = 40;
const HANGS_AFTER_MS = 60_000;
const ALL_UMASKS = 0o1000;
const STEP = 41;

/** Modes a folder may be given by hand or by a umask; null: there is none yet. */
const MODES = [null, 0o700, 0o711, 0o750, 0o755, 0o770, 0o775, 0o777, 0o1777, 0o2775, 0o707, 0o733, 0o500] as const;

async function intrude(folder: string, mark: string, when: string): Promise<readonly string[]> {
  const args = [path.join(PROGRAMS, 'intruder.ts'), folder, mark, when];
  const { stdout } = await promisify(execFile)(process.execPath, args, { uid: OTHER, gid: OTHER, cwd: '/', env: {} });
  return JSON.parse(stdout) as readonly string[];
}

/** @returns what the console said first, and how it is ended. */
async function startConsole(folder: string, umask: number, mark: string) {
  const child = spawn(process.execPath, [path.join(PROGRAMS, 'own-console.ts'), folder, umask.toString(8), mark], {
    uid: OWNER,
    gid: OWNER,
    cwd: '/',
    env: { HOME: '/nonexistent' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let told = '';
  let wrong = '';
  child.stderr.on('data', (part: Buffer) => {
    wrong += part.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const said = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('The console neither started nor refused'));
    }, HANGS_AFTER_MS);
    child.stdout.on('data', (part: Buffer) => {
      told += part.toString();
      if (told.includes('\n')) resolve(told);
    });
    void ended.then((code) => {
      clearTimeout(timer);
      if (!told.includes('\n')) reject(new Error(`The console ended with ${code}: ${wrong}`));
    });
  });
  return {
    first: (await said).trim(),
    async end() {
      child.stdin.end();
      await ended;
      // What went wrong after `ready` is said then.
      return told.trim();
    },
  };
}

/** @throws when anything was gained. @returns `started`, or `refused`. */
async function round(base: string, umask: number, mode: (typeof MODES)[number], prepares: boolean): Promise<string> {
  const mark = `marked${randomBytes(8).toString('hex')}`;
  const folder = path.join(base, 'data');
  if (mode !== null) {
    mkdirSync(folder);
    chownSync(folder, OWNER, OWNER);
    chmodSync(folder, mode);
  }
  const made = prepares && existsSync(folder) ? await intrude(folder, mark, 'before') : [];
  const running = await startConsole(folder, umask, mark);
  const gained = await intrude(folder, mark, 'meanwhile');
  const last = await running.end();
  const isOurs = (what: string) => !made.some((name) => what.endsWith(name.slice('made '.length)));
  if (running.first === 'ready') {
    // Whatever the other account made before the start lies in a folder that the console had no reason to refuse.
    if (gained.some(isOurs) || made.length > 0) throw new Error(`The other account ${[...made, ...gained].join(', ')}`);
    if (last !== 'ready') throw new Error(`The console said: ${last}`);
    return 'started';
  }
  // What it made itself it can read.
  const ofOwner = gained.filter((what) => isOurs(what) && (what.startsWith('read') || what.includes('told')));
  if (ofOwner.length > 0) throw new Error(`Refused, and the other account ${ofOwner.join(', ')}`);
  if (!/^refused .*(?:--data-dir|write access|rights|permissions)/.test(running.first))
    throw new Error(`Refused without a remedy: ${running.first}`);
  return 'refused';
}

/** @param given rounds; alone, as many starts. */
async function run(given: number, seed: number, isAlone: boolean): Promise<string> {
  if (process.getuid?.() !== 0) return 'left out: only root can start programs of other accounts';
  const rounds = isAlone ? given : Math.max(4, Math.round(given / ROUNDS_A_START));
  const random = generator(seed);
  const tally = new Map<string, number>();
  // Each umask once in a run that is as long: a step that has no divisor in common with their number.
  const first = random(ALL_UMASKS);
  for (let index = 0; index < rounds; index += 1) {
    const umask = (first + index * STEP) % ALL_UMASKS;
    const mode = MODES[random(MODES.length)] ?? null;
    const prepares = random(2) === 0;
    // oxlint-disable-next-line no-await-in-loop -- one console after the other
    const base = await mkdtemp(path.join(tmpdir(), 'sendwright-accounts-'));
    chmodSync(base, 0o755);
    chownSync(base, OWNER, OWNER);
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const outcome = await round(base, umask, mode, prepares);
      tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    } catch (error) {
      const what = `umask ${umask.toString(8)}, folder ${mode?.toString(8) ?? 'not there yet'}, ${prepares ? 'prepared' : 'not prepared'}`;
      throw new Error(`Round ${index} of seed ${seed}: ${what}`, { cause: error });
    } finally {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await rm(base, { recursive: true, force: true });
    }
    if (isAlone && (index + 1) % 50 === 0) console.log(`  ${index + 1} of ${rounds} starts`);
  }
  const counted = [...tally].map(([outcome, amount]) => `${amount} ${outcome}`).join(', ');
  return `${rounds} starts under as many umasks beside another account: ${counted}; no access gained, none hung`;
}

export const soak = { name: 'other-accounts', run };
