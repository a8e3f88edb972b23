import { testKeys, testWholeConnection } from '../service/service.ts';
import { testMonitoring, testResponses } from './service.ts';
import { serviceAddresses } from './service-addresses.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/probes.ts`. */
export function probesProcedures(os: Implementer['probes'], context: RunningCore) {
  return {
    connection: os.connection.handler(({ input, signal }) =>
      testWholeConnection(context, input.workspaceId, input.unsaved, signal),
    ),
    keys: os.keys.handler(({ input, signal }) => testKeys(context, input.workspaceId, signal)),
    responses: os.responses.handler(({ input, signal }) => testResponses(context, input, signal)),
    monitoring: os.monitoring.handler(({ input, signal }) => testMonitoring(context, input, signal)),
    serviceAddresses: os.serviceAddresses.handler(({ input }) => serviceAddresses(context, input.workspaceId)),
  };
}
