import { z } from 'zod';
import type { ProviderTemplate } from '../providers/template/template.ts';
import { procedure } from './procedure.ts';
import { derived, inWorkspace } from './values.ts';

/** What each provider asks to be published, as this workspace changes it. */

export const templatesContract = {
  list: procedure
    .input(inWorkspace)
    .output(z.array(z.object({ template: derived<ProviderTemplate>(), overridden: z.boolean(), inUseBy: z.int() }))),
  /** Changes a template for this workspace; a null override goes back to the catalogue's. */
  override: procedure
    .input(inWorkspace.extend({ templateId: z.string().max(64), override: z.unknown() }))
    .output(z.array(z.object({ template: derived<ProviderTemplate>(), overridden: z.boolean(), inUseBy: z.int() }))),
};
