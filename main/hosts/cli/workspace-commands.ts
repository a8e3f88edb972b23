import { counted } from '../../../shared/text/counted.ts';
import { ORPCError } from '@orpc/server';
import type { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { ImportInput, ImportPlan, WorkspaceChange } from '../../../shared/contract/transfer.ts';
import type { MergedFile } from '../../../shared/workspace/merge.ts';
import { mergeFile } from '../../../shared/workspace/merge.ts';
import { FileFault } from '../../../shared/workspace/text-files.ts';
import { changeCounts, changeText, contentWords } from '../../../shared/workspace/change-words.ts';
import { instantText } from '../../../shared/text/instant.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { exitCodes, print } from './output.ts';
import { confirm, openVault, openVaultWhereGiven, readFilePassphrase, readNewPassphrase } from './passphrase.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';
import { cannotRead, cannotWrite, writeTextFile } from './text-file.ts';
import { beginFile, isFolder, readFolder, writeFolder } from './workspace-files.ts';

/** `workspace …`: a workspace as a sealed file, or as text files for version control, and back. */

type Finish = (code: number) => void;

const PASSPHRASE_OPTION = '--file-passphrase-file';
/** Changes of one kind that are listed for people; JSON has all of them. */
const MOST_LISTED = 40;

const UNCHECKED =
  'Whether a key was typed into another field was not checked, because the vault is locked. --passphrase-file or SENDWRIGHT_PASSPHRASE opens it.';

interface ExportOptions extends CommonOptions {
  readonly text?: true;
  readonly withSecrets?: true;
  readonly filePassphraseFile?: string;
}

async function exportText(client: CoreClient, folder: string, options: ExportOptions, terminal: Terminal) {
  const workspaceId = await chosenWorkspace(client, options);
  const isChecked = await openVaultWhereGiven(client, options);
  const files = await client.transfer.files({ workspaceId });
  const result = await writeFolder(folder, files).catch((error: unknown) => {
    throw cannotWrite('FOLDER', folder, error);
  });
  const { written, same, others } = result;
  print(terminal, options.json === true, { folder, ...result, checkedForKeys: isChecked }, [
    `Written to ${folder}: ${written} of ${written + same} files changed. No sealed secret is in them.`,
    ...(isChecked ? [] : [UNCHECKED]),
    ...(others.length === 0
      ? []
      : [
          `${others.length} files belong to domains that this workspace does not have; they are left unchanged. Import the folder to list them here:`,
          ...others.slice(0, MOST_LISTED).map((name) => `  ${name}`),
        ]),
  ]);
  return exitCodes.ok;
}

async function exportSealed(client: CoreClient, file: string, options: ExportOptions, terminal: Terminal) {
  const workspaceId = await chosenWorkspace(client, options);
  const secrets = options.withSecrets === true;
  if (secrets) await openVault(client, options);
  const passphrase = await readNewPassphrase(PASSPHRASE_OPTION, options.filePassphraseFile);
  const target = await beginFile(file).catch((error: unknown) => {
    throw cannotWrite('FILE', file, error);
  });
  const onDisk = async (work: Promise<void>) => {
    try {
      await work;
    } catch (error) {
      throw cannotWrite('FILE', file, error);
    }
  };
  try {
    for await (const part of await client.transfer.export({ workspaceId, passphrase, secrets })) {
      if (part.kind === 'part') {
        await onDisk(target.write(Buffer.from(part.content, 'base64')));
        continue;
      }
      await onDisk(target.keep());
      const { domains, leftOut } = part;
      print(terminal, options.json === true, { file, domains, secrets: part.secrets, leftOut }, [
        `Exported to ${file}: ${contentWords(part)}.`,
        ...(leftOut === 0 ? [] : [`${leftOut} secrets can’t be opened, and are not in it.`]),
        'It opens with the passphrase that you have just given, and with nothing else.',
      ]);
    }
  } finally {
    await target.drop();
  }
  return exitCodes.ok;
}

interface ImportOptions extends CommonOptions {
  readonly add?: true;
  readonly new?: string | true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly filePassphraseFile?: string;
}

/** Of a file, in one call: as many as any host takes. */
const PART_OCTETS = 8 * 1024 * 1024;

/** Hands a file to the core part by part, whatever its size. @returns what it is called there. */
async function upload(client: CoreClient, file: string): Promise<string> {
  const { uploadId } = await client.transfer.begin({});
  const stream = createReadStream(file, { highWaterMark: PART_OCTETS });
  try {
    for await (const part of stream as AsyncIterable<Buffer>)
      await client.transfer.octets({ uploadId, content: part.toString('base64') });
  } catch (error) {
    // What the core refuses says why itself.
    throw error instanceof ORPCError ? error : cannotRead('FILE', file, error);
  }
  return uploadId;
}

async function sourceOf(client: CoreClient, place: string, options: ImportOptions): Promise<ImportInput['source']> {
  const folder = await isFolder(place).catch((error: unknown) => {
    throw cannotRead('FILE', place, error);
  });
  if (folder) {
    const files = await readFolder(place).catch((error: unknown) => {
      throw cannotRead('FILE', place, error);
    });
    return { kind: 'files', files };
  }
  return {
    kind: 'uploaded',
    uploadId: await upload(client, place),
    passphrase: await readFilePassphrase(PASSPHRASE_OPTION, options.filePassphraseFile),
  };
}

async function targetOf(client: CoreClient, place: string, options: ImportOptions): Promise<ImportInput['into']> {
  const { workspaces } = await client.state.snapshot({});
  if (options.new !== undefined) return { name: options.new === true ? null : options.new };
  if (options.workspace === undefined && workspaces.every(({ practice }) => practice))
    return { name: (await isFolder(place)) ? path.basename(path.resolve(place)) : null };
  return { workspaceId: await chosenWorkspace(client, options) };
}

const HEADINGS: Readonly<Record<WorkspaceChange['does'], string>> = {
  add: 'Added:',
  change: 'Changed:',
  keep: 'Kept, although the file differs:',
};

function planLines(plan: ImportPlan): readonly string[] {
  const { name, exportedAt, changes } = plan;
  return [
    ...(name === null || exportedAt === null
      ? []
      : [`${name}, exported ${instantText(exportedAt)}: ${contentWords(plan)}.`]),
    ...(['add', 'change', 'keep'] as const).flatMap((does) => {
      const these = changes.filter((change) => change.does === does);
      if (these.length === 0) return [];
      const more = these.length - MOST_LISTED;
      return [
        HEADINGS[does],
        ...these.slice(0, MOST_LISTED).map((change) => `  ${changeText(change)}`),
        ...(more > 0 ? [`  and ${more} more; --json lists all of them`] : []),
      ];
    }),
  ];
}

async function bringIn(place: string, options: ImportOptions, terminal: Terminal): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    const source = await sourceOf(client, place, options);
    const into = await targetOf(client, place, options);
    const input = { into, source, mode: options.add === true ? ('add' as const) : ('merge' as const) };
    const setsSecrets = ({ changes }: ImportPlan) => changes.some(({ of, does }) => of === 'secret' && does !== 'keep');
    let plan = await client.transfer.preview(input);
    if (setsSecrets(plan)) {
      await openVault(client, options);
      // Only an open vault tells which of them are here already.
      plan = await client.transfer.preview(input);
    }
    const asJson = options.json === true;
    if (plan.changes.every(({ does }) => does === 'keep')) {
      print(terminal, asJson, { ...plan, imported: false }, [...planLines(plan), 'There is nothing to import.']);
      return exitCodes.ok;
    }
    if (options.dryRun === true) {
      print(terminal, asJson, { ...plan, imported: false }, [...planLines(plan), 'Nothing was changed.']);
      return exitCodes.ok;
    }
    if (options.yes !== true) {
      terminal.error(`${planLines(plan).join('\n')}\n`);
      if (!(await confirm('Import this?'))) {
        print(terminal, asJson, { ...plan, imported: false }, ['Nothing was changed.']);
        return exitCodes.ok;
      }
    }
    const done = await client.transfer.import({ ...input, token: plan.token });
    print(terminal, asJson, { ...done, imported: true }, [`Imported: ${changeCounts(done.changes)}.`]);
    return exitCodes.ok;
  });
}

/** Reads a file that may not be there. */
async function readMaybe(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cannotRead(option, file, error);
  }
}

/** The files of three folders by their names below these, or the three files themselves. */
async function triples(
  base: string,
  ours: string,
  theirs: string,
): Promise<readonly (readonly [string, string, string])[]> {
  const given = [base, ours, theirs] as const;
  const names = ['BASE', 'OURS', 'THEIRS'] as const;
  const kinds = await Promise.all(
    given.map((place, index) =>
      isFolder(place).catch((error: unknown) => {
        throw cannotRead(names[index] ?? '', place, error);
      }),
    ),
  );
  if (kinds.every((kind) => !kind)) return [given];
  if (!kinds.every(Boolean)) throw new RangeError('BASE, OURS and THEIRS: name three files, or three folders.');
  const paths = new Set((await Promise.all([readFolder(ours), readFolder(theirs)])).flat().map((file) => file.path));
  return [...paths].sort().map((name) => [path.join(base, name), path.join(ours, name), path.join(theirs, name)]);
}

interface MergeOptions {
  readonly json?: boolean;
}

async function merge(given: readonly [string, string, string], options: MergeOptions, terminal: Terminal) {
  const conflicts: { readonly file: string; readonly at: readonly string[] }[] = [];
  let merged = 0;
  for (const [base, ours, theirs] of await triples(...given)) {
    const texts = [
      await readMaybe('BASE', base),
      await readMaybe('OURS', ours),
      await readMaybe('THEIRS', theirs),
    ] as const;
    const result = mergeReported(texts, [base, ours, theirs]);
    if (result.conflicts.length > 0) conflicts.push({ file: ours, at: result.conflicts });
    if (result.text === texts[1]) continue;
    await mkdir(path.dirname(ours), { recursive: true });
    await writeTextFile('OURS', ours, result.text);
    merged += 1;
  }
  print(terminal, options.json === true, { merged, conflicts }, [
    counted(merged, { one: '{count} file merged.', other: '{count} files merged.' }),
    ...conflicts.map(({ file, at }) => `Both sides changed ${at.join(', ')} in ${file}: keep one side of each.`),
  ]);
  return conflicts.length === 0 ? exitCodes.ok : exitCodes.notVerified;
}

function mergeReported(texts: readonly [string, string, string], files: readonly [string, string, string]): MergedFile {
  try {
    return mergeFile(...texts);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const index = ['BASE', 'OURS', 'THEIRS'].indexOf(error.path);
    const message = index === -1 ? error.message : error.message.replace(error.path, files[index] ?? '');
    throw new RangeError(`${message}. ${error.remedy} Nothing was written to ${files[1]}.`);
  }
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addWorkspaceCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const workspace = program
    .command('workspace')
    .description('a workspace as a sealed file, or as text files for version control; its name');
  common(workspace.command('export').argument('<file>', 'the file; with --text the folder'))
    .description('write the workspace to one file, sealed with its own passphrase')
    .option('--text', 'write text files to a folder instead, without secrets')
    .option('--with-secrets', 'include the keys that are sealed here')
    .option(`${PASSPHRASE_OPTION} <file>`, 'file that holds the passphrase of the export')
    .action(async (file: string, options: ExportOptions) => {
      if (options.text === true && options.withSecrets === true)
        throw new RangeError(
          '--with-secrets: text files never hold secrets. Leave out one of --text and --with-secrets.',
        );
      const write = options.text === true ? exportText : exportSealed;
      finish(await withSession(terminal, options, async ({ client }) => write(client, file, options, terminal)));
    });
  common(workspace.command('import').argument('<file>', 'a sealed export, or the folder of text files'))
    .description('import an export into a workspace: all of it or nothing')
    .option('--add', 'where the workspace and the file differ, the workspace wins')
    .option('--new [name]', 'into a new workspace; default name: the one in the file')
    .option('--dry-run', 'show what would be done without doing it')
    .option('--yes', 'skip the confirmation')
    .option(`${PASSPHRASE_OPTION} <file>`, 'file that holds the passphrase of the export')
    .action(async (file: string, options: ImportOptions) => finish(await bringIn(file, options, terminal)));
  common(workspace.command('rename').argument('<name>'))
    .description('rename the workspace')
    .action(async (name: string, options: CommonOptions) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const workspaceId = await chosenWorkspace(client, options);
          const renamed = await client.workspaces.rename({ workspaceId, name });
          print(terminal, options.json === true, renamed, [`The workspace is called ${renamed.name} now.`]);
          return exitCodes.ok;
        }),
      ),
    );
  workspace
    .command('merge')
    .argument('<base>', 'the last common export')
    .argument('<ours>', 'our version; the result is written to it')
    .argument('<theirs>', 'the other version')
    .description('merge text files of a workspace: three files, as a git merge driver, or three folders')
    .option('--json', 'machine-readable output')
    .action(async (base: string, ours: string, theirs: string, options: MergeOptions) =>
      finish(await merge([base, ours, theirs], options, terminal)),
    );
}
