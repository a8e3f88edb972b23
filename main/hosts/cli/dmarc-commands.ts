import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { discoverDmarc } from '../../../shared/dmarc/discovery.ts';
import type { DmarcDiscovery } from '../../../shared/dmarc/discovery.ts';
import { explainPolicies } from '../../../shared/dmarc/evaluate.ts';
import { nextPolicyStep } from '../../../shared/dmarc/ladder.ts';
import type { DmarcRecord } from '../../../shared/dmarc/record.ts';
import { lintDmarc, parseDmarc } from '../../../shared/dmarc/record.ts';
import { externalReportRecords } from '../../../shared/dmarc/reports.ts';
import { readZone } from '../../../shared/dns/zone-file.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { dmarcFinding } from '../../../shared/findings/dmarc.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import type { Terminal } from './output.ts';
import { codeFor, exitCodes, findingLines, print } from './output.ts';

/** `sendwright dmarc`: what a record, or the records of a zone, mean. */

interface ExplainOptions {
  readonly domain?: string;
  readonly zone?: string;
  readonly origin?: string;
  readonly json?: boolean;
}

/** Lines on what a record asks of receivers. */
function policyLines(record: DmarcRecord, domain: string, organisation: string): string[] {
  return [
    ...explainPolicies(record, domain, organisation).map(
      ({ mail, policy, because }) => `${mail}: ${policy} (${because})`,
    ),
    `Alignment: DKIM ${record.dkimAlignment}, SPF ${record.spfAlignment}`,
    `Reports to ${record.aggregateReports.join(', ') || 'nobody'}`,
  ];
}

/** Findings that need to know where the record is published. */
function placedFindings(record: DmarcRecord, domain: string, organisation: string): Finding[] {
  const consents = externalReportRecords(domain, record, organisation).map(({ destination, name }) =>
    dmarcFinding('dmarc.external-reports', { destination, record: name }),
  );
  const isUnused = domain !== organisation && (record.subdomainPolicy ?? record.nonexistentPolicy) !== undefined;
  return isUnused ? [...consents, dmarcFinding('dmarc.subdomain-policy-unused', { domain, organisation })] : consents;
}

function explainRecord(text: string, options: ExplainOptions, terminal: Terminal): number {
  const domain = options.domain ?? 'the domain';
  const { record } = parseDmarc(text);
  const placed = record === null || options.domain === undefined ? [] : placedFindings(record, domain, domain);
  const findings = [...lintDmarc([text]), ...placed];
  const step = record === null ? null : nextPolicyStep(record, { domain: options.domain ?? 'example.com' });
  print(terminal, options.json === true, { record, findings, step }, [
    ...(record === null ? ['Receivers discard it'] : policyLines(record, domain, domain)),
    ...(step === null ? [] : [`Next safe step: ${step.label}. ${step.before}`, `  ${step.record}`]),
    ...findingLines(findings, text),
  ]);
  return codeFor(findings);
}

const OUTCOMES = {
  record: 'record',
  unusable: 'record without a valid policy',
  none: 'nothing',
  discarded: 'several records, all discarded',
  failure: 'no answer',
} as const;

function walkLines({ steps, organisationalDomain }: DmarcDiscovery): string[] {
  return [
    ...steps.map((step) => `_dmarc.${step.domain}: ${step.text ?? OUTCOMES[step.outcome]}`),
    `Organizational domain: ${organisationalDomain ?? 'not known'}`,
  ];
}

async function explainZone(
  domain: string,
  zoneFile: string,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<number> {
  const origin = options.origin ?? domain;
  const reading = readZone(await readFile(zoneFile, 'utf8'), { origin });
  const lookup = zoneLookup(reading.records, { outside: 'not-known', zones: [origin] });
  const discovery = await discoverDmarc(domain, lookup);
  const { record, policyDomain, organisationalDomain, steps } = discovery;
  const organisation = organisationalDomain ?? domain;
  const own = steps[0]?.text;
  const findings = [
    ...discovery.findings,
    ...(own === undefined ? [] : lintDmarc([own])),
    ...(record === null || policyDomain === null ? [] : placedFindings(record, policyDomain, organisation)),
  ];
  print(terminal, options.json === true, { ...discovery, findings }, [
    ...walkLines(discovery),
    ...(record === null || policyDomain === null
      ? [discovery.temporaryFailure ? 'Whether a record applies is not known' : 'No record applies']
      : policyLines(record, policyDomain, organisation)),
    ...findingLines(findings),
  ]);
  if (record === null) return exitCodes.notVerified;
  return codeFor(findings);
}

export function addDmarcCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  program
    .command('dmarc')
    .description('DMARC records (RFC 9989)')
    .command('explain')
    .description(
      'what a record asks of receivers, and the next safe step; or which record of a zone applies to a domain',
    )
    .argument('[record]')
    .option('--domain <domain>', 'the domain the record is for')
    .option('--zone <file>', 'walk the tree of --domain in this zone file instead of reading a record')
    .option('--origin <zone>', 'name of the zone; the domain itself unless given')
    .option('--json')
    .action(async (record: string | undefined, options: ExplainOptions) => {
      if (options.zone !== undefined && options.domain !== undefined) {
        finish(await explainZone(options.domain, options.zone, options, terminal));
      } else if (record !== undefined) finish(explainRecord(record, options, terminal));
      else throw new RangeError('Give a record, or --zone and --domain.');
    });
}
