import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { readZone } from '../../../shared/dns/zone-file.ts';
import { lintZone } from '../../../shared/dns/zone-lint.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { lintSpf } from '../../../shared/spf/lint.ts';
import { mergeSpf } from '../../../shared/spf/merge.ts';
import { addDkimCommands } from './dkim-commands.ts';
import { addDmarcCommands } from './dmarc-commands.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print } from './output.ts';

/** Commands on records alone: no data folder, no network. */

function addSpf(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const spf = program.command('spf').description('SPF records (RFC 7208)');
  spf
    .command('lint')
    .argument('<record>')
    .option('--json')
    .action((record: string, options: { json?: boolean }) => {
      const findings = lintSpf(record);
      print(
        terminal,
        options.json === true,
        findings,
        findings.length === 0 ? ['Nothing to say.'] : findingLines(findings),
      );
      finish(codeFor(findings));
    });
  spf
    .command('merge')
    .description('one record from what is published and what is required')
    .option('--published <record...>', 'SPF records at the name today')
    .requiredOption('--add <mechanism...>', 'mechanisms to hold')
    .option('--remove <mechanism...>', 'mechanisms to give up')
    .option('--json')
    .action((options: { published?: string[]; add: string[]; remove?: string[]; json?: boolean }) => {
      const merge = mergeSpf(options.published ?? [], { add: options.add, remove: options.remove ?? [] });
      print(terminal, options.json === true, merge, [
        merge.record,
        ...merge.edits
          .filter((edit) => edit.kind !== 'keep')
          .map((edit) => `${edit.kind}: ${edit.term}  ${edit.reason}`),
        ...findingLines(merge.findings),
      ]);
      finish(exitCodes.ok);
    });
  spf
    .command('check')
    .description('evaluate a sender against a zone file')
    .requiredOption('--ip <address>')
    .requiredOption('--sender <address>')
    .option('--helo <name>', 'HELO name', 'localhost.localdomain')
    .requiredOption('--zone <file>', 'zone file to evaluate in')
    .requiredOption('--origin <zone>')
    .option('--json')
    .action(
      async (options: { ip: string; sender: string; helo: string; zone: string; origin: string; json?: boolean }) => {
        const reading = readZone(await readFile(options.zone, 'utf8'), { origin: options.origin });
        const result = await checkHost({
          ip: options.ip,
          sender: options.sender,
          helo: options.helo,
          lookup: zoneLookup(reading.records),
        });
        const why = [result.term, result.reason, result.explanation].filter((part) => part !== undefined);
        print(terminal, options.json === true, result, [
          `${result.result}${why.length === 0 ? '' : `: ${why.join('; ')}`}`,
          `${result.lookups} lookups, ${result.voids} empty answers`,
        ]);
        finish(result.result === 'pass' ? exitCodes.ok : exitCodes.notVerified);
      },
    );
}

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
  addSpf(program, terminal, finish);
  addDkimCommands(program, terminal, finish);
  addDmarcCommands(program, terminal, finish);
  addZone(program, terminal, finish);
}
