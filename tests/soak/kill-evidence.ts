import Database from 'better-sqlite3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { generator } from '../support/hostile.ts';
import { openTestCore } from '../support/core.ts';
import { runUntilKilled } from '../support/killed-program.ts';

/** Kills imports of reports at any moment, again and again on the same data folder: no report half in, and none in twice. */

const PROGRAM = path.resolve(import.meta.dirname, '..', 'support', 'programs', 'busy-importer.ts');
const REPORTS = 200;
/** Messages of a record: another number in each report, so that a half of one is seen in the sum. */
const recordsOf = (report: number): number => 1 + ((report * 37) % 400);
const LONGEST_LIFE_MS = 1200;
/** Beside other long runs, one kill for so many rounds. */
const ROUNDS_A_KILL = 60;

function reportText(report: number): string {
  const rows = Array.from(
    { length: recordsOf(report) },
    (_row, index) =>
      `<record><row><source_ip>198.51.${(index >> 8) & 255}.${index & 255}</source_ip><count>${report + 1}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim><spf><domain>example.net</domain><result>pass</result></spf></auth_results></record>`,
  );
  const begin = 1_772_323_200 + report * 86_400;
  return `<feedback><report_metadata><org_name>a</org_name><email>a@b.example</email><report_id>${report}</report_id><date_range><begin>${begin}</begin><end>${begin + 86_399}</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published>${rows.join('')}</feedback>`;
}

/** @returns how many files were told as read before the kill, and whether all were. */
async function importUntilKilled(dataFolder: string, reports: string, lifeMs: number) {
  const { lines } = await runUntilKilled([PROGRAM, dataFolder, reports], lifeMs);
  const isWhole = lines.at(-1) === 'done';
  return { answered: Number(lines.at(isWhole ? -2 : -1)), isWhole };
}

/** @returns how many reports are there. @throws where one is there by half, or twice, or was answered and is not. */
function inspect(dataFolder: string, answered: number): number {
  const database = new Database(path.join(dataFolder, 'sendwright.db'), { readonly: true });
  try {
    const reports = database
      .prepare(
        `SELECT data ->> '$.reportId' AS report, count(*) AS times, (SELECT count(*) FROM evidence_rows WHERE report_id = evidence_reports.id) AS rows,
           (SELECT sum(messages) FROM evidence_rows WHERE report_id = evidence_reports.id) AS messages
         FROM evidence_reports GROUP BY report`,
      )
      .all() as { report: string; times: number; rows: number; messages: number }[];
    for (const { report, times, rows, messages } of reports) {
      const records = recordsOf(Number(report));
      if (times !== 1) throw new Error(`Report ${report} is there ${times} times`);
      if (rows !== records || messages !== records * (Number(report) + 1))
        throw new Error(`Report ${report} is there by half: ${rows} of ${records} rows, ${messages} messages`);
    }
    const orphans = database
      .prepare('SELECT count(*) FROM evidence_rows WHERE report_id NOT IN (SELECT id FROM evidence_reports)')
      .pluck()
      .get() as number;
    if (orphans > 0) throw new Error(`${orphans} rows are of no report`);
    if (reports.length < answered)
      throw new Error(`${answered} reports were answered, and ${reports.length} are there`);
    return reports.length;
  } finally {
    database.close();
  }
}

/** @param rounds one kill for each 60, three at least. */
async function run(rounds: number, seed: number): Promise<string> {
  const kills = Math.max(3, Math.round(rounds / ROUNDS_A_KILL));
  const random = generator(seed);
  const reports = await mkdtemp(path.join(tmpdir(), 'sendwright-reports-'));
  let killed = 0;
  let whole = 0;
  let dataFolder = '';
  try {
    for (let report = 0; report < REPORTS; report += 1) {
      const file = path.join(reports, `${String(report).padStart(3, '0')}.xml.gz`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await writeFile(file, gzipSync(reportText(report)));
    }
    while (killed + whole < kills) {
      if (dataFolder === '') {
        const desk = await openTestCore(undefined, { background: false });
        await desk.client.workspaces.create({ name: 'Killed' });
        await desk.close();
        dataFolder = desk.folder;
      }
      // Each life begins where the one before was ended, so that kills fall at the beginning, the middle and the end.
      const { answered, isWhole } = await importUntilKilled(dataFolder, reports, 1 + random(LONGEST_LIFE_MS));
      const there = inspect(dataFolder, answered);
      if (isWhole && there !== REPORTS) throw new Error(`The import ended with ${there} of ${REPORTS} reports`);
      if (isWhole) {
        whole += 1;
        await rm(dataFolder, { recursive: true, force: true });
        dataFolder = '';
      } else killed += 1;
    }
  } finally {
    await rm(reports, { recursive: true, force: true });
    if (dataFolder !== '') await rm(dataFolder, { recursive: true, force: true });
  }
  return `${killed} kills in the middle of imports, ${whole} imports that were over before; no report half in, none twice, none that was answered lost`;
}

export const soak = { name: 'kill-evidence', run };
