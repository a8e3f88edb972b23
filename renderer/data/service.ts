import { useCallback } from 'react';
import type { AccountDomainsView, ServiceView } from '../../shared/contract/service.ts';
import { core } from '../session/store.ts';
import { useFresh } from './fresh.ts';

/** What the service said last, read anew whenever that changes. */
function useQueried<Value>(workspaceId: number, read: (workspaceId: number) => Promise<Value>): Value | null {
  const ask = useCallback(async () => {
    try {
      return { workspaceId, value: await read(workspaceId) };
    } catch {
      // What was read last stays while the console does not answer; the window says that it doesn't.
      return null;
    }
  }, [workspaceId, read]);
  const { value: told } = useFresh(
    ask,
    (change) => (change.kind === 'settings' || change.kind === 'domains') && change.workspaceId === workspaceId,
  );
  return told?.workspaceId === workspaceId ? told.value : null;
}

const readStatus = (workspaceId: number): Promise<ServiceView> => core().service.status({ workspaceId });
const readDomains = (workspaceId: number): Promise<AccountDomainsView> => core().service.domains({ workspaceId });

/** The account as the service told it last; null while it is read. */
export const useServiceView = (workspaceId: number): ServiceView | null => useQueried(workspaceId, readStatus);

/** The account's domains beside those listed here; null while they are read. */
export const useAccountDomains = (workspaceId: number): AccountDomainsView | null =>
  useQueried(workspaceId, readDomains);
