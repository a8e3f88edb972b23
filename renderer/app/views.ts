import type { ComponentType } from 'react';
import { lazy } from 'react';
import type { TabId } from './store.ts';

/** The views behind the tabs, each in a file of its own that is loaded when it is opened first. */

type View = ComponentType<{ readonly workspaceId: number }>;

const importers: Readonly<Record<TabId, () => Promise<{ readonly default: View }>>> = {
  settings: () => import('../settings/SettingsView.tsx'),
  domains: () => import('../domains/DomainsView.tsx'),
  responses: () => import('../responses/ResponsesView.tsx'),
  monitoring: () => import('../monitoring/MonitoringView.tsx'),
  activity: () => import('../activity/ActivityView.tsx'),
};

const loaded = new Map<TabId, View>();

/** Loads a view; once it is there, it is drawn without a detour over its skeleton, which React shows for 300 ms at least. */
export async function loadView(tab: TabId): Promise<void> {
  loaded.set(tab, (await importers[tab]()).default);
}

const whenOpened: Readonly<Record<TabId, View>> = {
  settings: lazy(importers.settings),
  domains: lazy(importers.domains),
  responses: lazy(importers.responses),
  monitoring: lazy(importers.monitoring),
  activity: lazy(importers.activity),
};

/** The view of a tab: itself where it is loaded, else one that loads it. */
export function viewOf(tab: TabId): View {
  return loaded.get(tab) ?? whenOpened[tab];
}
