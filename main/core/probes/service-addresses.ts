import { modeOf } from '../../../shared/providers/template/template.ts';
import type { ServiceAddress } from '../../../shared/service/deny-list.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { connectionUrls } from '../../../shared/service/urls.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { parseSpf } from '../../../shared/spf/syntax.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace } from '../context.ts';
import { serversFor } from '../domains/observing.ts';
import { effectiveFields } from '../settings/service.ts';
import { templatesOf } from '../templates/service.ts';

/** Where the service may post from: what is known of it, for the deny-list check. It is never the whole truth. */

/** Names asked for one list of addresses. */
const MAX_QUESTIONS = 60;
const MAX_TRACES = 50;

export interface ServiceAddresses {
  readonly addresses: ServiceAddress[];
  /** What could not be read, in words: the list is then shorter than it should be. */
  readonly gaps: string[];
}

/** Collects the networks of an SPF record and of all that it includes. */
function spfWalk(lookup: Lookup, tell: (address: string, from: string) => void, missing: (what: string) => void) {
  const asked = new Set<string>();
  const ask = async (name: string, type: 'TXT' | 'A' | 'AAAA' | 'MX') => {
    const key = `${type} ${name.toLowerCase()}`;
    if (asked.has(key)) return [];
    if (asked.size >= MAX_QUESTIONS) {
      missing(`${name}: more names than are asked`);
      return [];
    }
    asked.add(key);
    const answer = await lookup.query(name, type);
    if (answer.status === 'answer') return answer.records;
    if (type === 'TXT' || answer.status === 'failure') missing(`${name} ${type}: ${answer.status}`);
    return [];
  };
  const collectHosts = async (name: string, from: string, prefixes = { A: 32, AAAA: 128 }) => {
    for (const type of ['A', 'AAAA'] as const)
      for (const record of await ask(name, type)) {
        if (record.type !== type) continue;
        const isWhole = prefixes[type] === (type === 'A' ? 32 : 128);
        tell(isWhole ? record.address : `${record.address}/${prefixes[type]}`, from);
      }
  };
  const read = async (domain: string): Promise<void> => {
    const from = `SPF of ${domain}`;
    const texts = (await ask(domain, 'TXT')).flatMap((each) => (each.type === 'TXT' ? [each.strings.join('')] : []));
    for (const term of texts.flatMap((text) => parseSpf(text).record?.terms ?? [])) {
      if (term.kind === 'modifier') {
        if (term.name === 'redirect') await read(term.value);
        continue;
      }
      // What an SPF record forbids is no address of the service.
      if (term.qualifier === '-') continue;
      const name = term.domain?.text ?? domain;
      const prefixes = { A: term.prefix4, AAAA: term.prefix6 };
      if (name.includes('%')) missing(`${term.text}: depends on the message`);
      else if (term.network !== undefined) tell(term.text.replace(/^[+?~-]?ip[46]:/i, ''), from);
      else if (term.name === 'include') await read(name);
      else if (term.name === 'a') await collectHosts(name, from, prefixes);
      else if (term.name === 'mx')
        for (const record of await ask(name, 'MX'))
          if (record.type === 'MX') await collectHosts(record.exchange, from, prefixes);
    }
  };
  return { read, collectHosts };
}

/** Addresses at which the service was seen or is now, and those that its provider's SPF names, as far as DNS tells. */
export async function serviceAddresses(context: CoreContext, workspaceId: number): Promise<ServiceAddresses> {
  findWorkspace(context, workspaceId);
  const fields = effectiveFields(context, workspaceId);
  const found = new Map<string, string>();
  const gaps: string[] = [];
  const tell = (address: string, from: string) => {
    if (!found.has(address)) found.set(address, from);
  };
  const urls: readonly string[] = connectionUrls(fields.serviceUrl);
  const isDirect = (trace: ProbeTrace) => trace.proxy === undefined && urls.includes(trace.url);
  for (const trace of context.store.records
    .latestTraces<ProbeTrace>(workspaceId, 'connection', MAX_TRACES)
    .filter(isDirect))
    for (const address of trace.stages.flatMap((stage) => stage.addresses ?? [])) tell(address, 'connection test');

  const lookup = context.dns.lookup(serversFor(context, workspaceId));
  const { read, collectHosts } = spfWalk(lookup, tell, (what) => gaps.push(what));
  const host = URL.canParse(fields.serviceUrl) ? new URL(fields.serviceUrl).hostname : '';
  if (/[a-z]/i.test(host) && !host.startsWith('[')) await collectHosts(host, 'address of the service');

  const template = templatesOf(context, workspaceId).find((candidate) => candidate.id === fields.recordTemplate);
  if (template === undefined) gaps.push('the provider’s servers: no record template is chosen');
  const includes =
    template === undefined
      ? []
      : modeOf(template, fields.recordTemplateMode).spfTerms.filter((term) => term.startsWith('include:'));
  for (const term of includes) {
    if (term.includes('{')) gaps.push(`${term}: waiting for a value from the provider`);
    else await read(term.slice('include:'.length));
  }
  return { addresses: [...found].map(([address, from]) => ({ address, from })), gaps };
}
