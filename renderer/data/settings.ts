import { useEffect, useState } from 'react';
import type { Settings } from '../../shared/contract/settings.ts';
import { attempt, core, onChange } from '../session/store.ts';

/** The saved settings of a workspace, read anew when they change. */
export function useSavedSettings(workspaceId: number): Settings | null {
  const [settings, setSettings] = useState<Settings | null>(null);
  useEffect(() => {
    const load = async () => {
      const read = await attempt(() => core().settings.get({ workspaceId }));
      // What was read last stays while the console does not answer.
      if (read !== null) setSettings(read);
    };
    void load();
    return onChange((change) => {
      if (change.kind === 'reload' || (change.kind === 'settings' && change.workspaceId === workspaceId)) void load();
    });
  }, [workspaceId]);
  return settings;
}

/** Whether a request that carries the Auth key may be sent: it is set, can be opened, and the address is https. */
export function canProveAuthKey({ authKey, fields }: Settings): boolean {
  const isUsable = authKey.state === 'protected' || authKey.state === 'session-only';
  return isUsable && fields.responseDomain.startsWith('https:');
}
