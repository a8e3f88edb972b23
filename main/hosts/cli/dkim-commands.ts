import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type { KeyPairCheck } from '../../../shared/dkim/generate.ts';
import { checkKeyPair, generateDkimKey } from '../../../shared/dkim/generate.ts';
import { lintDkimAnswer, parseDkimKey } from '../../../shared/dkim/key-record.ts';
import { dkimName, isSelector } from '../../../shared/dkim/selector.ts';
import { quoteTxt, splitTxt } from '../../../shared/dns/txt.ts';
import { applyFixes } from '../../../shared/findings/apply-fix.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print } from './output.ts';

/** `sendwright dkim`: key records and key pairs, without a data folder or a network. */

const PAIRS: Readonly<Record<KeyPairCheck, string>> = {
  match: 'The private key belongs to this record.',
  mismatch: 'The private key does not belong to this record.',
  unreadable: 'The private key can’t be read: it must be PKCS #8 or PKCS #1 in PEM, not encrypted.',
  'no-key': 'There is no usable key in the record to compare with.',
};

interface InspectOptions {
  readonly privateKeyFile?: string;
  readonly fix?: boolean;
  readonly json?: boolean;
}

async function inspect(records: readonly string[], options: InspectOptions, terminal: Terminal): Promise<number> {
  const [record = ''] = records;
  const { key } = parseDkimKey(record);
  const findings = lintDkimAnswer(records);
  const pair =
    options.privateKeyFile === undefined
      ? undefined
      : await checkKeyPair(await readFile(options.privateKeyFile, 'utf8'), record);
  const fixed = applyFixes(
    record,
    findings.flatMap((finding) => finding.fix ?? []),
  );
  if (options.fix === true && records.length === 1) {
    terminal.out(`${fixed}\n`);
    return codeFor(lintDkimAnswer([fixed]));
  }
  const revoked = key?.publicKey === '' ? ', revoked' : '';
  print(terminal, options.json === true, { key, findings, ...(pair === undefined ? {} : { pair }) }, [
    key === null ? 'Not usable' : `${key.type}, ${key.bits} bits${revoked}`,
    ...(pair === undefined ? [] : [PAIRS[pair]]),
    ...findingLines(findings, records.length === 1 ? record : ''),
    ...(fixed !== record && records.length === 1 ? [`Put right: ${fixed}`] : []),
  ]);
  return pair === undefined || pair === 'match' ? codeFor(findings) : exitCodes.notVerified;
}

interface GenerateOptions {
  readonly bits: string;
  readonly ed25519?: boolean;
  readonly domain?: string;
  readonly selector: string;
  readonly json?: boolean;
}

async function generate(options: GenerateOptions, terminal: Terminal): Promise<number> {
  const bits = Number(options.bits);
  if (bits !== 1024 && bits !== 2048 && bits !== 3072 && bits !== 4096)
    throw new RangeError(`${options.bits} is not a key length. Use 2048, 3072 or 4096.`);
  if (!isSelector(options.selector))
    throw new RangeError(`“${options.selector}” is not a selector. Use letters, digits and hyphens.`);
  const key = await generateDkimKey(options.ed25519 === true ? { algorithm: 'ed25519' } : { algorithm: 'rsa', bits });
  const name = options.domain === undefined ? undefined : dkimName(options.selector, options.domain);
  const line = name === undefined ? key.record : `${name}. TXT ${quoteTxt(splitTxt(key.record))}`;
  print(terminal, options.json === true, { ...key, ...(name === undefined ? {} : { name }) }, [
    key.privateKeyPem.trimEnd(),
    line,
  ]);
  return exitCodes.ok;
}

export function addDkimCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const dkim = program.command('dkim').description('DKIM keys (RFC 6376)');
  dkim
    .command('inspect')
    .description('read a key record; several are what one selector answers with')
    .argument('<record...>')
    .option('--private-key-file <file>', 'say whether this private key belongs to the record')
    .option('--fix', 'print the record put right, and nothing else')
    .option('--json')
    .action(async (records: string[], options: InspectOptions) => finish(await inspect(records, options, terminal)));
  dkim
    .command('generate')
    .description('make a key pair; the private half is printed, so mind where it goes')
    .option('--bits <bits>', '1024, 2048, 3072 or 4096', '2048')
    .option('--ed25519')
    .option('--domain <domain>', 'print the record for this domain')
    .option('--selector <selector>', 'selector of the record', 'sendwright1')
    .option('--json')
    .action(async (options: GenerateOptions) => finish(await generate(options, terminal)));
}
