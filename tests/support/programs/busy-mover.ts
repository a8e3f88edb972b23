import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { listCopies, restoreCopy } from '../../../main/store/copies.ts';
import { openStore } from '../../../main/store/store.ts';
import { fromFiles, toFiles } from '../../../shared/workspace/text-files.ts';
import { openTestCore } from '../core.ts';
import { DOMAINS_A_SAVE } from './busy-writer.ts';

/**
 * Does one kind of work on a data folder without a pause until it is killed, and says a number for each piece that was
 * answered: imports, exports, restores, copies, or one migration.
 */

export const PASSPHRASE = 'of the exported file';

/** Imports the workspace's own text files with a later save's values and domains in them. */
async function imports(folder: string): Promise<void> {
  const { client } = await openTestCore(folder, { background: false });
  const { workspaces } = await client.state.snapshot({});
  const workspaceId = workspaces[0]?.id ?? (await client.workspaces.create({ name: 'Busy' })).id;
  let { revision } = await client.settings.get({ workspaceId });
  for (;;) {
    const number = revision + 1;
    const document = fromFiles(await client.transfer.files({ workspaceId }));
    const files = [
      ...toFiles({
        ...document,
        settings: {
          ...document.settings,
          serviceUrl: `https://service-${number}.example.com`,
          responseDomain: `https://response-${number}.example.com`,
          dmarcReportAddress: `reports-${number}@example.com`,
        },
        domains: Array.from({ length: DOMAINS_A_SAVE }, (_nothing, index) => ({
          name: `s${number}-${index}.example.com`,
          inUse: true,
          addedAt: 1_700_000_000_000,
          configuration: null,
          dkimKeys: [],
          pastedZone: null,
        })),
      }),
    ];
    const input = { into: { workspaceId }, source: { kind: 'files' as const, files }, mode: 'merge' as const };
    const { token } = await client.transfer.preview(input);
    await client.transfer.import({ ...input, token });
    ({ revision } = await client.settings.get({ workspaceId }));
    if (revision !== number) throw new Error(`Import ${number} led to ${revision}`);
    process.stdout.write(`${number}\n`);
  }
}

/** Exports by the command, in turn as one sealed file and as text files. */
async function exports(folder: string): Promise<void> {
  const out = path.join(folder, 'out');
  await mkdir(out, { recursive: true });
  const passphrase = path.join(out, 'passphrase');
  await writeFile(passphrase, PASSPHRASE);
  const quiet = { out: () => undefined, error: () => undefined };
  const run = async (...args: readonly string[]) => {
    const code = await runCli(['workspace', 'export', ...args, '--data-dir', path.join(folder, 'data')], quiet);
    if (code !== 0) throw new Error(`The export ended with ${code}`);
  };
  for (let number = 1; ; number += 1) {
    await run(path.join(out, 'sealed'), '--file-passphrase-file', passphrase);
    await run(path.join(out, 'text'), '--text');
    process.stdout.write(`${number}\n`);
  }
}

/** Puts the two copies of a folder back in turn. */
async function restores(folder: string): Promise<void> {
  const copies = listCopies(folder)
    .filter(({ reason }) => reason === 'by-hand')
    .map(({ file }) => file)
    .sort();
  for (let number = 1; ; number += 1) {
    restoreCopy(folder, copies[number % copies.length] ?? '', Date.now());
    process.stdout.write(`${number}\n`);
  }
}

/** Copies the file while it is written. */
async function copies(folder: string): Promise<void> {
  const store = openStore(folder);
  for (let number = 1; ; number += 1) {
    const making = store.copies.make('by-hand');
    store.workspaces.add(`Written ${Date.now()} ${number}`, false, Date.now());
    await making;
    process.stdout.write(`${number}\n`);
  }
}

/** Brings an older file to today's format, and stays. */
async function migration(folder: string): Promise<void> {
  openStore(folder);
  process.stdout.write('1\n');
  for (;;) await readdir(folder);
}

if (import.meta.main) {
  const kinds: Readonly<Record<string, (folder: string) => Promise<void>>> = {
    imports,
    exports,
    restores,
    copies,
    migration,
  };
  const [, , kind = '', folder = ''] = process.argv;
  await kinds[kind]?.(folder);
}
