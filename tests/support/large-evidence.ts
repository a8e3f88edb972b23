import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { sendersOf } from '../../shared/evidence/senders/senders.ts';
import { openStore } from '../../main/store/store.ts';
import { DAY_S } from '../../shared/time.ts';
import { fillSums, registerSums } from '../../main/store/sums.ts';
import { oracleProgram } from '../oracles/tools.ts';
import { bestOf } from './hostile.ts';

/** Years of reports: what they take in memory while they are read, and in time once they are kept. */

const BEGIN = 1_735_689_600;

function reportText(id: number, records: number): string {
  const rows = Array.from(
    { length: records },
    (_row, index) =>
      `<record><row><source_ip>198.51.${(index >> 8) & 255}.${index & 255}</source_ip><count>${index + 1}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>\n<identifiers><header_from>example.com</header_from></identifiers>\n<auth_results><dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim><spf><domain>example.net</domain><scope>mfrom</scope><result>pass</result></spf></auth_results></record>\n`,
  );
  const begin = BEGIN + id * DAY_S;
  return `<?xml version="1.0"?><feedback><version>1.0</version><report_metadata><org_name>a</org_name><email>a@b.example</email><report_id>${id}</report_id><date_range><begin>${begin}</begin><end>${begin + DAY_S - 1}</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published>${rows.join('')}</feedback>`;
}

/** A ZIP archive of one entry (APPNOTE 4.3). */
export function zipOf(content: Buffer): Buffer {
  const data = deflateRawSync(content, { level: 1 });
  const checksum = crc32(content);
  const local = Buffer.alloc(31);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(checksum, 14);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(1, 26);
  local.write('a', 30);
  const central = Buffer.alloc(47);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(checksum, 16);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(content.length, 24);
  central.writeUInt16LE(1, 28);
  central.write('a', 46);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + data.length, 16);
  return Buffer.concat([local, data, central, end]);
}

async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-evidence-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface ImportedMemory {
  /** Resident octets of the core before, and at most. */
  readonly before: number;
  readonly most: number;
  readonly files: number;
  readonly seconds: number;
  /** Octets of XML that were read. */
  readonly octets: number;
}

/** Writes zipped reports of so many octets of XML in all, and about so many each. */
export async function writeReports(
  folder: string,
  octets: number,
  each: number,
): Promise<{ readonly files: readonly string[]; readonly octets: number }> {
  let written = 0;
  const files: string[] = [];
  const records = Math.max(1, Math.round(each / 440));
  while (written < octets) {
    const text = Buffer.from(reportText(files.length, records));
    written += text.length;
    const file = `${files.length}.zip`;
    await writeFile(path.join(folder, file), zipOf(text));
    files.push(file);
  }
  return { files, octets: written };
}

/** Imports zipped reports in a process of their own. @param octets of XML, roughly. @param each octets of one report. */
export function importedMemory(octets: number, each: number): Promise<ImportedMemory> {
  return withFolder(async (folder) => {
    const [warm, reports, data] = ['warm', 'reports', 'data'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const made of [warm, reports, data]) await mkdir(made);
    await writeFile(path.join(warm, 'first.zip'), zipOf(Buffer.from(reportText(5000, 1000))));
    const { octets: written } = await writeReports(reports, octets, each);
    const program = path.resolve(import.meta.dirname, 'programs', 'measured-import.ts');
    const told = execFileSync(process.execPath, [program, data, warm, reports], { encoding: 'utf8' });
    return { ...(JSON.parse(told) as Omit<ImportedMemory, 'octets'>), octets: written };
  });
}

/** The sums of the store's own statements, in the words of the database. */
const SUMS = `SELECT source, sum(messages) AS messages, dkim, spf, signers, failed_signers, spf_domain, spf_result, reasons,
  count(DISTINCT report_id) AS reporters, min(begin_at) AS since, max(end_at) AS until FROM evidence_rows
  WHERE workspace_id = ? AND domain = ? GROUP BY source, dkim, spf, signers, failed_signers, spf_domain, spf_result, reasons`;
const DAYS = `SELECT begin_at / 86400 AS day, sum(messages) AS messages, sum(CASE WHEN dkim = 'pass' OR spf = 'pass' THEN messages ELSE 0 END) AS passing
  FROM evidence_rows WHERE workspace_id = ? AND domain = ? AND begin_at >= ? GROUP BY day ORDER BY day`;

/** Rows of one report of a day. */
const ROWS_A_DAY = 500;
const DAYS_KEPT = 365;

export interface SummedRows {
  readonly rows: number;
  readonly senders: { readonly ours: number; readonly alone: number; readonly before: number };
  readonly year: { readonly ours: number; readonly alone: number; readonly before: number };
}

/**
 * The senders of a domain and its picture of a year, beside the same sums by better-sqlite3 alone, first with no other domain's rows,
 * then with so many. In milliseconds of processor time.
 */
export function summedRows(rows: number): Promise<SummedRows> {
  return withFolder(async (folder) => {
    const store = openStore(folder);
    const workspaceId = store.workspaces.add('Large', false, 0);
    const database = new Database(path.join(folder, 'sendwright.db'));
    // What is measured is reading: nothing here is worth waiting for the disk.
    database.pragma('synchronous = OFF');
    const addReport = database.prepare(
      `INSERT INTO evidence_reports (workspace_id, kind, identity, content, org, domain, begin_at, end_at, policy, imported_at, data)
       VALUES (?, 'dmarc-aggregate', NULL, ?, 'a', ?, ?, ?, 'none', 0, '{}')`,
    );
    const addRows = database.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS_A_DAY - 1})
       INSERT INTO evidence_rows (workspace_id, domain, begin_at, report_id, line, end_at, header_from, source, messages, dkim, spf,
         signers, failed_signers, spf_domain, spf_result, reasons)
       SELECT @workspaceId, @domain, @begin, @report, i, @begin + 86399, @domain, '198.51.' || (i / 250) || '.' || (i % 250), i + 1,
         CASE WHEN i % 3 = 0 THEN 'fail' ELSE 'pass' END, 'fail', @domain || '/s1', '', 'example.net', 'pass', '' FROM n`,
    );
    const addDomain = database.transaction((domain: string) => {
      for (let day = 0; day < DAYS_KEPT; day += 1) {
        const begin = BEGIN + day * DAY_S;
        const report = addReport.run(workspaceId, `${domain} ${day}`, domain, begin, begin + DAY_S - 1).lastInsertRowid;
        addRows.run({ workspaceId, domain, begin, report });
      }
    });
    const statements = { sums: database.prepare(SUMS), days: database.prepare(DAYS) };
    const measure = () => ({
      senders: bestOf(5, () => void sendersOf('example.com', store.evidence.sums(workspaceId, 'example.com'))),
      year: bestOf(5, () => void store.evidence.days(workspaceId, 'example.com', { since: BEGIN })),
      sendersAlone: bestOf(5, () => void statements.sums.all(workspaceId, 'example.com')),
      yearAlone: bestOf(5, () => void statements.days.all(workspaceId, 'example.com', BEGIN)),
    });
    // What another program writes has no sums: rows as the store writes them have.
    registerSums(database);
    try {
      addDomain('example.com');
      fillSums(database);
      const before = measure();
      let all = ROWS_A_DAY * DAYS_KEPT;
      // Domains before and behind it in the order of the table.
      for (let other = 0; all < rows; other += 1) {
        addDomain(`${other % 2 === 0 ? 'a' : 'z'}${other}.example`);
        all += ROWS_A_DAY * DAYS_KEPT;
      }
      fillSums(database);
      const after = measure();
      return {
        rows: all,
        senders: { ours: after.senders, alone: after.sendersAlone, before: before.senders },
        year: { ours: after.year, alone: after.yearAlone, before: before.year },
      };
    } finally {
      database.close();
      store.close();
    }
  });
}

/** Passes of ours over all files. */
const PASSES = 40;
/** parsedmarc reads so many parts of them, each in about the time of one of our passes: what else the machine does weighs on both alike. */
const PARTS = 20;

/**
 * parsedmarc's own time for files that it is told of, in seconds, without its start. Its `n_procs` is an option of its program, which
 * gives files to so many processes; what is measured here is one on either side.
 */
const TIMED = `
import logging, sys, time
logging.disable(logging.CRITICAL)
import parsedmarc
files = sys.stdin.read().split()
parsedmarc.parse_report_file(files[0], offline=True)
part = max(1, len(files) // ${PARTS})
times = []
for start in range(0, len(files), part):
    begun = time.process_time()
    for file in files[start:start + part]:
        parsedmarc.parse_report_file(file, offline=True)
    times.append((time.process_time() - begun) / len(files[start:start + part]))
print(min(times) * len(files))
`;

/**
 * Zipped reports read from the disk into objects, by parsedmarc and by us, nothing stored and no name asked for, each by one process:
 * in seconds of processor time, whatever thread takes it, at the quickest pace that was seen. Null where parsedmarc is not installed.
 *
 * @param amount of files. @param records in each.
 */
export function besideParsedmarc(
  amount: number,
  records: number,
): Promise<{ readonly ours: number; readonly theirs: number } | null> {
  const python = oracleProgram('parsedmarc');
  if (python === null) return Promise.resolve(null);
  return withFolder(async (folder) => {
    const files: string[] = [];
    for (let id = 0; id < amount; id += 1) {
      const file = path.join(folder, `${id}.zip`);
      await writeFile(file, zipOf(Buffer.from(reportText(id, records))));
      files.push(file);
    }
    const input = files.join('\n');
    const program = path.resolve(import.meta.dirname, 'programs', 'measured-reading.ts');
    const theirs = Number(execFileSync(python, ['-c', TIMED], { input, encoding: 'utf8' }));
    const ours = Number(execFileSync(process.execPath, [program, String(PASSES)], { input, encoding: 'utf8' }));
    return { ours, theirs };
  });
}
