import type { Page } from '@playwright/test';
import { rm } from 'node:fs/promises';
import { findBrowser } from '../../main/hosts/loopback/open-window.ts';
import { firstChoice, newDesk, problemsOf, startDesktop } from '../support/desktop.ts';
import type { Delays, FirstSenderFrame } from '../support/electron-stand-in/settings.ts';
import { bundleEverything } from '../support/packaging.ts';

/** How window and core find each other when each step between them takes from nothing to two seconds, in any order. */

/** The long run's rounds to one load, and the fewest loads of a short one. */
const ROUNDS_A_LOAD = 20;
const LEAST_LOADS = 25;
/** Loads of one program, the first of them its start. */
const LOADS_A_START = 5;
const AT_ONCE = 3;
const LONGEST_STEP_MS = 2000;
/** What has not come by then will not come: every step may take two seconds, and some are taken twice. */
const HANGS_AFTER_MS = 60_000;

const STEPS: readonly (keyof Delays)[] = [
  'ready',
  'navigation',
  'document',
  'script',
  'ipcToMain',
  'ipcToPage',
  'portToMain',
  'portToPage',
  'portClose',
  'pageEvent',
  'safeStorage',
];
const FRAMES: readonly (FirstSenderFrame | 'any')[] = ['there', 'null', 'before', 'any'];

/** Numbers from 0 to 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator, with the constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Each step is as fast as it can be, the same each time, or another each time. */
function drawDelays(next: () => number): Partial<Delays> {
  const drawn = STEPS.map((step) => {
    const kind = next();
    const most = Math.round(next() * LONGEST_STEP_MS);
    return [step, kind < 0.4 ? 0 : kind < 0.6 ? most : [0, most]] as const;
  });
  return Object.fromEntries(drawn);
}

async function loadsIn(page: Page): Promise<void> {
  await firstChoice(page).waitFor({ timeout: HANGS_AFTER_MS });
}

/** Starts the program and loads its window several times. @returns the longest load, in milliseconds. */
async function start(seed: number, loads: number): Promise<number> {
  const next = numbers(seed);
  const delays = drawDelays(next);
  const firstSenderFrame = FRAMES[Math.floor(next() * FRAMES.length)] ?? 'any';
  const desk = await newDesk();
  const desktop = startDesktop(desk, { delays, firstSenderFrame, seed });
  let longest = 0;
  try {
    const page = await desktop.page();
    for (let load = 0; load < loads; load += 1) {
      const begun = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one load after the other
      if (load > 0) await page.reload({ waitUntil: 'commit', timeout: HANGS_AFTER_MS });
      // oxlint-disable-next-line no-await-in-loop -- as above
      await loadsIn(page);
      longest = Math.max(longest, performance.now() - begun);
    }
    const problems = problemsOf(desktop);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } catch (error) {
    throw new Error(`Seed ${seed}, ${JSON.stringify({ delays, firstSenderFrame })}`, { cause: error });
  } finally {
    await desktop.kill();
    await rm(desk.home, { recursive: true, force: true });
  }
  return longest;
}

/**
 * @param rounds one load for each 20, 25 at least.
 * @param isAlone no other long run was asked for: each round is a load then.
 */
async function run(rounds: number, seed: number, isAlone = false): Promise<string> {
  if (process.platform !== 'linux' || findBrowser() === undefined)
    return 'left out: the stand-in needs Linux and Chromium';
  await bundleEverything();
  const loads = isAlone ? rounds : Math.max(LEAST_LOADS, Math.round(rounds / ROUNDS_A_LOAD));
  const starts = Array.from({ length: Math.ceil(loads / LOADS_A_START) }, (_nothing, index) => index);
  let longest = 0;
  const work = async () => {
    for (let index = starts.shift(); index !== undefined; index = starts.shift()) {
      const left = Math.min(LOADS_A_START, loads - index * LOADS_A_START);
      // oxlint-disable-next-line no-await-in-loop -- as many at once as there are workers
      longest = Math.max(longest, await start(seed * 1000 + index, left));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return `${loads} loads in as many orders, none hung; the slowest took ${(longest / 1000).toFixed(1)} s`;
}

export const soak = { name: 'handshake', run };
