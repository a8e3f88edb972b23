import {
  openPractice,
  practiceState,
  publishRecords,
  resetPractice,
  sendPracticeMailing,
  setFault,
} from './service.ts';
import { refuseManaged } from '../managed/service.ts';
import { afterChanges } from '../domains/service.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/practice.ts`. */
export function practiceProcedures(os: Implementer['practice'], context: RunningCore) {
  return {
    open: os.open.handler(() => {
      if (context.managed.locked.Practice === false) refuseManaged(context.managed, 'Practice', 'practice');
      return openPractice(context, context.startPractice);
    }),
    state: os.state.handler(({ input }) => practiceState(context, input.workspaceId)),
    mail: os.mail.handler(({ input }) => sendPracticeMailing(context, input.workspaceId, input.domainId)),
    reset: os.reset.handler(({ input }) => resetPractice(context, input.workspaceId, context.remember)),
    setFault: os.setFault.handler(({ input }) => setFault(context, input.workspaceId, input.fault, context.remember)),
    publish: os.publish.handler(
      afterChanges(context, (input) => publishRecords(context, input.workspaceId, input.domainId)),
    ),
  };
}
