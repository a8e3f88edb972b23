import { Resolver } from 'node:dns/promises';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { canonicalName } from '../../../shared/dns/names.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/plan/types.ts';

/** The system's own resolver, through c-ares with the system's servers. */

const REASONS: Readonly<Record<string, FailureReason>> = {
  ETIMEOUT: 'timeout',
  ESERVFAIL: 'servfail',
  EREFUSED: 'refused',
  EFORMERR: 'formerr',
  ENOTIMP: 'notimp',
  ECONNREFUSED: 'network',
  EBADRESP: 'malformed',
};

async function resolve(resolver: Resolver, name: string, type: QueryType): Promise<ResourceRecord[]> {
  const ttl = 0;
  switch (type) {
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((parts) => ({
        name,
        ttl,
        type,
        strings: parts.map((part) => Buffer.from(part, 'utf8').toString('latin1')),
      }));
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => ({
        name,
        ttl,
        type,
        preference: priority,
        exchange: canonicalName(exchange),
      }));
    case 'CNAME':
      return (await resolver.resolveCname(name)).map((target) => ({ name, ttl, type, target: canonicalName(target) }));
    case 'NS':
      return (await resolver.resolveNs(name)).map((target) => ({ name, ttl, type, target: canonicalName(target) }));
    case 'PTR':
      return (await resolver.resolvePtr(name)).map((target) => ({ name, ttl, type, target: canonicalName(target) }));
    case 'A':
      return (await resolver.resolve4(name, { ttl: true })).map((found) => ({
        name,
        ttl: found.ttl,
        type,
        address: found.address,
      }));
    case 'AAAA':
      return (await resolver.resolve6(name, { ttl: true })).map((found) => ({
        name,
        ttl: found.ttl,
        type,
        address: found.address,
      }));
    default:
      throw Object.assign(new Error(`the system's resolver can't be asked for ${type}`), { code: 'ENOTIMP' });
  }
}

/**
 * Asks the system's resolver.
 *
 * @param timeoutMs for one try; two are made.
 * @param now milliseconds since the epoch.
 * @returns an observation; a failure is one too.
 */
export async function askSystem(
  question: { readonly name: string; readonly type: QueryType },
  options: { readonly timeoutMs: number; readonly now: () => number; readonly signal?: AbortSignal },
): Promise<Observation> {
  const resolver = new Resolver({ timeout: options.timeoutMs, tries: 2 });
  const cancel = () => resolver.cancel();
  options.signal?.addEventListener('abort', cancel, { once: true });
  const begin = performance.now();
  const base = {
    question,
    server: { kind: 'system' as const, address: '' },
    seenAt: options.now(),
    transport: 'system' as const,
    aliases: [],
  };
  const durationMs = () => Math.round(performance.now() - begin);
  try {
    const records = await resolve(resolver, question.name, question.type);
    return { ...base, durationMs: durationMs(), outcome: records.length > 0 ? 'answer' : 'nodata', records };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ENODATA') return { ...base, durationMs: durationMs(), outcome: 'nodata', records: [] };
    if (code === 'ENOTFOUND') return { ...base, durationMs: durationMs(), outcome: 'nxdomain', records: [] };
    const reason = REASONS[code] ?? 'network';
    const text =
      reason === 'network'
        ? 'no DNS server could be reached'
        : `the resolver answered ${code.replace(/^E/, '') || message}`;
    return { ...base, durationMs: durationMs(), outcome: 'failure', records: [], failure: { reason, message: text } };
  } finally {
    options.signal?.removeEventListener('abort', cancel);
  }
}
