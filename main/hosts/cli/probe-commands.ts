import type { Command } from 'commander';
import { factText } from '../../../shared/facts/fact-text.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { checkDenyList, parseDenyList } from '../../../shared/service/deny-list.ts';
import { firewallText } from '../../../shared/service/firewall-text.ts';
import type { ProbeStage, ProbeTrace } from '../../../shared/service/trace.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { openVault, openVaultWhereGiven } from './passphrase.ts';
import { chosenWorkspace } from './session.ts';
import { readTextFile, writeTextFile } from './text-file.ts';
import { systemCodeWords } from '../../../shared/text/system-codes.ts';

/** `probe …` and `bundle`: proves that addresses are reachable, and packs what was found for support. */

type Finish = (code: number) => void;

const KINDS = {
  connection: 'whether the service’s /metadata opens over port 443',
  responses: 'whether a POST reaches the webhook address, and port 443 beside its own',
  monitoring: 'whether the address of the troubleshooting indicators can be read',
} as const;

const STATES = { passed: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'no result' } as const;

const EXITS = {
  passed: exitCodes.ok,
  failed: exitCodes.notVerified,
  unknown: exitCodes.noResult,
} as const;

function stageRows(stage: ProbeStage, outcome: ProbeTrace['outcome']): string[][] {
  const state = outcome === 'unknown' && stage.state === 'failed' ? 'skipped' : stage.state;
  const row = [STATES[state], stage.stage, `${stage.durationMs} ms`, factText(stage.met)];
  const attempts = (stage.attempts ?? []).map((attempt) => [
    '',
    '',
    `${attempt.durationMs} ms`,
    `${attempt.address}: ${systemCodeWords(attempt.result)}`,
  ]);
  const { certificate } = stage;
  const facts =
    certificate === undefined
      ? []
      : [
          ['', '', '', `certificate for ${certificate.names.join(', ')}; ${certificate.chain.join(' → ')}`],
          ['', '', '', `${certificate.daysLeft} days left; trusted by: ${certificate.trustedBy}`],
        ];
  return [row, ...(attempts.length > 1 ? attempts : []), ...facts];
}

/** A trace with what each stage met in words, as `detail`. */
function withDetails(trace: ProbeTrace): object {
  return {
    ...trace,
    stages: trace.stages.map((stage) => ({ ...stage, detail: factText(stage.met) })),
    ...(trace.beside === undefined ? {} : { beside: withDetails(trace.beside) }),
  };
}

function findingLines(findings: readonly Finding[]): string[] {
  return describeFindings(findings).flatMap((finding) => [
    `${finding.severity}: ${finding.title} (${finding.code})`,
    `  ${finding.explanation}`,
    `  ${finding.remedy}`,
  ]);
}

function traceLines(trace: ProbeTrace): string[] {
  const via = trace.proxy === undefined ? '' : ` through ${trace.proxy.address} (${trace.proxy.from})`;
  const stages = (each: ProbeTrace) => [
    `${each.method} ${each.url}${via}`,
    ...columns(each.stages.flatMap((stage) => stageRows(stage, each.outcome))),
  ];
  return [
    `${trace.kind}: ${trace.outcome}`,
    ...stages(trace),
    ...(trace.beside === undefined ? [] : stages(trace.beside)),
    ...findingLines(trace.findings),
  ];
}

function addKeys(probe: Command, terminal: Terminal, finish: Finish): void {
  common(probe.command('keys').description('check the keys at the service, as its service profile describes')).action(
    async (options: CommonOptions) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const workspaceId = await chosenWorkspace(client, options);
          await openVault(client, options);
          const check = await client.probes.keys({ workspaceId });
          const findings = describeFindings(check.findings);
          const lines = [`keys: ${check.outcome}`, check.detail, ...findingLines(check.findings)];
          print(terminal, options.json === true, { ...check, findings }, lines);
          if (check.outcome === 'accepted') return exitCodes.ok;
          return check.outcome === 'not-checkable' ? exitCodes.noResult : exitCodes.notVerified;
        }),
      ),
  );
}

function addDenyList(probe: Command, terminal: Terminal, finish: Finish): void {
  common(
    probe
      .command('deny-list')
      .description('which deny-list entries catch addresses of the service')
      .argument('<file>', 'addresses, blocks and ranges, one per line'),
  ).action(async (file: string, options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const list = parseDenyList(await readTextFile('the deny list', file));
        const { addresses, gaps } = await client.probes.serviceAddresses({
          workspaceId: await chosenWorkspace(client, options),
        });
        const catching = checkDenyList(list, addresses);
        const lines = [
          ...catching.map(
            ({ line, entry, caught }) =>
              `line ${line}: ${entry} catches ${caught.map((each) => each.address).join(', ')}`,
          ),
          ...list.faults.map(({ line, text, remedy }) => `line ${line}: ${text} can’t be read. ${remedy}`),
          ...gaps.map((gap) => `not read: ${gap}`),
          `${catching.length} of ${list.entries.length} entries catch one of ${addresses.length} known addresses`,
        ];
        print(terminal, options.json === true, { catching, faults: list.faults, addresses, gaps }, lines);
        if (addresses.length === 0) return exitCodes.noResult;
        if (catching.length > 0) return exitCodes.notVerified;
        return list.faults.length > 0 ? exitCodes.badInput : exitCodes.ok;
      }),
    ),
  );
}

function addFirewall(probe: Command, terminal: Terminal, finish: Finish): void {
  common(
    probe
      .command('firewall-text')
      .description('the request to the network team')
      .option('--host-only', 'leave the paths out'),
  ).action(async (options: CommonOptions & { hostOnly?: boolean }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const { fields } = await client.settings.get({ workspaceId: await chosenWorkspace(client, options) });
        const { responseDomain, monitoringEnabled: monitoring } = fields;
        if (responseDomain === '')
          throw new RangeError('The domain to receive responses is empty. Set it with settings set --response-domain.');
        const text = firewallText({
          responseDomain,
          build: fields.applicationBuild,
          withPath: options.hostOnly !== true,
          monitoring,
        });
        print(terminal, options.json === true, { text }, text.trimEnd().split('\n'));
        return exitCodes.ok;
      }),
    ),
  );
}

function addBundle(program: Command, terminal: Terminal, finish: Finish): void {
  common(
    program
      .command('bundle')
      .description('the support bundle, redacted')
      .option('--hide-names', 'leave out names of domains, hosts and companies')
      .option('--hide-addresses', 'leave out IP addresses and mailboxes')
      .option('--no-activity', 'leave the activity out')
      .option('--output <file>', 'write to this file instead of the terminal'),
  ).action(
    async (
      options: CommonOptions & { hideNames?: boolean; hideAddresses?: boolean; activity?: boolean; output?: string },
    ) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          // Keys are known by their values, wherever they were typed, while the vault is open.
          await openVaultWhereGiven(client, options);
          const bundle = await client.monitoring.bundle({
            workspaceId: await chosenWorkspace(client, options),
            options: {
              hideNames: options.hideNames === true,
              hideAddresses: options.hideAddresses === true,
              includeActivity: options.activity !== false,
            },
          });
          if (options.output === undefined) {
            terminal.file(bundle.text);
          } else {
            await writeTextFile('--output', options.output, bundle.text);
            print(terminal, options.json === true, { file: options.output }, [`Written to ${options.output}.`]);
          }
          return exitCodes.ok;
        }),
      ),
  );
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addProbeCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const probe = program.command('probe').description('test whether addresses can be reached');
  for (const [kind, description] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
    const command = common(probe.command(kind).description(description));
    if (kind !== 'connection')
      command.option('--signed', 'also test the Auth key, with a request over https that stores nothing');
    command.action(async (options: CommonOptions & { signed?: boolean }) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const workspaceId = await chosenWorkspace(client, options);
          const signed = options.signed === true;
          if (signed) await openVault(client, options);
          const trace =
            kind === 'connection'
              ? await client.probes.connection({ workspaceId })
              : kind === 'responses'
                ? await client.probes.responses({ workspaceId, signed })
                : await client.probes.monitoring({ workspaceId, signed });
          const findings = describeFindings(trace.findings);
          print(terminal, options.json === true, { ...withDetails(trace), findings }, traceLines(trace));
          return EXITS[trace.outcome];
        }),
      ),
    );
  }
  addKeys(probe, terminal, finish);
  addDenyList(probe, terminal, finish);
  addFirewall(probe, terminal, finish);
  addBundle(program, terminal, finish);
}
