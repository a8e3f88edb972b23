import { fact } from '../../../shared/facts/catalogue.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import type { ProbeStage, StageName } from '../../../shared/service/trace.ts';

/** What OpenSSL says where a server wants a client certificate, in the handshake or in TLS 1.3 after it. */
export const WANTS_CERTIFICATE = /certificate required|CERTIFICATE_REQUIRED|bad certificate|ALERT_BAD_CERTIFICATE/i;

/** A probe came to its end at a stage; carries what to tell. */
export class StageFailure extends Error {
  readonly met: Fact;
  readonly finding: Finding;
  readonly stage: Partial<ProbeStage>;
  constructor(met: Fact, finding: Finding, stage: Partial<ProbeStage> = {}) {
    super(factText(met));
    this.met = met;
    this.finding = finding;
    this.stage = stage;
  }
}

/** What something outside says in its own words. */
export function said(error: unknown): Fact {
  return fact('stage.said', { outside: error instanceof Error ? error.message : String(error) });
}

/** Collects the stages of one probe as they happen. */
export interface StageRecorder {
  readonly stages: readonly ProbeStage[];
  /** Runs a stage; what it met and its facts are kept, and a failure as well. */
  readonly run: <Result>(
    stage: StageName,
    work: () => Promise<{ readonly result: Result; readonly met: Fact; readonly facts?: Partial<ProbeStage> }>,
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
        const { result, met, facts } = await work();
        stages.push({
          stage,
          state: 'passed',
          startedAt: round(startedAt),
          durationMs: round(elapsed() - startedAt),
          met,
          ...facts,
        });
        return result;
      } catch (error) {
        const { met, stage: facts } = error instanceof StageFailure ? error : { met: said(error), stage: {} };
        stages.push({
          stage,
          state: 'failed',
          startedAt: round(startedAt),
          durationMs: round(elapsed() - startedAt),
          met,
          ...facts,
        });
        throw error;
      }
    },
  };
}
