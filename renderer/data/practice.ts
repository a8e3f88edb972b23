import { useCallback } from 'react';
import type { PracticeState } from '../../shared/contract/practice.ts';
import { core } from '../session/store.ts';
import { useFresh } from './fresh.ts';

/** The practice state of a workspace, read anew when it changes. */
export function usePractice(workspaceId: number, isPractice: boolean): PracticeState | null {
  const ask = useCallback(
    async () => (isPractice ? core().practice.state({ workspaceId }) : null),
    [workspaceId, isPractice],
  );
  const { value, isFailed } = useFresh(ask, (change) => change.kind === 'practice');
  return isFailed ? null : value;
}
