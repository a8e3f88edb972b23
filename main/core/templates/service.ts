import { fact } from '../../../shared/facts/catalogue.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import type { ProviderTemplate } from '../../../shared/providers/template/template.ts';
import { overrideTemplate } from '../../../shared/providers/template/template-schema.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { fail } from '../errors.ts';

/** Faults of one template that are told at once. */
const MAX_FAULTS = 40;

/** Provider templates with a workspace's own changes laid over them. */
export function templatesOf({ store }: CoreContext, workspaceId: number): readonly ProviderTemplate[] {
  return templatesWith(store.records.overrides(workspaceId));
}

/** @param overrides by the template's id. */
export function templatesWith(overrides: ReadonlyMap<string, unknown>): readonly ProviderTemplate[] {
  return providerTemplates.map((template) => {
    const override = overrides.get(template.id);
    if (override === undefined) return template;
    const result = overrideTemplate(template, override);
    // An override that a newer catalogue no longer fits is passed over, not thrown away.
    return result.ok ? result.template : template;
  });
}

export function listTemplates(context: CoreContext, workspaceId: number) {
  findWorkspace(context, workspaceId);
  const overridden = context.store.records.overrides(workspaceId);
  const domains = context.store.domains.list(workspaceId);
  return templatesOf(context, workspaceId).map((template) => ({
    template,
    overridden: overridden.has(template.id),
    inUseBy: domains.filter((domain) =>
      domain.configuration?.providers?.some((provider) => provider.templateId === template.id),
    ).length,
  }));
}

function baseOf(templateId: string): ProviderTemplate {
  const base = providerTemplates.find((template) => template.id === templateId);
  if (base !== undefined) return base;
  throw fail('NOT_FOUND', `There is no template ${templateId}`, {
    field: 'templateId',
    value: templateId,
    remedy: 'Choose one of the list.',
  });
}

/** @throws NOT_FOUND, or BAD_INPUT with what the template can’t be with it. */
export function checkOverride(templateId: string, override: unknown): void {
  const base = baseOf(templateId);
  const result = overrideTemplate(base, override);
  if (result.ok) return;
  throw fail('BAD_INPUT', `The template of ${base.name} can’t be used like this`, {
    field: 'override',
    remedy: `${result.faults[0]?.message ?? 'It has no records'}. ${result.faults[0]?.remedy ?? ''}`,
    issues: result.faults
      .slice(0, MAX_FAULTS)
      .map(({ path, message, remedy }) => ({ field: `override.${path}`, message, remedy })),
  });
}

export function changeTemplate(context: CoreContext, workspaceId: number, templateId: string, override: unknown) {
  findWorkspace(context, workspaceId);
  const base = baseOf(templateId);
  if (override === null) context.store.records.dropOverride(workspaceId, templateId);
  else {
    checkOverride(templateId, override);
    context.store.records.putOverride(workspaceId, templateId, override);
  }
  context.changes.publish({ kind: 'settings', workspaceId });
  context.judging.want(workspaceId, null);
  const of = { template: base.name };
  record(context, workspaceId, 'save', override === null ? fact('template.reset', of) : fact('template.changed', of));
  return listTemplates(context, workspaceId);
}
