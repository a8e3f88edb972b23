import { useEffect, useRef, useState } from 'react';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { attempt } from '../../session/store.ts';

export interface Probing {
  readonly isBusy: boolean;
  /** @param signed prove the Auth key as well. */
  readonly start: (signed?: boolean) => void;
  readonly stop: () => void;
}

/**
 * Runs one probe at a time and can end it. What it finds comes with the settings, which are read anew once the core has
 * kept it; so nothing shown here can outlive a change of the address.
 */
export function useProbing(run: (signal: AbortSignal, signed: boolean) => Promise<ProbeTrace>): Probing {
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  return {
    isBusy,
    start(signed = false) {
      const controller = new AbortController();
      running.current = controller;
      setBusy(true);
      const ended = run(controller.signal, signed).catch((error: unknown) => {
        if (!controller.signal.aborted) throw error;
      });
      void attempt(() => ended).finally(() => setBusy(false));
    },
    stop: () => running.current?.abort(),
  };
}
