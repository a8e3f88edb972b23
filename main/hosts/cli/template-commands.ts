import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { ProviderTemplate } from '../../../shared/providers/template/template.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';
import { readTextFile } from './text-file.ts';

/** `templates …`: what each provider asks to be published, as a workspace changes it. */

type Finish = (code: number) => void;
type Listed = Awaited<ReturnType<CoreClient['templates']['list']>>[number];

/** @throws RangeError that names the templates there are. */
function templateNamed(templates: readonly Listed[], id: string): Listed {
  const found = templates.find(({ template }) => template.id === id);
  if (found !== undefined) return found;
  throw new RangeError(
    `There is no template ${id}. Name one of ${templates.map(({ template }) => template.id).join(', ')}.`,
  );
}

function templateLines({ name, source, modes }: ProviderTemplate): readonly string[] {
  return [
    `${name}, by ${source.url} (${source.date})`,
    ...modes.flatMap(({ id, label, spfTerms, spfName, fields, records }) => [
      '',
      `${id}: ${label}`,
      ...columns([
        ...(spfTerms.length === 0 ? [] : [['  spf', 'TXT', spfName, spfTerms.join(' ')]]),
        ...records.map((record) => [
          `  ${record.id}${record.optional ? ' (optional)' : ''}`,
          record.type,
          record.name,
          record.value,
        ]),
      ]),
      ...fields.map((field) => `  {${field.id}}: ${field.label}`),
    ]),
  ];
}

/** The changes in a file. @throws RangeError where it holds no JSON. */
async function overrideIn(file: string): Promise<unknown> {
  const text = await readTextFile('FILE', file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // What JSON.parse says of the text may repeat what is in it.
    throw new RangeError(`FILE: ${file} holds no JSON. Change what templates show ID --json prints, and give that.`);
  }
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addTemplateCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const templates = program.command('templates').description('what each provider asks to be published');
  common(templates.command('list').description('the providers, and which of them this workspace changes')).action(
    async (options: CommonOptions) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const listed = await client.templates.list({ workspaceId: await chosenWorkspace(client, options) });
          const told = listed.map(({ template: { id, name }, overridden, inUseBy }) => ({
            id,
            name,
            overridden,
            inUseBy,
          }));
          print(
            terminal,
            options.json === true,
            told,
            columns(
              told.map(({ id, name, overridden, inUseBy }) => [
                id,
                name,
                overridden ? 'changed here' : '',
                inUseBy === 0 ? '' : `in use by ${inUseBy}`,
              ]),
            ),
          );
          return exitCodes.ok;
        }),
      ),
  );
  common(templates.command('show').description('one template, with this workspace’s changes').argument('<id>')).action(
    async (id: string, options: CommonOptions) =>
      finish(
        await withSession(terminal, options, async ({ client }) => {
          const listed = await client.templates.list({ workspaceId: await chosenWorkspace(client, options) });
          const { template } = templateNamed(listed, id);
          print(terminal, options.json === true, template, templateLines(template));
          return exitCodes.ok;
        }),
      ),
  );
  const change = async (id: string, file: string | null, options: CommonOptions) =>
    finish(
      await withSession(terminal, options, async ({ client }) => {
        const override = file === null ? null : await overrideIn(file);
        const workspaceId = await chosenWorkspace(client, options);
        const listed = await client.templates.override({ workspaceId, templateId: id, override });
        const { template } = templateNamed(listed, id);
        print(terminal, options.json === true, template, [
          file === null
            ? `The template of ${template.name} is as in the catalogue again.`
            : `The template of ${template.name} is changed for this workspace.`,
        ]);
        return exitCodes.ok;
      }),
    );
  common(
    templates
      .command('change')
      .description('change a template for this workspace')
      .argument('<id>')
      .argument('<file>', 'JSON with the parts of the template that differ; - for standard input'),
  ).action((id: string, file: string, options: CommonOptions) => change(id, file, options));
  common(templates.command('reset').description('go back to the catalogue’s template').argument('<id>')).action(
    (id: string, options: CommonOptions) => change(id, null, options),
  );
}
