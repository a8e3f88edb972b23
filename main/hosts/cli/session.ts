import { createRouterClient, ORPCError } from '@orpc/server';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CoreClient } from '../../../shared/contract/contract.ts';
import { composeCore } from '../../core/compose.ts';
import { createPracticeClient } from '../../practice/practice-client.ts';
import { dataFolder } from '../data-folder.ts';
import { forkPractice } from '../fork-practice.ts';
import { practiceProgram, version } from '../parts.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly workspace?: string;
  readonly json?: boolean;
  readonly passphraseFile?: string;
}

export interface Session {
  readonly client: CoreClient;
  readonly close: () => Promise<void>;
}

/** Opens the core for one command; works beside an open window. */
export async function openSession(options: CommonOptions): Promise<Session> {
  const folder = await dataFolder(options.dataDir);
  const core = await composeCore({
    dataFolder: folder,
    host: 'cli',
    version,
    keychain: null,
    practice: createPracticeClient(() => forkPractice(practiceProgram), path.join(folder, 'practice')),
    notifier: { notify: () => undefined },
    background: false,
  });
  return { client: createRouterClient(core.router), close: core.close };
}

/** Makes a workspace, or finds the one that another command has made of the same name in the meantime. */
async function makeWorkspace(client: CoreClient, name: string): Promise<number> {
  try {
    return (await client.workspaces.create({ name })).id;
  } catch (error) {
    const { workspaces } = await client.state.snapshot({});
    const made = workspaces.find((workspace) => workspace.name.toLowerCase() === name.toLowerCase());
    if (made === undefined) throw error;
    return made.id;
  }
}

/** The workspace that a command is about: named, or the only one that is not practice; made when there is none. */
export async function chosenWorkspace(client: CoreClient, options: CommonOptions): Promise<number> {
  const { workspaces } = await client.state.snapshot({});
  const wanted = options.workspace;
  if (wanted !== undefined) {
    const found = workspaces.find((workspace) => workspace.name === wanted || String(workspace.id) === wanted);
    return found?.id ?? makeWorkspace(client, wanted);
  }
  const own = workspaces.filter((workspace) => !workspace.practice);
  const [first, second] = own.length > 0 ? own : workspaces;
  if (second !== undefined && own.length > 1) {
    throw new RangeError(
      `There are ${own.length} workspaces. Name one with --workspace: ${own.map((workspace) => workspace.name).join(', ')}`,
    );
  }
  return first?.id ?? makeWorkspace(client, 'Default');
}

/** @throws RangeError that names the option and the file. */
export async function readTextFile(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RangeError(`${option}: ${file} can’t be read (${reason}). Name a file that this account may read.`);
  }
}

async function promptHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY)
    throw new RangeError('A passphrase is needed: give --passphrase-file, or set SENDWRIGHT_PASSPHRASE');
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const done = (outcome: () => void) => {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.off('data', onData);
      stderr.write('\n');
      outcome();
    };
    const onData = (part: Buffer) => {
      for (const character of part.toString('utf8')) {
        if (character === '\r' || character === '\n') return done(() => resolve(typed));
        if (character === '\u0003') return done(() => reject(new RangeError('Stopped')));
        typed = character === '\u007F' ? typed.slice(0, -1) : typed + character;
      }
      return undefined;
    };
    stdin.on('data', onData);
  });
}

/** The passphrase from a file, the environment or a prompt; never from an argument, which every user can read. */
async function readPassphrase(options: CommonOptions, isNew: boolean): Promise<string> {
  if (options.passphraseFile !== undefined)
    return (await readTextFile('--passphrase-file', options.passphraseFile)).replace(/\r?\n$/, '');
  const given = process.env.SENDWRIGHT_PASSPHRASE;
  if (given !== undefined) return given;
  if (!isNew) return promptHidden('Passphrase: ');
  const typed = await promptHidden('New passphrase: ');
  // A slip here would shut the secrets away for good.
  if ((await promptHidden('The same again: ')) !== typed)
    throw new RangeError('The two passphrases differ. Nothing was changed; try again.');
  return typed;
}

/** Opens the vault, choosing the passphrase where there is none yet. */
export async function openVault(client: CoreClient, options: CommonOptions): Promise<void> {
  const { vault } = await client.state.snapshot({});
  if (vault.state === 'open') return;
  const passphrase = await readPassphrase(options, vault.state === 'none');
  if (vault.state === 'none') {
    try {
      await client.vault.create({ passphrase });
      return;
    } catch (error) {
      // Another command has begun the vault in the meantime.
      if (!(error instanceof ORPCError) || error.code !== 'CONFLICT') throw error;
    }
  }
  await client.vault.unlock({ passphrase });
}
