import type { Command } from 'commander';
import type { RulesState } from '../../../shared/contract/rules.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { readTextFile } from './text-file.ts';

function stateLines({ from, issued, off, trouble, providers }: RulesState): readonly string[] {
  return [
    `In force: the rules of ${issued}, ${from === 'program' ? 'as the program has them' : 'from a signed file'}.`,
    off === null ? 'To import newer ones: rules import FILE' : `Newer ones can’t be imported: ${off}.`,
    ...(trouble === null ? [] : [trouble]),
    ...providers.flatMap(({ name, date, rules, codes, sources }) => [
      '',
      `${name}, ${date}: ${rules} rules, ${codes} codes`,
      ...columns(sources.map(({ seen, title, url }) => [`  ${seen}`, title, url])),
    ]),
  ];
}

/** Adds `rules`: what mailbox providers ask of senders, and newer rules than the program’s. */
export function addRulesCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const rules = program.command('rules').description('what mailbox providers ask of senders, and since when');
  common(
    rules.command('status').description('which rules are in force, their sources, and whether they can be replaced'),
  ).action(async (options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const state = await client.rules.state({});
        print(terminal, options.json === true, state, stateLines(state));
        return exitCodes.ok;
      }),
    ),
  );
  common(
    rules
      .command('import')
      .description('import newer rules from a signed file')
      .argument('<file>', '- for standard input'),
  ).action(async (file: string, options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const state = await client.rules.take({ text: await readTextFile('FILE', file) });
        print(terminal, options.json === true, state, stateLines(state));
        return exitCodes.ok;
      }),
    ),
  );
}
