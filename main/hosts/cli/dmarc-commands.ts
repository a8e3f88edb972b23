import type { Command } from 'commander';
import type { DmarcDiscovery } from '../../../shared/dmarc/discovery.ts';
import { asked } from '../../../shared/dns/asking.ts';
import { sameName } from '../../../shared/dns/names.ts';
import { explainPolicies, rejectInPractice } from '../../../shared/dmarc/evaluate.ts';
import { nextPolicyStep } from '../../../shared/dmarc/ladder.ts';
import type { DomainUsers, PolicyStep } from '../../../shared/dmarc/ladder.ts';
import type { DmarcRecord } from '../../../shared/dmarc/record.ts';
import { lintDmarc, parseDmarc, reportDomain } from '../../../shared/dmarc/record.ts';
import { repairDmarc } from '../../../shared/dmarc/repair.ts';
import { consentName, externalReportRecords } from '../../../shared/dmarc/reports.ts';
import type { PolicyView, ReportView } from '../../../shared/judge/policy.ts';
import { policyInForce, reportsOf } from '../../../shared/judge/policy.ts';
import { planFinding } from '../../../shared/plan/findings.ts';
import { pastedValue, placedFindings as pastedFindings } from '../../../shared/pasted/lint-pasted.ts';
import { dmarcFinding } from '../../../shared/dmarc/findings.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print, refusePrivateKey, tell } from './output.ts';
import { openZone } from './dns-source.ts';

/** `sendwright dmarc`: what a record, or the records of a zone, mean. */

interface ExplainOptions {
  readonly domain?: string;
  readonly zone?: string;
  readonly origin?: string;
  readonly writtenBy?: string;
  readonly fix?: boolean;
  readonly json?: boolean;
}

/** @throws RangeError for anything but people and programs. */
function usersOf({ writtenBy }: ExplainOptions): DomainUsers | undefined {
  if (writtenBy === undefined || writtenBy === 'people' || writtenBy === 'programs') return writtenBy;
  throw new RangeError(`“${writtenBy}” is not an answer. Give --written-by people, or programs.`);
}

const STATES = { met: 'met', 'not-met': 'not met', unknown: 'not known' } as const;

function stepLines(step: PolicyStep): string[] {
  return [
    `Next step: ${step.label}. ${step.why}`,
    `  ${step.record}`,
    ...step.conditions.map(({ asks, state, known }) => `  Before, ${STATES[state]}: ${asks} ${known}`),
  ];
}

/** Lines on what a record asks of receivers. */
function policyLines(record: DmarcRecord, domain: string, organisation: string): string[] {
  const lines = explainPolicies(record, domain, organisation);
  return [
    ...lines.map(({ mail, policy, older, because }) => {
      const others = older === undefined ? '' : `; receivers of RFC 7489: ${older}`;
      return `${mail}: ${policy} (${because})${others}`;
    }),
    ...(lines.some(({ policy, older }) => policy === 'reject' || older === 'reject')
      ? [`Reject: ${rejectInPractice}`]
      : []),
    `Alignment: DKIM ${record.dkimAlignment}, SPF ${record.spfAlignment}`,
    `Reports to ${record.aggregateReports.join(', ') || 'nobody'}`,
  ];
}

/** What a record's place among the domains of its organization makes of it. */
function placeFindings(record: DmarcRecord, domain: string, organisation: string): Finding[] {
  const isUnused =
    !sameName(domain, organisation) && (record.subdomainPolicy ?? record.nonexistentPolicy) !== undefined;
  return isUnused ? [dmarcFinding('dmarc.subdomain-policy-unused', { domain, organisation })] : [];
}

/** The consents that a record's report addresses need, where nobody was asked for them. */
function consentsNeeded(record: DmarcRecord, domain: string): Finding[] {
  return externalReportRecords(domain, record, domain).map(({ destination, name }) =>
    dmarcFinding('dmarc.external-reports', { destination, record: name }),
  );
}

/** What is to be said of the consents to reports, as the judge found them (RFC 9990 §4). */
function consentFindings(reports: readonly ReportView[], publisher: string): Finding[] {
  return reports.flatMap(({ address, consent }): readonly Finding[] => {
    const destination = reportDomain(address);
    if (destination === null || consent === 'yes') return [];
    const name = consentName(publisher, destination);
    return consent === 'no'
      ? [dmarcFinding('dmarc.external-reports', { destination, record: name })]
      : [planFinding('plan.consent-not-known', { address, name })];
  });
}

function explainRecord(text: string, options: ExplainOptions, terminal: Terminal): number {
  refusePrivateKey(text);
  const domain = options.domain ?? 'the domain';
  const pasted = pastedValue(text, 'DMARC', (value) => value !== '');
  const { record } = parseDmarc(pasted.value);
  const placed = record === null || options.domain === undefined ? [] : consentsNeeded(record, domain);
  const own = pasted.record === null ? [] : pastedFindings(pasted, lintDmarc([pasted.value]));
  const findings = [...pasted.findings, ...own, ...placed];
  const repair = pasted.record === null ? null : repairDmarc(pasted.value);
  // What only may be meant is a question, and half a repair would be taken for a whole one.
  const fixed = repair?.isCertain === true && parseDmarc(repair.text).record !== null ? repair.text : null;
  if (options.fix === true) {
    if (fixed !== null) {
      terminal.out(`${fixed}\n`);
      return codeFor(lintDmarc([fixed]));
    }
    tell(terminal, ['The record can’t be fixed automatically:', ...findingLines(findings, text)]);
    return exitCodes.notVerified;
  }
  const step =
    record === null
      ? null
      : nextPolicyStep(record, { domain: options.domain ?? 'example.com', users: usersOf(options) });
  print(
    terminal,
    options.json === true,
    { record, findings, step, ...(fixed === null || fixed === text ? {} : { fixed }) },
    [
      ...(record !== null
        ? policyLines(record, domain, domain)
        : pasted.record === null
          ? []
          : ['Receivers discard it']),
      ...(step === null ? [] : stepLines(step)),
      ...findingLines(findings, text),
      ...(fixed !== null && fixed !== text ? [`Fixed: ${fixed}`] : []),
    ],
  );
  return codeFor(findings);
}

const OUTCOMES = {
  record: 'record',
  unusable: 'record without a valid policy',
  none: 'nothing',
  discarded: 'several records, all discarded',
  failure: 'not known',
} as const;

function walkLines({ steps, organisationalDomain }: DmarcDiscovery): string[] {
  return [
    ...steps.map((step) => `_dmarc.${step.domain}: ${step.text ?? OUTCOMES[step.outcome]}`),
    `Organizational domain: ${organisationalDomain ?? 'not known'}`,
  ];
}

/** What holds for the domain itself, where another one publishes the record. */
function inForceLines(domain: string, { policy, at, testing }: PolicyView): string[] {
  if (at === null || sameName(at, domain)) return [];
  return [
    `In force for ${domain}: ${policy === 'unknown' ? 'not known' : policy}${testing ? ', as a test' : ''}, by ${at}`,
  ];
}

/** What is not known to us is told as that: receivers may know it well. */
function withoutReceivers(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) =>
    finding.code === 'dmarc.lookup-failed' ? dmarcFinding.ofChosenCode('dmarc.not-known', finding.values) : finding,
  );
}

async function explainZone(
  domain: string,
  zoneFile: string,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<number> {
  const lookup = await openZone(zoneFile, options.origin, domain, terminal);
  const view = await asked(policyInForce(domain), lookup);
  const { discovery, record, at } = view;
  const { organisationalDomain, steps } = discovery;
  const organisation = organisationalDomain ?? domain;
  const own = steps[0]?.text;
  const reports = await asked(reportsOf(view), lookup);
  const placed =
    record === null || at === null ? [] : [...consentFindings(reports, at), ...placeFindings(record, at, organisation)];
  const findings = [...withoutReceivers(discovery.findings), ...(own === undefined ? [] : lintDmarc([own])), ...placed];
  const { policy, subdomainPolicy, nonexistentPolicy } = view;
  const inForce = { policy, subdomainPolicy, nonexistentPolicy };
  print(terminal, options.json === true, { ...discovery, inForce, reports, findings }, [
    ...walkLines(discovery),
    ...inForceLines(domain, view),
    ...(record === null || at === null
      ? [discovery.temporaryFailure ? 'Whether a record applies is not known' : 'No record applies']
      : policyLines(record, at, organisation)),
    ...findingLines(findings),
  ]);
  if (record === null) return discovery.temporaryFailure ? exitCodes.noResult : exitCodes.notVerified;
  return codeFor(findings);
}

export function addDmarcCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  program
    .command('dmarc')
    .description('DMARC records (RFC 9989)')
    .command('explain')
    .description('what a record asks of receivers and the next step, or which record of a zone applies to a domain')
    .argument('[record]')
    .option('--domain <domain>', 'the domain the record is for')
    .option('--zone <file>', 'walk the DNS tree of --domain in this zone file instead of reading a record')
    .option('--origin <zone>', 'name of the zone, unless the file states it; “.” if nothing outside the file exists')
    .option('--fix', 'print the corrected record, and nothing else')
    .option('--written-by <who>', 'people, who may post to mailing lists, or only programs')
    .option('--json')
    .action(async (record: string | undefined, options: ExplainOptions) => {
      if (options.zone !== undefined && options.domain !== undefined) {
        finish(await explainZone(options.domain, options.zone, options, terminal));
      } else if (record !== undefined) finish(explainRecord(record, options, terminal));
      else throw new RangeError('Give a record, or --zone and --domain.');
    });
}
