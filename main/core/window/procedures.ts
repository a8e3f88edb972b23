import type { Implementer } from '../implementer.ts';
import type { CoreParts } from '../parts.ts';
import { createWindowFaults } from './service.ts';

/** What answers the procedures of `shared/contract/window.ts`. */
export function windowProcedures(os: Implementer['window'], { log, clock }: CoreParts) {
  const windowFaults = createWindowFaults({ log, now: clock.now });
  return {
    reportFault: os.reportFault.handler(({ input }) => {
      windowFaults(input);
      return {};
    }),
  };
}
