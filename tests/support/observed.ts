import { fact } from '../../shared/facts/catalogue.ts';
import { askedAtOnce } from '../../shared/dns/asking.ts';
import type { LookupAtOnce } from '../../shared/dns/asking.ts';
import { canonicalName } from '../../shared/dns/names.ts';
import type { QueryType, ResourceRecord } from '../../shared/dns/records.ts';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { questionsFor } from '../../shared/plan/build-plan.ts';
import { judgedQuestions } from '../../shared/plan/effect.ts';
import { obstacleQuestions } from '../../shared/plan/in-the-way.ts';
import { planQuestions } from '../../shared/plan/plan-questions.ts';
import type { AnsweringServer, Observation } from '../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../shared/required/record.ts';
import { txt } from './hand-over.ts';
import { KEY } from './needs.ts';

/** A whole world of DNS in memory, and what a check of a domain in it sees. */

const SERVER: AnsweringServer = { kind: 'authoritative', address: 'ns1:53', name: 'ns1' };

/** What one server says to every question that a check asks. */
export function observedIn(
  world: readonly ResourceRecord[] | LookupAtOnce,
  domain: string,
  required: readonly RequiredRecord[],
  zone: string,
  server: AnsweringServer = SERVER,
): readonly Observation[] {
  const lookup = 'query' in world ? world : zoneLookup(world);
  const found = new Map<string, Observation>();
  const ask = (name: string, type: QueryType) => {
    const key = `${canonicalName(name)}/${type}`;
    const answer = lookup.query(name, type);
    const base = { question: { name, type }, server, seenAt: 1000, durationMs: 1, records: [], aliases: [] };
    const { status, aliases = [] } = answer;
    if (answer.status === 'failure') {
      const failure = { reason: answer.reason, what: fact('dns.failed', { failure: answer.reason }) };
      found.set(key, { ...base, outcome: 'failure', failure, aliases });
    } else {
      const records = answer.status === 'answer' ? answer.records : [];
      // A server tells the name that was asked for, not the wildcard's.
      const owner = aliases.at(-1) ?? canonicalName(name);
      const told = records.map((record) => ({ ...record, name: owner }));
      found.set(key, { ...base, outcome: status as Observation['outcome'], records: told, aliases });
    }
    return answer;
  };
  for (const { name, type } of questionsFor(required)) ask(name, type);
  askedAtOnce(judgedQuestions(domain, required), { query: ask });
  for (const { name, type } of obstacleQuestions(required, zone, [...found.values()])) ask(name, type);
  for (let round = 0; round < 8; round += 1) {
    const questions = planQuestions(domain, required, [...found.values()], zone);
    if (questions.length === 0) break;
    for (const { name, type } of questions) ask(name, type);
  }
  return [...found.values()];
}

/** What the providers behind these records publish, all of it in order: addresses, keys, bounce domains. */
export function providerSide(required: readonly RequiredRecord[]): readonly ResourceRecord[] {
  const records = new Map<string, ResourceRecord>();
  const add = (record: ResourceRecord) => records.set(`${record.name}/${record.type}`, record);
  for (const { match, value, purpose } of required) {
    if (match.kind === 'spf-terms') {
      for (const term of match.terms) {
        const [, target] = /^include:(.+)$/.exec(term) ?? [];
        if (target !== undefined) add(txt(target, 300, 'v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:f::/48 ~all'));
      }
    }
    if (value.state === 'waiting' || (value.data.type !== 'CNAME' && value.data.type !== 'NS')) continue;
    const { target } = value.data;
    if (purpose === 'dkim') add(txt(target, 300, `k=rsa; p=${KEY}`));
    else if (purpose === 'return-path') {
      add(txt(target, 300, 'v=spf1 ip4:198.51.100.0/24 ~all'));
      add({ name: target, ttl: 300, type: 'MX', preference: 10, exchange: `mx.${target}` });
    } else add({ name: target, ttl: 300, type: 'A', address: '198.51.100.80' });
  }
  return [...records.values()];
}
