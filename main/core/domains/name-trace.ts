import { diagnose } from '../../../shared/diagnosis/diagnose.ts';
import type { Subject } from '../../../shared/diagnosis/views.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import { likelyZone } from '../../../shared/dns/sender-domain.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { Delegation, WalkFailure } from '../../probes/dns/delegation.ts';
import { createResolver } from '../../probes/dns/resolver.ts';
import { readRootHints } from '../../probes/dns/roots.ts';
import { parseServers, serverListFault } from '../../probes/dns/servers.ts';
import { createViews } from '../../probes/dns/views.ts';
import { environmentProxy } from '../../probes/http/proxy.ts';
import { createAsk, observeSubject } from './observing.ts';
import { defaultFields } from '../settings/service.ts';

/** One name followed from the root: the walk, the views, and what lies behind their differences. */
export interface NameTrace {
  readonly question: { readonly name: string; readonly type: QueryType };
  /** Milliseconds since the epoch, and for all of it. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly walk: Delegation | WalkFailure;
  /** The answers to the question. */
  readonly observations: readonly Observation[];
  /** Serial of the zone at each of its servers, by the server's address. */
  readonly serials: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export interface NameTraceOptions {
  /** A-labels. */
  readonly name: string;
  readonly type: QueryType;
  /** Resolvers to compare with, as in the settings. */
  readonly servers?: string;
  /** Text of a file of root hints; the public root unless it is given. */
  readonly rootHints?: string;
}

/**
 * Traces a name without a workspace or a data folder.
 *
 * @throws RangeError when a server or the root hints can't be read.
 */
export async function traceName({ name, type, servers = '', rootHints }: NameTraceOptions): Promise<NameTrace> {
  const asked = parseServers('', { publicResolvers: servers, fallback: defaultFields.fallbackResolvers });
  if (asked === null) {
    const { message, remedy } = serverListFault(servers);
    throw new RangeError(`${message}. ${remedy}`);
  }
  const roots = rootHints === undefined ? {} : { roots: readRootHints(rootHints) };
  const startedAt = Date.now();
  const begin = performance.now();
  const resolver = createResolver({ now: Date.now, proxyFor: environmentProxy });
  try {
    const views = createViews({ resolver, now: Date.now, ...roots });
    const walk = await views.authorities.walk(name);
    const subject: Subject = { name, type, required: null };
    const ask = createAsk({ dns: views }, asked);
    const [observations, soas] = await Promise.all([
      observeSubject(subject, likelyZone(name), ask),
      walk.ok ? ask.all({ name: walk.delegation.zone, type: 'SOA' }) : [],
    ]);
    const all = [...new Set([...observations, ...soas])];
    const isAnswer = ({ question, checkingDisabled }: Observation) =>
      question.name === name && question.type === type && checkingDisabled !== true;
    const told = soas.flatMap(({ server, soaSerial }) =>
      soaSerial === undefined ? [] : [[server.address, soaSerial] as const],
    );
    return {
      question: { name, type },
      startedAt,
      durationMs: Math.round(performance.now() - begin),
      walk: walk.ok ? walk.delegation : walk.failure,
      observations: observations.filter(isAnswer),
      serials: Object.fromEntries(told),
      findings: diagnose(subject, likelyZone(name), all),
    };
  } finally {
    await resolver.close();
  }
}
