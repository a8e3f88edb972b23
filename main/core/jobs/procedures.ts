import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/jobs.ts`. */
export function jobsProcedures(os: Implementer['jobs'], context: RunningCore) {
  return {
    list: os.list.handler(() => [...context.jobs.list()]),
    watch: os.watch.handler(({ input, signal }) => context.jobs.watch(input.jobId, input.after, signal)),
    cancel: os.cancel.handler(({ input }) => context.jobs.cancel(input.jobId)),
    pause: os.pause.handler(({ input }) => context.jobs.pause(input.jobId)),
    resume: os.resume.handler(({ input }) => context.jobs.resume(input.jobId)),
  };
}
