import { attempt, core, openWorkspace } from './store.ts';

/** Opens the practice workspace, making it when there is none. */
export async function openPractice(): Promise<void> {
  const workspace = await attempt(() => core().practice.open({}));
  if (workspace !== null) openWorkspace(workspace.id);
}
