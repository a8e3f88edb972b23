// Before everything else.
import './early.ts';
import { catchUncaughtErrors, reportFault } from './session/faults.ts';
import { firstState, start, useApp } from './session/store.ts';
import { loadView } from './app/views.ts';
import { preloadDomains } from './data/domains.ts';

/** Something that stands in for the first state is drawn when it takes longer than so many milliseconds. */
const STAND_IN_AFTER_MS = 150;

catchUncaughtErrors();

// What the open tab shows is fetched while React is. Where that fails, the view tells when it is drawn.
void loadView(useApp.getState().tab).catch(() => undefined);

// The console is asked for what the first paint shows while React is still being loaded.
void start().then((isConnected) => {
  const { tab, workspaceId } = useApp.getState();
  if (isConnected && tab === 'domains' && workspaceId !== null) void preloadDomains(workspaceId);
});
const standIn = new Promise((resolve) => {
  setTimeout(resolve, STAND_IN_AFTER_MS);
});
Promise.all([import('./window.tsx'), Promise.race([firstState(), standIn])]).then(
  ([window]) => window.draw(),
  (error: unknown) => {
    reportFault('error', error);
    showMissing();
  },
);

/** Says in the page's own words that a part of the window could not be loaded; there is nothing else to say it with. */
function showMissing(): void {
  const told = document.createElement('p');
  told.setAttribute('role', 'alert');
  told.textContent = 'A part of this window could not be loaded. Everything you saved is safe. ';
  const again = document.createElement('button');
  again.type = 'button';
  again.textContent = 'Reload the window';
  again.addEventListener('click', () => window.location.reload());
  document.getElementById('root')?.replaceChildren(told, again);
}
