import { createRouterClient } from '@orpc/server';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { composeCore } from '../../core/compose.ts';
import type { Core } from '../../core/core.ts';
import { createPracticeClient } from '../../practice/practice-client.ts';
import { dataFolder } from '../data-folder.ts';
import { forkPractice } from '../fork-practice.ts';
import { practiceProgram, version } from '../parts.ts';
import { readManaged } from '../managed.ts';
import type { RunLog } from '../process-log.ts';
import { openRunLog } from '../process-log.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly workspace?: string;
  readonly json?: boolean;
  readonly passphraseFile?: string;
  /** The words of the command, for the log: its arguments may be anything. */
  readonly commandName?: string;
}

export interface Session {
  readonly client: CoreClient;
  readonly log: RunLog;
  /** What to tell a person of values that could not be read; null where all could. */
  readonly damage: Core['damage'];
  readonly troubles: Core['troubles'];
  readonly close: () => Promise<void>;
}

let running: RunLog | null = null;

/** The log of the command that runs in this process, where it has come so far. */
export const runningLog = (): RunLog | null => running;

/**
 * Opens the core for one command; works beside an open window.
 *
 * @param say tells a person that the log can't be written.
 */
export async function openSession(options: CommonOptions, say: (text: string) => void): Promise<Session> {
  const folder = dataFolder(options.dataDir);
  const log = openRunLog(folder, 'cli', say, { command: options.commandName });
  const core = await composeCore({
    dataFolder: folder,
    host: 'cli',
    version,
    keychain: null,
    practice: createPracticeClient(() => forkPractice(practiceProgram, log), path.join(folder, 'practice')),
    notifier: { notify: () => undefined },
    background: false,
    managed: readManaged(),
    log,
  }).catch((error: unknown) => {
    // A folder that the console has not been at home in yet gets nothing written into it by a command that fails.
    if (existsSync(path.dirname(log.file))) {
      log.started();
      log.ended('could not start', { error });
    }
    throw error;
  });
  log.started();
  running = log;
  return {
    client: createRouterClient(core.router),
    log,
    damage: core.damage,
    troubles: core.troubles,
    close: core.close,
  };
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

/** Says what there is to choose from. */
function listed(workspaces: readonly { readonly name: string }[]): string {
  return workspaces.map(({ name }) => name).join(', ');
}

/** The workspace of that name or number; letter case decides only between two. */
function named<Workspace extends { readonly id: number; readonly name: string }>(
  workspaces: readonly Workspace[],
  wanted: string,
): Workspace | undefined {
  return (
    workspaces.find((workspace) => workspace.name === wanted || String(workspace.id) === wanted) ??
    workspaces.find((workspace) => workspace.name.toLowerCase() === wanted.toLowerCase())
  );
}

/**
 * The workspace that another option than `--workspace` names.
 *
 * @throws RangeError that names the option and the workspaces that there are.
 */
export async function otherWorkspace(client: CoreClient, option: string, wanted: string): Promise<number> {
  const { workspaces } = await client.state.snapshot({});
  const found = named(workspaces, wanted);
  if (found !== undefined) return found.id;
  throw new RangeError(`${option}: there is no workspace “${wanted}”. Name one of these: ${listed(workspaces)}`);
}

/**
 * The workspace that a command is about: named, or the only one that is not practice.
 *
 * @param options.makes the command brings something into a workspace, so a name that is new makes one; to any other
 *   command such a name is a slip. Where there is no workspace at all and none is named, the first one is made.
 * @throws RangeError when the name is not known, or none is named where there are several.
 */
export async function chosenWorkspace(
  client: CoreClient,
  options: CommonOptions,
  { makes = false }: { readonly makes?: boolean } = {},
): Promise<number> {
  const { workspaces } = await client.state.snapshot({});
  const wanted = options.workspace;
  if (wanted !== undefined) {
    const found = named(workspaces, wanted);
    if (found !== undefined) return found.id;
    if (makes) return makeWorkspace(client, wanted);
    throw new RangeError(
      workspaces.length === 0
        ? `--workspace: there is no workspace “${wanted}” yet. settings set or domains add creates it.`
        : `--workspace: there is no workspace “${wanted}”. Name one of these: ${listed(workspaces)}`,
    );
  }
  const own = workspaces.filter((workspace) => !workspace.practice);
  const [first, second] = own.length > 0 ? own : workspaces;
  if (second !== undefined && own.length > 1) {
    throw new RangeError(`There are ${own.length} workspaces. Name one with --workspace: ${listed(own)}`);
  }
  return first?.id ?? makeWorkspace(client, 'Default');
}
