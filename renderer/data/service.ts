import { useEffect, useState } from 'react';
import type { AccountDomainsView, ServiceView } from '../../shared/contract/service.ts';
import { core, onChange } from '../session/store.ts';

/** What the service said last, read anew whenever that changes. */
function useQueried<Value>(workspaceId: number, read: (workspaceId: number) => Promise<Value>): Value | null {
  const [told, setValue] = useState<{ readonly workspaceId: number; readonly value: Value } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      try {
        const value = await read(workspaceId);
        if (isCurrent) setValue({ workspaceId, value });
      } catch {
        // What was read last stays while the console does not answer; the window says that it doesn't.
      }
    };
    void load();
    const stop = onChange((change) => {
      const isOwn = (change.kind === 'settings' || change.kind === 'domains') && change.workspaceId === workspaceId;
      if (change.kind === 'reload' || isOwn) void load();
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, [workspaceId, read]);
  return told?.workspaceId === workspaceId ? told.value : null;
}

const readStatus = (workspaceId: number): Promise<ServiceView> => core().service.status({ workspaceId });
const readDomains = (workspaceId: number): Promise<AccountDomainsView> => core().service.domains({ workspaceId });

/** The account as the service told it last; null while it is read. */
export const useServiceView = (workspaceId: number): ServiceView | null => useQueried(workspaceId, readStatus);

/** The account's domains beside those listed here; null while they are read. */
export const useAccountDomains = (workspaceId: number): AccountDomainsView | null =>
  useQueried(workspaceId, readDomains);
