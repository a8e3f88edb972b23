import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPrograms } from '../../build/bundle.ts';
import { buildRenderer } from '../../build/renderer.ts';
import { median } from '../support/bulk-speed.ts';
import { openTestCore } from '../support/core.ts';
import type { StandIn } from '../support/electron-stand-in/launch.ts';
import { launchStandIn } from '../support/electron-stand-in/launch.ts';
import { manyNames } from '../support/many-domains.ts';
import type { StartProgram } from '../support/start-programs.ts';
import { bareProgram, ownProgram, PAINTED } from '../support/start-programs.ts';

/**
 * The desktop program over the Electron stand-in: from spawning it until its first tab is painted and answers, Chromium's
 * launch included, against a program with the same React that asks its main process once; and how long it takes to quit
 * when 10,000 domains have been checked.
 */

const ROUNDS = 15;
/** Chromium makes its profile, and compiles the scripts for its cache, in the first few. */
const WARMING_ROUNDS = 3;
const DOMAINS = 10_000;
const QUIT_WITHIN_MS = 500;

interface Spread {
  readonly least: number;
  readonly middle: number;
  readonly most: number;
}

/** The middle half of the values, and the middle one. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] as number;
  return { least: at(0.25), middle: median(values), most: at(0.75) };
}

/**
 * @returns milliseconds from the wish to quit until the process has ended, and of these until the program has closed what
 *   it had open; the rest is Chromium's end.
 */
async function quitNow(standIn: StandIn): Promise<{ readonly whole: number; readonly own: number }> {
  const begun = performance.now();
  const closed = standIn.happened('quit').then(() => performance.now() - begun);
  await standIn.quit();
  await standIn.exited;
  return { whole: performance.now() - begun, own: await closed };
}

/** @returns milliseconds from spawning the program until its first tab answers, and until it has ended. */
async function startOnce({ program, home }: StartProgram, args: readonly string[]) {
  const begun = Date.now();
  await using standIn = launchStandIn({ program, home, args });
  const { message } = await standIn.happened('console', ({ message: text }) => String(text).startsWith(PAINTED));
  const painted = Number(String(message).slice(PAINTED.length)) - begun;
  return { painted, quit: (await quitNow(standIn)).whole };
}

async function measureStart() {
  const { client, close, folder } = await openTestCore();
  await client.workspaces.create({ name: 'Agency' });
  await close();
  const own = await ownProgram();
  const bare = await bareProgram();
  try {
    const pairs: { readonly own: number; readonly bare: number; readonly quit: number }[] = [];
    for (let round = -WARMING_ROUNDS; round < ROUNDS; round += 1) {
      const ours = await startOnce(own, ['--data-dir', folder]);
      const theirs = await startOnce(bare, []);
      if (round >= 0) pairs.push({ own: ours.painted, bare: theirs.painted, quit: theirs.quit });
    }
    return pairs;
  } finally {
    await own.remove();
    await bare.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Quits after a check of all domains in the window; the practice service answers the questions. */
async function measureQuit(): ReturnType<typeof quitNow> {
  const { client, close, folder } = await openTestCore();
  const { id: workspaceId } = await client.practice.open({});
  await client.domains.add({ workspaceId, text: manyNames(DOMAINS).join('\n') });
  await close();
  const home = await mkdtemp(path.join(tmpdir(), 'sendwright-start-'));
  try {
    await using standIn = launchStandIn({ home, args: ['--data-dir', folder] });
    const page = await standIn.page();
    await page.getByRole('tab', { name: 'Sender domains' }).click();
    await page.getByRole('button', { name: 'Verify all' }).click();
    // One more is there from the beginning.
    await page.getByText('10,001 checked').waitFor({ timeout: 300_000 });
    await standIn.disconnect();
    return await quitNow(standIn);
  } finally {
    for (const each of [folder, home]) await rm(each, { recursive: true, force: true });
  }
}

async function run() {
  await buildRenderer();
  await buildPrograms();
  const pairs = await measureStart();
  const ratio = spreadOf(pairs.map(({ own, bare }) => own / bare));
  const own = spreadOf(pairs.map((pair) => pair.own));
  const bare = spreadOf(pairs.map((pair) => pair.bare));
  const quit = await measureQuit();
  const ms = (value: number) => value.toFixed(0);
  return [
    {
      label: `start until the first tab answers, against a bare program, median of ${ROUNDS} pairs: ${ms(own.middle)} ms (${ms(own.least)} to ${ms(own.most)}) to ${ms(bare.middle)} ms (${ms(bare.least)} to ${ms(bare.most)})`,
      value: `${ratio.middle.toFixed(2)} × (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})`,
      target: '≤ 1.3 ×',
      met: ratio.middle <= 1.3,
    },
    {
      label: `quitting after a check of ${DOMAINS} domains, ${ms(quit.own)} ms of it until all is closed; the bare program takes ${ms(median(pairs.map((pair) => pair.quit)))} ms`,
      value: `${ms(quit.whole)} ms`,
      target: `≤ ${QUIT_WITHIN_MS} ms`,
      met: quit.whole <= QUIT_WITHIN_MS,
    },
  ];
}

export const bench = { name: 'start', run };
