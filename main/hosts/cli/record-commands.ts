import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { readZone } from '../../../shared/dns/zone-file.ts';
import { lintZone } from '../../../shared/dns/zone-lint.ts';
import { addDkimCommands } from './dkim-commands.ts';
import { addDmarcCommands } from './dmarc-commands.ts';
import { addPolicyCommands } from './policy-commands.ts';
import type { Terminal } from './output.ts';
import { codeFor, findingLines, print } from './output.ts';
import { addSpfCommands } from './spf-commands.ts';

/** Commands on records alone: no data folder, no network. */

function addZone(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  program
    .command('zone')
    .description('zone files (RFC 1035)')
    .command('lint')
    .argument('<file>')
    .requiredOption('--origin <zone>')
    .option('--json')
    .action(async (file: string, options: { origin: string; json?: boolean }) => {
      const findings = lintZone(readZone(await readFile(file, 'utf8'), { origin: options.origin }));
      print(
        terminal,
        options.json === true,
        findings,
        findings.length === 0 ? ['Nothing to say.'] : findingLines(findings),
      );
      finish(codeFor(findings));
    });
}

/** Adds the commands that work on records alone. */
export function addRecordCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  addSpfCommands(program, terminal, finish);
  addDkimCommands(program, terminal, finish);
  addDmarcCommands(program, terminal, finish);
  addPolicyCommands(program, terminal, finish);
  addZone(program, terminal, finish);
}
