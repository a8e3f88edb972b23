import type { z } from 'zod';
import type { providerTemplate, templateField, templateMode, templateRecord } from './template-schema.ts';

/** Templates as values. Their schema lies apart, so that the window needs no validator. */

export type TemplateField = z.infer<typeof templateField>;
export type TemplateRecord = z.infer<typeof templateRecord>;
export type TemplateMode = z.infer<typeof templateMode>;
export type ProviderTemplate = z.infer<typeof providerTemplate>;

/** The mode of that id, else the template's first. */
export function modeOf(template: ProviderTemplate, id: string): TemplateMode {
  return template.modes.find((mode) => mode.id === id) ?? (template.modes[0] as TemplateMode);
}

/** The template that a service's own word for its provider stands for, or undefined. */
export function templateByAlias(templates: readonly ProviderTemplate[], name: string): ProviderTemplate | undefined {
  const wanted = name.trim().toLowerCase();
  return templates.find((template) => template.aliases.includes(wanted) || template.name.toLowerCase() === wanted);
}
