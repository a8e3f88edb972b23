import { domainOfAddress } from '../../../shared/dns/mail-address.ts';
import { counted } from '../../../shared/text/counted.ts';
import type { Command } from 'commander';
import { toAsciiDomain } from '../../../shared/dns/idna.ts';
import { parseIp } from '../../../shared/dns/ip.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { canonicalName, checkName } from '../../../shared/dns/names.ts';
import { overlayLookup } from '../../../shared/dns/overlay-lookup.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { joinTxt, splitTxt, textToOctets } from '../../../shared/dns/txt.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import type { SpfNode, SpfTree } from '../../../shared/spf/budget.ts';
import { spfTree } from '../../../shared/spf/budget.ts';
import type { SpfResult } from '../../../shared/spf/check-host.ts';
import { checkHost, standardLimits } from '../../../shared/spf/check-host.ts';
import { fixSpf, lintSpf } from '../../../shared/spf/lint.ts';
import { mergeSpf } from '../../../shared/spf/merge.ts';
import type { SpfSaving } from '../../../shared/spf/savings.ts';
import { proposeSavings } from '../../../shared/spf/savings.ts';
import { isSpfRecord, parseSpf } from '../../../shared/spf/syntax.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print, refusePrivateKey, tell } from './output.ts';
import type { DnsSourceOptions } from './dns-source.ts';
import { openSource, withDnsSource } from './dns-source.ts';

/** `sendwright spf`: records, their cost and what receivers make of them, in a zone file or in live DNS. */

/** A name to ask for; unlike a sender domain it may begin with an underscore. */
function domainArgument(text: string): string {
  if (/^[!-~]+$/.test(text) && text.includes('.') && checkName(canonicalName(text)) === null)
    return canonicalName(text);
  const domain = toAsciiDomain(text);
  if (domain.ok && domain.ascii.includes('.')) return domain.ascii;
  const described = domain.ok ? undefined : describeFindings([domain.finding])[0];
  const reason = described === undefined ? 'Give one such as example.com.' : `${described.title}. ${described.remedy}`;
  throw new RangeError(`“${text}” is not a domain. ${reason}`);
}

function txtRecord(name: string, text: string): ResourceRecord {
  return { name, ttl: 0, type: 'TXT', strings: splitTxt(textToOctets(text)) };
}

/** The lookup with this SPF record at the name in the place of those that stand there. */
async function withRecord(lookup: Lookup, name: string, record: string | undefined): Promise<Lookup> {
  if (record === undefined) return lookup;
  const answer = await lookup.query(name, 'TXT');
  const others = (answer.status === 'answer' ? answer.records : []).filter(
    (other) => other.type === 'TXT' && !isSpfRecord(joinTxt(other.strings)),
  );
  return overlayLookup([{ name, type: 'TXT', records: [...others, txtRecord(name, record)] }], lookup);
}

/* lint */

interface LintOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
}

function lint(text: string, options: LintOptions, terminal: Terminal): number {
  refusePrivateKey(text);
  const findings = lintSpf(text);
  const { text: fixed, isUsable } = fixSpf(text);
  const isReadable = parseSpf(text).record !== null;
  const data = { record: text, isReadable, findings: describeFindings(findings), fixed: isUsable ? fixed : null };
  if (options.fix !== true) {
    const lines = findings.length === 0 ? ['No problems found.'] : findingLines(findings, text);
    print(terminal, options.json === true, data, lines);
    return codeFor(findings);
  }
  if (isUsable || options.json === true) print(terminal, options.json === true, data, [fixed]);
  if (isUsable) return codeFor(lintSpf(fixed));
  // Half a repair would be taken for a whole one.
  const open = findings.filter((finding) => finding.fix === undefined && finding.severity === 'error');
  tell(terminal, ['The record can’t be fixed automatically:', ...findingLines(open, text)]);
  return exitCodes.notVerified;
}

/* check */

interface CheckOptions extends DnsSourceOptions {
  readonly ip: string;
  readonly sender: string;
  readonly helo: string;
  readonly record?: string;
}

function checkLines({ result, term, reason, explanation, lookups, voids, steps }: SpfResult): string[] {
  return [
    `${result}${term === undefined ? '' : `, decided by ${term}`}`,
    ...(reason === undefined ? [] : [reason]),
    ...(explanation === undefined ? [] : [`The domain says: ${explanation}`]),
    ...steps.map((step) => `  ${step.outcome === 'match' ? '✓' : '·'} ${step.domain}: ${step.term}`),
    `${lookups} of ${standardLimits.lookups} lookups, ${voids} of ${standardLimits.voids} empty answers`,
  ];
}

async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  if (parseIp(options.ip) === null) {
    throw new RangeError(`--ip: “${options.ip}” is not an IP address. Give one such as 192.0.2.1 or 2001:db8::1.`);
  }
  const identity = options.sender === '' ? options.helo : domainOfAddress(options.sender);
  const domain = domainArgument(identity);
  const source = await openSource(options, domain, terminal);
  try {
    const result = await checkHost({
      ip: options.ip,
      sender: options.sender,
      helo: options.helo,
      lookup: await withRecord(source.lookup, domain, options.record),
      now: Date.now() / 1000,
    });
    print(terminal, options.json === true, result, checkLines(result));
    if (result.result === 'temperror') return exitCodes.failed;
    return result.result === 'pass' ? exitCodes.ok : exitCodes.notVerified;
  } finally {
    await source.close();
  }
}

/* explain */

function nodeLines(nodes: readonly SpfNode[], indent: string): string[] {
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1;
    const facts = [
      node.cost === 0 ? '' : counted(node.cost, { one: '{count} lookup', other: '{count} lookups' }),
      node.voids4 + node.voids6 === 0 ? '' : `empty: ${node.voids4} for IPv4, ${node.voids6} for IPv6`,
      node.unknown ?? '',
      ...describeFindings(node.findings).map((finding) => finding.title),
    ].filter((fact) => fact !== '');
    return [
      `${indent}${isLast ? '└─' : '├─'} ${node.term}${facts.length === 0 ? '' : `  (${facts.join('; ')})`}`,
      ...nodeLines(node.children, `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });
}

function savingLines(savings: readonly SpfSaving[]): string[] {
  return savings.flatMap(({ saves, isEnough, proposal, danger, record }, index) => [
    isEnough
      ? `${index + 1}. ${proposal} Saves ${saves}, which is enough.`
      : `${index + 1}. ${proposal} Saves ${saves}.`,
    `   Danger: ${danger}`,
    `   ${record}`,
  ]);
}

function treeLines(tree: SpfTree, savings: readonly SpfSaving[]): string[] {
  return [
    `${tree.domain}: ${tree.record ?? (tree.isKnown ? 'no SPF record' : 'not known')}`,
    ...nodeLines(tree.children, ''),
    `${tree.lookups} of ${standardLimits.lookups} lookups${tree.partial ? ' at least' : ''}, depth ${tree.depth}`,
    `Empty answers: ${tree.voids4} for an IPv4 sender, ${tree.voids6} for an IPv6 sender, of ${standardLimits.voids}`,
    `${tree.recordOctets} octets; the whole TXT answer at the name ${tree.answerOctets}`,
    ...savingLines(savings),
  ];
}

/** Findings of every branch, without those that only say what can't be counted. */
function branchFindings(nodes: readonly SpfNode[]): readonly Finding[] {
  return nodes.flatMap((node) => [...node.findings, ...branchFindings(node.children)]);
}

interface ExplainOptions extends DnsSourceOptions {
  readonly record?: string;
}

async function explain(argument: string, options: ExplainOptions, terminal: Terminal): Promise<number> {
  const domain = domainArgument(argument);
  const source = await openSource(options, domain, terminal);
  try {
    const tree = await spfTree(domain, source.lookup, options.record === undefined ? {} : { record: options.record });
    const savings = proposeSavings(tree);
    const text = tree.record ?? '';
    const own = [...tree.findings, ...(text === '' ? [] : lintSpf(text))];
    const findings = own.filter(({ code }, index) => own.findIndex((other) => other.code === code) === index);
    print(terminal, options.json === true, { tree, findings: describeFindings(findings), savings }, [
      ...treeLines(tree, savings),
      ...findingLines(findings, text),
    ]);
    if (tree.record === null) return tree.isKnown ? exitCodes.notVerified : exitCodes.noResult;
    return codeFor([...findings, ...branchFindings(tree.children)]);
  } finally {
    await source.close();
  }
}

/* merge */

interface MergeOptions extends DnsSourceOptions {
  readonly published?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** Prints the merged record, its edits, and, where DNS was asked, what it costs. */
function printMerge(
  published: readonly string[],
  options: MergeOptions,
  terminal: Terminal,
  tree: SpfTree | null = null,
): number {
  const merge = mergeSpf(published, { add: options.add ?? [], remove: options.remove ?? [] });
  const savings = tree === null ? [] : proposeSavings(tree);
  const findings = [...merge.findings, ...(tree?.findings ?? [])];
  const data = { published, ...merge, findings: describeFindings(findings), tree, savings };
  const signs = { keep: ' ', add: '+', remove: '-' } as const;
  print(terminal, options.json === true, data, [
    merge.record,
    ...merge.edits.map((edit) => `${signs[edit.kind]} ${edit.term}  ${edit.reason}`),
    ...(tree === null ? [] : treeLines(tree, savings)),
    ...findingLines(findings),
  ]);
  const ofRecord = lintSpf(merge.record);
  return codeFor([...merge.questions, ...ofRecord, ...(tree?.findings ?? []), ...branchFindings(tree?.children ?? [])]);
}

async function merge(argument: string | undefined, options: MergeOptions, terminal: Terminal): Promise<number> {
  if ((options.add ?? []).length + (options.remove ?? []).length === 0) {
    throw new RangeError('Nothing to merge. Give mechanisms with --add or --remove.');
  }
  if (argument === undefined) {
    if (options.zone !== undefined || options.server !== undefined) {
      throw new RangeError('Name the domain whose record is merged, or leave --zone and --server out.');
    }
    return printMerge(options.published ?? [], options, terminal);
  }
  const domain = domainArgument(argument);
  const source = await openSource(options, domain, terminal);
  try {
    const answer = await source.lookup.query(domain, 'TXT');
    if (answer.status === 'failure' && options.published === undefined) {
      tell(terminal, [`What ${domain} publishes is not known: ${answer.message}. Give it with --published.`]);
      return exitCodes.noResult;
    }
    const found = (answer.status === 'answer' ? answer.records : []).flatMap((record) =>
      record.type === 'TXT' && isSpfRecord(joinTxt(record.strings)) ? [joinTxt(record.strings)] : [],
    );
    const published = options.published ?? found;
    const { record } = mergeSpf(published, { add: options.add ?? [], remove: options.remove ?? [] });
    return printMerge(published, options, terminal, await spfTree(domain, source.lookup, { record }));
  } finally {
    await source.close();
  }
}

/** Adds `spf check`, `spf explain`, `spf merge` and `spf lint`. */
export function addSpfCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const spf = program.command('spf').description('SPF records (RFC 7208)');
  withDnsSource(spf.command('check'))
    .description('what a receiver would decide about mail from an address')
    .requiredOption('--ip <address>', 'the sender’s address')
    .requiredOption('--sender <address>', 'MAIL FROM, or a domain; empty for a bounce')
    .option('--helo <name>', 'HELO name', 'localhost.localdomain')
    .option('--record <text>', 'evaluate this record instead of the published one')
    .action(async (options: CheckOptions) => finish(await check(options, terminal)));
  withDnsSource(spf.command('explain'))
    .description('the lookup tree of a record, its cost, and ways to reduce it')
    .argument('<domain>')
    .option('--record <text>', 'explain this record instead of the published one')
    .action(async (domain: string, options: ExplainOptions) => finish(await explain(domain, options, terminal)));
  withDnsSource(spf.command('merge'))
    .description('merge what is published and what is required into one record')
    .argument('[domain]', 'domain whose published record is merged, and the cost of the result calculated')
    .option('--published <record...>', 'SPF records published at the name, instead of looking them up')
    .option('--add <mechanism...>', 'mechanisms to add')
    .option('--remove <mechanism...>', 'mechanisms to remove')
    .action(async (domain: string | undefined, options: MergeOptions) =>
      finish(await merge(domain, options, terminal)),
    );
  spf
    .command('lint')
    .description('what is wrong with a record, and the corrected record')
    .argument('<record>')
    .option('--fix', 'print only the corrected record, with the same meaning')
    .option('--json', 'machine-readable output')
    .action((record: string, options: LintOptions) => finish(lint(record, options, terminal)));
}
