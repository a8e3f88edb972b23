import { start, useApp } from './app/store.ts';
import { preloadDomains } from './domains/store.ts';

// The console is asked for what the first paint shows while React is still being loaded.
void start().then((isConnected) => {
  const { tab, workspaceId } = useApp.getState();
  if (isConnected && tab === 'domains' && workspaceId !== null) preloadDomains(workspaceId);
});
void import('./window.tsx');
