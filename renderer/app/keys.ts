import { useEffect } from 'react';
import { openSheet, useApp } from '../session/store.ts';
import { asksBeforeLeaving } from '../ui/unsaved-sheet.ts';

const isMac = /mac/i.test(navigator.userAgent);

/** How a key with the command key is written on this system: `⌘K` or `Ctrl K`. */
export function commandKey(key: string): string {
  return isMac ? `⌘${key}` : `Ctrl ${key}`;
}

function isTypedInto({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.matches('textarea, select, input:not([type="checkbox"])');
}

/** The search of the open view; where it has none, the palette, which finds everything. */
function search(): void {
  const field = document.querySelector<HTMLInputElement>('#view input[type="search"]');
  if (field === null) {
    openSheet('palette');
    return;
  }
  field.focus();
  field.select();
}

/** What the palette leads to may close the sheet that is open: what was typed there is not lost unasked. */
function openPalette(): void {
  if (!asksBeforeLeaving()) openSheet('palette');
}

/** What a key does wherever the window is; null where it is left to whatever has the focus. */
function deedOf(event: KeyboardEvent): (() => void) | null {
  const key = event.key.toLowerCase();
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && key === 'k') return openPalette;
  if (useApp.getState().sheet !== null || document.querySelector('[role="dialog"]') !== null) return null;
  if (isCommand && key === 'f' && !event.shiftKey) return search;
  if (key === 'f1' || (key === '?' && !isCommand && !isTypedInto(event))) return () => openSheet('shortcuts');
  return null;
}

/** The keys that do the same in every view. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const deed = deedOf(event);
      if (deed === null) return;
      event.preventDefault();
      deed();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
