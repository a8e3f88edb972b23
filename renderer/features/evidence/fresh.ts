import { useEffect } from 'react';
import { onChange } from '../../session/store.ts';

/** Reads anew whenever something was imported, named or forgotten, here or by another process. */
export function useFresh(workspaceId: number, refresh: () => Promise<void>): void {
  useEffect(() => {
    void refresh();
    return onChange((change) => {
      if (change.kind === 'reload' || (change.kind === 'activity' && change.workspaceId === workspaceId))
        void refresh();
    });
  }, [workspaceId, refresh]);
}
