import { canonicalName } from '../../shared/dns/names.ts';
import { questionsFor } from '../../shared/plan/build-plan.ts';
import type { Observation } from '../../shared/plan/types.ts';
import type { Servers } from '../probes/dns/servers.ts';
import { parseServers } from '../probes/dns/servers.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace } from './context.ts';
import type { DomainView } from './domains.ts';
import { fail } from './errors.ts';
import { fieldsOf } from './settings.ts';

/** Whom a workspace asks, and what is asked for a domain. */

/** The servers that a workspace asks: its own choice, the practice servers, or the zone's own beside the system's. */
export function serversFor(context: CoreContext, workspaceId: number, chosen?: string): Servers {
  const { practice } = findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const nameServers = context.surroundings()?.nameServers ?? [];
  const text = chosen ?? (practice ? nameServers.join(',') || 'system' : fields.resolver);
  const servers = parseServers(text, { publicResolvers: fields.publicResolvers, fallback: fields.fallbackResolvers });
  if (servers === null) {
    throw fail('BAD_INPUT', `“${text.slice(0, 100)}” is not a DNS server`, {
      field: 'resolver',
      value: text.slice(0, 200),
      remedy: 'Write an address with or without a port, such as 192.0.2.53:53.',
    });
  }
  if (servers.kind !== 'chosen' || !practice) return servers;
  const named = servers.servers.map((server, index) =>
    'doh' in server ? server : { ...server, kind: 'authoritative' as const, name: `ns${index + 1}.practice` },
  );
  return { kind: 'chosen', servers: named };
}

/** The questions of a domain: its records, and the doubled names that slips leave (asked only where a record is absent). */
export async function observeDomain(
  context: CoreContext,
  view: DomainView,
  servers: Servers,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const questions = questionsFor(view.required);
  const checkedAt = context.clock.now();
  const answered = await Promise.all(questions.map((question) => context.dns.observe(question, servers, signal)));
  const missing = questions.filter((_question, index) =>
    answered[index]?.every((each) => each.outcome === 'nxdomain' || each.outcome === 'nodata'),
  );
  const doubled = await Promise.all(
    missing
      .filter((question) => canonicalName(question.name) !== canonicalName(view.zone))
      .map((question) =>
        context.dns.observe({ name: `${question.name}.${view.zone}`, type: question.type }, servers, signal),
      ),
  );
  const found = doubled.flat().filter((observation) => observation.outcome === 'answer');
  return [...answered.flat(), ...found].map((observation) => ({ ...observation, checkedAt }));
}
