import { ORPCError } from '@orpc/server';
import { Command, CommanderError, Option } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { VERDICT_WORDS } from '../../../shared/verdict/verdict-words.ts';
import { showControls } from '../../../shared/text/controls.ts';
import { version } from '../parts.ts';
import { common, exitCodeOf, refusalCode, withSession } from './command.ts';
import { addBackupCommands } from './backup-commands.ts';
import { addDnsCommands } from './dns-commands.ts';
import { addDomainCommands } from './domain-commands.ts';
import { addHandOverCommands } from './hand-over-commands.ts';
import { addHistoryCommands } from './history-commands.ts';
import { addTemplateCommands } from './template-commands.ts';
import { addEvidenceCommands } from './evidence-commands.ts';
import type { Output, Terminal } from './output.ts';
import { namesAsList } from '../../../shared/lists/names-as-list.ts';
import { refusedTable } from '../../../shared/lists/refused-table.ts';
import { columns, exitCodes, guarded, print } from './output.ts';
import { addCheckCommands } from './check-commands.ts';
import { addProbeCommands } from './probe-commands.ts';
import { addPlanCommands } from './plan-commands.ts';
import { addRecordCommands } from './record-commands.ts';
import { addRulesCommands } from './rules-commands.ts';
import { addVaultCommands } from './vault-commands.ts';
import { addWorkspaceCommands } from './workspace-commands.ts';
import { addServiceCommands } from './service-commands.ts';
import type { CommonOptions } from './session.ts';
import { openVault } from './passphrase.ts';
import { chosenWorkspace, otherWorkspace } from './session.ts';
import { confirm } from './passphrase.ts';
import { readCertificates, readSecretFile, readTextFile, writeTextFile } from './text-file.ts';

/** Every command of the CLI. Each opens a core, does one thing and ends with a documented exit code. */

/** The option of `settings set` for each field. */
const OPTIONS = {
  serviceUrl: '--service-url <url>',
  responseDomain: '--response-domain <url>',
  recordTemplate: '--template <id>',
  recordTemplateMode: '--mode <id>',
  extraCa: '--extra-ca-file <file>',
  monitoringEnabled: '--monitoring <state>',
  applicationHosting: '--hosting <where>',
  applicationBuild: '--build <framework>',
  serviceProfile: '--service-profile-file <file>',
  resolver: '--resolver <servers>',
  publicResolvers: '--public-resolvers <servers>',
  fallbackResolvers: '--fallback-resolvers <servers>',
  dmarcReportAddress: '--report-address <mailbox>',
  supportAddress: '--support-address <mailbox>',
} as const satisfies Record<keyof SettingsFields, string>;

const DESCRIPTIONS: Partial<Record<keyof SettingsFields, string>> = {
  extraCa: 'file of certificates to trust: PEM, DER (.cer) or PKCS #7 (.p7b)',
  monitoringEnabled: 'read the troubleshooting indicators: on or off',
  serviceProfile: 'JSON file that says how keys are checked',
};

/** What only certain words can be given for. */
const CHOICES: { readonly [Field in keyof SettingsFields]?: Readonly<Record<string, SettingsFields[Field]>> } = {
  monitoringEnabled: { on: true, off: false },
  applicationHosting: { 'on-site': 'on-site', cloud: 'cloud' },
  applicationBuild: { 'net-framework': 'net-framework', net: 'net' },
};

/** What is read from a file that the option names. */
const FROM_FILES: Partial<Record<keyof SettingsFields, (option: string, file: string) => Promise<string>>> = {
  extraCa: readCertificates,
  serviceProfile: readTextFile,
};

/** The fields that options were given for. */
async function readFields(options: Record<string, string | undefined>): Promise<Partial<SettingsFields>> {
  const fields: Partial<Record<keyof SettingsFields, string | boolean>> = {};
  for (const [name, flags] of Object.entries(OPTIONS)) {
    const field = name as keyof SettingsFields;
    const option = new Option(flags);
    const given = options[option.attributeName()];
    if (given === undefined) continue;
    const fromFile = FROM_FILES[field];
    fields[field] =
      fromFile === undefined ? (CHOICES[field]?.[given] ?? given) : await fromFile(option.long ?? flags, given);
  }
  return fields as Partial<SettingsFields>;
}

const SERVICE_EXAMPLE = 'https://service.example.com';

function addSettings(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const settings = program.command('settings').description('show or change the settings of a workspace');
  common(settings.command('show').description('show the settings; for secrets, only whether they are set')).action(
    async (options: CommonOptions) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const { fields, apiKey, authKey, provider, connection, revision } = await client.settings.get({
            workspaceId: await chosenWorkspace(client, options),
          });
          const rows = Object.entries({ ...fields, extraCa: fields.extraCa === '' ? '' : '(given)' }).map(
            ([name, value]) => [name, String(value)],
          );
          print(terminal, options.json === true, { revision, fields, apiKey, authKey, provider, connection }, [
            ...columns([
              ...rows,
              ['apiKey', apiKey.state],
              ['authKey', authKey.state],
              ['provider', provider.name ?? 'not told by the service'],
              ['connection', connection.text],
            ]),
          ]);
          return exitCodes.ok;
        }),
      ),
  );
  const set = common(settings.command('set').description('change settings; all of them or none'));
  for (const [name, flags] of Object.entries(OPTIONS)) {
    const field = name as keyof SettingsFields;
    const option = new Option(flags, DESCRIPTIONS[field] ?? '');
    const choices = CHOICES[field];
    set.addOption(choices === undefined ? option : option.choices(Object.keys(choices)));
  }
  set
    .option('--api-key-file <file>', 'file that holds the API key')
    .option('--auth-key-file <file>', 'file that holds the Auth key')
    .action(async (options: CommonOptions & Record<string, string | undefined>) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const workspaceId = await chosenWorkspace(client, options, { makes: true });
          const fields = await readFields(options);
          const secretFromFile = async (option: string, file: string | undefined) =>
            file === undefined ? undefined : readSecretFile(option, file);
          const apiKey = await secretFromFile('--api-key-file', options.apiKeyFile);
          const authKey = await secretFromFile('--auth-key-file', options.authKeyFile);
          if (Object.keys(fields).length === 0 && apiKey === undefined && authKey === undefined)
            throw new RangeError(`Nothing to set. Name a setting, such as --service-url ${SERVICE_EXAMPLE}.`);
          if (apiKey !== undefined || authKey !== undefined) await openVault(client, options);
          const { revision } = await client.settings.get({ workspaceId });
          const saved = await client.settings.save({
            workspaceId,
            revision,
            fields,
            ...(apiKey === undefined ? {} : { apiKey: { do: 'set' as const, value: apiKey.trim() } }),
            ...(authKey === undefined ? {} : { authKey: { do: 'set' as const, value: authKey.trim() } }),
          });
          print(terminal, options.json === true, { revision: saved.revision, fields: saved.fields }, ['Saved.']);
          return exitCodes.ok;
        }),
      ),
    );
}

interface AddOptions {
  readonly file?: string;
  readonly fromWorkspace?: string;
  readonly column?: number;
  readonly fromAddresses?: boolean;
  readonly allNames?: boolean;
  readonly refused?: string;
  readonly yes?: boolean;
}

async function readInput(client: CoreClient, names: readonly string[], options: AddOptions): Promise<string> {
  const { file, fromWorkspace } = options;
  if (file !== undefined) return readTextFile('--file', file);
  if (fromWorkspace !== undefined) {
    const workspaceId = await otherWorkspace(client, '--from-workspace', fromWorkspace);
    return namesAsList(await client.domains.list({ workspaceId }));
  }
  if (names.length > 0) return names.join('\n');
  throw new RangeError('No domain was named. Write domains after the command, or give --file or --from-workspace.');
}

type ListReport = Awaited<ReturnType<CoreClient['domains']['add']>>;

function questionLines(columns: NonNullable<ListReport['question']>): readonly string[] {
  return [
    'Several columns may hold the domains. Nothing was added; name one with --column:',
    ...columns.map(
      ({ index, heading, samples }) => `  ${index + 1}  ${heading === '' ? '' : `${heading}: `}${samples.join(', ')}`,
    ),
  ];
}

function reportLines({ added, known, offered, refused, readAs, answerOf }: ListReport): readonly string[] {
  const isZone = readAs === 'zone';
  return [
    ...(answerOf === null ? [] : [`Read as a response from ${answerOf}.`]),
    ...(isZone ? ['Read as a zone.'] : []),
    [
      `${added.length} added`,
      ...(known.length === 0 ? [] : [`${known.length} already listed`]),
      `${refused.length} refused`,
    ].join(', '),
    ...offered.map(({ line, text, unicodeName }) =>
      isZone
        ? `line ${line}: ${text}: no mail record names it; add it by name, or all such names with --all-names`
        : `line ${line}: ${text} holds ${unicodeName}; add it with --from-addresses`,
    ),
    ...refused.map(({ line, message, remedy }) => `line ${line}: ${message} ${remedy}`),
  ];
}

/** The options by which a list is understood and taken. */
function forList(command: Command): Command {
  return common(
    command
      .option('--column <number>', 'the column of a table that holds the domains, from 1', Number)
      .option('--refused <file>', 'write the refused lines to this CSV file')
      .option('--from-addresses', 'also take the domains found in web and mail addresses')
      .option('--all-names', 'from a zone, also take the names without a mail record')
      .option('--yes', 'add without asking; a domain can’t be deleted later'),
  );
}

/** Shows what a list holds, and adds it where nothing is open. @returns the exit code. */
async function addList(
  client: CoreClient,
  names: readonly string[],
  options: CommonOptions & AddOptions,
  terminal: Terminal,
): Promise<number> {
  const input = {
    workspaceId: await chosenWorkspace(client, options, { makes: true }),
    text: await readInput(client, names, options),
    takeOffered: options.fromAddresses === true || options.allNames === true,
    ...(options.column === undefined ? {} : { column: options.column - 1 }),
  };
  const preview = await client.domains.preview(input);
  if (options.refused !== undefined) await writeTextFile('--refused', options.refused, refusedTable(preview.refused));
  if (preview.question !== null) {
    print(terminal, options.json === true, { ...preview, added: [] }, questionLines(preview.question));
    return exitCodes.badInput;
  }
  const count = preview.accepted.length;
  if (options.json !== true && count > 0) {
    terminal.out(`${preview.accepted.map(({ unicodeName }) => `  ${unicodeName}`).join('\n')}\n`);
    const question =
      count === 1
        ? 'Add this domain? It can’t be deleted later.'
        : `Add these ${count} domains? They can’t be deleted later.`;
    if (options.yes !== true && process.stdin.isTTY && !(await confirm(question))) return exitCodes.ok;
  }
  const report = await client.domains.add(input);
  print(terminal, options.json === true, report, reportLines(report));
  return report.refused.length > 0 ? exitCodes.badInput : exitCodes.ok;
}

function addDomains(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const domains = program.command('domains').description('sender domains');
  const add = async (names: readonly string[], options: CommonOptions & AddOptions): Promise<void> =>
    finish(await withSession(terminal, options, ({ client }) => addList(client, names, options, terminal)));
  forList(
    domains
      .command('add')
      .argument('[domains...]')
      .option('--file <file>', 'list, table, a provider’s answer in JSON, or a zone; - for standard input')
      .option('--from-workspace <name>', 'the domains of another workspace'),
  ).action(add);
  forList(
    domains
      .command('import')
      .argument('<file>', 'list, table, a provider’s answer in JSON, or a zone; - for standard input'),
  ).action((file: string, options: CommonOptions & AddOptions) => add([], { ...options, file }));
  common(domains.command('list')).action(async (options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const rows = await client.domains.list({ workspaceId: await chosenWorkspace(client, options) });
        const table = rows.map((row) => [
          row.name,
          VERDICT_WORDS[row.verdict],
          `spf ${VERDICT_WORDS[row.spf]}`,
          `dkim ${VERDICT_WORDS[row.dkim]}`,
          `dmarc ${VERDICT_WORDS[row.dmarc]}`,
          row.inUse ? '' : 'not in use',
        ]);
        print(terminal, options.json === true, rows, table.length === 0 ? ['No domain yet.'] : columns(table));
        return exitCodes.ok;
      }),
    ),
  );
  addCheckCommands(domains, terminal, finish);
  addDomainCommands(domains, terminal, finish);
}

function explain(error: unknown, terminal: Terminal, asJson: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    // Commander has told it to people already.
    if (asJson)
      terminal.out(
        `${JSON.stringify({ error: { code: 'USAGE', message: error.message.replace(/^error: /, ''), remedy: 'See --help.' } }, null, 2)}\n`,
      );
    return exitCodes.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  const data = error instanceof ORPCError ? (error.data as { remedy?: string; field?: string } | undefined) : undefined;
  const remedy = data?.remedy ?? (error instanceof Error && 'remedy' in error ? String(error.remedy) : '');
  if (asJson)
    terminal.out(
      `${JSON.stringify({ error: { code: refusalCode(error) ?? 'FAILED', message, remedy, ...(data?.field === undefined ? {} : { field: data.field }) } }, null, 2)}\n`,
    );
  else terminal.error(`${showControls(remedy === '' ? message : `${message.replace(/\.$/, '')}. ${remedy}`)}\n`);
  return exitCodeOf(error);
}

/** The words by which a command is called: `domains list`. */
function nameOf(command: Command): string {
  const words: string[] = [];
  for (let at: Command | null = command; at?.parent != null; at = at.parent) words.unshift(at.name());
  return words.join(' ');
}

/**
 * Runs one command.
 *
 * @param args without the program's name.
 * @returns the exit code.
 */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  const terminal = guarded(output);
  let code: number = exitCodes.ok;
  const finish = (result: number) => {
    code = result;
  };
  const program = createProgram(terminal, finish);
  try {
    await program.parseAsync(args.map(asText), { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, terminal, args.includes('--json'));
  }
}

/** A key in PEM begins with hyphens, as no option does: behind a line end it is read as the text that it is. */
function asText(argument: string): string {
  return argument.startsWith('-----BEGIN ') ? `\n${argument}` : argument;
}

/**
 * Every command with its options, ready to read a command line.
 *
 * @param finish takes the exit code.
 */
export function createProgram(terminal: Terminal, finish: (code: number) => void): Command {
  const program = new Command('sendwright')
    .description('Set up bulk email sending: the service, the sender domains, and their DNS records.')
    .version(version);
  // What every command takes may stand before it as well.
  common(program).hook('preAction', (_program, command) => {
    for (const [name, value] of Object.entries(program.opts())) {
      if (command.getOptionValue(name) === undefined) command.setOptionValue(name, value);
    }
    command.setOptionValue('commandName', nameOf(command));
  });
  program.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
  addSettings(program, terminal, finish);
  addProbeCommands(program, terminal, finish);
  addServiceCommands(program, terminal, finish);
  addDomains(program, terminal, finish);
  addPlanCommands(program, terminal, finish);
  addHandOverCommands(program, terminal, finish);
  addTemplateCommands(program, terminal, finish);
  addHistoryCommands(program, terminal, finish);
  addRecordCommands(program, terminal, finish);
  addDnsCommands(program, terminal, finish);
  addEvidenceCommands(program, terminal, finish);
  addRulesCommands(program, terminal, finish);
  addVaultCommands(program, terminal, finish);
  addBackupCommands(program, terminal, finish);
  addWorkspaceCommands(program, terminal, finish);
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
  return program;
}
