import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { activityEntry } from '../../../shared/contract/activity.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import { failureText, toldObservation } from '../../../shared/observed/failure-text.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { valueText } from '../../../shared/dns/record-text.ts';
import { instantText } from '../../../shared/text/instant.ts';
import { recordWords } from '../../../shared/required/record-words.ts';
import { VERDICT_WORDS } from '../../../shared/verdict/verdict-words.ts';
import { common, withSession } from './command.ts';
import { readPeriod } from './check-commands.ts';
import { domainNamed } from './listed-domains.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';

/** `activity` and `history`: what was done, how a domain came to its verdicts, and what the servers said. */

type Finish = (code: number) => void;

const MOST_ENTRIES = 500;

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_ENTRIES) return number;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${MOST_ENTRIES}.`);
}

/** The options of that list. @throws RangeError that names the one which is none, and those there are. */
function among<Known extends string>(option: string, known: readonly Known[], given: readonly string[]): Known[] {
  return given.map((text) => {
    const found = known.find((each) => each === text);
    if (found === undefined) throw new RangeError(`${option}: there is no “${text}”. Use one of ${known.join(', ')}.`);
    return found;
  });
}

interface ActivityOptions extends CommonOptions {
  readonly kind?: readonly string[];
  readonly severity?: readonly string[];
  readonly since?: string;
  readonly text?: string;
  readonly limit: number;
}

const { kind: kindOf, severity: severityOf } = activityEntry.shape;

function addActivity(program: Command, terminal: Terminal, finish: Finish): void {
  common(
    program
      .command('activity')
      .description('what was done in a workspace, newest first')
      .option('--kind <kind...>', kindOf.options.join(', '))
      .option('--severity <severity...>', severityOf.options.join(', '))
      .option('--since <period>', 'such as 90m, 24h or 7d')
      .option('--text <text>', 'only entries that contain this text')
      .option('--limit <number>', `maximum number of entries, up to ${MOST_ENTRIES}`, count, 50),
  ).action(async (options: ActivityOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const { kind, severity, since, text, limit } = options;
        const entries = await client.activity.list({
          workspaceId: await chosenWorkspace(client, options),
          limit,
          ...(kind === undefined ? {} : { kinds: among('--kind', kindOf.options, kind) }),
          ...(severity === undefined ? {} : { severities: among('--severity', severityOf.options, severity) }),
          ...(since === undefined ? {} : { since: Math.max(0, Date.now() - readPeriod(since)) }),
          ...(text === undefined ? {} : { text }),
        });
        // Texts for whoever reads, codes and values for whoever computes.
        const told = entries.map((entry) => ({
          ...entry,
          summary: factText(entry.fact),
          detail: entry.details.map(factText).join('\n'),
        }));
        const lines = told.flatMap(({ at, severity: weight, summary, detail }) => [
          `${instantText(at)}  ${weight === 'info' ? '' : `${weight}: `}${summary}`,
          ...(detail === '' ? [] : detail.split('\n').map((line) => `  ${line}`)),
        ]);
        print(terminal, options.json === true, told, lines.length === 0 ? ['No entry.'] : lines);
        return exitCodes.ok;
      }),
    ),
  );
}

function observationRow({ question, server, seenAt, outcome, records, failure, rcode }: Observation): string[] {
  const answer = records.map((record) => valueText(record)).join('; ');
  return [
    instantText(seenAt),
    `${question.type} ${question.name}`,
    server.name ?? (server.address === '' ? server.kind : server.address),
    outcome === 'answer' ? answer : failure === undefined ? (rcode ?? outcome) : failureText(failure),
  ];
}

function addHistory(program: Command, terminal: Terminal, finish: Finish): void {
  common(
    program
      .command('history')
      .description('how the verdicts of a listed domain changed from check to check, newest first')
      .argument('<domain>')
      .option('--observations', 'show each server’s answer in the last check instead'),
  ).action(async (name: string, options: CommonOptions & { readonly observations?: true }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const target = await domainNamed(client, await chosenWorkspace(client, options), name);
        if (options.observations === true) {
          const seen = await client.domains.observations(target);
          const rows = columns(seen.map(observationRow));
          print(
            terminal,
            options.json === true,
            seen.map(toldObservation),
            rows.length === 0 ? ['Never checked.'] : rows,
          );
          return exitCodes.ok;
        }
        const timeline = await client.domains.timeline(target);
        const entries = timeline.map((entry) => ({ ...entry, summary: factText(entry.fact) }));
        const rows = columns(
          entries.map(({ at, recordId, before, after, summary }) => [
            instantText(at),
            recordId === '' ? 'Domain' : recordWords(recordId),
            before === null ? VERDICT_WORDS[after] : `${VERDICT_WORDS[before]} → ${VERDICT_WORDS[after]}`,
            summary,
          ]),
        );
        print(terminal, options.json === true, entries, rows.length === 0 ? ['Never checked.'] : rows);
        return exitCodes.ok;
      }),
    ),
  );
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addHistoryCommands(program: Command, terminal: Terminal, finish: Finish): void {
  addActivity(program, terminal, finish);
  addHistory(program, terminal, finish);
}
