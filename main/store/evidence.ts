import type { StoredTlsReport } from '../../shared/evidence/tls/tls-summary.ts';
import type { SourceSumInTime } from '../../shared/evidence/senders/sender-volume.ts';
import type { NamedSender, SourceSum, SourceSumByFrom } from '../../shared/evidence/senders/senders.ts';
import type { Reader } from './damage.ts';
import type { SqliteDatabase } from './database.ts';
import type { Sums } from './sums.ts';

/** A report as it is kept. Times are seconds since the epoch. */
export interface NewReport {
  readonly workspaceId: number;
  readonly kind: 'dmarc-aggregate' | 'tls-rpt';
  /** By which it is known again; null where it names too little. */
  readonly identity: string | null;
  /** A digest of its figures. */
  readonly content: string;
  readonly org: string | null;
  readonly domain: string | null;
  readonly beginAt: number | null;
  readonly endAt: number | null;
  /** The published policy in force, where the report tells: `none`, `quarantine` or `reject`. */
  readonly policy: string | null;
  /** Milliseconds since the epoch. */
  readonly importedAt: number;
  /** What it says beside its rows, in JSON. */
  readonly data: string;
}

/** What a report says of the mail of one source, as the sums tell it again. */
export interface NewRow extends Omit<SourceSum, 'reporters' | 'since' | 'until'> {
  /** The domain in From, which may be below the report's; it stands for that where the report names none. */
  readonly headerFrom: string;
}

/**
 * The rows of a report that is being read, on disk beside the data file: a report is whole before any of it is kept, and
 * none of them stays in memory.
 */
export interface RowSpool {
  readonly add: (row: NewRow) => void;
  /** The keys that signed its mail, each once. */
  readonly signers: () => readonly string[];
  /** Lets the rows go, whether they were kept or not. */
  readonly close: () => void;
}

const SPOOL_COLUMNS =
  'header_from, source, messages, dkim, spf, signers, failed_signers, spf_domain, spf_result, reasons';

/** The spools of a connection: one table of its own temporary file, which nobody else sees and which goes with it. */
function rowSpools(database: SqliteDatabase) {
  // What is lost with the process needs no journal.
  database.pragma('temp.journal_mode = OFF');
  database.exec(
    `CREATE TEMP TABLE IF NOT EXISTS evidence_spool (spool INTEGER NOT NULL, line INTEGER NOT NULL, header_from TEXT, source TEXT,
       messages INTEGER, dkim TEXT, spf TEXT, signers TEXT, failed_signers TEXT, spf_domain TEXT, spf_result TEXT, reasons TEXT,
       PRIMARY KEY (spool, line)) WITHOUT ROWID`,
  );
  const put = database.prepare(
    `INSERT INTO temp.evidence_spool (spool, line, ${SPOOL_COLUMNS})
     VALUES (@spool, @line, @headerFrom, @source, @messages, @dkim, @spf, @signers, @failedSigners, @spfDomain, @spfResult, @reasons)`,
  );
  const copy = database.prepare(
    `INSERT INTO evidence_rows (workspace_id, domain, begin_at, report_id, line, end_at, ${SPOOL_COLUMNS})
     SELECT @workspaceId, coalesce(@domain, header_from), @beginAt, @reportId, line, @endAt, ${SPOOL_COLUMNS}
     FROM temp.evidence_spool WHERE spool = @spool ORDER BY line`,
  );
  const froms = database.prepare('SELECT DISTINCT header_from FROM temp.evidence_spool WHERE spool = ?').pluck();
  const signers = database.prepare('SELECT DISTINCT signers FROM temp.evidence_spool WHERE spool = ?').pluck();
  const drop = database.prepare('DELETE FROM temp.evidence_spool WHERE spool = ?');
  const empty = database.prepare('DELETE FROM temp.evidence_spool');
  let last = 0;
  let open = 0;
  return () => {
    const spool = (last += 1);
    open += 1;
    let line = 0;
    return {
      add(row: NewRow) {
        put.run({
          ...row,
          spool,
          line,
          signers: joined(row.signers),
          failedSigners: joined(row.failedSigners),
          reasons: joined(row.reasons),
        });
        line += 1;
      },
      signers() {
        return [...new Set((signers.all(spool) as string[]).flatMap(parted))];
      },
      close() {
        open -= 1;
        // Emptying the table is one step, whatever it held.
        if (open === 0) empty.run();
        else drop.run(spool);
      },
      /** The domains in From. */
      froms() {
        return froms.all(spool) as string[];
      },
      /** Copies the rows into the history, within the transaction that is open. */
      keep(reportId: number, { workspaceId, domain, beginAt, endAt }: NewReport) {
        copy.run({ workspaceId, domain, beginAt: beginAt ?? 0, reportId, endAt, spool });
      },
    };
  };
}

type OwnSpool = ReturnType<ReturnType<typeof rowSpools>>;

export interface EvidenceDomain {
  readonly domain: string;
  readonly messages: number;
  readonly passing: number;
}

/** The mail of reports whose period begins on one day. */
export interface DayVolume {
  /** Its beginning in UTC, in seconds since the epoch; 0 where reports tell no time. */
  readonly day: number;
  readonly messages: number;
  readonly passing: number;
}

export interface ReportPeriod {
  readonly policy: string;
  readonly beginAt: number;
  readonly endAt: number;
}

interface SumRow {
  source: string;
  messages: number;
  dkim: string;
  spf: string;
  signers: string;
  failed_signers: string;
  spf_domain: string;
  spf_result: string;
  reasons: string;
  reporters: number;
  since: number | null;
  until: number | null;
}

/** Lists in one column: names of domains and of reasons have no space. */
const joined = (list: readonly string[]): string => [...new Set(list)].sort().join(' ');
const parted = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

const sumOf = (row: SumRow): SourceSum => ({
  source: row.source,
  messages: row.messages,
  dkim: row.dkim,
  spf: row.spf,
  signers: parted(row.signers),
  failedSigners: parted(row.failed_signers),
  spfDomain: row.spf_domain,
  spfResult: row.spf_result,
  reasons: parted(row.reasons),
  reporters: row.reporters,
  since: row.since,
  until: row.until,
});

/** Which mail of a domain is looked at; and what of it passes DMARC. */
interface MailChoice {
  /** Seconds since the epoch. */
  readonly since?: number;
  /** The mail of this domain in From and those below it alone; null: all. */
  readonly from?: string | null;
}
const CHOSEN_ROWS = `workspace_id = @workspaceId AND domain = @domain AND begin_at >= @since
  AND (@from IS NULL OR header_from = @from OR substr(header_from, -length(@from) - 1) = '.' || @from)`;
const PASSING = "sum(CASE WHEN dkim = 'pass' OR spf = 'pass' THEN messages ELSE 0 END) AS passing";

/** Rows that are held against their sums before they are summed up: of more it would take longer than a person waits. */
const LOOKED_THROUGH = 50_000;

/** What came back from mail: reports, each once, and the rows of a domain together. */
export function evidenceRepository(database: SqliteDatabase, reader: Reader, sums: Sums) {
  const byContent = database.prepare('SELECT id FROM evidence_reports WHERE workspace_id = ? AND content = ?').pluck();
  const byIdentity = database
    .prepare('SELECT id FROM evidence_reports WHERE workspace_id = ? AND identity = ?')
    .pluck();
  const addReport = database.prepare(
    `INSERT INTO evidence_reports (workspace_id, kind, identity, content, org, domain, begin_at, end_at, policy, imported_at, data)
     VALUES (@workspaceId, @kind, @identity, @content, @org, @domain, @beginAt, @endAt, @policy, @importedAt, @data)`,
  );
  let openSpool: (() => OwnSpool) | null = null;
  const sumsBy = (
    more: string,
    and = '',
    by = more,
  ) => `SELECT ${more} source, sum(messages) AS messages, dkim, spf, signers, failed_signers, spf_domain, spf_result, reasons,
       count(DISTINCT report_id) AS reporters, min(nullif(begin_at, 0)) AS since, max(end_at) AS until
     FROM evidence_rows WHERE ${CHOSEN_ROWS} ${and}
     GROUP BY ${by} source, dkim, spf, signers, failed_signers, spf_domain, spf_result, reasons`;
  const isWholeRow = sums.isWhole('evidence_rows');
  const damagedRows = database.prepare(
    `SELECT report_id, line FROM evidence_rows
     WHERE workspace_id = @workspaceId AND domain = @domain AND NOT ${isWholeRow}`,
  );
  // Each by itself: where one may be either, the rows of all domains before it are gone through.
  const isMuch = {
    all: database.prepare(`SELECT 1 FROM evidence_rows WHERE workspace_id = ? LIMIT 1 OFFSET ${LOOKED_THROUGH}`),
    domain: database.prepare(
      `SELECT 1 FROM evidence_rows WHERE workspace_id = ? AND domain = ? LIMIT 1 OFFSET ${LOOKED_THROUGH}`,
    ),
  };
  /** A statement over rows, and the same over those alone that are whole: to look at each row costs more than to sum it up. */
  const overRows = (sql: (and: string) => string) => ({
    all: database.prepare(sql('')),
    whole: database.prepare(sql(`AND ${isWholeRow}`)),
  });
  const senders = overRows((and) => sumsBy('', and));
  const sendersByFrom = overRows((and) => sumsBy('header_from,', and));
  /** By stretches of so many seconds from a time on; numbers come in as floating ones, and would be divided as such. */
  const sendersInTime = overRows((and) =>
    sumsBy('CAST((begin_at - @since) / @step AS INTEGER) AS stretch,', and, 'stretch,'),
  );
  const days = overRows(
    (and) => `SELECT begin_at / 86400 * 86400 AS day, sum(messages) AS messages, ${PASSING}
     FROM evidence_rows WHERE ${CHOSEN_ROWS} ${and} GROUP BY day ORDER BY day`,
  );
  const domains = overRows(
    (and) => `SELECT domain, sum(messages) AS messages, ${PASSING}
     FROM evidence_rows WHERE workspace_id = @workspaceId ${and} GROUP BY domain ORDER BY domain`,
  );
  const periods = database.prepare(
    `SELECT id, policy, begin_at AS beginAt, end_at AS endAt, ${sums.isWhole('evidence_reports')} AS whole FROM evidence_reports
     WHERE workspace_id = ? AND domain = ? AND policy IS NOT NULL AND begin_at IS NOT NULL AND end_at IS NOT NULL
     ORDER BY begin_at, end_at`,
  );
  const tlsReports = database.prepare(
    `SELECT id, org, begin_at AS beginAt, end_at AS endAt, data ->> '$.policies' AS policies, data ->> '$.places' AS places,
       ${sums.isWhole('evidence_reports')} AS whole FROM evidence_reports
     WHERE workspace_id = ? AND domain = ? AND kind = 'tls-rpt' ORDER BY begin_at DESC LIMIT 10000`,
  );
  const tlsDomains = database
    .prepare(
      `SELECT DISTINCT domain FROM evidence_reports WHERE workspace_id = ? AND kind = 'tls-rpt' AND domain IS NOT NULL`,
    )
    .pluck();
  const names = database.prepare(
    `SELECT domain, key, name, kind, ${sums.isWhole('evidence_names')} AS whole FROM evidence_names
     WHERE workspace_id = @workspaceId AND (@domain IS NULL OR domain = @domain)`,
  );
  const putName = database.prepare(
    `INSERT INTO evidence_names (workspace_id, domain, key, name, kind) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (workspace_id, domain, key) DO UPDATE SET name = excluded.name, kind = excluded.kind, sum = NULL`,
  );
  const dropName = database.prepare('DELETE FROM evidence_names WHERE workspace_id = ? AND domain = ? AND key = ?');
  const chosen = `workspace_id = @workspaceId AND (@domain IS NULL OR domain = @domain)
    AND (@before IS NULL OR coalesce(end_at, imported_at / 1000) < @before)`;
  const dropRows = database.prepare(
    `DELETE FROM evidence_rows WHERE report_id IN (SELECT id FROM evidence_reports WHERE ${chosen})`,
  );
  const dropReports = database.prepare(`DELETE FROM evidence_reports WHERE ${chosen}`);

  const revision = database
    .prepare('SELECT revision FROM evidence_revisions WHERE workspace_id = ? AND domain = ?')
    .pluck();
  const raise = database.prepare(
    `INSERT INTO evidence_revisions (workspace_id, domain, revision) VALUES (?, ?, 1)
     ON CONFLICT (workspace_id, domain) DO UPDATE SET revision = revision + 1`,
  );
  const raiseAll = database.prepare('UPDATE evidence_revisions SET revision = revision + 1 WHERE workspace_id = ?');
  const oldest = database
    .prepare('SELECT id FROM evidence_reports WHERE workspace_id = ? AND imported_at < ? ORDER BY imported_at LIMIT ?')
    .pluck();
  const dropRowsOf = database.prepare('DELETE FROM evidence_rows WHERE report_id = ?');
  const dropReport = database.prepare('DELETE FROM evidence_reports WHERE id = ?');

  const insert = (report: NewReport, rows: OwnSpool | null) => {
    const reportId = Number(addReport.run(report).lastInsertRowid);
    const domains = report.domain === null ? (rows?.froms() ?? []) : [report.domain];
    for (const domain of domains) raise.run(report.workspaceId, domain);
    rows?.keep(reportId, report);
  };

  const add = database.transaction((report: NewReport, rows: OwnSpool | null): 'new' | 'known' | 'conflicting' => {
    if (byContent.get(report.workspaceId, report.content) !== undefined) return 'known';
    if (report.identity !== null && byIdentity.get(report.workspaceId, report.identity) !== undefined)
      return 'conflicting';
    insert(report, rows);
    return 'new';
  });
  const forget = database.transaction((workspaceId: number, domain: string | null, before: number | null): number => {
    dropRows.run({ workspaceId, domain, before });
    raiseAll.run(workspaceId);
    return dropReports.run({ workspaceId, domain, before }).changes;
  });

  const rename = database.transaction((workspaceId: number, domain: string, change: () => unknown): void => {
    change();
    raise.run(workspaceId, domain);
  });

  const prune = database.transaction((workspaceId: number, before: number, limit: number): number => {
    const ids = oldest.all(workspaceId, before, limit) as number[];
    for (const id of ids) {
      dropRowsOf.run(id);
      dropReport.run(id);
    }
    if (ids.length > 0) raiseAll.run(workspaceId);
    return ids.length;
  });

  /** The domains that were looked through, each under the revision at which all of its rows were whole. */
  const found = new Map<string, number>();
  const revisionOf = (workspaceId: number, domain: string) => (revision.get(workspaceId, domain) ?? 0) as number;
  const revisions = database.prepare('SELECT domain, revision FROM evidence_revisions WHERE workspace_id = ?');

  /** @param domain null: all of a workspace. @returns whether rows of it are damaged; these are noted. */
  function hasDamagedRows(workspaceId: number, domain: string | null): boolean {
    const state: readonly (readonly [string, number])[] =
      domain === null
        ? (revisions.all(workspaceId) as { domain: string; revision: number }[]).map((row) => [
            row.domain,
            row.revision,
          ])
        : [[domain, revisionOf(workspaceId, domain)]];
    const unknown = state.filter(([name, number]) => found.get(`${workspaceId} ${name}`) !== number);
    if (unknown.length === 0) return false;
    const much = domain === null ? isMuch.all.get(workspaceId) : isMuch.domain.get(workspaceId, domain);
    if (much !== undefined) return false;
    let isDamaged = false;
    for (const [name, number] of unknown) {
      const damaged = damagedRows.all({ workspaceId, domain: name }) as { report_id: number; line: number }[];
      for (const row of damaged) reader.note('evidence_rows', 'row', `${row.report_id}.${row.line}`);
      if (damaged.length > 0) isDamaged = true;
      else found.set(`${workspaceId} ${name}`, number);
    }
    return isDamaged;
  }

  type OverRows = ReturnType<typeof overRows>;
  const wholeRows = <Row>(
    { all, whole }: OverRows,
    choice: { workspaceId: number; domain?: string; step?: number } & {
      [Parameter in keyof MailChoice]: MailChoice[Parameter];
    },
  ): Row[] => (hasDamagedRows(choice.workspaceId, choice.domain ?? null) ? whole : all).all(choice) as Row[];

  /** Those that are what was written, without what told so. */
  const wholeOnes = <Row extends object>(
    rows: readonly unknown[],
    table: string,
    keyOf: (row: Row) => string | number,
  ): Row[] =>
    (rows as readonly (Row & { readonly whole: number })[]).flatMap(({ whole, ...row }) => {
      const rest = row as unknown as Row;
      return reader.isWhole({ whole }, table, keyOf(rest)) ? [rest] : [];
    });
  type NamedRow = NamedSender & { readonly domain: string };
  const namesOf = (workspaceId: number, domain: string | null) =>
    wholeOnes<NamedRow>(names.all({ workspaceId, domain }), 'evidence_names', (row) => `${row.domain} ${row.key}`);

  return {
    /** A number that changes with whatever is kept of a domain, whichever process changed it; it never comes again. */
    revision: revisionOf,
    /** Takes the rows of a report as they are read; to be closed, whatever comes of them. */
    spool(): RowSpool {
      openSpool ??= rowSpools(database);
      return openSpool();
    },
    /**
     * Keeps a report with its rows, whole or not at all.
     *
     * @param rows a spool of this store; null: the report has none.
     * @returns `known` where the same figures are kept already, `conflicting` where others are under its identity.
     */
    add: (report: NewReport, rows: RowSpool | null) => add.immediate(report, rows as OwnSpool | null),
    /** The mail of a domain day by day, by the day on which the period of its report begins. */
    days: (workspaceId: number, domain: string, { since = 0, from = null }: MailChoice = {}): readonly DayVolume[] =>
      wholeRows(days, { workspaceId, domain, since, from }),
    /** The mail of a domain by source and result. */
    sums: (workspaceId: number, domain: string, { since = 0, from = null }: MailChoice = {}): readonly SourceSum[] =>
      wholeRows<SumRow>(senders, { workspaceId, domain, since, from }).map(sumOf),
    /** The same, by stretches of `step` seconds that begin with `since`. */
    sumsInTime: (
      workspaceId: number,
      domain: string,
      { since, from = null, step }: MailChoice & { readonly since: number; readonly step: number },
    ): readonly SourceSumInTime[] =>
      wholeRows<SumRow & { stretch: number }>(sendersInTime, { workspaceId, domain, since, from, step }).map((row) => ({
        ...sumOf(row),
        stretch: row.stretch,
      })),
    /** The same, by the domain in From too. */
    sumsByFrom: (workspaceId: number, domain: string): readonly SourceSumByFrom[] =>
      wholeRows<SumRow & { header_from: string }>(sendersByFrom, { workspaceId, domain, since: 0, from: null }).map(
        (row) => ({ ...sumOf(row), headerFrom: row.header_from }),
      ),
    domains: (workspaceId: number): readonly EvidenceDomain[] => wholeRows(domains, { workspaceId }),
    /** Which policy receivers met when, report by report, the oldest first. */
    periods: (workspaceId: number, domain: string): readonly ReportPeriod[] =>
      wholeOnes<ReportPeriod & { id: number }>(
        periods.all(workspaceId, domain),
        'evidence_reports',
        (row) => row.id,
      ).map(({ id: _id, ...period }) => period),
    /** The newest TLS reports about a domain’s mail servers. */
    tlsReports: (workspaceId: number, domain: string): readonly StoredTlsReport[] =>
      wholeOnes<Omit<StoredTlsReport, 'policies' | 'places'> & { id: number; policies: string; places: string }>(
        tlsReports.all(workspaceId, domain),
        'evidence_reports',
        (row) => row.id,
      ).map(({ id: _id, policies, places, ...report }) => ({
        ...report,
        policies: JSON.parse(policies) as StoredTlsReport['policies'],
        places: JSON.parse(places) as StoredTlsReport['places'],
      })),
    /** The domains that TLS reports are about. */
    tlsDomains: (workspaceId: number): readonly string[] => tlsDomains.all(workspaceId) as string[],
    names: (workspaceId: number, domain: string): readonly NamedSender[] =>
      namesOf(workspaceId, domain).map(({ domain: _domain, ...sender }) => sender),
    /** What people said of senders, in whosever name these send. */
    allNames: (workspaceId: number): readonly NamedRow[] => namesOf(workspaceId, null),
    putName: (workspaceId: number, domain: string, { key, name, kind }: NamedSender): void => {
      rename.immediate(workspaceId, domain, () => putName.run(workspaceId, domain, key, name, kind));
    },
    dropName: (workspaceId: number, domain: string, key: string): void => {
      rename.immediate(workspaceId, domain, () => dropName.run(workspaceId, domain, key));
    },
    /**
     * Forgets reports with their rows.
     *
     * @param domain null: of every domain. @param before seconds since the epoch; null: of any time.
     * @returns how many reports went.
     */
    forget: (workspaceId: number, domain: string | null, before: number | null): number =>
      forget.immediate(workspaceId, domain, before),
    /**
     * Takes away reports that were brought in before a moment, the oldest first.
     *
     * @param before milliseconds since the epoch. @param limit so many at most, so that nothing else has to wait long.
     * @returns how many went.
     */
    prune: (workspaceId: number, before: number, limit: number): number => prune.immediate(workspaceId, before, limit),
  };
}

export type EvidenceRepository = ReturnType<typeof evidenceRepository>;
