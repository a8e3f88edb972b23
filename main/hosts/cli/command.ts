import { ORPCError } from '@orpc/server';
import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { Terminal } from './output.ts';
import type { CommonOptions } from './session.ts';
import { openSession } from './session.ts';

/** What every command that opens a core has in common. */

export type Work<Options> = (context: {
  readonly client: CoreClient;
  readonly options: Options & CommonOptions;
  readonly terminal: Terminal;
}) => Promise<number>;

/** Opens a core, does the work and closes it again. @returns the exit code. */
export async function withSession<Options>(
  terminal: Terminal,
  options: Options & CommonOptions,
  work: Work<Options>,
): Promise<number> {
  const session = await openSession(options, (text) => terminal.error(`${text}\n`));
  const { client, log } = session;
  let exitCode: number | undefined;
  try {
    exitCode = await work({ client, options, terminal });
    return exitCode;
  } catch (error) {
    // What the contract or a command refuses is no fault.
    if (!(error instanceof ORPCError || error instanceof RangeError)) log.error({ error }, 'a command failed');
    throw error;
  } finally {
    const damage = session.damage();
    for (const trouble of [...session.troubles, ...(damage === null ? [] : [damage])])
      terminal.error(`${trouble.message}. ${trouble.remedy}\n`);
    await session.close();
    log.ended('done', { exitCode });
  }
}

/** The options that every such command takes. */
export function common(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'data folder; default: the system’s')
    .option('--workspace <name>', 'workspace by name or number')
    .option('--passphrase-file <file>', 'file that holds the passphrase')
    .option('--json', 'machine-readable output');
}
