import type { Lookup } from '../../../shared/dns/lookup.ts';
import { createResolver } from '../../probes/dns/resolver.ts';
import { parseServers, serverListFault } from '../../probes/dns/servers.ts';
import { createViews } from '../../probes/dns/views.ts';
import { environmentProxy } from '../../probes/http/proxy.ts';

/** Live DNS without a workspace: what a command on records alone asks. */
export interface LiveLookup {
  readonly lookup: Lookup;
  readonly close: () => Promise<void>;
}

/**
 * @param server as in the settings: `address`, `address:port`, a DoH address; empty for the system's resolver.
 * @throws RangeError when it is none of these.
 */
export function openLiveLookup(server: string): LiveLookup {
  const servers = parseServers(server);
  if (servers === null) {
    const { message, remedy } = serverListFault(server);
    throw new RangeError(`${message}. ${remedy}`);
  }
  const resolver = createResolver({ now: Date.now, proxyFor: environmentProxy });
  return { lookup: createViews({ resolver, now: Date.now }).lookup(servers), close: resolver.close };
}
