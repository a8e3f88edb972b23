import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { startBind } from './bind.ts';
import type { ClockedCore } from './clocked-core.ts';
import { openClockedCore } from './clocked-core.ts';
import { manyDomains, oneZone } from './many-domains.ts';

/**
 * Sender domains on BIND, looked after by a core whose clock is moved: a quarter of them always published, a quarter
 * never, and two quarters taking turns.
 */
export interface RestlessDomains {
  readonly desk: ClockedCore;
  readonly workspaceId: number;
  /** Publishes the one quarter or the other of those that take turns. */
  readonly turn: () => Promise<void>;
  readonly stored: () => Stored;
  readonly stop: () => Promise<void>;
}

export interface Stored {
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Of the data, wherever they lie. */
  readonly octets: number;
  /** Of the log beside the data file. */
  readonly logOctets: number;
}

const FILE = 'sendwright.db';

/** @param everyMinutes between the scheduled checks of a domain. */
export async function openRestlessDomains(amount: number, everyMinutes: number): Promise<RestlessDomains> {
  const bind = await startBind(['example']);
  const { folder, workspaceId } = await manyDomains(amount, bind.address);
  const desk = await openClockedCore(folder);
  let turns = 0;
  const turn = async () => {
    turns += 1;
    const absent = 2 + (turns % 2);
    await bind.load(
      'example',
      oneZone(amount, turns + 1, (index) => index % 4 !== 1 && index % 4 !== absent),
    );
  };
  await turn();
  await desk.client.schedule.set({ workspaceId, enabled: true, everyMinutes });
  return {
    desk,
    workspaceId,
    turn,
    stored() {
      const database = new Database(path.join(folder, FILE), { readonly: true });
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
      const count = (table: string) => database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number;
      const rows = Object.fromEntries(tables.map((table) => [table, count(table)]));
      const size = (pragma: string) => database.pragma(pragma, { simple: true }) as number;
      const octets = size('page_count') * size('page_size');
      database.close();
      return { rows, octets, logOctets: statSync(path.join(folder, `${FILE}-wal`)).size };
    },
    async stop() {
      await desk.core.close();
      await bind.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
