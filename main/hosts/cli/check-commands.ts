import { factText } from '../../../shared/facts/fact-text.ts';
import { instantText } from '../../../shared/text/instant.ts';
import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import type { JobState } from '../../../shared/contract/jobs.ts';
import { VERDICT_WORDS, verdictCountsText } from '../../../shared/verdict/verdict-words.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { common, withSession } from './command.ts';
import { rowsNamed } from './listed-domains.ts';
import { chosenWorkspace } from './session.ts';

/** Checks of many domains, what came of them, and the schedule that repeats them. */

/** Domains whose records are told one by one; of more only those that are not verified are named. */
const TOLD_WHOLE = 200;
/** Where progress can't be written over itself, a line is added this often, in milliseconds. */
const LINE_EVERY_MS = 2000;

function seconds(milliseconds: number): string {
  const whole = Math.ceil(milliseconds / 1000);
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

function progressLine(job: JobState): string {
  const counts = verdictCountsText(job.counts);
  return [
    `${job.status === 'paused' ? 'Paused at ' : ''}${job.done} of ${job.total}`,
    ...(job.rate > 0 ? [`${job.rate} a second`] : []),
    ...(job.timeLeft === null ? [] : [`${seconds(job.timeLeft)} left`]),
    ...(counts === '' ? [] : [counts]),
  ].join(', ');
}

/** Lets a person at a terminal pause with `p`, and anybody cancel with Ctrl-C. @returns what gives the keys back. */
function listen(client: CoreClient, jobId: string, terminal: Terminal): () => void {
  const { stdin } = process;
  let isPaused = false;
  const cancel = () => {
    terminal.error('\nCancelling; what was checked so far is kept.\n');
    void client.jobs.cancel({ jobId });
  };
  const onKey = (key: Buffer) => {
    const text = key.toString('utf8').toLowerCase();
    if (text.includes('\u0003')) cancel();
    if (!text.includes('p')) return;
    isPaused = !isPaused;
    terminal.error(isPaused ? '\nPaused; press p to resume.\n' : '\nResumed.\n');
    void (isPaused ? client.jobs.pause({ jobId }) : client.jobs.resume({ jobId }));
  };
  process.on('SIGINT', cancel);
  if (stdin.isTTY) {
    terminal.error('p pauses, Ctrl-C cancels; what was checked is kept.\n');
    stdin.setRawMode(true);
    stdin.on('data', onKey);
  }
  return () => {
    process.off('SIGINT', cancel);
    if (!stdin.isTTY) return;
    stdin.off('data', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** Follows a job to its end. @returns its last state. */
async function follow(client: CoreClient, job: JobState, terminal: Terminal, isWatched: boolean): Promise<JobState> {
  const canOverwrite = process.stderr.isTTY;
  let last = job;
  let toldAt = 0;
  const release = listen(client, job.id, terminal);
  try {
    for await (const state of await client.jobs.watch({ jobId: job.id, after: -1 })) {
      last = state;
      if (canOverwrite) terminal.redraw(progressLine(state));
      else if (isWatched && Date.now() - toldAt >= LINE_EVERY_MS) {
        toldAt = Date.now();
        terminal.error(`${progressLine(state)}\n`);
      }
    }
  } finally {
    release();
  }
  if (canOverwrite) terminal.redraw('');
  return last;
}

interface VerifyOptions extends CommonOptions {
  readonly all?: boolean;
  readonly notVerified?: boolean;
  readonly watch?: boolean;
  readonly resolver?: string;
}

function chooseRows(
  rows: readonly DomainRow[],
  names: readonly string[],
  options: VerifyOptions,
): readonly DomainRow[] {
  const named = rowsNamed(rows, names);
  if (names.length > 0 && options.all !== true && options.notVerified !== true) return named;
  return rows.filter((row) => row.inUse && (options.notVerified !== true || row.verdict !== 'verified'));
}

async function describeRows(
  client: CoreClient,
  workspaceId: number,
  rows: readonly DomainRow[],
): Promise<readonly string[]> {
  const told = rows.length <= TOLD_WHOLE ? rows : rows.filter((row) => row.verdict !== 'verified').slice(0, TOLD_WHOLE);
  const details = await Promise.all(
    told.map(async (row) => ({ row, manual: await client.domains.manual({ workspaceId, domainId: row.id }) })),
  );
  const lines = details.flatMap(({ row, manual }) => [
    `${row.name}: ${VERDICT_WORDS[row.verdict]}`,
    ...manual.steps.flatMap((step) =>
      step.cards.flatMap((card) => [
        `  ${card.title} ${card.name.absolute}: ${card.summary}`,
        ...card.differences.map(({ severity, title }) => `    ${severity}: ${title}`),
      ]),
    ),
  ]);
  const verified = rows.filter((row) => row.verdict === 'verified').length;
  const left = rows.length - verified - (rows.length <= TOLD_WHOLE ? 0 : told.length);
  return rows.length <= TOLD_WHOLE
    ? lines
    : [
        ...lines,
        ...(left > 0 ? [`and ${left} more that are not verified; domains list names them`] : []),
        `${verified} of ${rows.length} verified`,
      ];
}

function addVerify(domains: Command, terminal: Terminal, finish: (code: number) => void): void {
  common(
    domains
      .command('verify')
      .description('check domains in DNS; results are kept as they come')
      .argument('[domains...]')
      .option('--all', 'every domain in use')
      .option('--not-verified', 'only domains that are not verified')
      .option('--watch', 'report progress even without a terminal')
      .option('--resolver <server>', 'address:port or https:// address to ask'),
  ).action(async (names: string[], options: VerifyOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const workspaceId = await chosenWorkspace(client, options);
        const before = await client.domains.list({ workspaceId });
        if (before.length === 0) throw new RangeError('There is no domain to verify. Add one with domains add.');
        const chosen = chooseRows(before, names, options).map((row) => row.id);
        if (chosen.length === 0) {
          print(terminal, options.json === true, [], ['Every domain in use is verified: nothing to check.']);
          return exitCodes.ok;
        }
        const started = await client.domains.verify({
          workspaceId,
          selection: { which: 'chosen', domainIds: chosen },
          ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
        });
        const job = await follow(client, started, terminal, options.watch === true);
        const wanted = new Set(chosen);
        const rows = (await client.domains.list({ workspaceId })).filter((row) => wanted.has(row.id));
        if (job.status === 'cancelled')
          terminal.error(`Cancelled at ${job.done} of ${job.total}. Go on with: domains verify --not-verified\n`);
        print(
          terminal,
          options.json === true,
          rows,
          options.json === true ? [] : await describeRows(client, workspaceId, rows),
        );
        if (job.status !== 'done') return exitCodes.failed;
        if (rows.every((row) => row.verdict === 'verified')) return exitCodes.ok;
        const isKnown = rows.some((row) => row.verdict !== 'verified' && row.verdict !== 'unknown');
        return isKnown ? exitCodes.notVerified : exitCodes.noResult;
      }),
    ),
  );
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90m`, `24h` or `7d` in milliseconds. @throws RangeError for any other text. */
export function readPeriod(text: string): number {
  const match = /^(\d{1,5})([mhd])$/.exec(text);
  if (match === null) throw new RangeError(`“${text}” is not a period. Write it as 90m, 24h or 7d.`);
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/**
 * Adds the commands to `domains`.
 *
 * @param finish takes the exit code.
 */
export function addCheckCommands(domains: Command, terminal: Terminal, finish: (code: number) => void): void {
  addVerify(domains, terminal, finish);
  common(
    domains
      .command('changes')
      .description('domains whose verdict has changed')
      .option('--since <period>', 'such as 90m, 24h or 7d', '24h'),
  ).action(async (options: CommonOptions & { since: string }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const since = Math.max(0, Date.now() - readPeriod(options.since));
        const changes = await client.domains.changedSince({
          workspaceId: await chosenWorkspace(client, options),
          since,
        });
        const lines = columns(
          changes.map((change) => [
            change.name,
            `${VERDICT_WORDS[change.before]} → ${VERDICT_WORDS[change.after]}`,
            instantText(change.at),
            factText(change.fact),
          ]),
        );
        const told = changes.map((change) => ({ ...change, summary: factText(change.fact) }));
        print(terminal, options.json === true, told, lines.length === 0 ? ['No verdict has changed.'] : lines);
        return changes.some((change) => change.after === 'failing') ? exitCodes.notVerified : exitCodes.ok;
      }),
    ),
  );
  common(
    domains
      .command('report')
      .description('every domain with its verdicts, as a report')
      .option('--format <format>', 'csv or json', 'csv'),
  ).action(async (options: CommonOptions & { format: string }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const format = options.json === true ? 'json' : options.format;
        if (format !== 'csv' && format !== 'json') throw new RangeError(`${format} is not a format. Use csv or json.`);
        const report = await client.domains.report({ workspaceId: await chosenWorkspace(client, options), format });
        terminal.file(report.text);
        return exitCodes.ok;
      }),
    ),
  );
  common(
    domains
      .command('schedule')
      .description('scheduled checks, which run while the console runs')
      .argument('[state]', 'on or off; without it the schedule is shown')
      .option('--every <period>', 'interval between checks of a verified domain, such as 6h or 1d'),
  ).action(async (state: string | undefined, options: CommonOptions & { every?: string }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const workspaceId = await chosenWorkspace(client, options);
        let schedule = await client.schedule.get({ workspaceId });
        if (state !== undefined && state !== 'on' && state !== 'off')
          throw new RangeError(`“${state}” is neither on nor off.`);
        if (state !== undefined || options.every !== undefined) {
          schedule = await client.schedule.set({
            workspaceId,
            enabled: state === undefined ? schedule.enabled : state === 'on',
            everyMinutes:
              options.every === undefined ? schedule.everyMinutes : Math.round(readPeriod(options.every) / UNITS.m),
          });
        }
        print(terminal, options.json === true, schedule, [
          schedule.enabled ? `On, every ${schedule.everyMinutes} minutes` : 'Off',
          ...(schedule.nextAt === null ? [] : [`Next check: ${instantText(schedule.nextAt)}`]),
        ]);
        return exitCodes.ok;
      }),
    ),
  );
}
