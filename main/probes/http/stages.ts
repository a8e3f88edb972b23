import type { Finding } from '../../../shared/findings/finding.ts';
import type { ProbeStage, StageName } from '../../../shared/service/trace.ts';

/** A probe came to its end at a stage; carries what to tell. */
export class StageFailure extends Error {
  readonly finding: Finding;
  readonly stage: Partial<ProbeStage>;
  constructor(detail: string, finding: Finding, stage: Partial<ProbeStage> = {}) {
    super(detail);
    this.finding = finding;
    this.stage = stage;
  }
}

/** Collects the stages of one probe as they happen. */
export interface StageRecorder {
  readonly stages: readonly ProbeStage[];
  /** Runs a stage; its result's `detail` and facts are kept, and a failure as well. */
  readonly run: <Result>(
    stage: StageName,
    work: () => Promise<{ readonly result: Result; readonly detail: string; readonly facts?: Partial<ProbeStage> }>,
  ) => Promise<Result>;
  /** Adds what became known of a stage after it had ended. */
  readonly amend: (stage: StageName, facts: Partial<ProbeStage>) => void;
}

/** @param elapsed milliseconds since the probe's start. */
export function recordStages(elapsed: () => number): StageRecorder {
  const stages: ProbeStage[] = [];
  const round = (milliseconds: number) => Math.round(milliseconds * 10) / 10;
  return {
    stages,
    amend(stage, facts) {
      const index = stages.findIndex((each) => each.stage === stage);
      const known = stages[index];
      if (known !== undefined) stages[index] = { ...known, ...facts };
    },
    async run(stage, work) {
      const startedAt = elapsed();
      try {
        const { result, detail, facts } = await work();
        stages.push({
          stage,
          state: 'passed',
          startedAt: round(startedAt),
          durationMs: round(elapsed() - startedAt),
          detail,
          ...facts,
        });
        return result;
      } catch (error) {
        const facts = error instanceof StageFailure ? error.stage : {};
        const detail = error instanceof Error ? error.message : String(error);
        stages.push({
          stage,
          state: 'failed',
          startedAt: round(startedAt),
          durationMs: round(elapsed() - startedAt),
          detail,
          ...facts,
        });
        throw error;
      }
    },
  };
}
