import { counted } from '../../../shared/text/counted.ts';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fail } from '../../core/errors.ts';
import type { CopyView } from '../../core/copies.ts';
import { copiesOf, copyNow, lookIntoCopy, putBack, viewCopies } from '../../core/copies.ts';
import { instantText } from '../../../shared/text/instant.ts';
import { dataFolder } from '../data-folder.ts';
import { askInstance } from '../instance.ts';
import { common } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import { confirm } from './passphrase.ts';
import type { CommonOptions } from './session.ts';
import { copyText } from '../../../shared/contract/copy-words.ts';

/** `backup …`: copies of the data file. None of them opens the data file as a core does: it may be damaged. */

type Finish = (code: number) => void;
type Contents = NonNullable<CopyView['contents']>;

function contentLines({ workspaces, secrets }: Contents): readonly string[] {
  return [
    ...columns(
      workspaces.map(({ name, domains, checkedAt, lastAt }) => [
        `  ${name}`,
        counted(domains, { one: '{count} domain', other: '{count} domains' }),
        checkedAt === null ? 'never checked' : `checked ${instantText(checkedAt)}`,
        lastAt === null ? '' : `last entry ${instantText(lastAt)}`,
      ]),
    ),
    counted(secrets, { one: '  {count} sealed secret', other: '  {count} sealed secrets' }),
  ];
}

function list(options: CommonOptions, terminal: Terminal): number {
  const copies = viewCopies(dataFolder(options.dataDir));
  const lines = copies.flatMap(({ file, madeAt, contents, fault, ...copy }) => [
    `${path.basename(file)}  ${instantText(madeAt)}, ${copyText(copy)}`,
    ...(contents === null ? [`  can’t be restored: ${fault}`] : contentLines(contents)),
  ]);
  print(terminal, options.json === true, copies, lines.length === 0 ? ['There are no copies yet.'] : lines);
  return exitCodes.ok;
}

async function make(options: CommonOptions, terminal: Terminal): Promise<number> {
  const copy = await copyNow(dataFolder(options.dataDir));
  print(terminal, options.json === true, copy, [`Copied to ${copy.file}`]);
  return exitCodes.ok;
}

interface RestoreOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** A copy by its path, or by the name that `backup list` gives it. */
function chosen(folder: string, name: string): string {
  if (name === path.basename(name) && !existsSync(name)) {
    const known = copiesOf(folder).find(({ file }) => path.basename(file) === name);
    if (known !== undefined) return known.file;
  }
  return path.resolve(name);
}

async function restore(name: string, options: RestoreOptions, terminal: Terminal): Promise<number> {
  const folder = dataFolder(options.dataDir);
  if ((await askInstance(folder, 'vault-state')).running)
    throw fail('CONFLICT', 'A console is running on this data folder', {
      remedy: 'Quit it, then restore the copy. Nothing was changed.',
    });
  const file = chosen(folder, name);
  const inside = lookIntoCopy(folder, file);
  if (options.yes !== true) {
    terminal.error(`${file} holds:\n${contentLines(inside).join('\n')}\n`);
    terminal.error('It replaces the current data file, which is set aside and kept.\n');
    if (!(await confirm('Restore it?'))) {
      print(terminal, options.json === true, { restored: false }, ['Nothing was changed.']);
      return exitCodes.ok;
    }
  }
  const { contents, aside } = putBack(folder, file);
  print(terminal, options.json === true, { restored: true, file, aside, contents }, [
    `Restored from ${file}:`,
    ...contentLines(contents),
    ...(aside === null ? [] : [`The earlier data file is kept: ${aside}`]),
    ...(contents.secrets === 0 ? [] : ['Its secrets open with the passphrase or keychain that was in use then.']),
  ]);
  return exitCodes.ok;
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addBackupCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const backup = program.command('backup').description('copies of the data file');
  common(backup.command('list').description('list the copies and what each one holds')).action(
    (options: CommonOptions) => finish(list(options, terminal)),
  );
  common(backup.command('make').description('copy the data file now, even while a console runs')).action(
    async (options: CommonOptions) => finish(await make(options, terminal)),
  );
  common(backup.command('restore').argument('<file>', 'its name in the list, or a path'))
    .description('replace the data file by a copy; the data file is set aside')
    .option('--yes', 'skip the confirmation')
    .action(async (file: string, options: RestoreOptions) => finish(await restore(file, options, terminal)));
}
