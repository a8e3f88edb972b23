import type { Command } from 'commander';
import { Argument } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { AccountDomainsView, ServiceAction, ServiceView } from '../../../shared/contract/service.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, findingLines, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { openVault } from './passphrase.ts';
import { chosenWorkspace } from './session.ts';

/** What the cloud email service says of the account, and what it is told. */

type Finish = (code: number) => void;

interface NamedDomain {
  readonly workspaceId: number;
  readonly domain: string;
}

type Work = (client: CoreClient, workspaceId: number) => Promise<number>;

/** Runs a command that needs the keys. */
async function withKeys(terminal: Terminal, options: CommonOptions, work: Work): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    const workspaceId = await chosenWorkspace(client, options);
    await openVault(client, options);
    return work(client, workspaceId);
  });
}

function exitOf({ sending, responses }: ServiceView): number {
  const states = [sending.state, responses.state];
  if (states.some((state) => state === 'error' || state === 'inactive')) return exitCodes.notVerified;
  return sending.state === 'active' ? exitCodes.ok : exitCodes.noResult;
}

function keptKeyLines({ keptKey }: ServiceView): string[] {
  if (keptKey === null) return [];
  const old = keptKey.endsIn === null ? 'the old one' : `the old one, which ends in ${keptKey.endsIn},`;
  return [
    keptKey.isNewRefused
      ? `The service refuses the new API key; ${old} is kept. Go back to it with: service key old. Drop it with: service key new`
      : `The service has not taken the new API key yet; ${old} is kept until then.`,
  ];
}

function statusLines(view: ServiceView): string[] {
  const { sending, responses, provider, quota, tell } = view;
  const findings = [sending.finding, responses.finding].filter((finding): finding is Finding => finding !== null);
  const limit = quota?.limit === null ? 'no limit' : `${quota?.limit} a day`;
  return [
    ...columns([
      ['sending', sending.state, sending.message],
      ['responses', responses.state, responses.message],
      ['provider', provider ?? 'not told by the service'],
      ['quota', quota === null ? 'not told by the service' : `${quota.used} used today, ${limit}`],
    ]),
    ...(tell.isDue
      ? ['The service does not know the response domain and the Auth key yet. Tell it with: service tell']
      : []),
    ...keptKeyLines(view),
    ...findingLines(findings),
  ];
}

function printDeed(terminal: Terminal, options: CommonOptions, deed: ServiceAction): number {
  const { ok, code, message } = deed;
  const findings = describeFindings(deed.findings);
  print(terminal, options.json === true, { ok, code, message, findings }, [message, ...findingLines(deed.findings)]);
  if (ok) return exitCodes.ok;
  return deed.isConclusive ? exitCodes.notVerified : exitCodes.noResult;
}

function addStatus(service: Command, terminal: Terminal, finish: Finish): void {
  common(
    service
      .command('status')
      .description('whether mail can be sent and responses arrive, according to the service')
      .option('--seen', 'the last known state, without asking the service'),
  ).action(async (options: CommonOptions & { seen?: boolean }) => {
    const show = (view: ServiceView) => {
      print(terminal, options.json === true, view, statusLines(view));
      return exitOf(view);
    };
    finish(
      options.seen === true
        ? await withSession(terminal, options, async ({ client }) =>
            show(await client.service.status({ workspaceId: await chosenWorkspace(client, options) })),
          )
        : await withKeys(terminal, options, async (client, workspaceId) =>
            show(await client.service.refresh({ workspaceId })),
          ),
    );
  });
}

function addDomains(service: Command, terminal: Terminal, finish: Finish): void {
  const where = (here: boolean, there: boolean) => (here && there ? 'both' : here ? 'only here' : 'only there');
  common(
    service
      .command('domains')
      .description('compare the account’s sender domains with those listed here')
      .option('--seen', 'the last known list, without asking the service'),
  ).action(async (options: CommonOptions & { seen?: boolean }) => {
    const show = ({ domains }: AccountDomainsView) => {
      const rows = domains.map(({ domain, here, there, status, error }) => [
        domain,
        where(here, there),
        status ?? '',
        error,
      ]);
      print(
        terminal,
        options.json === true,
        domains,
        rows.length === 0 ? ['No domain on either side.'] : columns(rows),
      );
      return exitCodes.ok;
    };
    finish(
      options.seen === true
        ? await withSession(terminal, options, async ({ client }) =>
            show(await client.service.domains({ workspaceId: await chosenWorkspace(client, options) })),
          )
        : await withKeys(terminal, options, async (client, workspaceId) =>
            show(await client.service.refreshDomains({ workspaceId })),
          ),
    );
  });
}

function addRecords(service: Command, terminal: Terminal, finish: Finish): void {
  common(
    service.command('records').description('the records that the service generated for a domain').argument('<domain>'),
  ).action(async (domain: string, options: CommonOptions) =>
    finish(
      await withKeys(terminal, options, async (client, workspaceId) => {
        const read = await client.service.records({ workspaceId, domain });
        const { records, unread } = read ?? { records: [], unread: [] };
        print(
          terminal,
          options.json === true,
          read,
          read === null
            ? [`The service does not know ${domain}. Add it with: service add ${domain}`]
            : [
                ...columns(records.map(({ category, type, name, value }) => [category, type, name, value])),
                ...unread.flatMap(({ category, text }) => [
                  `Not read as a record (${category}):`,
                  ...text.split('\n').map((line) => `  ${line}`),
                ]),
              ],
        );
        return read === null ? exitCodes.noResult : exitCodes.ok;
      }),
    ),
  );
}

function addDeeds(service: Command, terminal: Terminal, finish: Finish): void {
  common(service.command('tell').description('tell the service the saved response domain and Auth key')).action(
    async (options: CommonOptions) =>
      finish(
        await withKeys(terminal, options, async (client, workspaceId) =>
          printDeed(terminal, options, await client.service.tell({ workspaceId })),
        ),
      ),
  );
  common(
    service
      .command('key')
      .description('after a new API key was refused: go back to the old one, or drop it')
      .addArgument(new Argument('<which>').choices(['old', 'new'])),
  ).action(async (key: 'old' | 'new', options: CommonOptions) =>
    finish(
      await withKeys(terminal, options, async (client, workspaceId) => {
        await client.service.chooseKey({ workspaceId, key });
        const view = await client.service.refresh({ workspaceId });
        print(terminal, options.json === true, view, statusLines(view));
        return exitOf(view);
      }),
    ),
  );
  const deeds = {
    add: [
      'add a domain to the account at the service',
      (client: CoreClient, input: NamedDomain) => client.service.addDomain(input),
    ],
    validate: [
      'get the service’s own verdict on a domain',
      (client: CoreClient, input: NamedDomain) => client.service.validateDomain(input),
    ],
  } as const;
  for (const [name, [description, ask]] of Object.entries(deeds)) {
    common(service.command(name).description(description).argument('<domain>')).action(
      async (domain: string, options: CommonOptions) =>
        finish(
          await withKeys(terminal, options, async (client, workspaceId) =>
            printDeed(terminal, options, await ask(client, { workspaceId, domain })),
          ),
        ),
    );
  }
}

/** Adds `service …` to the program; each command ends with a documented exit code. */
export function addServiceCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const service = program.command('service').description('the cloud email service behind a workspace');
  addStatus(service, terminal, finish);
  addDomains(service, terminal, finish);
  addRecords(service, terminal, finish);
  addDeeds(service, terminal, finish);
}
