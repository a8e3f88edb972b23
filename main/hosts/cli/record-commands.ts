import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import { parseDkimKey } from '../../../shared/dkim/key-record.ts';
import { lintDmarc, parseDmarc } from '../../../shared/dmarc/record.ts';
import { nextPolicyStep } from '../../../shared/dmarc/ladder.ts';
import { lintZone, readZone } from '../../../shared/dns/zone-file.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { lintSpf } from '../../../shared/spf/lint.ts';
import { mergeSpf } from '../../../shared/spf/merge.ts';
import type { Terminal } from './output.ts';
import { exitCodes, print } from './output.ts';

/** Commands on records alone: no data folder, no network. */

function findingLines(findings: readonly Finding[]): string[] {
  return describeFindings(findings).flatMap((finding) => [
    `${finding.severity}: ${finding.title}`,
    `  ${finding.explanation}`,
    `  ${finding.remedy}`,
  ]);
}

function codeFor(findings: readonly Finding[]): number {
  return findings.some((finding) => finding.severity === 'error') ? exitCodes.notVerified : exitCodes.ok;
}

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

function addKeys(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const dkim = program.command('dkim').description('DKIM keys (RFC 6376)');
  dkim
    .command('inspect')
    .argument('<record>')
    .option('--json')
    .action((record: string, options: { json?: boolean }) => {
      const parse = parseDkimKey(record);
      const facts =
        parse.key === null
          ? ['Not usable']
          : [`${parse.key.type}, ${parse.key.bits} bits${parse.key.publicKey === '' ? ', revoked' : ''}`];
      print(terminal, options.json === true, parse, [...facts, ...findingLines(parse.findings)]);
      finish(codeFor(parse.findings));
    });
  dkim
    .command('generate')
    .option('--bits <bits>', '1024, 2048, 3072 or 4096', '2048')
    .option('--ed25519')
    .option('--json')
    .action(async (options: { bits: string; ed25519?: boolean; json?: boolean }) => {
      const bits = Number(options.bits);
      if (bits !== 1024 && bits !== 2048 && bits !== 3072 && bits !== 4096)
        throw new RangeError(`${options.bits} is not a key length. Use 2048, 3072 or 4096.`);
      const key = await generateDkimKey(
        options.ed25519 === true ? { algorithm: 'ed25519' } : { algorithm: 'rsa', bits },
      );
      print(terminal, options.json === true, key, [key.privateKeyPem.trimEnd(), key.record]);
      finish(exitCodes.ok);
    });
  program
    .command('dmarc')
    .description('DMARC records (RFC 9989)')
    .command('explain')
    .argument('<record>')
    .option('--json')
    .action((record: string, options: { json?: boolean }) => {
      const parse = parseDmarc(record);
      const findings = lintDmarc([record]);
      const step = parse.record === null ? null : nextPolicyStep(parse.record);
      const lines =
        parse.record === null
          ? ['Receivers discard it']
          : [
              `Policy ${parse.record.policy}${parse.record.testing ? ', as a test' : ''}; reports to ${parse.record.aggregateReports.join(', ') || 'nobody'}`,
            ];
      if (step !== null) lines.push(`Next safe step: ${step.label}. ${step.record}`);
      print(terminal, options.json === true, { ...parse, findings, step }, [...lines, ...findingLines(findings)]);
      finish(codeFor(findings));
    });
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
  addKeys(program, terminal, finish);
}
