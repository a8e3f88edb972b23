import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import { StageFailure } from './stages.ts';

/** The time a probe has as a whole and for each stage, and whether somebody ended it. */
export interface Deadline {
  /** Aborts when the probe's time is over or somebody ends it. */
  readonly signal: AbortSignal;
  /** Milliseconds left for the whole probe. */
  readonly left: () => number;
  /**
   * Calls `end` once, when the stage's time or the probe's is over.
   *
   * @returns takes it back.
   */
  readonly guard: (end: () => void) => () => void;
  /** The failure to tell after `end`: what `finding` says, or that the probe was stopped. */
  readonly failure: (met: Fact, finding: () => Finding) => StageFailure;
  /** Lets go of the timer and of the caller's signal. */
  readonly close: () => void;
}

/**
 * @param totalMs for the whole probe.
 * @param stageMs for one stage.
 * @param caller ends the probe when it aborts.
 */
export function startDeadline(totalMs: number, stageMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const begin = performance.now();
  const end = () => controller.abort();
  const timer = setTimeout(end, totalMs);
  if (caller?.aborted === true) end();
  caller?.addEventListener('abort', end, { once: true });
  return {
    signal: controller.signal,
    left: () => Math.max(0, totalMs - (performance.now() - begin)),
    guard(onEnd) {
      let stageTimer: NodeJS.Timeout | undefined = undefined;
      const release = () => {
        clearTimeout(stageTimer);
        controller.signal.removeEventListener('abort', fire);
      };
      const fire = () => {
        release();
        onEnd();
      };
      stageTimer = setTimeout(fire, stageMs);
      if (controller.signal.aborted) queueMicrotask(fire);
      else controller.signal.addEventListener('abort', fire, { once: true });
      return release;
    },
    failure: (met, finding) =>
      caller?.aborted === true
        ? new StageFailure(fact('stage.stopped'), serviceFinding('probe.aborted'))
        : new StageFailure(met, finding()),
    close() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', end);
    },
  };
}
