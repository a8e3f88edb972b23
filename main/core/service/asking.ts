/**
 * Asks the service by itself: once for each workspace and its settings, in the background and one question at a time, so
 * that nothing waits for a slow service. What can't be asked yet (no key, a locked vault, no network) stays wanted.
 */

export interface AskingParts {
  /** What an answer depends on, or null while the service can't or must not be asked. */
  readonly basisOf: (workspaceId: number) => string | null;
  /** @returns whether something was learned; false when this machine is offline. */
  readonly ask: (workspaceId: number, signal: AbortSignal) => Promise<boolean>;
  /** Told when a question begins and when it ends. */
  readonly onChange: (workspaceId: number) => void;
  readonly onFault: (error: unknown, workspaceId: number) => void;
}

export interface Asking {
  /** Asks about a workspace unless it was asked under the settings of today; now, or as soon as that is possible. */
  readonly want: (workspaceId: number) => void;
  /** Looks whether what is wanted can be asked by now. */
  readonly look: () => void;
  readonly isUnderWay: (workspaceId: number) => boolean;
  /** Ends what is under way. */
  readonly close: () => Promise<void>;
}

interface Question {
  readonly basis: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export function createAsking({ basisOf, ask, onChange, onFault }: AskingParts): Asking {
  const wanted = new Set<number>();
  const asked = new Map<number, string>();
  const questions = new Map<number, Question>();
  let isClosed = false;

  const run = async (workspaceId: number, basis: string, stop: AbortController) => {
    let isLearned = true;
    try {
      isLearned = await ask(workspaceId, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) onFault(error, workspaceId);
    }
    questions.delete(workspaceId);
    if (isClosed) return;
    if (isLearned && !stop.signal.aborted) asked.set(workspaceId, basis);
    onChange(workspaceId);
    // The settings may have changed while the service was asked.
    if (isLearned || stop.signal.aborted) tryNow(workspaceId);
  };

  function tryNow(workspaceId: number): void {
    const basis = isClosed ? null : basisOf(workspaceId);
    const underWay = questions.get(workspaceId);
    if (underWay !== undefined) {
      if (underWay.basis !== basis) underWay.stop.abort();
      return;
    }
    if (basis === null) return;
    if (asked.get(workspaceId) === basis) {
      wanted.delete(workspaceId);
      return;
    }
    const stop = new AbortController();
    // Whoever wants it goes on first: a save is answered before the service is asked.
    const ended = Promise.resolve().then(() => run(workspaceId, basis, stop));
    questions.set(workspaceId, { basis, stop, ended });
    onChange(workspaceId);
  }

  return {
    want(workspaceId) {
      wanted.add(workspaceId);
      tryNow(workspaceId);
    },
    look() {
      for (const workspaceId of wanted) tryNow(workspaceId);
    },
    isUnderWay: (workspaceId) => questions.has(workspaceId),
    async close() {
      isClosed = true;
      const underWay = [...questions.values()];
      for (const { stop } of underWay) stop.abort();
      await Promise.all(underWay.map(({ ended }) => ended));
    },
  };
}
