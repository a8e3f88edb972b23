import type { Command } from 'commander';
import { readZone, writeZone } from '../../../shared/dns/zone-file.ts';
import { lintZone } from '../../../shared/dns/zone-lint.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Terminal } from './output.ts';
import { codeFor, findingLines, print } from './output.ts';
import { readTextFile } from './session.ts';

/** Commands on zone files: no data folder, no network. */

interface Options {
  readonly origin?: string;
  readonly json?: boolean;
}

async function readFrom(file: string, { origin = '' }: Options) {
  const reading = readZone(await readTextFile('FILE', file), { origin: origin.replace(/\.$/, '') });
  if (reading.origin === '' && origin === '') {
    throw new RangeError(`${file} does not say which zone it is. Name the zone with --origin.`);
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
    .option('--origin <zone>', 'the zone, where the file has no SOA and no $ORIGIN')
    .option('--json')
    .action(async (file: string, options: Options) => {
      const reading = await readFrom(file, options);
      const findings = lintZone(reading);
      const { origin, records } = reading;
      const lines = [`${origin}: ${records.length} record${records.length === 1 ? '' : 's'}`];
      if (findings.length === 0) lines.push('Nothing to say.');
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
    .description('the zone in one regular form, its comments kept')
    .argument('<file>')
    .option('--origin <zone>', 'the zone, where the file has no SOA and no $ORIGIN')
    .option('--json')
    .action(async (file: string, options: Options) => {
      const { origin, records, comments, findings } = await readFrom(file, options);
      const text = writeZone(records, { origin, comments });
      if (options.json === true) print(terminal, true, { origin, text, findings: describeFindings(findings) }, []);
      else {
        terminal.out(text);
        for (const line of findingLines(findings)) terminal.error(`${line}\n`);
      }
      finish(codeFor(findings));
    });
}
