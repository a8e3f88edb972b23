import { canonicalName } from '../../shared/dns/names.ts';
import { questionsFor } from '../../shared/plan/build-plan.ts';
import type { Observation } from '../../shared/plan/types.ts';
import type { Servers } from '../probes/dns/servers.ts';
import { observe, parseServers } from '../probes/dns/servers.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace } from './context.ts';
import type { DomainView } from './domains.ts';
import { fail } from './errors.ts';
import { fieldsOf } from './settings.ts';

/** Whom a workspace asks, and what is asked for a domain. */

/** The servers that a workspace asks: its own, the practice servers, or the system's. */
export function serversFor(context: CoreContext, workspaceId: number, chosen?: string): Servers {
  const { practice } = findWorkspace(context, workspaceId);
  const nameServers = context.surroundings()?.nameServers ?? [];
  const text = chosen ?? (practice ? nameServers.join(',') : fieldsOf(context, workspaceId).resolver);
  const servers = parseServers(text);
  if (servers === null) {
    throw fail('BAD_INPUT', `“${text.slice(0, 100)}” is not a DNS server`, {
      field: 'resolver',
      value: text.slice(0, 200),
      remedy: 'Write an address with or without a port, such as 192.0.2.53:53.',
    });
  }
  if (servers === 'system' || !practice) return servers;
  return servers.map((server, index) =>
    'doh' in server ? server : { ...server, kind: 'authoritative' as const, name: `ns${index + 1}.practice` },
  );
}

/** The questions of a domain: its records, and the doubled names that slips leave (asked only where a record is absent). */
export async function observeDomain(
  context: CoreContext,
  view: DomainView,
  servers: Servers,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const parts = { resolver: context.resolver, now: context.clock.now, signal };
  const questions = questionsFor(view.required);
  const answered = await Promise.all(questions.map((question) => observe(question, servers, parts)));
  const first: Servers = servers === 'system' ? servers : servers.slice(0, 1);
  const missing = questions.filter((_question, index) =>
    answered[index]?.every((each) => each.outcome === 'nxdomain' || each.outcome === 'nodata'),
  );
  const doubled = await Promise.all(
    missing
      .filter((question) => canonicalName(question.name) !== canonicalName(view.zone))
      .map((question) => observe({ name: `${question.name}.${view.zone}`, type: question.type }, first, parts)),
  );
  const found = doubled.flat().filter((observation) => observation.outcome === 'answer');
  return [...answered.flat(), ...found];
}
