import { ORPCError } from '@orpc/server';
import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { Terminal } from './output.ts';
import { exitCodes } from './output.ts';
import { PassphraseNeeded } from './passphrase.ts';
import type { CommonOptions } from './session.ts';
import { openSession } from './session.ts';

/** What every command that opens a core has in common. */

export type Work<Options> = (context: {
  readonly client: CoreClient;
  readonly options: Options & CommonOptions;
  readonly terminal: Terminal;
}) => Promise<number>;

const CODES: Readonly<Record<string, number>> = {
  BAD_INPUT: exitCodes.badInput,
  NOT_FOUND: exitCodes.badInput,
  CONFLICT: exitCodes.badInput,
  NOT_ALLOWED: exitCodes.badInput,
  PASSPHRASE_NEEDED: exitCodes.locked,
  VAULT_LOCKED: exitCodes.locked,
  WRONG_PASSPHRASE: exitCodes.locked,
  KEYCHAIN_FAILED: exitCodes.locked,
  TOO_SOON: exitCodes.locked,
};

/** By which code the contract or a command refuses; null for a fault. */
export function refusalCode(error: unknown): string | null {
  if (error instanceof ORPCError) return String(error.code);
  if (error instanceof PassphraseNeeded) return 'PASSPHRASE_NEEDED';
  return error instanceof RangeError ? 'BAD_INPUT' : null;
}

/** How a command ends that did not come to its end. */
export const exitCodeOf = (error: unknown): number => CODES[refusalCode(error) ?? ''] ?? exitCodes.failed;

/** Opens a core, does the work and closes it again. @returns the exit code. */
export async function withSession<Options>(
  terminal: Terminal,
  options: Options & CommonOptions,
  work: Work<Options>,
): Promise<number> {
  const session = await openSession(options, (text) => terminal.error(`${text}\n`));
  const { client, log } = session;
  let exitCode: number = exitCodes.failed;
  let reason = 'done';
  try {
    exitCode = await work({ client, options, terminal });
    return exitCode;
  } catch (error) {
    const code = refusalCode(error);
    reason = code === null ? 'failed' : `refused with ${code}`;
    exitCode = exitCodeOf(error);
    // What the contract or a command refuses is no fault.
    if (code === null) log.error({ error }, 'a command failed');
    throw error;
  } finally {
    const damage = session.damage();
    for (const trouble of [...session.troubles, ...(damage === null ? [] : [damage])])
      terminal.error(`${trouble.message}. ${trouble.remedy}\n`);
    await session.close();
    log.ended(reason, { exitCode });
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
