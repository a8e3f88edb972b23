import { ORPCError } from '@orpc/server';
import { Command, CommanderError } from 'commander';
import type { SettingsFields } from '../../../shared/contract/schemas.ts';
import { version } from '../parts.ts';
import { common, withSession } from './command.ts';
import { addDnsCommands } from './dns-commands.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import { addCheckCommands } from './check-commands.ts';
import { addProbeCommands } from './probe-commands.ts';
import { addPlanCommands } from './plan-commands.ts';
import { addRecordCommands } from './record-commands.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace, openVault, readTextFile } from './session.ts';

/** Every command of the CLI. Each opens a core, does one thing and ends with a documented exit code. */

/** Settings by the names that `settings set` takes. */
type TextField = Exclude<keyof SettingsFields, 'monitoringEnabled' | 'applicationHosting'>;

const FIELDS: Readonly<Record<string, TextField>> = {
  'service-url': 'serviceUrl',
  'response-domain': 'responseDomain',
  template: 'recordTemplate',
  mode: 'recordTemplateMode',
  resolver: 'resolver',
  'public-resolvers': 'publicResolvers',
  'fallback-resolvers': 'fallbackResolvers',
  'report-address': 'dmarcReportAddress',
};

const SERVICE_EXAMPLE = 'https://service.example.com';

function addSettings(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const settings = program.command('settings').description('the service connection of a workspace');
  common(settings.command('show').description('show the settings; secrets only as set or not')).action(
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
  const set = common(settings.command('set').description('change settings; all at once or none'));
  for (const name of Object.keys(FIELDS)) set.option(`--${name} <value>`);
  set
    .option('--extra-ca-file <file>', 'PEM file of certificates to trust')
    .option('--service-profile-file <file>', 'JSON file that says how keys are checked')
    .option('--api-key-file <file>', 'file that holds the API key')
    .option('--auth-key-file <file>', 'file that holds the Auth key')
    .action(async (options: CommonOptions & Record<string, string | undefined>) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const workspaceId = await chosenWorkspace(client, options);
          const fields: Partial<Record<TextField, string>> = {};
          for (const [name, field] of Object.entries(FIELDS)) {
            const value = options[name.replace(/-([a-z])/g, (_whole, letter: string) => letter.toUpperCase())];
            if (value !== undefined) fields[field] = value;
          }
          const fromFile = async (option: string, file: string | undefined) =>
            file === undefined ? undefined : readTextFile(option, file);
          const extraCa = await fromFile('--extra-ca-file', options.extraCaFile);
          const serviceProfile = await fromFile('--service-profile-file', options.serviceProfileFile);
          const apiKey = await fromFile('--api-key-file', options.apiKeyFile);
          const authKey = await fromFile('--auth-key-file', options.authKeyFile);
          if (
            [...Object.values(fields), extraCa, serviceProfile, apiKey, authKey].every((value) => value === undefined)
          )
            throw new RangeError(`Nothing to set. Name a setting, such as --service-url ${SERVICE_EXAMPLE}.`);
          if (apiKey !== undefined || authKey !== undefined) await openVault(client, options);
          const { revision } = await client.settings.get({ workspaceId });
          const saved = await client.settings.save({
            workspaceId,
            revision,
            fields: {
              ...fields,
              ...(extraCa === undefined ? {} : { extraCa }),
              ...(serviceProfile === undefined ? {} : { serviceProfile }),
            },
            ...(apiKey === undefined ? {} : { apiKey: { do: 'set' as const, value: apiKey.trim() } }),
            ...(authKey === undefined ? {} : { authKey: { do: 'set' as const, value: authKey.trim() } }),
          });
          print(terminal, options.json === true, { revision: saved.revision, fields: saved.fields }, ['Saved.']);
          return exitCodes.ok;
        }),
      ),
    );
}

async function readInput(names: readonly string[], file: string | undefined): Promise<string> {
  if (file !== undefined) return readTextFile('--file', file);
  if (names.length > 0) return names.join('\n');
  throw new RangeError('No domain was named. Write domains after the command, or give --file.');
}

function addDomains(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const domains = program.command('domains').description('sender domains');
  common(domains.command('add').argument('[domains...]').option('--file <file>', 'list or CSV file')).action(
    async (names: string[], options: CommonOptions & { file?: string }) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const report = await client.domains.add({
            workspaceId: await chosenWorkspace(client, options),
            text: await readInput(names, options.file),
          });
          const lines = [
            `${report.added.length} added, ${report.refused.length} refused`,
            ...report.refused.map((line) => `line ${line.line}: ${line.message} ${line.remedy}`),
          ];
          print(terminal, options.json === true, report, lines);
          return report.refused.length > 0 ? exitCodes.badInput : exitCodes.ok;
        }),
      ),
  );
  common(domains.command('list')).action(async (options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const rows = await client.domains.list({ workspaceId: await chosenWorkspace(client, options) });
        const table = rows.map((row) => [
          row.name,
          row.verdict,
          `spf ${row.spf}`,
          `dkim ${row.dkim}`,
          `dmarc ${row.dmarc}`,
          row.inUse ? '' : 'not in use',
        ]);
        print(terminal, options.json === true, rows, table.length === 0 ? ['No domain yet.'] : columns(table));
        return exitCodes.ok;
      }),
    ),
  );
  addCheckCommands(domains, terminal, finish);
}

const CODES: Readonly<Record<string, number>> = {
  BAD_INPUT: exitCodes.badInput,
  NOT_FOUND: exitCodes.badInput,
  CONFLICT: exitCodes.badInput,
  NOT_ALLOWED: exitCodes.badInput,
  VAULT_LOCKED: exitCodes.locked,
  WRONG_PASSPHRASE: exitCodes.locked,
};

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
  const code = error instanceof ORPCError ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  const data = error instanceof ORPCError ? (error.data as { remedy?: string; field?: string } | undefined) : undefined;
  const remedy = data?.remedy ?? (error instanceof Error && 'remedy' in error ? String(error.remedy) : '');
  if (asJson)
    terminal.out(
      `${JSON.stringify({ error: { code: code || (error instanceof RangeError ? 'BAD_INPUT' : 'FAILED'), message, remedy, ...(data?.field === undefined ? {} : { field: data.field }) } }, null, 2)}\n`,
    );
  else terminal.error(`${message}${remedy === '' ? '' : `. ${remedy}`}\n`);
  return CODES[code] ?? (error instanceof RangeError ? exitCodes.badInput : exitCodes.failed);
}

/**
 * Runs one command.
 *
 * @param args without the program's name.
 * @returns the exit code.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.ok;
  const finish = (result: number) => {
    code = result;
  };
  const program = new Command('sendwright')
    .description('Set up bulk email sending: the service, the sender domains, and their DNS records.')
    .version(version);
  // What every command takes may stand before it as well.
  common(program).hook('preAction', (_program, command) => {
    for (const [name, value] of Object.entries(program.opts())) {
      if (command.getOptionValue(name) === undefined) command.setOptionValue(name, value);
    }
  });
  program.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
  addSettings(program, terminal, finish);
  addProbeCommands(program, terminal, finish);
  addDomains(program, terminal, finish);
  addPlanCommands(program, terminal, finish);
  addRecordCommands(program, terminal, finish);
  addDnsCommands(program, terminal, finish);
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, terminal, args.includes('--json'));
  }
}
