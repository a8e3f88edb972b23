import { counted } from '../../../shared/text/counted.ts';
import { DAY_S } from '../../../shared/time.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import type { EvidenceFile, EvidenceReport } from '../../../shared/evidence/reports/file.ts';
import type { AggregateReport } from '../../../shared/evidence/reports/aggregate.ts';
import { filesIn, PATH_REMEDY, pathTrouble } from '../../core/evidence/files.ts';
import { readEvidenceFiles } from '../../core/evidence/read-file.ts';
import { noReports, summarise } from '../../core/evidence/summary.ts';
import { TLS_POLICY_WORDS } from '../../../shared/evidence/tls/tls-summary.ts';
import type { Retention } from '../../../shared/evidence/kept/kept-mail.ts';
import { KEPT_MAIL_WORDS, keptWords } from '../../../shared/evidence/kept/kept-mail.ts';
import { SENDER_WORDS } from '../../../shared/evidence/senders/sender-words.ts';
import type { Sender, SenderKind } from '../../../shared/evidence/senders/senders.ts';
import type { Work } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import { chosenWorkspace } from './session.ts';

/** What the commands of `evidence` do. */

const OUTCOMES = {
  read: 'read',
  'read-with-problems': 'read, with problems',
  partial: 'read in part',
  refuse: 'refused',
} as const;

const dayOf = (seconds: number | null): string =>
  seconds === null || seconds > 8.64e12 ? '?' : new Date(seconds * 1000).toISOString().slice(0, 10);

function reportLine(report: EvidenceReport): string {
  if (!('evaluated' in report)) {
    const domains = report.policies.map(({ domain }) => domain ?? '?').join(', ');
    return `${report.org ?? '?'} on TLS to ${domains}: ${report.ok} sessions, ${report.failed} failed`;
  }
  const { org, domain, begin, end, messages, evaluated } = report satisfies AggregateReport;
  const period = `${dayOf(begin)} to ${dayOf(end)}`;
  return `${org || '?'} on ${domain ?? '?'}, ${period}: ${messages} messages, ${evaluated.dmarcPass} pass DMARC`;
}

function fileLines(found: EvidenceFile): string[] {
  const { file, outcome, told, reports, duplicateOf, conflictsWith, stored, bounces } = found;
  if (isBounceAlone(found)) return [`${file}: ${counted(bounces ?? 0, { one: 'a bounce', other: '{count} bounces' })}`];
  const known = (stored?.known ?? 0) > 0 && duplicateOf === undefined;
  return [
    `${file}: ${OUTCOMES[outcome]}`,
    ...(reports ?? []).map((report) => `  ${reportLine(report)}`),
    ...told.map((sentence) => `  ${sentence}`),
    ...(duplicateOf === undefined ? [] : [`  The same report as in ${duplicateOf}; counted once.`]),
    ...(bounces === undefined
      ? []
      : [
          counted(bounces, {
            one: '  {count} of its mails tells of a failed delivery: see evidence mails.',
            other: '  {count} of its mails tell of a failed delivery: see evidence mails.',
          }),
        ]),
    ...(known ? ['  Already imported; counted once.'] : []),
    ...((stored?.conflicting ?? 0) > 0 ? ['  Already imported with different figures; the earlier ones count.'] : []),
    ...(conflictsWith === undefined ? [] : [`  It differs from ${conflictsWith}, which counts.`]),
  ];
}

/** Whether a path can be read at all; the system's own words name neither the option nor a remedy. */
async function* namedFiles(paths: readonly string[]): AsyncGenerator<string> {
  try {
    yield* filesIn(paths);
  } catch (error) {
    const trouble = pathTrouble(error);
    if (trouble === null) throw error;
    throw new RangeError(`${trouble.path}: ${trouble.reason}. ${PATH_REMEDY}`, { cause: error });
  }
}

/** What an import has kept, so that its end says what comes next. */
interface Tally {
  reports: number;
  bounces: number;
  readonly domains: Set<string>;
}

const isBounceAlone = ({ outcome, bounces }: EvidenceFile): boolean => outcome === 'refuse' && (bounces ?? 0) > 0;

function countInto(tally: Tally, { stored, reports, bounces }: EvidenceFile): void {
  tally.reports += stored?.new ?? 0;
  tally.bounces += bounces ?? 0;
  for (const report of reports ?? [])
    if ('evaluated' in report && report.domain !== null) tally.domains.add(report.domain);
}

function tallyLines({ reports, bounces, domains }: Tally): readonly string[] {
  const [first, ...others] = domains;
  return [
    counted(reports, { one: '{count} new report kept.', other: '{count} new reports kept.' }),
    ...(bounces === 0
      ? []
      : [
          counted(bounces, {
            one: '{count} bounce kept: see evidence mails.',
            other: '{count} bounces kept: see evidence mails.',
          }),
        ]),
    ...(first === undefined
      ? []
      : [
          others.length === 0
            ? `Who sends: evidence senders ${first}.`
            : counted(others.length, {
                one: `Who sends: evidence senders ${first}, and of {count} other domain.`,
                other: `Who sends: evidence senders ${first}, and of {count} other domains.`,
              }),
        ]),
  ];
}

/**
 * Tells of files as they are read, and at the end what is kept by now.
 *
 * @returns the exit code: 4 where one was refused, 3 where one has problems.
 */
async function printFiles(
  files: AsyncIterable<EvidenceFile>,
  asJson: boolean,
  terminal: Terminal,
  isKept: boolean,
): Promise<number> {
  let code: number = exitCodes.ok;
  const tally: Tally = { reports: 0, bounces: 0, domains: new Set() };
  for await (const each of files) {
    countInto(tally, each);
    if (each.outcome === 'refuse' && !isBounceAlone(each)) code = exitCodes.badInput;
    else if (each.outcome !== 'read' && !isBounceAlone(each) && code === exitCodes.ok) code = exitCodes.notVerified;
    if (asJson) terminal.out(`${JSON.stringify(each)}\n`);
    else print(terminal, false, null, fileLines(each));
  }
  if (!asJson && isKept) print(terminal, false, null, tallyLines(tally));
  return code;
}

async function* readFiles(paths: readonly string[]): AsyncGenerator<EvidenceFile> {
  const known = noReports();
  for await (const { file, found } of readEvidenceFiles(namedFiles(paths))) yield* await summarise(file, found, known);
}

/** `evidence import --dry-run`. */
export function readEvidence(paths: readonly string[], asJson: boolean, terminal: Terminal): Promise<number> {
  return printFiles(readFiles(paths), asJson, terminal, false);
}

/** `evidence import`. @param paths absolute: the core may have another folder to begin from. */
export function importInto(paths: readonly string[]): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const files = await client.evidence.import({ workspaceId, paths: [...paths] });
    return printFiles(files, options.json === true, terminal, true);
  };
}

/** Addresses that one command is shown for. */
const MOST_ADDRESSES = 20;

function senderLines(domain: string, senders: readonly Sender[]): readonly string[] {
  if (senders.length === 0) return ['No report about this domain has been imported.'];
  const rows = senders.map(({ name, kind, messages, pass, dkimAligned, spfAligned, since, until }) => [
    name,
    SENDER_WORDS[kind],
    `${messages} messages`,
    `${pass} pass`,
    `dkim ${dkimAligned}`,
    `spf ${spfAligned}`,
    `${dayOf(since)} to ${dayOf(until)}`,
  ]);
  const table = columns(rows);
  return senders.flatMap(({ reason, key, kind, notInSpf }, index) => [
    table[index] ?? '',
    `  ${reason} (${key})`,
    ...(notInSpf.length === 0 || kind === 'forwarding'
      ? []
      : [`  If it is yours: evidence let-send ${domain} ${notInSpf.slice(0, MOST_ADDRESSES).join(' ')}`]),
  ]);
}

/** `evidence senders`. Ends with 3 where mail of own or known senders fails, with 6 where there is no report. */
export function listSenders(domain: string, sinceDays: number | null, asCsv: boolean): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const senders = await client.evidence.senders({ workspaceId, domain, sinceDays });
    if (asCsv) terminal.file((await client.evidence.export({ workspaceId, domain, sinceDays, format: 'csv' })).text);
    else print(terminal, options.json === true, senders, senderLines(domain, senders));
    if (senders.length === 0) return exitCodes.noResult;
    const own = senders.filter(({ kind }) => kind === 'ours' || kind === 'known');
    return own.every(({ messages, pass }) => messages === pass) ? exitCodes.ok : exitCodes.notVerified;
  };
}

const NO_REPORT = 'There are no reports. Import some with: evidence import';

/** `evidence domains`. Ends with 6 where there is no report. */
export const listEvidenceDomains: Work<unknown> = async ({ client, options, terminal }) => {
  const domains = await client.evidence.domains({ workspaceId: await chosenWorkspace(client, options) });
  const rows = domains.map(({ domain, messages, passing }) => [
    domain,
    `${messages} messages`,
    `${passing} pass DMARC`,
  ]);
  print(terminal, options.json === true, domains, rows.length === 0 ? [NO_REPORT] : columns(rows));
  return rows.length === 0 ? exitCodes.noResult : exitCodes.ok;
};

/** `evidence volume`. Ends with 6 where there is no report. */
export function listVolume(domain: string, sinceDays: number | null): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const days = await client.evidence.volume({ workspaceId, domain, sinceDays });
    const rows = days.map(({ day, messages, passing }) => [
      dayOf(day),
      `${messages} messages`,
      `${passing} pass DMARC`,
    ]);
    print(terminal, options.json === true, days, rows.length === 0 ? [NO_REPORT] : columns(rows));
    return rows.length === 0 ? exitCodes.noResult : exitCodes.ok;
  };
}

/** `evidence volume --by-sender`. Ends with 6 where there is no report. */
export function listSenderVolume(domain: string, sinceDays: number | null): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const volume = await client.evidence.senderVolume({ workspaceId, domain, sinceDays });
    const rows = volume.senders.flatMap(({ name, messages, passing }) =>
      messages.flatMap((count, stretch) =>
        count === 0
          ? []
          : [
              [
                name,
                dayOf(volume.from / 1000 + stretch * volume.days * DAY_S),
                counted(count, { one: '1 message', other: '{count} messages' }),
                `${passing[stretch] ?? 0} pass DMARC`,
              ],
            ],
      ),
    );
    print(terminal, options.json === true, volume, rows.length === 0 ? [NO_REPORT] : columns(rows));
    return rows.length === 0 ? exitCodes.noResult : exitCodes.ok;
  };
}

/** `evidence tls`. Ends with 3 where sessions failed, with 6 where there is no report. */
export function listTls(domain: string): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const sums = await client.evidence.tls({ workspaceId, domain });
    const lines = sums.flatMap(({ type, modes, ok, failed, failures, reporters, since, until }) => [
      `${[TLS_POLICY_WORDS[type] ?? type, ...modes].join(' ')}: ${ok + failed} sessions, ${failed} failed, ${dayOf(since)} to ${dayOf(until)}, by ${reporters.join(', ')}`,
      ...failures.flatMap(({ mx, result, sessions, meaning, remedy }) => [
        `  ${mx === '' ? 'a server that no report names' : mx}: ${sessions} × ${result}`,
        `    ${meaning} ${remedy}`,
      ]),
    ]);
    const none = ['No TLS report about this domain has been imported.'];
    print(terminal, options.json === true, sums, sums.length === 0 ? none : lines);
    if (sums.length === 0) return exitCodes.noResult;
    return sums.every(({ failed }) => failed === 0) ? exitCodes.ok : exitCodes.notVerified;
  };
}

/** `evidence name`. */
export function nameTheSender(
  domain: string,
  key: string,
  word: { name: string; kind: SenderKind } | null,
): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const senders = await client.evidence.nameSender({ workspaceId, domain, key, word });
    print(terminal, options.json === true, senders, senderLines(domain, senders));
    return exitCodes.ok;
  };
}

/** `evidence let-send`. */
export function allowSender(domain: string, addresses: readonly string[]): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const put = await client.evidence.letSend({ workspaceId, domain, addresses: [...addresses] });
    print(terminal, options.json === true, put, [`${put.told}.`]);
    return put.isPut ? exitCodes.ok : exitCodes.noResult;
  };
}

/** `evidence forget`. */
export function forgetKept(chosen: {
  readonly domain: string | null;
  readonly before: number | null;
  readonly what: 'everything' | 'persons';
}): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const gone = await client.evidence.forget({ workspaceId, ...chosen });
    const line =
      chosen.what === 'persons'
        ? `Addresses and words of ${gone.mails} mails forgotten.`
        : `${gone.removed} reports and ${gone.mails} mails forgotten.`;
    print(terminal, options.json === true, gone, [line]);
    return exitCodes.ok;
  };
}

const daysWords = (days: number | null): string =>
  days === null ? 'until they are deleted' : days === 0 ? 'not kept' : `${days} days`;

/** `evidence keep`. @param chosen what is to be changed; nothing: shows alone. */
export function keepFor(chosen: Partial<Retention>): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const now = await client.evidence.kept({ workspaceId });
    const { reportDays, mailDays, personalDays } = { ...now, ...chosen };
    const kept =
      Object.keys(chosen).length === 0
        ? now
        : await client.evidence.setRetention({ workspaceId, reportDays, mailDays, personalDays });
    const lines = columns([
      ['reports', daysWords(kept.reportDays), `${kept.reports} here`],
      ['verdicts of mails', daysWords(kept.mailDays), `${kept.mails} here`],
      ['addresses and words of mails', daysWords(kept.personalDays), `of ${kept.withPerson} mails here`],
    ]);
    print(terminal, options.json === true, kept, lines);
    return exitCodes.ok;
  };
}

/** `evidence mails`. Ends with 6 where none is kept. */
export function listMails(domain: string | null): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const mails = await client.evidence.mails({ workspaceId, domain });
    const lines = mails.flatMap((mail) => {
      const { importedAt, kind, domain: from, what, codes, person } = mail;
      const { by, change } = keptWords(mail);
      return [
        `${dayOf(importedAt / 1000)}  ${KEPT_MAIL_WORDS[kind]}  ${from ?? '?'}${by === '' ? '' : `, by ${by}`}: ${factText(what)}`,
        ...(codes === '' ? [] : [`  ${codes}`]),
        ...(change === '' ? [] : [`  To change: ${change}`]),
        ...(person === null ? [] : [`  ${[...person.addresses, person.text].join(' ').slice(0, 500)}`]),
      ];
    });
    const told = mails.map((mail) => ({ ...mail, what: factText(mail.what), fact: mail.what }));
    print(terminal, options.json === true, told, mails.length === 0 ? ['No messages are kept.'] : lines);
    return mails.length === 0 ? exitCodes.noResult : exitCodes.ok;
  };
}
