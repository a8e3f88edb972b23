import type { Command } from 'commander';
import { addDkimCommands } from './dkim-commands.ts';
import { addDmarcCommands } from './dmarc-commands.ts';
import { addPolicyCommands } from './policy-commands.ts';
import type { Terminal } from './output.ts';
import { addSpfCommands } from './spf-commands.ts';
import { addZoneCommands } from './zone-commands.ts';

/** Commands on records alone: no data folder, no network. */

/** Adds the commands that work on records alone. */
export function addRecordCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  addSpfCommands(program, terminal, finish);
  addDkimCommands(program, terminal, finish);
  addDmarcCommands(program, terminal, finish);
  addPolicyCommands(program, terminal, finish);
  addZoneCommands(program, terminal, finish);
}
