import { firstState, start, useApp } from './app/store.ts';
import { preloadDomains } from './domains/store.ts';

/** Something that stands in for the first state is drawn when it takes longer than so many milliseconds. */
const STAND_IN_AFTER_MS = 150;

// The console is asked for what the first paint shows while React is still being loaded.
void start().then((isConnected) => {
  const { tab, workspaceId } = useApp.getState();
  if (isConnected && tab === 'domains' && workspaceId !== null) preloadDomains(workspaceId);
});
void Promise.all([import('./window.tsx'), firstState(STAND_IN_AFTER_MS)]).then(([window]) => window.draw());
