import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { readEvidenceFile } from '../../main/core/evidence/read-file.ts';
import { formatIp, parseIp } from '../../shared/dns/ip.ts';
import type { AggregateReport, AggregateRow } from '../../shared/evidence/reports/aggregate.ts';
import type { TlsReport } from '../../shared/evidence/reports/tls.ts';

/** Reports as parsedmarc and as we read them, in one form: what both tell is compared, whole. */

/** A record of an aggregate report: who sent how much, what was found, and what was done. */
export interface ToldRow {
  readonly source: string;
  readonly count: number;
  readonly disposition: string;
  readonly dkim: string;
  readonly spf: string;
  readonly headerFrom: string;
  readonly dkimResults: readonly string[];
  readonly spfResults: readonly string[];
}

export interface ToldReport {
  readonly kind: 'aggregate' | 'tls';
  readonly id: string;
  readonly begin: number;
  readonly end: number;
  readonly domain: string;
  readonly policy: string;
  readonly rows: readonly ToldRow[];
  /** Sessions of TLS policies: type, domain, how many went well and failed. */
  readonly sessions: readonly string[];
}

export type Told = ToldReport | { readonly error: string };

interface TheirRow {
  readonly source: { readonly ip_address: string };
  readonly count: number;
  readonly policy_evaluated: { readonly disposition: string; readonly dkim: string; readonly spf: string };
  readonly identifiers: { readonly header_from: string | null };
  readonly auth_results: {
    readonly dkim: readonly { readonly domain: string; readonly result: string }[];
    readonly spf: readonly { readonly domain: string; readonly result: string }[];
  };
}

interface TheirAggregate {
  readonly report_metadata: { readonly report_id: string; readonly begin_date: string; readonly end_date: string };
  readonly policy_published: { readonly domain: string; readonly p: string };
  readonly records: readonly TheirRow[];
}

interface TheirTls {
  readonly report_id: string;
  readonly begin_date: string;
  readonly end_date: string;
  readonly policies: readonly {
    readonly policy_domain: string;
    readonly policy_type: string;
    readonly successful_session_count: number;
    readonly failed_session_count: number;
  }[];
}

interface Answer {
  readonly file: string;
  readonly error?: string;
  readonly type?: 'aggregate' | 'smtp_tls';
  readonly report?: TheirAggregate | TheirTls;
}

/** Each spelling of an address is a source of its own there, and one source here. */
function address(text: string): string {
  const octets = parseIp(text);
  return octets === null ? text : formatIp(octets);
}

const lower = (text: string | null | undefined): string => (text ?? '').trim().toLowerCase().replace(/\.$/, '');
const seconds = (text: string): number =>
  Math.floor(Date.parse(`${text.replace(' ', 'T').replace(/Z?$/, 'Z')}`) / 1000);

/** Results as `domain result`; it leaves out those that name no domain. */
const results = (told: readonly { readonly domain: string | null; readonly result: string | null }[]) =>
  told.filter(({ domain }) => lower(domain) !== '').map(({ domain, result }) => `${lower(domain)} ${lower(result)}`);

const inOrder = (rows: readonly ToldRow[]): readonly ToldRow[] =>
  rows.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));

function theirAggregate({ report_metadata: meta, policy_published: policy, records }: TheirAggregate): ToldReport {
  return {
    kind: 'aggregate',
    id: meta.report_id,
    begin: seconds(meta.begin_date),
    end: seconds(meta.end_date),
    domain: lower(policy.domain),
    policy: lower(policy.p),
    rows: inOrder(
      records.map((row) => ({
        source: address(row.source.ip_address),
        count: row.count,
        disposition: lower(row.policy_evaluated.disposition),
        dkim: lower(row.policy_evaluated.dkim),
        spf: lower(row.policy_evaluated.spf),
        headerFrom: lower(row.identifiers.header_from),
        dkimResults: results(row.auth_results.dkim),
        spfResults: results(row.auth_results.spf),
      })),
    ),
    sessions: [],
  };
}

function theirTls(report: TheirTls): ToldReport {
  return {
    kind: 'tls',
    id: report.report_id,
    begin: Math.floor(Date.parse(report.begin_date) / 1000),
    end: Math.floor(Date.parse(report.end_date) / 1000),
    domain: '',
    policy: '',
    rows: [],
    sessions: report.policies
      .map((each) =>
        [each.policy_type, lower(each.policy_domain), each.successful_session_count, each.failed_session_count].join(
          ' ',
        ),
      )
      .sort(),
  };
}

function ourAggregate(report: AggregateReport, rows: readonly AggregateRow[]): ToldReport {
  return {
    kind: 'aggregate',
    id: report.reportId ?? '',
    begin: report.begin ?? Number.NaN,
    end: report.end ?? Number.NaN,
    domain: report.domain ?? '',
    policy: lower(report.policy.p),
    rows: inOrder(
      rows.map((row) => ({
        source: row.source,
        count: Number(row.count),
        disposition: lower(row.disposition),
        dkim: lower(row.dkim),
        spf: lower(row.spf),
        headerFrom: lower(row.headerFrom),
        dkimResults: results(row.dkimResults),
        spfResults: results(row.spfResults),
      })),
    ),
    sessions: [],
  };
}

const timeOf = (text: string | null): number => (text === null ? Number.NaN : Math.floor(Date.parse(text) / 1000));

function ourTls(report: TlsReport): ToldReport {
  return {
    kind: 'tls',
    id: report.reportId ?? '',
    begin: timeOf(report.begin),
    end: timeOf(report.end),
    domain: '',
    policy: '',
    rows: [],
    sessions: report.policies.map(({ type, domain, ok, failed }) => [type, lower(domain), ok, failed].join(' ')).sort(),
  };
}

/** What parsedmarc reads of files. @param python the interpreter that has it. */
export function readByParsedmarc(python: string, files: readonly string[]): readonly Told[] {
  const script = path.resolve(import.meta.dirname, '../integration/evidence/read-reports.py');
  const { stdout, status, stderr } = spawnSync(python, [script], {
    input: `${files.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    // Its dates are told in local time.
    env: { ...process.env, TZ: 'UTC' },
  });
  if (status !== 0) throw new Error(`parsedmarc ended with ${status}: ${stderr.slice(-500)}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)
    .map(({ error, type, report }): Told => {
      if (report === undefined) return { error: error ?? 'nothing' };
      return type === 'aggregate' ? theirAggregate(report as TheirAggregate) : theirTls(report as TheirTls);
    });
}

/** What we read of a file: its first report. */
export async function readByUs(file: string): Promise<Told> {
  let refused = 'nothing';
  const rows: AggregateRow[] = [];
  const sink = {
    add: (row: AggregateRow) => void rows.push(row),
    rest: () => Promise.resolve(),
    close: () => undefined,
  };
  for await (const found of readEvidenceFile(file, () => sink)) {
    if (found.kind === 'dmarc-aggregate') return ourAggregate(found.report, rows);
    if (found.kind === 'tls-rpt') return ourTls(found.report);
    if (found.kind === 'refused') refused = found.problems.join(' ');
  }
  return { error: refused };
}
