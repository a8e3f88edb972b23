import type { KeyboardEvent, ReactNode } from 'react';
import styles from './App.module.css';
import { openTab, useApp } from '../session/store.ts';
import { tabs } from '../session/tabs.ts';

const idOf = (tab: string) => `tab-${tab}`;

/** Where the keys lead from the tab at `index`; tabs are opened as they are reached, as the ARIA practices have it. */
function target(key: string, index: number): number | null {
  if (key === 'ArrowRight') return (index + 1) % tabs.length;
  if (key === 'ArrowLeft') return (index + tabs.length - 1) % tabs.length;
  if (key === 'Home') return 0;
  return key === 'End' ? tabs.length - 1 : null;
}

/** The views' tabs: one stop of the Tab key, then the arrow keys. */
export function TabBar() {
  const open = useApp((state) => state.tab);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = target(
      event.key,
      tabs.findIndex((tab) => tab.id === open),
    );
    const tab = next === null ? undefined : tabs[next];
    if (tab === undefined) return;
    event.preventDefault();
    openTab(tab.id);
    // Where something unsaved holds the view, the tab is not reached either.
    if (useApp.getState().tab === tab.id) document.getElementById(idOf(tab.id))?.focus();
  };
  return (
    <div role="tablist" className={styles.tabs} aria-label="Views of the workspace" onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={idOf(tab.id)}
          type="button"
          role="tab"
          className={styles.tab}
          aria-selected={tab.id === open}
          aria-controls="view"
          tabIndex={tab.id === open ? 0 : -1}
          onClick={() => openTab(tab.id)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

/** Where the view of the open tab stands. */
export function TabPanel({ children }: { readonly children: ReactNode }) {
  const open = useApp((state) => state.tab);
  return (
    <div role="tabpanel" id="view" className={styles.panel} aria-labelledby={idOf(open)}>
      {children}
    </div>
  );
}
