import { canonicalName } from '../../shared/dns/names.ts';
import { questionsFor } from '../../shared/plan/build-plan.ts';
import type { QueryType } from '../../shared/dns/records.ts';
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

/**
 * What a domain's check asks: its required records, and who takes its mail and speaks for its zone, so that a change of
 * either can be seen in its history.
 */
function questionsOf(view: DomainView) {
  const questions = [...questionsFor(view.required)];
  const isAsked = (name: string, type: QueryType) =>
    questions.some((question) => question.type === type && canonicalName(question.name) === canonicalName(name));
  if (!isAsked(view.domain.name, 'MX')) questions.push({ name: view.domain.name, type: 'MX' });
  questions.push({ name: view.zone, type: 'NS' });
  return questions;
}

type Ask = (question: { readonly name: string; readonly type: QueryType }) => Promise<readonly Observation[]>;

/** Questions that are remembered: domains of one zone follow each other in a list. */
const REMEMBERED = 2000;

/** Asks each question once in a job, whatever the number of domains that share it. */
export function createAsk(context: CoreContext, servers: Servers, signal: AbortSignal): Ask {
  const asked = new Map<string, Promise<readonly Observation[]>>();
  return (question) => {
    const key = `${canonicalName(question.name)}/${question.type}`;
    let answer = asked.get(key);
    if (answer === undefined) {
      if (asked.size >= REMEMBERED) asked.delete(asked.keys().next().value as string);
      answer = context.dns.observe(question, servers, signal);
      asked.set(key, answer);
    }
    return answer;
  };
}

/** Asks a domain's questions, and for what is absent the doubled names that slips leave. */
export async function observeDomain(context: CoreContext, view: DomainView, ask: Ask): Promise<readonly Observation[]> {
  const questions = questionsOf(view);
  const checkedAt = context.clock.now();
  const answered = await Promise.all(questions.map(ask));
  const missing = questionsFor(view.required).filter((_question, index) =>
    answered[index]?.every((each) => each.outcome === 'nxdomain' || each.outcome === 'nodata'),
  );
  const doubled = await Promise.all(
    missing
      .filter((question) => canonicalName(question.name) !== canonicalName(view.zone))
      .map((question) => ask({ name: `${question.name}.${view.zone}`, type: question.type })),
  );
  const found = doubled.flat().filter((observation) => observation.outcome === 'answer');
  return [...answered.flat(), ...found].map((observation) => ({ ...observation, checkedAt }));
}
