import { useCallback } from 'react';
import type { Settings } from '../../shared/contract/settings.ts';
import { core } from '../session/store.ts';
import { useFreshSettings } from './fresh.ts';

/** The saved settings of a workspace, read anew when they change; null until they are there. */
export function useSavedSettings(workspaceId: number): Settings | null {
  const ask = useCallback(() => core().settings.get({ workspaceId }), [workspaceId]);
  return useFreshSettings(workspaceId, ask).value;
}

/** Whether a request that carries the Auth key may be sent: it is set, can be opened, and the address is https. */
export function canProveAuthKey({ authKey, fields }: Settings): boolean {
  const isUsable = authKey.state === 'protected' || authKey.state === 'session-only';
  return isUsable && fields.responseDomain.startsWith('https:');
}
