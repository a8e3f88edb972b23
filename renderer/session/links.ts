import { useEffect } from 'react';
import type { Link } from '../../shared/contract/links.ts';
import { core, openSheet, showDomain, useApp } from './store.ts';

/** What links from outside ask the window to show. Nobody is torn away from what they are typing. */

const OPEN_SHEET = '[role="dialog"], [role="alertdialog"]';

/** Runs `act` as soon as no sheet is open. @returns the function that forgets it. */
function whenAtRest(act: () => void): () => void {
  const isAtRest = () => document.querySelector(OPEN_SHEET) === null;
  if (isAtRest()) {
    act();
    return () => undefined;
  }
  const observer = new MutationObserver(() => {
    if (!isAtRest()) return;
    observer.disconnect();
    act();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  return () => observer.disconnect();
}

function follow({ id, places, trouble }: Link): void {
  const [place, another] = places;
  if (trouble !== null) useApp.setState({ link: null, error: { code: 'LINK', ...trouble, fields: {} } });
  else if (place !== undefined && another === undefined) {
    useApp.setState({ link: null });
    showDomain(place.workspaceId, place.domainId);
  } else openSheet('link');
  // A window that can't say so is told again when it comes back, which does no harm.
  core()
    .links.taken({ id })
    .catch(() => undefined);
}

/** Follows what links ask for, for as long as the window is drawn. */
export function useLinks(): void {
  const link = useApp((state) => state.link);
  const isReady = useApp((state) => state.phase === 'ready');
  useEffect(() => (link === null || !isReady ? undefined : whenAtRest(() => follow(link))), [link, isReady]);
}
