import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/contract.ts';
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
  const session = await openSession(options);
  try {
    return await work({ client: session.client, options, terminal });
  } finally {
    await session.close();
  }
}

/** The options that every such command takes. */
export function common(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'data folder instead of the system’s')
    .option('--workspace <name>', 'workspace by name or number')
    .option('--passphrase-file <file>', 'file that holds the passphrase')
    .option('--json', 'machine-readable output');
}
