import { counted } from '../../../shared/text/counted.ts';
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { SeveralChange } from '../../../shared/contract/domains.ts';
import { common, withSession } from './command.ts';
import { chosenIds, domainNamed, rowsNamed } from './listed-domains.ts';
import type { Terminal } from './output.ts';
import { exitCodes, print, tell } from './output.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';

/** What is decided of domains that are listed: whether they are in use, whether they send, and how they are set up. */

type Finish = (code: number) => void;

function addInUse(domains: Command, terminal: Terminal, finish: Finish): void {
  const commands = [
    ['in-use', true, 'take domains back into use'],
    ['not-in-use', false, 'set domains aside: they stay listed, but are no longer checked or reported'],
  ] as const;
  for (const [name, inUse, description] of commands) {
    common(domains.command(name).description(description).argument('<domains...>')).action(
      async (names: readonly string[], options: CommonOptions) =>
        finish(
          await withSession(terminal, options, async ({ client }) => {
            const workspaceId = await chosenWorkspace(client, options);
            const chosen = rowsNamed(await client.domains.list({ workspaceId }), names);
            const rows = await client.domains.setInUse({ workspaceId, domainIds: chosen.map(({ id }) => id), inUse });
            print(terminal, options.json === true, rows, [
              inUse
                ? counted(rows.length, { one: '{count} domain in use now.', other: '{count} domains in use now.' })
                : counted(rows.length, {
                    one: '{count} domain not in use now.',
                    other: '{count} domains not in use now.',
                  }),
            ]);
            return exitCodes.ok;
          }),
        ),
    );
  }
}

function addNeverSends(domains: Command, terminal: Terminal, finish: Finish): void {
  common(
    domains
      .command('never-sends')
      .description('declare that no mail is sent from a domain: its records then refuse all mail in its name')
      .argument('<domain>')
      .addArgument(new Argument('<state>').choices(['on', 'off'])),
  ).action(async (name: string, state: 'on' | 'off', options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const target = await domainNamed(client, await chosenWorkspace(client, options), name);
        const { revision } = await client.domains.configuration(target);
        const neverSends = state === 'on';
        const manual = await client.domains.configure({ ...target, revision, configuration: { neverSends } });
        print(terminal, options.json === true, { domain: manual.domain, neverSends, sentence: manual.sentence }, [
          neverSends ? `${manual.domain} never sends mail.` : `${manual.domain} may send mail.`,
          manual.sentence,
        ]);
        return exitCodes.ok;
      }),
    ),
  );
}

interface ConfigureOptions extends CommonOptions {
  readonly all?: true;
  readonly provider?: string;
  readonly mode?: string;
  readonly value?: readonly string[];
  readonly reports?: string;
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
}

/** @throws RangeError that names the pair that is none. */
function pairsOf(option: string, pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const border = pair.indexOf('=');
      if (border < 1) throw new RangeError(`${option} ${pair} names no field. Write ${option} FIELD=VALUE.`);
      return [pair.slice(0, border), pair.slice(border + 1)];
    }),
  );
}

function changeOf({ provider, mode, value, reports, tag, untag }: ConfigureOptions): SeveralChange {
  if (mode !== undefined && provider === undefined)
    throw new RangeError(`--mode ${mode} needs a provider. Name one with --provider.`);
  const change: SeveralChange = {
    ...(provider === undefined ? {} : { provider: { templateId: provider, mode: mode ?? '' } }),
    ...(value === undefined ? {} : { values: pairsOf('--value', value) }),
    ...(reports === undefined ? {} : { reportAddress: reports === '' ? null : reports }),
    ...(tag === undefined ? {} : { addTags: [...tag] }),
    ...(untag === undefined ? {} : { removeTags: [...untag] }),
  };
  if (Object.keys(change).length > 0) return change;
  throw new RangeError('Nothing to change. Give --provider, --value, --reports, --tag or --untag.');
}

function addConfigure(domains: Command, terminal: Terminal, finish: Finish): void {
  common(
    domains
      .command('configure')
      .description('make the same change to several domains; what is not given stays unchanged')
      .argument('[domains...]')
      .option('--all', 'every domain in use')
      .option('--provider <id>', 'the provider that sends for them')
      .option('--mode <id>', 'setup method of that provider')
      .option('--value <field=value...>', 'a provider value that is the same for all')
      .option('--reports <mailbox>', 'address for aggregate reports; empty: none')
      .option('--tag <word...>', 'add a tag')
      .option('--untag <word...>', 'take a tag away'),
  ).action(async (names: readonly string[], options: ConfigureOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const change = changeOf(options);
        const workspaceId = await chosenWorkspace(client, options);
        const domainIds = chosenIds(await client.domains.list({ workspaceId }), names, options.all === true);
        const { changed, refused } = await client.domains.configureSeveral({ workspaceId, domainIds, change });
        print(terminal, options.json === true, { changed, refused }, [
          counted(changed, { one: '{count} domain changed.', other: '{count} domains changed.' }),
        ]);
        if (options.json !== true)
          tell(
            terminal,
            refused.map(({ domain, message, remedy }) => `${domain}: ${message}. ${remedy}`),
          );
        return refused.length === 0 ? exitCodes.ok : exitCodes.badInput;
      }),
    ),
  );
}

/** Adds the commands to `domains`; each ends with a documented exit code. */
export function addDomainCommands(domains: Command, terminal: Terminal, finish: Finish): void {
  addInUse(domains, terminal, finish);
  addNeverSends(domains, terminal, finish);
  addConfigure(domains, terminal, finish);
}
