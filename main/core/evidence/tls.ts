import type { TlsPolicySum } from '../../../shared/evidence/tls/tls-summary.ts';
import { tlsPolicySums } from '../../../shared/evidence/tls/tls-summary.ts';
import { publishedPolicies } from '../../../shared/policy/published.ts';
import type { PublishedPolicies } from '../../../shared/policy/published.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { fetchPolicyFile } from '../../probes/http/policy-file.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace } from '../context.ts';
import { serversFor } from '../domains/observing.ts';
import { environmentOf } from '../probes/service.ts';
import { fieldsOf } from '../settings/service.ts';
import { unicodeFree } from './service.ts';

/** TLS to a domain’s mail servers: what senders report, and what is published for them. */

const nameOf = (domain: string): string => unicodeFree(domain.replace(/\.$/, ''));

/** What senders report of a domain’s mail servers, policy by policy. */
export function evidenceTls(context: CoreContext, workspaceId: number, domain: string): readonly TlsPolicySum[] {
  findWorkspace(context, workspaceId);
  return tlsPolicySums(context.store.evidence.tlsReports(workspaceId, nameOf(domain)));
}

/** Addresses as the workspace’s own DNS servers tell them, in the words of the system’s resolver. */
function resolveBy(lookup: Lookup): (host: string) => Promise<readonly string[]> {
  return async (host) => {
    const found = await Promise.all([lookup.query(host, 'A'), lookup.query(host, 'AAAA')]);
    const addresses = found.flatMap((answer) => (answer.status === 'answer' ? answer.records : []));
    const told = addresses.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.address] : []));
    if (told.length > 0) return told;
    const isUnknown = found.some(({ status }) => status === 'failure');
    throw Object.assign(new Error(`${host} has no address`), { code: isUnknown ? 'EAI_AGAIN' : 'ENOTFOUND' });
  };
}

/** What a domain publishes for TLS and for its logo, as DNS and its web servers tell it now. */
export function evidencePublished(
  context: CoreContext,
  workspaceId: number,
  domain: string,
  signal: AbortSignal | undefined,
): Promise<PublishedPolicies> {
  findWorkspace(context, workspaceId);
  const lookup = context.dns.lookup(serversFor(context, workspaceId));
  const { extraCa } = fieldsOf(context, workspaceId);
  return publishedPolicies(nameOf(domain), lookup, async (url, mostOctets) => {
    const environment = await environmentOf(context, workspaceId, url, extraCa, signal);
    // Where a proxy is in between, the proxy asks for the name.
    const own = environment.proxy === null ? { resolve: resolveBy(lookup) } : {};
    const { trace, response } = await fetchPolicyFile(url, mostOctets, { ...environment, ...own });
    return { findings: trace.findings, response };
  });
}
