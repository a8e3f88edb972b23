import { reportedTime } from '../../../shared/evidence/reports/tls.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import { describedBounce } from '../../../shared/evidence/bounce/bounce-words.ts';
import { readBounce, returnedFrom } from '../../../shared/evidence/bounce/bounce.ts';
import type { EvidenceFile, ReadFile } from '../../../shared/evidence/reports/file.ts';
import type { RememberedMail } from '../../../shared/evidence/kept/kept-mail.ts';
import { rememberedBounce, rememberedFailure } from '../../../shared/evidence/kept/remembered.ts';
import type { AggregateRow } from '../../../shared/evidence/reports/aggregate.ts';
import type { NewReport, NewRow, RowSpool } from '../../store/evidence.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { fail } from '../errors.ts';
import { giveBackMemory } from '../memory.ts';
import { unicodeFree } from './service.ts';
import { filesIn, PATH_REMEDY, pathTrouble } from './files.ts';
import { keepMail } from './kept.ts';
import type { SeenSigner } from './signers.ts';
import { noteSigners, seeSigner } from './signers.ts';
import type { RowSink } from './read-file.ts';
import { readEvidenceFile, readEvidenceFiles, readEvidenceOctets, readEvidenceStream } from './read-file.ts';
import type { FoundReport, Keeper, ReportKeys } from './summary.ts';
import { noReports, summarise } from './summary.ts';

/** Files come in, and what they hold into the history. Loaded when there is something to read. */

const POLICIES: ReadonlySet<string> = new Set(['none', 'quarantine', 'reject']);

/** What is kept of a record. */
function keptRow(row: AggregateRow): NewRow {
  const headerFrom = unicodeFree(row.headerFrom);
  const signer = ({ domain: name, selector }: AggregateRow['dkimResults'][number]) =>
    `${name}/${selector ?? ''}`.replace(/\s+/g, '');
  // Of several results of SPF the one of MAIL FROM is what DMARC looks at (RFC 9989 §4.4.2).
  const spf = row.spfResults.find(({ scope }) => scope !== 'helo') ?? row.spfResults[0];
  const count = row.count ?? 0;
  return {
    headerFrom,
    source: row.source,
    messages: typeof count === 'number' ? count : Number.MAX_SAFE_INTEGER,
    dkim: row.dkim,
    spf: row.spf,
    signers: row.dkimResults.filter(({ result }) => result === 'pass').map(signer),
    failedSigners: row.dkimResults.filter(({ result }) => result !== 'pass').map(signer),
    spfDomain: spf?.domain ?? '',
    spfResult: spf?.result ?? '',
    reasons: row.reasons.map((reason) => reason.replace(/\s+/g, '_')).filter((reason) => reason !== ''),
  };
}

/** A period that lies in our time, in seconds; what does not is kept without one. */
const timeOf = (at: number | null): number | null => (at !== null && at <= 4_102_444_800 ? at : null);

/** What is kept of a report beside its rows. */
function keptReport(workspaceId: number, importedAt: number, found: FoundReport, keys: ReportKeys): NewReport {
  const isAggregate = found.kind === 'dmarc-aggregate';
  const { report } = found;
  const policy = isAggregate ? (found.report.policy.p?.toLowerCase() ?? null) : null;
  return {
    workspaceId,
    kind: found.kind,
    ...keys,
    org: report.org,
    domain: isAggregate ? found.report.domain : (found.report.policies[0]?.domain ?? null),
    beginAt: isAggregate ? timeOf(found.report.begin) : reportedTime(found.report.begin),
    endAt: isAggregate ? timeOf(found.report.end) : reportedTime(found.report.end),
    policy: policy !== null && POLICIES.has(policy) ? policy : null,
    importedAt,
    data: JSON.stringify(
      isAggregate
        ? { reportId: report.reportId, policy: found.report.policy, problems: found.problems }
        : { ...report, problems: found.problems },
    ),
  };
}

/** Records on their way into the history. */
interface SpooledRows extends RowSink {
  readonly spool: RowSpool;
}

/**
 * Records after which memory is given back: V8 would let what they leave pile up to three times what the core holds, and a collection
 * takes a tenth of the time that so many records do.
 */
const ROWS_A_REST = 5000;

/** What comes in with one call. */
interface Intake {
  readonly keeper: Keeper;
  /** Where records go until their report is whole. */
  readonly openRows: () => SpooledRows;
  /** Tells what has come in, once all has. */
  readonly close: () => void;
}

/**
 * Takes into the history what is found; the window, the command and a watched folder bring theirs in the same way.
 *
 * @param folder it came from; null where there is none to tell.
 */
function openIntake(context: CoreContext, workspaceId: number, folder: string | null = null): Intake {
  const { store, clock } = context;
  const receivers = context.rules.providers();
  const signers = new Map<string, SeenSigner>();
  let reports = 0;
  let mails = 0;
  let sinceRest = 0;
  const keep = (octets: Buffer, mail: RememberedMail) => {
    if (keepMail(context, workspaceId, octets, mail)) mails += 1;
  };
  return {
    openRows() {
      const spool = store.evidence.spool();
      return {
        spool,
        add(row) {
          spool.add(keptRow(row));
          sinceRest += 1;
        },
        async rest() {
          if (sinceRest < ROWS_A_REST) return;
          sinceRest = 0;
          await giveBackMemory();
        },
        close: spool.close,
      };
    },
    keeper: {
      report(found, keys) {
        const report = keptReport(workspaceId, clock.now(), found, keys);
        // The sink is one of those that were opened here.
        const rows = found.kind === 'dmarc-aggregate' ? (found.rows as SpooledRows | null) : null;
        const stored = store.evidence.add(report, rows?.spool ?? null);
        if (stored !== 'new') return stored;
        reports += 1;
        for (const signer of rows?.spool.signers() ?? []) seeSigner(signers, signer, report);
        return stored;
      },
      failure: ({ report, octets }) => keep(octets, rememberedFailure(report)),
      otherMail(octets) {
        const bounce = readBounce(octets, receivers);
        if (bounce.category === 'not-a-bounce') return false;
        keep(octets, rememberedBounce(describedBounce(bounce), returnedFrom(octets)));
        return true;
      },
    },
    close() {
      const read = [
        ...(reports === 0 ? [] : [fact('evidence.reports', { count: reports })]),
        ...(mails === 0 ? [] : [fact('evidence.mails', { count: mails })]),
      ];
      if (read.length > 0)
        record(
          context,
          workspaceId,
          'domains',
          folder === null
            ? fact('evidence.imported', { parts: read })
            : fact('evidence.imported-from', { path: folder, parts: read }),
        );
      noteSigners(context, workspaceId, signers);
    },
  };
}

/**
 * Reads files that are handed in, and keeps each report once. What was kept stays, whatever comes after.
 *
 * @param files each with its octets in base64.
 */
export async function readHandedIn(
  context: CoreContext,
  workspaceId: number,
  files: readonly { readonly name: string; readonly content: string }[],
): Promise<ReadFile[]> {
  findWorkspace(context, workspaceId);
  const known = noReports();
  const intake = openIntake(context, workspaceId);
  const read: ReadFile[] = [];
  for (const { name, content } of files) {
    const octets = Buffer.from(content, 'base64');
    const found = await summarise(name, readEvidenceOctets(octets, intake.openRows), known, intake.keeper);
    read.push({ name, found, isMail: found.some(({ problems }) => problems.includes('no-report-in-mail')) });
  }
  intake.close();
  return read;
}

/**
 * Reads a file that was taken in part by part, and keeps each report once.
 *
 * @param uploadId what `transfer.begin` called it; it is gone afterwards, whatever came of it.
 * @throws NOT_FOUND.
 */
export async function readUploaded(
  context: CoreContext,
  workspaceId: number,
  uploadId: string,
  name: string,
): Promise<ReadFile> {
  findWorkspace(context, workspaceId);
  try {
    const uploaded = await context.uploads.find(uploadId);
    const intake = openIntake(context, workspaceId);
    const found =
      uploaded.kind === 'octets'
        ? readEvidenceStream(uploaded.read(), intake.openRows)
        : readEvidenceOctets(Buffer.alloc(0));
    const files = await summarise(name, found, noReports(), intake.keeper);
    intake.close();
    return { name, found: files, isMail: files.some(({ problems }) => problems.includes('no-report-in-mail')) };
  } finally {
    await context.uploads.drop(uploadId);
  }
}

/** Files that come one by one. */
interface Import {
  /** Reads a file, and keeps what is new of it. Never throws for what the file is. */
  readonly read: (file: string) => Promise<readonly EvidenceFile[]>;
  /** Tells what has come in, once all has. */
  readonly close: () => void;
}

/** Opens an import whose files are not known yet. @param folder they come from. */
export function openImport(context: CoreContext, workspaceId: number, folder: string): Import {
  const intake = openIntake(context, workspaceId, folder);
  // Of files that come over days the history knows what was there: nothing else is held.
  return {
    read: (file) => summarise(file, readEvidenceFile(file, intake.openRows), noReports(), intake.keeper),
    close: intake.close,
  };
}

/**
 * Imports every report of files and folders, telling of each file as it is read. What was imported stays, whatever comes
 * after.
 *
 * @throws BAD_INPUT when a path can't be read at all.
 */
export async function* importEvidence(
  context: CoreContext,
  workspaceId: number,
  paths: readonly string[],
): AsyncGenerator<EvidenceFile> {
  findWorkspace(context, workspaceId);
  /** The files, or what the system says of a path as an error of the contract. */
  async function* named(): AsyncGenerator<string> {
    try {
      yield* filesIn(paths);
    } catch (error) {
      const trouble = pathTrouble(error);
      if (trouble === null) throw error;
      const { path: value, reason } = trouble;
      throw fail('BAD_INPUT', `${value}: ${reason}`, { field: 'paths', value, remedy: PATH_REMEDY });
    }
  }
  const known = noReports();
  const intake = openIntake(context, workspaceId);
  try {
    for await (const { file, found } of readEvidenceFiles(named(), intake.openRows))
      yield* await summarise(file, found, known, intake.keeper);
  } finally {
    intake.close();
  }
}
