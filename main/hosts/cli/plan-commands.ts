import { factsText } from '../../../shared/facts/fact-text.ts';
import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { DomainConfiguration } from '../../../shared/contract/domains.ts';
import { weakeningKind } from '../../../shared/contract/domains.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { asZoneFile } from '../../../shared/lists/record-table.ts';
import { relativeName } from '../../../shared/dns/names.ts';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { handOverFormats } from '../../../shared/handover/index.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import { valueText } from '../../../shared/dns/record-text.ts';
import type { Change, WeakeningKind } from '../../../shared/plan/types.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import { providerKeys } from '../../../shared/providers/field-keys.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { exitCodes, findingLines, print, tell } from './output.ts';
import { instantText } from '../../../shared/text/instant.ts';
import type { CommonOptions } from './session.ts';
import type { Target } from './listed-domains.ts';
import { chosenWorkspace } from './session.ts';
import { readTextFile } from './text-file.ts';

/** Commands on what a domain has to publish: the plan, and its records in a hand-over format. */

interface DomainOptions extends CommonOptions {
  readonly provider?: string;
  readonly mode?: string;
  readonly field?: readonly string[];
  readonly zone?: string;
  readonly weaker?: readonly string[];
  readonly keep?: readonly string[];
  readonly meant?: string;
}

/** Options that say what the domain needs, and what is published where DNS can't be asked. */
function forDomain(command: Command): Command {
  return common(
    command
      .argument('<domain>')
      .option('--provider <id>', `record template: ${providerTemplates.map((template) => template.id).join(', ')}`)
      .option('--mode <id>', 'setup method of the provider')
      .option(
        '--field <name=value...>',
        'values that only the provider knows; PROVIDER.FIELD=VALUE if there are several providers',
      )
      .option('--zone <file>', 'zone file with what is published; remembered for the domain, empty to clear it')
      .option('--weaker <kind...>', `accept what would be weaker: ${weakeningKind.options.join(', ')}`)
      .option('--keep <kind...>', 'withdraw such a choice')
      .option(
        '--meant <meaning>',
        'which of the meanings listed for a DMARC or DKIM record; RECORD: MEANING if several list it; empty clears all',
      ),
  );
}

type Providers = DomainConfiguration['providers'];

/**
 * The domain's providers, the chosen one alone where one is named; what it already knows of that one stays.
 *
 * @throws RangeError where a set-up method is named and not of which of several providers.
 */
function withProvider(providers: Providers, { provider, mode }: DomainOptions): Providers {
  if (provider === undefined) {
    if (mode === undefined) return providers;
    const [only, second] = providers;
    if (only === undefined || second !== undefined)
      throw new RangeError(`--mode ${mode} does not say of which provider. Give --provider as well.`);
    return [{ ...only, mode }];
  }
  const known = providers.find(({ templateId }) => templateId === provider);
  return [{ templateId: provider, mode: mode ?? known?.mode ?? '', fields: known?.fields ?? {} }];
}

/**
 * Puts values into the fields that they name.
 *
 * @param pairs `field=value`, or `provider.field=value` where a domain has several providers.
 * @throws RangeError naming the pair that can't be told.
 */
function withValues(providers: Providers, pairs: readonly string[]): Providers {
  const keys = providerKeys(providers.map(({ templateId }) => templateId));
  const filled = providers.map((provider) => ({ ...provider, fields: { ...provider.fields } }));
  for (const pair of pairs) {
    const border = pair.indexOf('=');
    const name = border === -1 ? pair : pair.slice(0, border);
    const dot = name.lastIndexOf('.');
    const index = dot === -1 ? 0 : keys.indexOf(name.slice(0, dot));
    const provider = filled[index];
    if (border < 1 || provider === undefined) {
      throw new RangeError(
        `--field ${name} names no field. Write --field FIELD=VALUE, or PROVIDER.FIELD=VALUE with one of ${keys.join(', ') || 'the providers chosen with --provider'}`,
      );
    }
    if (dot === -1 && filled.length > 1) {
      throw new RangeError(
        `--field ${name} could be of any of ${keys.join(', ')}. Write --field ${keys[0] ?? ''}.${name}=VALUE`,
      );
    }
    provider.fields[name.slice(dot + 1)] = pair.slice(border + 1);
  }
  return filled;
}

function readKind(option: string, text: string): WeakeningKind {
  const kind = weakeningKind.options.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new RangeError(`${option} ${text} is not one of the choices. Use one of ${weakeningKind.options.join(', ')}.`);
}

/** One of the meanings that a plan lists for a record. */
interface ListedMeaning {
  readonly purpose: string;
  /** The record’s relative name. */
  readonly record: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

async function listedMeanings(client: CoreClient, target: Target): Promise<readonly ListedMeaning[]> {
  const { steps } = await client.domains.manual(target);
  const cards = steps.flatMap((step) => step.cards);
  return cards.flatMap(({ purpose, name, meaning, findings }) =>
    meaning === null
      ? []
      : findings.flatMap(({ readings = [] }) =>
          readings.map((reading) => ({
            purpose,
            record: name.relative,
            label: reading.label,
            from: meaning.from,
            to: applyFix(meaning.to, reading),
          })),
        ),
  );
}

/**
 * Keeps which of its meanings a DMARC or DKIM record has.
 *
 * @param text the label as the plan lists it, behind the record’s name where several list it; empty: nobody has chosen
 *   any more.
 * @throws RangeError where the plan lists no such meaning, or several, with those that it lists.
 */
async function chooseMeaning(client: CoreClient, target: Target, text: string): Promise<void> {
  const { revision, configuration } = await client.domains.configuration(target);
  if (text === '') {
    const taken = { dmarcEdited: null, dkimEdited: [] };
    await client.domains.configure({ ...target, revision, configuration: taken });
    return;
  }
  const listed = await listedMeanings(client, target);
  const [chosen, second] = listed.filter(({ record, label }) => label === text || text === `${record}: ${label}`);
  if (chosen === undefined || second !== undefined) {
    const labels = listed.map(({ record, label }) => `“${record}: ${label}”`).join(', ');
    const why = chosen === undefined ? 'is no meaning that is listed for a record' : 'is a meaning of several records';
    throw new RangeError(
      `--meant ${text} ${why}. ${labels === '' ? 'There is nothing to choose.' : `Use one of ${labels}.`}`,
    );
  }
  const edited = { from: chosen.from, to: chosen.to };
  const others = (configuration.dkimEdited ?? []).filter(({ from }) => from !== chosen.from);
  const change = chosen.purpose === 'dkim' ? { dkimEdited: [...others, edited] } : { dmarcEdited: edited };
  await client.domains.configure({ ...target, revision, configuration: change });
}

/**
 * Holds the mode and the fields that were named against the templates of the workspace.
 *
 * @throws RangeError naming what no template has, and what there is.
 */
async function checkNamed(
  client: CoreClient,
  workspaceId: number,
  { mode, field = [] }: DomainOptions,
  providers: Providers,
): Promise<void> {
  const templates = (await client.templates.list({ workspaceId })).map(({ template }) => template);
  const keys = providerKeys(providers.map(({ templateId }) => templateId));
  const named = providers.flatMap((provider, index) => {
    const template = templates.find(({ id }) => id === provider.templateId);
    return template === undefined ? [] : [{ key: keys[index] ?? '', template, mode: provider.mode }];
  });
  const list = (words: readonly string[]) => (words.length === 0 ? 'none' : words.join(', '));
  for (const { template } of named) {
    if (mode === undefined || mode === '' || template.modes.some(({ id }) => id === mode)) continue;
    const modes = list(template.modes.map(({ id }) => id));
    throw new RangeError(`--mode ${mode} is no set-up method of ${template.name}. Use one of ${modes}.`);
  }
  for (const pair of field) {
    const name = pair.slice(0, Math.max(0, pair.indexOf('=')));
    const dot = name.lastIndexOf('.');
    const of = dot === -1 ? named[0] : named.find(({ key }) => key === name.slice(0, dot));
    const fields = of === undefined ? [] : modeOf(of.template, of.mode).fields.map(({ id }) => id);
    if (of === undefined || fields.includes(name.slice(dot + 1))) continue;
    throw new RangeError(`--field ${name} is no field of ${of.template.name}. Use one of ${list(fields)}.`);
  }
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
  if (options.provider !== undefined || options.mode !== undefined || options.field !== undefined) {
    const { revision, configuration } = await client.domains.configuration(target);
    const providers = withValues(withProvider(configuration.providers, options), options.field ?? []);
    await checkNamed(client, workspaceId, options, providers);
    await client.domains.configure({ ...target, revision, configuration: { providers } });
  }
  if (options.zone !== undefined) {
    const text = options.zone === '' ? '' : asZoneFile(await readTextFile('--zone', options.zone));
    const { zone } = await client.domains.pasteZone({ ...target, text });
    tell(terminal, findingLines(readZone(text, { origin: zone }).findings));
  }
  if (options.meant !== undefined) await chooseMeaning(client, target, options.meant);
  for (const kind of options.keep ?? [])
    await client.domains.chooseWeaker({ ...target, kind: readKind('--keep', kind), chosen: false });
  for (const kind of options.weaker ?? [])
    await client.domains.chooseWeaker({ ...target, kind: readKind('--weaker', kind), chosen: true });
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
  const isDecision = change.weakens !== undefined;
  const isRemoval = change.after.length === 0 && change.before.length > 0;
  const verb = isDecision ? 'Decide' : isRemoval ? 'Remove' : VERBS[change.action];
  const isShown = isDecision || (change.action !== 'conflict' && change.action !== 'keep');
  return [
    `${verb}: ${change.type} ${relativeName(change.name, zone)}  ${change.reason}`,
    ...(change.action === 'keep' ? [] : change.before.map((record) => `   - ${record.ttl} ${valueText(record)}`)),
    ...(isShown ? change.after.map((record) => `   + ${record.ttl} ${valueText(record)}`) : []),
    ...findingLines(change.findings).map((line) => `   ${line}`),
    ...(change.weakens ?? []).map((kind) => `   Not handed over. To publish it anyway: --weaker ${kind}`),
  ];
}

/** What the plan changes for receivers, part by part. */
function effectLines({ effect, plan, questions }: Manual): readonly string[] {
  return [
    '',
    `Effect: ${effect.line}`,
    ...effect.parts.flatMap(({ label, before, after, isChanged, note }) => [
      isChanged ? `  ${label}: ${before} → ${after}` : `  ${label}: ${before}`,
      ...(note === null ? [] : [`    ${note}`]),
    ]),
    ...questions.map(({ title, remedy }) => `Not known: ${title}. ${remedy}`),
    ...plan.chosen.map(({ what, by, at }) => `Accepted by ${by}, ${instantText(at)}: ${factsText(what)}`),
  ];
}

function numbered(changes: readonly Change[], zone: string): readonly string[] {
  return changes.flatMap((change, index) => {
    const [first, ...rest] = changeLines(change, zone);
    return [`${index + 1}. ${first ?? ''}`, ...rest];
  });
}

/** What the service says of the domain: its verdict, where its records are others, and what could not be read. */
function serviceLines({ service }: Manual): readonly string[] {
  if (service === null) return [];
  const { isThere, isVerified, error, hasRecords, unread, differences, seenAt } = service;
  const word = isThere ? (isVerified ? 'verified' : `not verified${error === '' ? '' : ` (${error})`}`) : 'not listed';
  return [
    '',
    `The service, asked ${instantText(seenAt)}: ${word}.${hasRecords ? ' Its records are part of this plan.' : ''}`,
    ...differences.map(({ title, explanation, remedy }) => `  ${title}. ${explanation} ${remedy}`),
    ...unread.flatMap(({ category, text }) => [
      `  Not read as a record, as the service shows it (${category}):`,
      ...text.split('\n').map((line) => `    ${line}`),
    ]),
  ];
}

function planLines(manual: Manual): readonly string[] {
  const { plan, zone, sentence } = manual;
  const { changes, wayBack } = plan;
  return [
    `Zone ${zone}. ${sentence}`,
    ...findingLines(plan.findings.filter(({ code }) => code === 'plan.free-domain')),
    ...numbered(changes, zone),
    ...(changes.length === 0 ? [] : effectLines(manual)),
    ...serviceLines(manual),
    ...(wayBack.length === 0 ? [] : ['', 'Undo:', ...numbered(wayBack, zone)]),
  ];
}

/** 0 when nothing has to change, 3 when something has to, 6 when that is not known. */
function codeOf(changes: readonly Change[]): number {
  const actions = new Set(changes.map(({ action }) => action));
  if (actions.has('add') || actions.has('replace') || actions.has('conflict')) return exitCodes.notVerified;
  if (actions.has('unknown')) return exitCodes.noResult;
  return actions.has('waiting') ? exitCodes.notVerified : exitCodes.ok;
}

/** What to give where nobody has chosen whose records a domain needs. */
function withoutTemplate(name: string): string {
  const ids = providerTemplates.map(({ id }) => id).join(', ');
  return `No record template is chosen for ${name}. Give --provider with one of ${ids}; for all domains of the workspace: sendwright settings set --template ID`;
}

/** Adds `plan` and `records`. */
export function addPlanCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  forDomain(
    program.command('plan').description('a domain’s changes in a safe order, conflicts, and how to undo them'),
  ).action(async (name: string, options: DomainOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const manual = await client.domains.manual(await chosenDomain(client, name, options, terminal));
        if (manual.awaitsTemplate) throw new RangeError(withoutTemplate(name));
        const { domain, zone, sentence, plan, questions, service } = manual as Manual;
        const { changes, wayBack, effect, chosen } = plan;
        const findings = describeFindings(plan.findings);
        const data = { domain, zone, sentence, changes, wayBack, findings, effect, questions, chosen, service };
        print(terminal, options.json === true, data, planLines(manual as Manual));
        return codeOf(plan.changes);
      }),
    ),
  );
  forDomain(
    program
      .command('records')
      .description('the prepared records of a domain')
      .option('--way-back', 'a hand-over that undoes the changes')
      .option('--complete', 'every required record, including those already published')
      .option('--format <format>', `one of ${handOverFormats.map((format) => format.id).join(', ')}`, 'text'),
  ).action(async (name: string, options: DomainOptions & { format: string; wayBack?: boolean; complete?: boolean }) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const target = await chosenDomain(client, name, options, terminal);
        const format = options.json === true ? 'json' : options.format;
        const { configuration } = await client.domains.configuration(target);
        if (configuration.providers.length === 0 && !configuration.neverSends)
          throw new RangeError(withoutTemplate(name));
        const content = { wayBack: options.wayBack === true, complete: options.complete === true };
        const { text, remarks = [] } = await client.domains.handOver({ ...target, format, ...content });
        await client.domains.noteHandOver({
          workspaceId: target.workspaceId,
          domainIds: [target.domainId],
          format,
          ...content,
        });
        terminal.file(text);
        tell(terminal, remarks);
        return exitCodes.ok;
      }),
    ),
  );
}
