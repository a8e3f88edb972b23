import type { LookupAtOnce } from '../dns/asking.ts';
import type { LookupResult } from '../dns/lookup.ts';
import type { QueryType } from '../dns/records.ts';
import { canonicalName, sameName } from '../dns/names.ts';
import { keyAmong, keyIn } from '../judge/keys.ts';
import { sendersAtOnce } from '../judge/senders.ts';
import { evaluationsOnce } from '../judge/shared-evaluations.ts';
import { isDmarcRecord, parseDmarc } from '../dmarc/record.ts';
import { remainingTerms } from '../spf/remaining-terms.ts';
import { isSpfRecord } from '../spf/syntax.ts';
import { resultOf } from './observed-lookup.ts';
import { passesTerms } from './planned-spf.ts';
import { concerned, isTextOf, satisfies, txtTexts } from './satisfies.ts';
import type { Observation } from '../observed/observation.ts';
import { rememberingLately } from '../memo.ts';
import type { MatchRule, RequiredRecord } from '../required/record.ts';

type SpfTerms = Extract<MatchRule, { readonly kind: 'spf-terms' }>;

/**
 * What one server's answer means for a requirement, as receivers would find who ask that server.
 *
 * - `has`: what is required, and receivers can use it.
 * - `works`: something else that receivers can use for the same purpose; better is required.
 * - `behind`: what is required, but what the provider publishes behind it was asked in vain.
 * - `other`: something that does not serve the purpose, and breaks nothing by itself.
 * - `broken`: something that makes mail fail.
 * - `absent`: nothing.
 * - `failed`: no answer.
 */
export type ServerView = 'has' | 'works' | 'behind' | 'other' | 'broken' | 'absent' | 'failed';

/** DNS as it is known, with one server's answer in front. */
function seenThrough(observation: Observation, dns: LookupAtOnce): LookupAtOnce {
  const { name, type } = observation.question;
  const answer = resultOf(observation);
  const known = dns.query(name, type);
  // The one answer that is known is in front already.
  if (known.status === 'answer' && answer.status === 'answer' && known.records === answer.records) return dns;
  return {
    query: (asked, askedType) => (askedType === type && sameName(asked, name) ? answer : dns.query(asked, askedType)),
  };
}

function viewOfSpf(required: RequiredRecord, texts: readonly string[], holds: boolean, dns: LookupAtOnce): ServerView {
  const { match, name } = required;
  const [text, second] = texts.filter(isSpfRecord);
  if (text === undefined) return texts.length > 0 ? 'other' : holds ? 'has' : 'absent';
  if (second !== undefined) return 'broken';
  if (match.kind !== 'spf-terms') return holds ? 'has' : 'other';
  const viewed = viewedOnce(match);
  return (holds ? viewed.held : viewed.other)(name, text, dns, (of) =>
    viewOfTerms({ required, terms: remainingTerms(match.terms, match.choice?.without ?? []) }, text, holds, of),
  );
}

/** Terms that are required, of which it is remembered what a text means for them: thousands of domains share them. */
const MATCHES = 16;
const viewedOnce = rememberingLately(MATCHES, ({ terms, choice }: SpfTerms) => {
  // Terms that name the domain, or may by a macro, are no other's.
  const namesDomain = (own: string) =>
    [...terms, ...(choice?.without ?? [])].some((term) => term.includes('%') || term.toLowerCase().includes(own));
  return { held: evaluationsOnce<ServerView>(namesDomain), other: evaluationsOnce<ServerView>(namesDomain) };
});

/** What one SPF record means for the provider whose terms are required. */
function viewOfTerms(
  { required, terms }: { readonly required: RequiredRecord; readonly terms: readonly string[] },
  text: string,
  holds: boolean,
  dns: LookupAtOnce,
): ServerView {
  const { name } = required;
  const senders = sendersAtOnce(name, text, dns);
  if (senders.state === 'unreadable') return 'broken';
  const passes = passesTerms(senders, terms, dns);
  if (passes === 'unknown') return holds ? whereUnknown(namesBehind(required), 'TXT', dns) : 'other';
  if (passes === 'yes') return holds ? 'has' : 'works';
  return holds || senders.permanentError !== null ? 'broken' : 'other';
}

/** Why a server says nothing of a name that is not its own: it is not the one to be asked. */
const NOT_TO_BE_ASKED: ReadonlySet<string> = new Set(['not-known', 'refused']);

/** What is right as far as it was asked: unless whoever had to know was asked in vain. */
function whereUnknown(names: readonly string[], type: QueryType, dns: LookupAtOnce): ServerView {
  const isVain = (name: string) => {
    const answer = dns.query(name, type);
    return answer.status === 'failure' && !NOT_TO_BE_ASKED.has(answer.reason);
  };
  return names.some(isVain) ? 'behind' : 'has';
}

/** The names of others that a record leans on. */
export function namesBehind(required: RequiredRecord): readonly string[] {
  const names =
    required.match.kind === 'spf-terms'
      ? required.match.terms.flatMap((term) => /^[+]?(?:include|a|mx|exists):([^/%]+)/i.exec(term)?.[1] ?? [])
      : questionsBehind(required).map(({ name }) => name);
  return [...new Set(names.map(canonicalName))];
}

function viewOfKey(required: RequiredRecord, texts: readonly string[], holds: boolean): ServerView {
  if (texts.length === 0) return 'absent';
  // What was made here was read when it was made, or when it came with its workspace.
  if (holds && required.source.kind === 'local-key' && isTextOf(required, texts)) return 'has';
  const { usable, reason } = keyAmong(texts);
  if (holds) return usable === 'yes' || reason === 'revoked' ? 'has' : 'broken';
  return usable === 'yes' ? 'other' : 'broken';
}

function viewOfPolicy(texts: readonly string[], holds: boolean): ServerView {
  const [text, second] = texts.filter(isDmarcRecord);
  if (text === undefined) return texts.length > 0 ? 'other' : 'absent';
  if (second !== undefined) return 'broken';
  if (holds) return 'has';
  const { record, findings } = parseDmarc(text);
  const isUsable = record !== null && findings.every(({ severity }) => severity !== 'error');
  return isUsable ? 'works' : 'other';
}

const STANDS: ReadonlySet<LookupResult['status']> = new Set(['answer', 'nodata']);

/** What an alias leads to: a key for signatures, anything that stands there for bounces and links. */
function viewBehind({ purpose, name }: RequiredRecord, target: string, dns: LookupAtOnce): ServerView {
  if (purpose === 'dkim') {
    const { usable } = keyIn(dns.query(target, 'TXT'), name, '');
    if (usable === 'unknown') return whereUnknown([target], 'TXT', dns);
    return usable === 'yes' ? 'has' : 'broken';
  }
  const types = purpose === 'return-path' ? (['TXT', 'MX'] as const) : (['A'] as const);
  const answers = types.map((type) => dns.query(target, type).status);
  if (answers.some((status) => STANDS.has(status))) return 'has';
  if (answers.includes('nxdomain')) return 'broken';
  return purpose === 'return-path' ? whereUnknown([target], 'TXT', dns) : 'has';
}

/** A delegation: the server that it names exists, and servers speak for the name. */
function viewOfDelegation(name: string, server: string, dns: LookupAtOnce): ServerView {
  if (dns.query(server, 'A').status === 'nxdomain') return 'broken';
  const answer = dns.query(name, 'A');
  const isLame = answer.status === 'failure' && LAME.has(answer.reason);
  return isLame || answer.status === 'nxdomain' ? 'broken' : 'has';
}

const LAME: ReadonlySet<string> = new Set(['servfail', 'refused', 'lame']);

/** The names that an answer's alias leads to, with their types, which have to be asked besides. */
export function questionsBehind({
  name: owner,
  purpose,
  value,
}: RequiredRecord): readonly { name: string; type: 'TXT' | 'MX' | 'A' }[] {
  if (value.state === 'waiting') return [];
  if (value.data.type === 'NS')
    return [
      { name: canonicalName(value.data.target), type: 'A' },
      { name: canonicalName(owner), type: 'A' },
    ];
  if (value.data.type !== 'CNAME') return [];
  const name = canonicalName(value.data.target);
  if (purpose === 'dkim') return [{ name, type: 'TXT' }];
  return purpose === 'return-path'
    ? [
        { name, type: 'TXT' },
        { name, type: 'MX' },
      ]
    : [{ name, type: 'A' }];
}

/** Judges one server's answer. */
export function judgedView(required: RequiredRecord, observation: Observation, known: LookupAtOnce): ServerView {
  if (observation.outcome === 'failure') return 'failed';
  const { records } = observation;
  const holds = satisfies(required, records);
  const relevant = concerned(required, records);
  const texts = required.type === 'TXT' ? txtTexts(relevant) : [];
  if (required.purpose === 'spf') return viewOfSpf(required, texts, holds, seenThrough(observation, known));
  if (required.match.kind === 'dkim-key') return viewOfKey(required, texts, holds);
  if (required.match.kind === 'dmarc-policy') return viewOfPolicy(texts, holds);
  const data = required.value.state === 'known' ? required.value.data : null;
  if (data?.type === 'NS') {
    if (holds) return viewOfDelegation(required.name, data.target, known);
    // A resolver tells what the servers of the name say of themselves, which need not be what hands the name over.
    const isParents = observation.server.kind === 'authoritative' || observation.server.kind === 'pasted';
    return relevant.length === 0 ? 'absent' : isParents ? 'other' : 'behind';
  }
  if (!holds) return relevant.length > 0 ? 'other' : 'absent';
  return data?.type === 'CNAME' ? viewBehind(required, canonicalName(data.target), known) : 'has';
}
