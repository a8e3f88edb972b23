import { counted } from '../../../shared/text/counted.ts';
import type { Command } from 'commander';
import { writeZone } from '../../../shared/dns/zone/printer.ts';
import { readNamedZone } from '../../../shared/dns/zone/reader.ts';
import { asZoneFile } from '../../../shared/lists/record-table.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { lintMailZone, lintSpfTrees } from '../../../shared/judge/lint-zone.ts';
import type { Terminal } from './output.ts';
import { codeFor, findingLines, print, tell } from './output.ts';
import { readTextFile } from './text-file.ts';

/** Commands on zone files: no data folder, no network. */

interface Options {
  readonly origin?: string;
  readonly json?: boolean;
}

async function readFrom(file: string, { origin = '' }: Options, terminal: Terminal) {
  const text = await readTextFile('FILE', file);
  const master = asZoneFile(text);
  if (master !== text && /^\s*[[{]/.test(text)) tell(terminal, ['A Route 53 listing: line numbers count its records.']);
  const reading = readNamedZone(master, origin.replace(/\.$/, ''));
  if (reading.origin === '' && origin === '') {
    throw new RangeError(`${file} does not name its zone. Name it with --origin.`);
  }
  return reading;
}

/** Adds `zone lint` and `zone print`. */
export function addZoneCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const zone = program.command('zone').description('zone files (RFC 1035)');
  zone
    .command('lint')
    .description('what breaks mail or the zone, line by line')
    .argument('<file>')
    .option('--origin <zone>', 'the zone, if the file has no SOA and no $ORIGIN')
    .option('--json')
    .action(async (file: string, options: Options) => {
      const reading = await readFrom(file, options, terminal);
      const findings = [...lintMailZone(reading), ...(await lintSpfTrees(reading))];
      const { origin, records } = reading;
      const lines = [`${origin}: ${counted(records.length, { one: '{count} record', other: '{count} records' })}`];
      if (findings.length === 0) lines.push('No problems found.');
      print(
        terminal,
        options.json === true,
        { origin, records: records.length, findings: describeFindings(findings) },
        [...lines, ...findingLines(findings)],
      );
      finish(codeFor(findings));
    });
  zone
    .command('print')
    .description('the zone in canonical form, with its comments')
    .argument('<file>')
    .option('--origin <zone>', 'the zone, if the file has no SOA and no $ORIGIN')
    .option('--json')
    .action(async (file: string, options: Options) => {
      const { origin, records, comments, findings } = await readFrom(file, options, terminal);
      const text = writeZone(records, { origin, comments });
      if (options.json === true) print(terminal, true, { origin, text, findings: describeFindings(findings) }, []);
      else {
        terminal.file(text);
        tell(terminal, findingLines(findings));
      }
      finish(codeFor(findings));
    });
}
