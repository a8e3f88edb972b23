import { useCallback } from 'react';
import { providerTemplates } from '../../shared/providers/catalogue.ts';
import type { ProviderTemplate } from '../../shared/providers/template/template.ts';
import { core } from '../session/store.ts';
import { useFreshSettings } from './fresh.ts';

/** A provider's template as a workspace has it. */
export interface WorkspaceTemplate {
  readonly template: ProviderTemplate;
  /** The workspace has changed it. */
  readonly overridden: boolean;
  /** Domains that name it. */
  readonly inUseBy: number;
}

const catalogue: readonly WorkspaceTemplate[] = providerTemplates.map((template) => ({
  template,
  overridden: false,
  inUseBy: 0,
}));

/** The templates of a workspace, its own changes laid over the catalogue; the catalogue until they are loaded. */
export function useTemplates(workspaceId: number): readonly WorkspaceTemplate[] {
  const ask = useCallback(() => core().templates.list({ workspaceId }), [workspaceId]);
  return useFreshSettings(workspaceId, ask).value ?? catalogue;
}
