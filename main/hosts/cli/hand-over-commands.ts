import { counted } from '../../../shared/text/counted.ts';
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { handOverFormats } from '../../../shared/handover/index.ts';
import type { ReceiverVerdict } from '../../../shared/judge/receiver.ts';
import { OUTCOME_WORDS, REQUIREMENT_WORDS, verdictSentences } from '../../../shared/judge/receiver-words.ts';
import type { SpfTree } from '../../../shared/spf/budget.ts';
import { common, withSession } from './command.ts';
import { chosenIds, domainNamed } from './listed-domains.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print, tell } from './output.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';
import { cannotWrite } from './text-file.ts';

/** `prove` and `hand-over`: what receivers will say of what is prepared, and giving it to whoever edits DNS. */

type Finish = (code: number) => void;

interface Proof {
  readonly today: ReceiverVerdict;
  readonly prepared: ReceiverVerdict;
}

/** `a`, or `a → b` where they differ. */
const turn = (before: string, after: string) => (before === after ? before : `${before} → ${after}`);

function receiverLines({ today, prepared }: Proof): readonly string[] {
  return prepared.mailboxProviders.flatMap((provider, index) => {
    const before = today.mailboxProviders[index];
    return [
      `${provider.name}: ${turn(OUTCOME_WORDS[before?.outcome ?? 'unknown'], OUTCOME_WORDS[provider.outcome])}`,
      ...columns(
        provider.requirements.map(({ text, state, detail }, at) => [
          `  ${text}`,
          turn(REQUIREMENT_WORDS[before?.requirements[at]?.state ?? 'unknown'], REQUIREMENT_WORDS[state]),
          state === 'not-met' ? detail : '',
        ]),
      ),
      '',
    ];
  });
}

function lookupsText(tree: SpfTree | null): string {
  if (tree === null || !tree.isKnown) return 'not known';
  return `${tree.partial ? 'at least ' : ''}${tree.lookups} of 10`;
}

/** 0 where every provider accepts what is prepared, 3 where one refuses it, 6 where that is not known. */
function codeOf({ mailboxProviders }: ReceiverVerdict): number {
  const outcomes = mailboxProviders.map(({ outcome }) => outcome);
  if (outcomes.includes('refused')) return exitCodes.notVerified;
  return outcomes.includes('unknown') ? exitCodes.noResult : exitCodes.ok;
}

function addProve(program: Command, terminal: Terminal, finish: Finish): void {
  common(
    program
      .command('prove')
      .description('how receivers judge a listed domain today, and with its prepared records')
      .argument('<domain>'),
  ).action(async (name: string, options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const target = await domainNamed(client, await chosenWorkspace(client, options), name);
        const proof = await client.domains.prove(target);
        const spf = await client.domains.spfTree(target);
        print(terminal, options.json === true, { ...proof, spf }, [
          ...receiverLines(proof),
          'Today:',
          ...verdictSentences(proof.today).map((sentence) => `  ${sentence}`),
          'With the prepared records:',
          ...verdictSentences(proof.prepared).map((sentence) => `  ${sentence}`),
          `SPF lookups: ${turn(lookupsText(spf.today), lookupsText(spf.prepared))}`,
        ]);
        return codeOf(proof.prepared);
      }),
    ),
  );
}

interface HandOverOptions extends CommonOptions {
  readonly all?: true;
  readonly complete?: true;
  readonly wayBack?: true;
  readonly one?: true;
  readonly format: string;
  readonly to: string;
}

async function handOver(client: CoreClient, names: readonly string[], options: HandOverOptions, terminal: Terminal) {
  const workspaceId = await chosenWorkspace(client, options);
  const choice = {
    workspaceId,
    domainIds: chosenIds(await client.domains.list({ workspaceId }), names, options.all === true),
    format: options.format,
    complete: options.complete === true,
    wayBack: options.wayBack === true,
  };
  const file = await client.domains.handOverSeveral({ ...choice, asOne: options.one === true });
  const { domains, leftOut, remarks } = file;
  try {
    await writeFile(options.to, Buffer.from(file.octets, 'base64'), { mode: 0o600 });
  } catch (error) {
    throw cannotWrite('--to', options.to, error);
  }
  await client.domains.noteHandOver(choice);
  print(terminal, options.json === true, { file: options.to, domains, leftOut, remarks }, [
    `Written to ${options.to}: ${counted(domains, { one: '{count} domain', other: '{count} domains' })}.`,
  ]);
  if (options.json !== true)
    tell(terminal, [...remarks, ...leftOut.map(({ domain, reason }) => `Left out: ${domain}: ${reason}`)]);
  return exitCodes.ok;
}

function addHandOver(program: Command, terminal: Terminal, finish: Finish): void {
  common(
    program
      .command('hand-over')
      .description('write the prepared records of several domains to one file, and log it in the activity')
      .argument('[domains...]')
      .option('--all', 'every domain in use')
      .option('--complete', 'every required record, including those already published')
      .option('--way-back', 'a hand-over that undoes the changes')
      .option('--one', 'one file for all of them, if the format allows it; otherwise a zip with one file per domain')
      .option('--format <format>', `one of ${handOverFormats.map(({ id }) => id).join(', ')}`, 'text')
      .requiredOption('--to <file>', 'the file to write'),
  ).action(async (names: readonly string[], options: HandOverOptions) =>
    finish(await withSession(terminal, options, ({ client }) => handOver(client, names, options, terminal))),
  );
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addHandOverCommands(program: Command, terminal: Terminal, finish: Finish): void {
  addProve(program, terminal, finish);
  addHandOver(program, terminal, finish);
}
