import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { ShownError } from './errors.ts';
import { shownError } from './errors.ts';
import { useApp } from './store.ts';

export interface SheetAnswers {
  /** What the sheet shows of a call that failed. */
  readonly error: ShownError | null;
  readonly setError: (error: ShownError | null) => void;
  /** Takes what a call threw: shown in the sheet, or at the top of the window once the sheet is gone. */
  readonly failed: (caught: unknown) => ShownError;
  /** Does what follows in the sheet, as closing it, unless the sheet is gone already. */
  readonly whileShown: (follow: () => void) => void;
}

/**
 * What comes of the calls of a sheet. An answer may come late: by then the sheet can be closed and another one open, which
 * that answer must not close, and a failure has no sheet any more in which it could be read.
 */
export function useSheetAnswers(): SheetAnswers {
  const [error, setError] = useState<ShownError | null>(null);
  const isShown = useRef(false);
  useLayoutEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const failed = useCallback((caught: unknown) => {
    const shown = shownError(caught);
    if (isShown.current) setError(shown);
    else useApp.setState({ error: shown });
    return shown;
  }, []);
  const whileShown = useCallback((follow: () => void) => {
    if (isShown.current) follow();
  }, []);
  return { error, setError, failed, whileShown };
}
