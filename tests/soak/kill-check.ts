import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { openStore } from '../../main/store/store.ts';
import { haveTools } from '../support/tools.ts';
import { startKnot } from '../support/knot.ts';
import { demandNoAlarm } from './kill.ts';
import { manyDomains, manyZones } from '../support/many-domains.ts';

/** Kills the core in the middle of bulk checks and looks at what is left: whole results, and fewer lost than a batch. */

const PROGRAM = path.resolve(import.meta.dirname, '..', 'support', 'programs', 'killed-check.ts');
const DOMAINS = 1500;
/** Results that are written together at most. */
const BATCH = 500;
const ROUNDS_A_KILL = 2000;

/** @returns how many results were told before the kill. */
async function checkUntilKilled(folder: string, killAt: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = 0;
  child.stdout.on('data', (part: Buffer) => {
    told = Number(part.toString().trimEnd().split('\n').at(-1));
    if (told >= killAt) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  return told;
}

/** @returns how many domains have a stored check. @throws when one has a verdict without its check, or half of one. */
function inspect(folder: string, workspaceId: number): number {
  const store = openStore(folder);
  try {
    let checks = 0;
    for (const domain of store.domains.list(workspaceId)) {
      const observations = store.history.observations(domain.id);
      if ((domain.seenAt === null) !== (observations.length === 0))
        throw new Error(`${domain.name} has a verdict without its check, or a check without its verdict`);
      if (observations.length > 0) checks += 1;
    }
    demandNoAlarm(store);
    return checks;
  } finally {
    store.close();
  }
}

/** @param rounds one kill for each 2,000, one at least. */
async function run(rounds: number, seed: number): Promise<string> {
  if (!haveTools('knotd')) return 'left out: there is no knotd on this machine';
  const kills = Math.max(1, Math.round(rounds / ROUNDS_A_KILL));
  const knot = await startKnot(manyZones(DOMAINS));
  let mostLost = 0;
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const { folder, workspaceId } = await manyDomains(DOMAINS, `127.0.0.1:${knot.port}`);
      try {
        const told = await checkUntilKilled(folder, 1 + ((seed * 37 + kill * 401) % (DOMAINS - 200)));
        const lost = told - inspect(folder, workspaceId);
        if (lost > BATCH) throw new Error(`${lost} results were lost, more than a batch of ${BATCH}`);
        mostLost = Math.max(mostLost, lost);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  } finally {
    await knot.stop();
  }
  return `${kills} kills in the middle of checks; ${mostLost} of ${BATCH} results in a batch lost at most, none by half`;
}

export const soak = { name: 'kill-check', run };
