import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Store } from '../../main/store/store.ts';
import { openStore } from '../../main/store/store.ts';
import { DOMAINS_A_SAVE } from '../support/programs/busy-writer.ts';
import { runUntilKilled } from '../support/killed-program.ts';

/** Kills the core in the middle of saves, again and again on the same data folder, and looks at what is left. */

const WRITER = path.resolve(import.meta.dirname, '..', 'support', 'programs', 'busy-writer.ts');
/** Hostile texts are cheap and kills are not: one kill for so many texts. */
const ROUNDS_A_KILL = 500;
const LONGEST_LIFE_MS = 400;

/** @returns the number of the last save that was answered before the kill. */
async function writeUntilKilled(folder: string, lifeMs: number): Promise<number> {
  const { lines, code, signal } = await runUntilKilled([WRITER, folder], lifeMs);
  if (signal !== 'SIGKILL') throw new Error(`The writer ended by itself with ${code}`);
  return Number(lines.at(-1));
}

/** A kill damages nothing and loses nothing that was acknowledged. @throws when the store says that it has. */
export function demandNoAlarm(store: Store): void {
  const told = [...store.losses.map(({ what }) => what.code), ...store.damage().map(({ table }) => table)];
  if (told.length > 0) throw new Error(`A false alarm: ${told.join(', ')}`);
}

/** @throws when an answered save is missing, or anything is there by half. */
export function inspect(folder: string, answered: number): void {
  const store = openStore(folder);
  try {
    const workspaceId = store.workspaces.list()[0]?.id ?? 0;
    const { revision, fields } = store.workspaces.settings(workspaceId);
    if (revision < answered) throw new Error(`Save ${answered} was answered, but the store holds ${revision}`);
    const wanted = [
      `https://service-${revision}.example.com`,
      `https://response-${revision}.example.com`,
      `reports-${revision}@example.com`,
    ];
    const found = [fields.serviceUrl, fields.responseDomain, fields.dmarcReportAddress];
    if (wanted.some((value, index) => value !== found[index])) throw new Error(`Half a save: ${found.join(' ')}`);

    const perSave = new Map<string, number>();
    for (const name of store.domains.names(workspaceId)) {
      const save = name.slice(1, name.indexOf('-'));
      perSave.set(save, (perSave.get(save) ?? 0) + 1);
    }
    const halves = [...perSave].filter(([, amount]) => amount !== DOMAINS_A_SAVE);
    if (halves.length > 0) throw new Error(`Lists added by half: ${JSON.stringify(halves)}`);
    if (!perSave.has(String(answered))) throw new Error(`The list of save ${answered} is missing`);
    demandNoAlarm(store);
  } finally {
    store.close();
  }
}

/** @param rounds one kill for each 500, two at least. */
async function run(rounds: number, seed: number): Promise<string> {
  const kills = Math.max(2, Math.round(rounds / ROUNDS_A_KILL));
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-kill-'));
  let answered = 0;
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      answered = await writeUntilKilled(folder, ((seed * 31 + kill * 97) % LONGEST_LIFE_MS) + 1);
      inspect(folder, answered);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return `${kills} kills in the middle of saves; ${answered} saves answered, none lost, none by half`;
}

export const soak = { name: 'kill', run };
