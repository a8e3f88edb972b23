import { accountDomains, serviceRecords } from './account-domains.ts';
import {
  addAtService,
  chooseKey,
  refreshAccount,
  refreshDomains,
  serviceView,
  tellService,
  validateAtService,
} from './service.ts';
import { findWorkspace } from '../context.ts';
import type { RunningCore } from '../context.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/service.ts`. */
export function serviceProcedures(os: Implementer['service'], context: RunningCore) {
  return {
    status: os.status.handler(({ input }) => serviceView(context, input.workspaceId)),
    ask: os.ask.handler(({ input }) => {
      findWorkspace(context, input.workspaceId);
      context.asking.want(input.workspaceId);
      return {};
    }),
    chooseKey: os.chooseKey.handler(({ input }) => chooseKey(context, input.workspaceId, input.key)),
    refresh: os.refresh.handler(({ input, signal }) => refreshAccount(context, input.workspaceId, signal)),
    domains: os.domains.handler(({ input }) => accountDomains(context, input.workspaceId)),
    refreshDomains: os.refreshDomains.handler(({ input, signal }) =>
      refreshDomains(context, input.workspaceId, signal),
    ),
    records: os.records.handler(({ input }) => serviceRecords(context, input.workspaceId, input.domain)),
    tell: os.tell.handler(({ input, signal }) => tellService(context, input.workspaceId, signal)),
    addDomain: os.addDomain.handler(({ input, signal }) =>
      addAtService(context, input.workspaceId, input.domain, signal),
    ),
    validateDomain: os.validateDomain.handler(({ input, signal }) =>
      validateAtService(context, input.workspaceId, input.domain, signal),
    ),
  };
}
