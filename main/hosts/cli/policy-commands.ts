import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type { Finding } from '../../../shared/findings/finding.ts';
import { lintBimi } from '../../../shared/policy/bimi.ts';
import {
  lintMtaSts,
  lintMtaStsExchanges,
  mtaStsPolicyUrl,
  parseMtaStsPolicy,
  printMtaStsPolicy,
} from '../../../shared/policy/mta-sts.ts';
import { policyFaults, policyRecords } from '../../../shared/policy/extras.ts';
import { lintTlsRpt } from '../../../shared/policy/tls-rpt.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print } from './output.ts';

/** `sendwright policy`: the records and files of MTA-STS, TLS-RPT and BIMI. */

const LINTS: readonly (readonly [start: RegExp, lint: (texts: readonly string[]) => readonly Finding[]])[] = [
  [/^\W*v\s*=\s*sts/i, lintMtaSts],
  [/^\W*v\s*=\s*tls/i, lintTlsRpt],
  [/^\W*v\s*=\s*bimi/i, lintBimi],
];

function tell(findings: readonly Finding[], text: string, asJson: boolean, terminal: Terminal): number {
  print(terminal, asJson, findings, findings.length === 0 ? ['Nothing to say.'] : findingLines(findings, text));
  return codeFor(findings);
}

function lintRecords(records: readonly string[], options: { json?: boolean }, terminal: Terminal): number {
  const [record = ''] = records;
  const lint = LINTS.find(([start]) => start.test(record))?.[1];
  if (lint === undefined) throw new RangeError('A record begins with v=STSv1, v=TLSRPTv1 or v=BIMI1.');
  return tell(lint(records), records.length === 1 ? record : '', options.json === true, terminal);
}

async function lintFile(file: string, options: { mx?: string[]; json?: boolean }, terminal: Terminal): Promise<number> {
  const text = await readFile(file, 'utf8');
  const { policy, findings } = parseMtaStsPolicy(text);
  const uncovered = policy === null ? [] : lintMtaStsExchanges(policy, options.mx ?? []);
  return tell([...findings, ...uncovered], text, options.json === true, terminal);
}

interface BuildOptions {
  readonly mx: string[];
  readonly mode: string;
  readonly maxAge: string;
  readonly json?: boolean;
}

function build(domain: string, options: BuildOptions, terminal: Terminal): number {
  const { mode, mx } = options;
  const maxAge = Number(options.maxAge);
  if (mode !== 'testing' && mode !== 'enforce' && mode !== 'none')
    throw new RangeError(`${mode} is not a mode. Use testing, enforce or none.`);
  const policies = { mtaSts: { mode, mx, maxAge, host: null, id: null }, tlsRpt: null, bimi: null } as const;
  const [fault] = policyFaults(policies);
  if (fault !== undefined) throw new RangeError(`${fault.message}. ${fault.remedy}`);
  const file = printMtaStsPolicy({ mode, mx, maxAge });
  const { findings } = parseMtaStsPolicy(file);
  const [record] = policyRecords(domain, policies);
  const data = record?.value.state === 'known' ? record.value.data : null;
  const text = data?.type === 'TXT' ? data.strings.join('') : '';
  const name = record?.name ?? '';
  print(terminal, options.json === true, { name, record: text, url: mtaStsPolicyUrl(domain), file, findings }, [
    `${name}. TXT "${text}"`,
    '',
    `At ${mtaStsPolicyUrl(domain)}:`,
    file.trimEnd(),
    ...findingLines(findings, file),
  ]);
  return findings.some((finding) => finding.severity === 'error') ? exitCodes.badInput : exitCodes.ok;
}

export function addPolicyCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const policy = program.command('policy').description('MTA-STS (RFC 8461), TLS-RPT (RFC 8460) and BIMI');
  policy
    .command('lint')
    .description('check a TXT record; several are what one name answers with')
    .argument('<record...>')
    .option('--json')
    .action((records: string[], options: { json?: boolean }) => finish(lintRecords(records, options, terminal)));
  policy
    .command('lint-file')
    .description('check an MTA-STS policy file')
    .argument('<file>')
    .option('--mx <host...>', 'mail servers of the domain, which the policy has to cover')
    .option('--json')
    .action(async (file: string, options: { mx?: string[]; json?: boolean }) =>
      finish(await lintFile(file, options, terminal)),
    );
  policy
    .command('mta-sts')
    .description('the record and the policy file of a domain')
    .argument('<domain>')
    .requiredOption('--mx <host...>', 'mail servers of the domain')
    .option('--mode <mode>', 'testing, enforce or none', 'testing')
    .option('--max-age <seconds>', 'for how long senders keep the policy', '604800')
    .option('--json')
    .action((domain: string, options: BuildOptions) => finish(build(domain, options, terminal)));
}
