import { useEffect, useState } from 'react';
import { providerTemplates } from '../../shared/providers/catalogue.ts';
import type { ProviderTemplate } from '../../shared/providers/template/template.ts';
import { attempt, core, onChange } from '../session/store.ts';

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
  const [templates, setTemplates] = useState(catalogue);
  useEffect(() => {
    let current = true;
    const load = async () => {
      const found = await attempt(() => core().templates.list({ workspaceId }));
      if (current && found !== null) setTemplates(found);
    };
    void load();
    const stop = onChange((change) => {
      if (change.kind === 'reload' || (change.kind === 'settings' && change.workspaceId === workspaceId)) void load();
    });
    return () => {
      current = false;
      stop();
    };
  }, [workspaceId]);
  return templates;
}
