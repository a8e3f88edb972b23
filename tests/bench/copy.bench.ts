import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildPrograms } from '../../build/bundle.ts';
import { openStore } from '../../main/store/store.ts';
import { DAY_MS } from '../../shared/time.ts';
import { median } from '../support/bulk-speed.ts';
import { startKnot } from '../support/knot.ts';
import { manyDomains, manyZones } from '../support/many-domains.ts';
import { haveTools } from '../support/tools.ts';

/**
 * What a copy of a data file of 1 GB costs a check of 10,000 domains: the same check alone and beside a copy, by turns in one
 * process, bundled as it is packaged; and how long the core's loop is held by a copy and by a look into it. The console in a
 * browser has copies made by a process, the one in Electron by a thread: both are measured.
 */

const DOMAINS = 10_000;
const PAIRS = 9;
const OCTETS = 10 ** 9;
const DEAREST = 1.1;
const LONGEST_HOLD_MS = 50;
const root = path.resolve(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Checks as a history of days leaves them, until the file is as large. */
async function fill(folder: string, workspaceId: number): Promise<void> {
  const file = path.join(folder, 'sendwright.db');
  // Beyond what is kept of each day: nothing of it is pruned while the check runs.
  const begin = Date.now() - 29 * DAY_MS;
  const check = JSON.stringify({ servers: [], asked: [], padding: 'x'.repeat(3500) });
  for (let day = 0; (await stat(file)).size < OCTETS; day += 1) {
    const store = openStore(folder);
    const ids = store.domains.idsInUse(workspaceId, 'all');
    const verdicts = {
      verdict: 'verified',
      spf: 'verified',
      dkim: 'verified',
      dmarc: 'verified',
      seenAt: begin,
    } as const;
    for (let from = 0; from < ids.length; from += 1000)
      store.history.saveResults(
        ids.slice(from, from + 1000).map((domainId) => ({
          domainId,
          at: begin + day * 3_600_000,
          check,
          verdicts,
          recordVerdicts: { spf: 'verified' },
          timeline: [],
        })),
      );
    store.close();
  }
}

interface Measured {
  readonly alone: readonly number[];
  readonly copying: readonly { readonly ms: number; readonly copiedAfter: number; readonly octets: number }[];
  readonly held: number;
  readonly heldByLook: number;
}

async function measure(): Promise<ReadonlyMap<string, Measured>> {
  const knot = await startKnot(manyZones(DOMAINS));
  const { folder, workspaceId } = await manyDomains(DOMAINS, `127.0.0.1:${knot.port}`);
  try {
    await fill(folder, workspaceId);
    await buildPrograms(
      [
        { entry: 'tests/support/programs/copying-core.ts', output: 'copying-core.js', format: 'es' },
        { entry: 'main/store/copy-program.ts', output: 'copy-program.js', format: 'es' },
      ],
      'bench',
    );
    const bundles = path.join(root, 'dist', 'bench');
    const copyProgram = path.join(bundles, 'copy-program.js');
    const measured = new Map<string, Measured>();
    for (const kind of ['process', 'thread']) {
      // oxlint-disable-next-line no-await-in-loop -- each alone
      const { stdout } = await run(
        process.execPath,
        [path.join(bundles, 'copying-core.js'), folder, String(workspaceId), String(PAIRS), copyProgram, kind],
        { cwd: root },
      );
      measured.set(kind, JSON.parse(stdout) as Measured);
    }
    return measured;
  } finally {
    await knot.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

function rowsOf(kind: string, { alone, copying, held, heldByLook }: Measured) {
  const ratios = copying.map(({ ms }, pair) => ms / (alone[pair] as number)).sort((left, right) => left - right);
  const middle = median(ratios);
  const spread = `${(ratios[0] as number).toFixed(2)} to ${(ratios.at(-1) as number).toFixed(2)}`;
  const copy = `${seconds(median(copying.map(({ copiedAfter }) => copiedAfter)))} s for ${((copying[0]?.octets ?? 0) / 1e9).toFixed(2)} GB`;
  return [
    {
      label: `a check of ${DOMAINS} domains while a ${kind} makes a copy (${copy}), to the same alone (${seconds(median(alone))} s); middle of ${PAIRS} pairs (${spread})`,
      value: `${middle.toFixed(2)} ×`,
      target: `≤ ${DEAREST.toFixed(2)} ×`,
      met: middle <= DEAREST,
    },
    {
      label: `longest hold of the core’s loop by a copy that a ${kind} makes, and by a look into it`,
      value: `${held.toFixed(0)} ms and ${heldByLook.toFixed(0)} ms`,
      target: `≤ ${LONGEST_HOLD_MS} ms`,
      met: held <= LONGEST_HOLD_MS && heldByLook <= LONGEST_HOLD_MS,
    },
  ];
}

async function rows() {
  if (!haveTools('knotd')) return [];
  return [...(await measure())].flatMap(([kind, measured]) => rowsOf(kind, measured));
}

export const bench = { name: 'copy', run: rows };
