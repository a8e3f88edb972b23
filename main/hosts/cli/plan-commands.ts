import type { Command } from 'commander';
import { readZone } from '../../../shared/dns/zone-file.ts';
import type { CoreClient } from '../../../shared/contract/contract.ts';
import { relativeName } from '../../../shared/dns/names.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { handOverFormats } from '../../../shared/manual/formats/index.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import { valueText } from '../../../shared/manual/record-text.ts';
import type { Change } from '../../../shared/plan/types.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { exitCodes, findingLines, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace, readTextFile } from './session.ts';

/** Commands on what a domain has to publish: the plan, and its records in a hand-over format. */

interface DomainOptions extends CommonOptions {
  readonly provider?: string;
  readonly mode?: string;
  readonly field?: readonly string[];
  readonly zone?: string;
}

/** Options that say what the domain needs, and what is published where DNS can't be asked. */
function forDomain(command: Command): Command {
  return common(
    command
      .argument('<domain>')
      .option('--provider <id>', `record template: ${providerTemplates.map((template) => template.id).join(', ')}`)
      .option('--mode <id>', 'way of set-up of the provider')
      .option('--field <name=value...>', 'values that only the provider knows')
      .option('--zone <file>', 'zone file that says what is published; remembered for the domain, empty to forget it'),
  );
}

interface Target {
  readonly workspaceId: number;
  readonly domainId: number;
}

/** The domain of that name, added where it is not listed, and configured as the options say. */
async function chosenDomain(
  client: CoreClient,
  name: string,
  options: DomainOptions,
  terminal: Terminal,
): Promise<Target> {
  const workspaceId = await chosenWorkspace(client, options);
  let row = (await client.domains.list({ workspaceId })).find(
    (known) => known.name === name || known.unicodeName === name,
  );
  if (row === undefined) {
    const added = await client.domains.add({ workspaceId, text: name });
    const [refused] = added.refused;
    if (refused !== undefined) throw new RangeError(`${refused.message} ${refused.remedy}`);
    [row] = added.added;
    terminal.error(`${name} was added to the sender domains.\n`);
  }
  if (row === undefined) throw new RangeError(`${name} could not be added`);
  const target = { workspaceId, domainId: row.id };
  if (options.provider !== undefined || options.field !== undefined) {
    const { configuration } = await client.domains.configuration(target);
    const [first] = configuration.providers;
    const templateId = options.provider ?? first?.templateId ?? 'custom';
    const given = Object.fromEntries(
      (options.field ?? []).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const fields = { ...(first?.templateId === templateId ? first.fields : {}), ...given };
    const providers = [
      { templateId, mode: options.mode ?? (first?.templateId === templateId ? first.mode : ''), fields },
    ];
    await client.domains.configure({ ...target, configuration: { ...configuration, providers } });
  }
  if (options.zone !== undefined) {
    const text = options.zone === '' ? '' : await readTextFile('--zone', options.zone);
    const { zone } = await client.domains.pasteZone({ ...target, text });
    for (const line of findingLines(readZone(text, { origin: zone }).findings)) terminal.error(`${line}\n`);
  }
  return target;
}

const VERBS: Readonly<Record<Change['action'], string>> = {
  add: 'Add',
  replace: 'Replace',
  keep: 'Keep',
  conflict: 'In the way',
  waiting: 'Waiting',
  unknown: 'Add, not compared',
};

function changeLines(change: Change, zone: string): readonly string[] {
  const verb = change.after.length === 0 && change.before.length > 0 ? 'Remove' : VERBS[change.action];
  const isShown = change.action !== 'conflict' && change.action !== 'keep';
  return [
    `${verb}: ${change.type} ${relativeName(change.name, zone)}  ${change.reason}`,
    ...(change.action === 'keep' ? [] : change.before.map((record) => `   - ${record.ttl} ${valueText(record)}`)),
    ...(isShown ? change.after.map((record) => `   + ${record.ttl} ${valueText(record)}`) : []),
    ...findingLines(change.findings).map((line) => `   ${line}`),
  ];
}

function numbered(changes: readonly Change[], zone: string): readonly string[] {
  return changes.flatMap((change, index) => {
    const [first, ...rest] = changeLines(change, zone);
    return [`${index + 1}. ${first ?? ''}`, ...rest];
  });
}

function planLines({ plan, zone, sentence }: Manual): readonly string[] {
  const { changes, wayBack } = plan;
  return [
    `Zone ${zone}. ${sentence}`,
    ...(changes.length === 0 ? ['The domain needs no record. Choose a record template with --provider.'] : []),
    ...numbered(changes, zone),
    ...(wayBack.length === 0 ? [] : ['', 'The way back:', ...numbered(wayBack, zone)]),
  ];
}

/** 0 when nothing has to change, 3 when something has to, 6 when that is not known. */
function codeOf(changes: readonly Change[]): number {
  const actions = new Set(changes.map(({ action }) => action));
  if (actions.has('add') || actions.has('replace') || actions.has('conflict')) return exitCodes.notVerified;
  if (actions.has('unknown')) return exitCodes.noResult;
  return actions.has('waiting') ? exitCodes.notVerified : exitCodes.ok;
}

/** Adds `plan` and `records`. */
export function addPlanCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  forDomain(
    program
      .command('plan')
      .description('the changes of a domain in a safe order, what stands in the way, the way back'),
  ).action(async (name: string, options: DomainOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const manual = await client.domains.manual(await chosenDomain(client, name, options, terminal));
        const { domain, zone, sentence, plan } = manual as Manual;
        const findings = describeFindings(plan.findings);
        const data = { domain, zone, sentence, changes: plan.changes, wayBack: plan.wayBack, findings };
        print(terminal, options.json === true, data, planLines(manual as Manual));
        return codeOf(plan.changes);
      }),
    ),
  );
  forDomain(
    program
      .command('records')
      .description('the prepared records of a domain')
      .option('--way-back', 'what undoes the changes')
      .option('--format <format>', `one of ${handOverFormats.map((format) => format.id).join(', ')}`, 'text'),
  ).action(async (name: string, options: DomainOptions & { format: string; wayBack?: boolean }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const target = await chosenDomain(client, name, options, terminal);
        const format = options.json === true ? 'json' : options.format;
        const wayBack = options.wayBack === true;
        terminal.out((await client.domains.handOver({ ...target, format, wayBack })).text);
        return exitCodes.ok;
      }),
    ),
  );
}
