import type { ComponentType } from 'react';
import { useEffect, useState } from 'react';
import type { TabId } from '../session/tabs.ts';

/** The views behind the tabs, each in a file of its own that is loaded when it is opened first. */

type View = ComponentType<{ readonly workspaceId: number }>;

const importers: Readonly<Record<TabId, () => Promise<{ readonly default: View }>>> = {
  settings: () => import('../features/settings/SettingsView.tsx'),
  domains: () => import('../features/domains/DomainsView.tsx'),
  responses: () => import('../features/responses/ResponsesView.tsx'),
  monitoring: () => import('../features/monitoring/MonitoringView.tsx'),
  evidence: () => import('../features/evidence/EvidenceView.tsx'),
  activity: () => import('../features/activity/ActivityView.tsx'),
};

const loaded = new Map<TabId, View>();

/** Loads the view of a tab. @throws when the console can't be reached. */
export async function loadView(tab: TabId): Promise<void> {
  loaded.set(tab, (await importers[tab]()).default);
}

/**
 * The view of a tab, null while it is being loaded. React's own way, a suspended component, shows its placeholder for
 * 300 ms at least.
 *
 * @throws while drawing when the view can't be loaded, for the boundary that tells.
 */
export function useView(tab: TabId): View | null {
  const [failed, setFailed] = useState<{ readonly error: unknown } | null>(null);
  const [, setLoaded] = useState<TabId | null>(null);
  useEffect(() => {
    if (loaded.has(tab)) return;
    loadView(tab).then(
      () => setLoaded(tab),
      (error: unknown) => setFailed({ error }),
    );
  }, [tab]);
  if (failed !== null) throw failed.error;
  return loaded.get(tab) ?? null;
}
