import { useCallback, useEffect, useRef, useState } from 'react';
import type { ManualAsOf } from '../../shared/contract/domains.ts';
import { afterPaint, attempt, core, onChange } from '../session/store.ts';
import type { DomainRef } from './manual-follower.ts';
import { ManualFollower } from './manual-follower.ts';
import { Reader } from './reader.ts';

/** The manual of one domain: read anew when it may be another one, and taken from the answer to a change that is made here. */

const followers = new Set<ManualFollower>();

/**
 * Makes a change of a domain whose answer is its manual: whoever shows it takes the answer, and does not ask for it.
 *
 * @throws what the core answers with.
 */
export async function changeManual(domainId: number, change: () => Promise<ManualAsOf>): Promise<void> {
  const showing = [...followers].filter(({ ref }) => ref.domainId === domainId);
  const waits = showing.map((follower) => follower.wait());
  try {
    const manual = await change();
    for (const follower of showing) follower.take(manual);
  } finally {
    for (const end of waits) end();
  }
}

/** A manual that is shown, and whose it is: `failed` where it could not be read. */
export interface ShownManual {
  readonly domainId: number;
  readonly manual: ManualAsOf | 'failed';
}

/**
 * The manual of one domain.
 *
 * @param round another one: it is read anew.
 * @returns null while the first is being read; the one of the domain before, while another's is.
 */
export function useManual({ workspaceId, domainId }: DomainRef, round: number): ShownManual | null {
  const [shown, setShown] = useState<ShownManual | null>(null);
  useEffect(() => {
    const ref = { workspaceId, domainId };
    const follower = new ManualFollower(
      ref,
      () => attempt(() => core().domains.manual(ref)),
      (found) =>
        setShown((known) => {
          if (found !== null) return { domainId, manual: found };
          // What was shown stays when it can't be read anew; the message at the top says so.
          return known?.domainId === domainId ? known : { domainId, manual: 'failed' };
        }),
    );
    followers.add(follower);
    void follower.read();
    const stop = onChange((change) => follower.hear(change));
    return () => {
      stop();
      followers.delete(follower);
      follower.end();
    };
  }, [workspaceId, domainId, round]);
  return shown;
}

/**
 * What stands beside a manual and is not its own: asked for once the manual is painted, and not at all for one that was
 * passed by on the way to another.
 *
 * @param revision another one: it is asked for anew.
 * @returns null until it is there; and what puts a newer one in its place.
 */
export function useBesideManual<Value>(
  ask: () => Promise<Value>,
  revision: string,
): readonly [Value | null, (value: Value) => void] {
  const [found, setFound] = useState<Value | null>(null);
  const latest = useRef(ask);
  latest.current = ask;
  const reader = useRef<Reader<Value> | null>(null);
  useEffect(() => {
    const current: Reader<Value> = new Reader<Value>(
      async () => {
        await afterPaint();
        return current.hasEnded ? null : attempt(latest.current);
      },
      (value) => {
        if (value !== null) setFound(value);
      },
    );
    reader.current = current;
    void current.read();
    return () => current.end();
  }, [revision]);
  const put = useCallback((value: Value) => reader.current?.put(value), []);
  return [found, put];
}
