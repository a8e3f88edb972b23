import { useEffect, useState } from 'react';
import type { PracticeState } from '../../shared/contract/practice.ts';
import { attempt, core, onChange } from '../session/store.ts';

/** The practice state of a workspace, read anew when it changes. */
export function usePractice(workspaceId: number, isPractice: boolean): PracticeState | null {
  const [state, setState] = useState<PracticeState | null>(null);
  useEffect(() => {
    if (!isPractice) return undefined;
    const load = async () => setState(await attempt(() => core().practice.state({ workspaceId })));
    void load();
    return onChange((change) => {
      if (change.kind === 'reload' || change.kind === 'practice') void load();
    });
  }, [workspaceId, isPractice]);
  return state;
}
