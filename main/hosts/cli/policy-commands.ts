import type { Command } from 'commander';
import type { Finding } from '../../../shared/findings/finding.ts';
import { lintBimi } from '../../../shared/policy/bimi.ts';
import {
  lintMtaSts,
  lintMtaStsExchanges,
  mtaStsPolicyUrl,
  parseMtaStsPolicy,
  printMtaStsPolicy,
} from '../../../shared/policy/mta-sts.ts';
import { pastedValue, placedFindings } from '../../../shared/pasted/lint-pasted.ts';
import { readPasted } from '../../../shared/pasted/read-pasted.ts';
import type { MailStandard } from '../../../shared/pasted/standard.ts';
import { meantStandard } from '../../../shared/pasted/standard.ts';
import { policyFaults, policyRecords } from '../../../shared/policy/extras.ts';
import { lintTlsRpt } from '../../../shared/policy/tls-rpt.ts';
import type { PublishedFile } from '../../../shared/policy/published.ts';
import type { Work } from './command.ts';
import { common, withSession } from './command.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print, refusePrivateKey } from './output.ts';
import { readOctets } from './text-file.ts';

/** `sendwright policy`: the records and files of MTA-STS, TLS-RPT and BIMI. */

const LINTS: readonly (readonly [MailStandard, lint: (texts: readonly string[]) => readonly Finding[]])[] = [
  ['MTA-STS', lintMtaSts],
  ['TLS-RPT', lintTlsRpt],
  ['BIMI', lintBimi],
];

function tell(findings: readonly Finding[], text: string, asJson: boolean, terminal: Terminal): number {
  print(terminal, asJson, findings, findings.length === 0 ? ['No problems found.'] : findingLines(findings, text));
  return codeFor(findings);
}

function lintRecords(records: readonly string[], options: { json?: boolean }, terminal: Terminal): number {
  refusePrivateKey(...records);
  const [record = ''] = records;
  const values = readPasted(record).records.map(({ value }) => meantStandard(value.text));
  const found = LINTS.find(([standard]) => values.includes(standard));
  const [other] = values;
  if (found === undefined && other !== null && other !== undefined) {
    throw new RangeError(
      `This is a record of ${other}, not of MTA-STS, TLS-RPT or BIMI. Check it as a record of ${other}.`,
    );
  }
  if (found === undefined) throw new RangeError('A record begins with v=STSv1, v=TLSRPTv1 or v=BIMI1.');
  const [standard, lint] = found;
  const pasted = records.map((text) => pastedValue(text, standard, () => false));
  const findings = lint(pasted.map(({ value }, index) => (value === '' ? (records[index] as string) : value)));
  const [first] = pasted;
  const placed = records.length === 1 && first !== undefined ? placedFindings(first, findings) : findings;
  const all = [...pasted.flatMap((each) => each.findings), ...placed];
  return tell(all, records.length === 1 ? record : '', options.json === true, terminal);
}

async function lintFile(file: string, options: { mx?: string[]; json?: boolean }, terminal: Terminal): Promise<number> {
  // To the octet as it is served: a byte order mark is a fault of the policy.
  const text = (await readOctets('FILE', file)).toString('utf8');
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
    ...file.trimEnd().split(/\r?\n/),
    ...findingLines(findings, file),
  ]);
  return findings.some((finding) => finding.severity === 'error') ? exitCodes.badInput : exitCodes.ok;
}

function recordLines(label: string, texts: readonly string[] | null, findings: readonly Finding[]): readonly string[] {
  const told = texts === null ? ['DNS gave no answer'] : texts.length === 0 ? ['nothing is published'] : texts;
  return [...told.map((text) => `${label}: ${text}`), ...findingLines(findings)];
}

const fileText = ({ url, text, findings }: PublishedFile): readonly string[] => [
  `${url}: ${text === null ? 'not available' : 'read'}`,
  ...(text === null
    ? []
    : text
        .trimEnd()
        .split(/\r?\n/)
        .slice(0, 50)
        .map((line) => `  ${line.slice(0, 200)}`)),
  ...findingLines(findings, text ?? ''),
];

/** `policy check`: what a domain publishes now. Ends with 3 where something is wrong, with 6 where DNS does not tell. */
function check(domain: string): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const found = await client.evidence.published({ workspaceId, domain });
    const { mtaSts, dane, tlsRpt, bimi } = found;
    print(terminal, options.json === true, found, [
      ...recordLines('MTA-STS', mtaSts.texts, mtaSts.findings),
      ...(mtaSts.file === null ? [] : fileText(mtaSts.file)),
      ...dane.map(({ exchange, records }) => {
        const told =
          records === null ? 'DNS gave no answer' : records.length === 0 ? 'no TLSA record' : records.join('; ');
        return `DANE at ${exchange}: ${told}`;
      }),
      ...recordLines('TLS-RPT', tlsRpt.texts, tlsRpt.findings),
      ...recordLines('BIMI', bimi.texts, bimi.findings),
      ...(bimi.logo === null ? [] : fileText(bimi.logo)),
    ]);
    const code = codeFor([
      ...[mtaSts, tlsRpt, bimi].flatMap(({ findings }) => findings),
      ...(mtaSts.file?.findings ?? []),
      ...(bimi.logo?.findings ?? []),
    ]);
    const isUnknown = [mtaSts.texts, tlsRpt.texts, bimi.texts].includes(null);
    return code === exitCodes.ok && isUnknown ? exitCodes.noResult : code;
  };
}

export function addPolicyCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const policy = program.command('policy').description('MTA-STS (RFC 8461), TLS-RPT (RFC 8460) and BIMI');
  policy
    .command('lint')
    .description('check a TXT record; give several if one name has several')
    .argument('<record...>')
    .option('--json')
    .action((records: string[], options: { json?: boolean }) => finish(lintRecords(records, options, terminal)));
  policy
    .command('lint-file')
    .description('check an MTA-STS policy file')
    .argument('<file>')
    .option('--mx <host...>', 'mail servers of the domain that the policy must cover')
    .option('--json')
    .action(async (file: string, options: { mx?: string[]; json?: boolean }) =>
      finish(await lintFile(file, options, terminal)),
    );
  common(
    policy
      .command('check')
      .description(
        'what a domain publishes for MTA-STS, DANE, TLS-RPT and BIMI: queries DNS and fetches the policy and the logo',
      )
      .argument('<domain>'),
  ).action(async (domain: string, options: CommonOptions) =>
    finish(await withSession(terminal, options, check(domain))),
  );
  policy
    .command('mta-sts')
    .description('the record and the policy file of a domain')
    .argument('<domain>')
    .requiredOption('--mx <host...>', 'mail servers of the domain')
    .option('--mode <mode>', 'testing, enforce or none', 'testing')
    .option('--max-age <seconds>', 'how long senders keep the policy', '604800')
    .option('--json')
    .action((domain: string, options: BuildOptions) => finish(build(domain, options, terminal)));
}
