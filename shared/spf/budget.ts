import type { Lookup, LookupResult } from '../dns/lookup.ts';
import { registrableDomain } from '../dns/sender-domain.ts';
import { canonicalName } from '../dns/names.ts';
import type { RecordOf } from '../dns/records.ts';
import { joinTxt, txtWireLength } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import { spfFinding } from './findings.ts';
import { standardLimits } from './check-host.ts';
import { answerOctets, lintAnswer, recordOctets } from './cost.ts';
import { expandMacros, fitDomain } from './macro.ts';
import type { MacroString } from './macro.ts';
import type { Mechanism, Modifier, SpfTerm } from './syntax.ts';
import { isSpfRecord, parseSpf } from './syntax.ts';

/** What a record costs its receivers: every lookup of every branch, known beforehand as far as it can be. */

export interface SpfNode {
  readonly term: string;
  /** The domain that the term leads to; absent for terms without one, and where only a message can tell. */
  readonly target?: string;
  /** Lookups of the term itself: 0 or 1. */
  readonly ownCost: number;
  /** Lookups of the term and everything below it, if a sender goes all the way. */
  readonly cost: number;
  /** Empty answers below, the term's own among them, for a sender of each family. */
  readonly voids4: number;
  readonly voids6: number;
  /** What `a` and `mx` lead to today. */
  readonly addresses?: readonly string[];
  /** The record at the target, where there is one. */
  readonly record?: string;
  /** What can't be known beforehand: a macro, a failed lookup. */
  readonly unknown?: string;
  readonly findings: readonly Finding[];
  readonly children: readonly SpfNode[];
}

export interface SpfTree {
  readonly domain: string;
  readonly record: string | null;
  /** Whether it could be had what the name publishes. */
  readonly isKnown: boolean;
  readonly children: readonly SpfNode[];
  readonly lookups: number;
  readonly voids4: number;
  readonly voids6: number;
  readonly depth: number;
  /** Some branch can't be counted: the figures are lower bounds. */
  readonly partial: boolean;
  /** Octets of the record's text, and of all TXT data at the name on the wire. */
  readonly recordOctets: number;
  readonly answerOctets: number;
  readonly findings: readonly Finding[];
}

/** Lookups made for one tree at the most: a record that needs more is far over every limit. */
const MAX_QUERIES = 200;

interface Walk {
  /** The domain that the tree is of: what the macro `o` stands for. */
  readonly domain: string;
  readonly lookup: Lookup;
  readonly signal: AbortSignal | undefined;
  queries: number;
}

async function ask(walk: Walk, name: string, type: 'TXT' | 'A' | 'AAAA' | 'MX'): Promise<LookupResult> {
  walk.queries += 1;
  if (walk.queries > MAX_QUERIES) {
    return { status: 'failure', reason: 'not-known', message: `more than ${MAX_QUERIES} lookups would be needed` };
  }
  return walk.lookup.query(name, type, walk.signal === undefined ? undefined : { signal: walk.signal });
}

const leaf = (term: SpfTerm, ownCost: number): SpfNode => ({
  term: term.text,
  ownCost,
  cost: ownCost,
  voids4: 0,
  voids6: 0,
  findings: [],
  children: [],
});

function isVoid(answer: LookupResult): boolean {
  return answer.status === 'nodata' || answer.status === 'nxdomain';
}

type Failure = Extract<LookupResult, { status: 'failure' }>;

/** What nobody was asked about is not known here; a server that fails, fails for receivers too. */
function unanswered(name: string, { reason, message }: Failure): Finding {
  return spfFinding(reason === 'not-known' ? 'spf.not-known' : 'spf.lookup-failed', { name, message });
}

function failed(node: SpfNode, name: string, answer: Failure): SpfNode {
  return {
    ...node,
    target: name,
    unknown: answer.message,
    findings: [...node.findings, unanswered(name, answer)],
  };
}

/** The name that a domain-spec stands for whoever sends: `d` and `o` are known beforehand, other macros are not. */
function staticName(walk: Walk, macros: MacroString, domain: string): string | null {
  const isStatic = macros.every((part) => part.kind === 'literal' || part.letter === 'd' || part.letter === 'o');
  if (!isStatic) return null;
  const name = expandMacros(macros, (letter) => (letter === 'o' ? walk.domain : domain));
  return canonicalName(fitDomain(name));
}

/** The addresses of a name for both families, the first answer, and the first failure where there is one. */
async function askAddresses(walk: Walk, name: string) {
  const four = await ask(walk, name, 'A');
  const six = await ask(walk, name, 'AAAA');
  const failure = [four, six].find((answer): answer is Failure => answer.status === 'failure');
  return {
    voids4: isVoid(four) ? 1 : 0,
    voids6: isVoid(six) ? 1 : 0,
    addresses: [...addressesOf(four), ...addressesOf(six)],
    first: four,
    failure,
  };
}

/** The nodes of a record's terms, in order, each with everything below it. */
async function walkRecord(
  walk: Walk,
  domain: string,
  text: string,
  above: readonly string[],
): Promise<readonly SpfNode[]> {
  const { record, words } = parseSpf(text);
  const terms = record?.terms ?? words.flatMap((word) => word.term ?? []);
  const all = terms.findIndex((term) => term.kind === 'mechanism' && term.name === 'all');
  const nodes: SpfNode[] = [];
  for (const [index, term] of terms.entries()) {
    // What stands behind all is never evaluated; a redirect beside all is never followed.
    const isReached =
      all === -1 ||
      (index <= all && term.kind === 'mechanism') ||
      (term.kind === 'modifier' && term.name !== 'redirect');
    if (isReached) nodes.push(await walkTerm(walk, domain, term, above));
  }
  return nodes;
}

async function walkTerm(walk: Walk, domain: string, term: SpfTerm, above: readonly string[]): Promise<SpfNode> {
  if (term.kind === 'modifier')
    return term.name === 'redirect' ? walkBranch(walk, domain, term, term.macros, above) : leaf(term, 0);
  switch (term.name) {
    case 'all':
    case 'ip4':
    case 'ip6':
      return leaf(term, 0);
    case 'include':
      return walkBranch(walk, domain, term, term.domain?.macros ?? [], above);
    case 'ptr':
      return { ...leaf(term, 1), unknown: 'depends on the sender’s address', findings: [spfFinding('spf.ptr')] };
    default:
      return walkAddresses(walk, domain, term);
  }
}

/**
 * The registrable domain of a name that does not exist, where that does not exist either: anybody may register it.
 *
 * @returns null where it exists, or is not known, or the name lies below no public suffix.
 */
async function freeDomain(walk: Walk, name: string): Promise<string | null> {
  const domain = registrableDomain(name);
  return domain !== null && (await ask(walk, domain, 'TXT')).status === 'nxdomain' ? domain : null;
}

/** What whoever registers the domain of a missing name decides; nothing where the name exists, or somebody owns it. */
async function freeDomains(
  walk: Walk,
  name: string,
  { status }: LookupResult,
  { text }: SpfTerm,
): Promise<readonly Finding[]> {
  const free = status === 'nxdomain' ? await freeDomain(walk, name) : null;
  return free === null ? [] : [spfFinding('spf.free-domain', { domain: free, name, term: text })];
}

/** Prefixes up to these hold the addresses of half the world. */
const WIDEST4 = 7;
const WIDEST6 = 18;

function isOpenToAll(mechanism: Mechanism): boolean {
  const { name, qualifier, prefix4, prefix6 } = mechanism;
  if (qualifier !== '+') return false;
  if (name === 'all') return true;
  const hasAddresses = name === 'ip4' || name === 'ip6' || name === 'a' || name === 'mx';
  return hasAddresses && (prefix4 <= WIDEST4 || prefix6 <= WIDEST6);
}

/** Terms that let nearly everybody pass: those of the record but for what its lint tells, and those behind its includes. */
function openTerms(nodes: readonly SpfNode[], path: readonly string[]): readonly Finding[] {
  return nodes.flatMap((node) => {
    const term = parseSpf(`v=spf1 ${node.term}`).record?.terms[0];
    if (term === undefined) return [];
    const isFollowed =
      term.kind === 'modifier' ? term.name === 'redirect' : term.name === 'include' && term.qualifier === '+';
    if (isFollowed) return openTerms(node.children, [...path, node.term]);
    if (term.kind === 'modifier' || !isOpenToAll(term)) return [];
    const isToldByLint = path.length === 0 && (term.name === 'all' || term.network !== undefined);
    const [first = node.term] = path;
    const values = { term: node.term, path: [...path, node.term].join(', '), first };
    return isToldByLint ? [] : [spfFinding('spf.open-to-all', values)];
  });
}

function dependsOnMessage(term: SpfTerm): SpfNode {
  return {
    ...leaf(term, 1),
    unknown: 'depends on the message',
    findings: [spfFinding('spf.macro-cost', { term: term.text })],
  };
}

async function walkBranch(
  walk: Walk,
  domain: string,
  term: Mechanism | Modifier,
  macros: MacroString,
  above: readonly string[],
): Promise<SpfNode> {
  const target = staticName(walk, macros, domain);
  if (target === null) return dependsOnMessage(term);
  const node = { ...leaf(term, 1), target };
  if (above.includes(target)) return { ...node, findings: [spfFinding('spf.loop', { term: term.text })] };

  const answer = await ask(walk, target, 'TXT');
  if (answer.status === 'failure') return failed(node, target, answer);
  const texts = answer.status === 'answer' ? spfTexts(answer) : [];
  const [text, second] = texts;
  // A permanent error at once, before any void lookup would count.
  if (text === undefined) {
    const risk = await freeDomains(walk, target, answer, term);
    return { ...node, findings: [spfFinding('spf.include-without-record', { term: term.text }), ...risk] };
  }
  const findings: Finding[] = [];
  if (second !== undefined) findings.push(spfFinding('spf.several-records', { count: texts.length }));
  if (parseSpf(text).record === null) findings.push(spfFinding('spf.include-broken', { term: term.text }));
  const children = await walkRecord(walk, target, text, [...above, target]);
  return { ...node, record: text, findings, children, ...totals(1, children) };
}

async function walkAddresses(walk: Walk, domain: string, term: Mechanism): Promise<SpfNode> {
  const target = term.domain === undefined ? canonicalName(domain) : staticName(walk, term.domain.macros, domain);
  if (target === null) return dependsOnMessage(term);
  const node = { ...leaf(term, 1), target };
  if (term.name === 'mx') return walkMx(walk, term, node);
  if (term.name === 'exists') {
    // It asks for an A record whatever the sender's family (§5.7).
    const answer = await ask(walk, target, 'A');
    if (answer.status === 'failure') return failed(node, target, answer);
    if (!isVoid(answer)) return node;
    const risk = await freeDomains(walk, target, answer, term);
    return { ...node, voids4: 1, voids6: 1, findings: [spfFinding('spf.void-lookup', { term: term.text }), ...risk] };
  }
  const { failure, first, ...asked } = await askAddresses(walk, target);
  const risk = term.domain === undefined ? [] : await freeDomains(walk, target, first, term);
  const isEmpty = asked.voids4 + asked.voids6 === 2;
  const findings = isEmpty ? [spfFinding('spf.void-lookup', { term: term.text }), ...risk] : [];
  const counted = { ...node, ...asked, findings };
  return failure === undefined ? counted : failed(counted, target, failure);
}

function addressesOf(answer: LookupResult): readonly string[] {
  if (answer.status !== 'answer') return [];
  return (answer.records as readonly RecordOf<'A'>[]).map((record) => record.address);
}

async function walkMx(walk: Walk, term: Mechanism, node: SpfNode & { readonly target: string }): Promise<SpfNode> {
  const answer = await ask(walk, node.target, 'MX');
  if (answer.status === 'failure') return failed(node, node.target, answer);
  if (answer.status !== 'answer') {
    const risk = term.domain === undefined ? [] : await freeDomains(walk, node.target, answer, term);
    return { ...node, voids4: 1, voids6: 1, findings: [spfFinding('spf.void-lookup', { term: term.text }), ...risk] };
  }
  const exchangers = answer.records as readonly RecordOf<'MX'>[];
  const findings =
    exchangers.length > standardLimits.names
      ? [spfFinding('spf.mx-too-many', { term: term.text, count: exchangers.length })]
      : [];
  let counted: SpfNode = { ...node, addresses: [], findings };
  for (const { exchange } of exchangers.slice(0, standardLimits.names)) {
    if (exchange === '' || exchange === '.') continue;
    const { failure, first, ...asked } = await askAddresses(walk, exchange);
    counted = {
      ...counted,
      findings: [...counted.findings, ...(await freeDomains(walk, exchange, first, term))],
      voids4: counted.voids4 + asked.voids4,
      voids6: counted.voids6 + asked.voids6,
      addresses: [...(counted.addresses ?? []), ...asked.addresses],
    };
    if (failure !== undefined) counted = { ...failed(counted, exchange, failure), target: node.target };
  }
  return counted;
}

function totals(ownCost: number, children: readonly SpfNode[]) {
  const sum = (key: 'cost' | 'voids4' | 'voids6') => children.reduce((total, child) => total + child[key], 0);
  return { cost: ownCost + sum('cost'), voids4: sum('voids4'), voids6: sum('voids6') };
}

function spfTexts(answer: Extract<LookupResult, { status: 'answer' }>): string[] {
  return (answer.records as readonly RecordOf<'TXT'>[])
    .map((record) => joinTxt(record.strings))
    .filter((text) => isSpfRecord(text));
}

function depthOf(nodes: readonly SpfNode[]): number {
  return nodes.reduce(
    (deepest, node) => Math.max(deepest, node.children.length > 0 ? 1 + depthOf(node.children) : 0),
    0,
  );
}

function isPartial(nodes: readonly SpfNode[]): boolean {
  return nodes.some((node) => node.unknown !== undefined || isPartial(node.children));
}

function judge(tree: Omit<SpfTree, 'findings'>): Finding[] {
  const findings: Finding[] = [];
  const { lookups, voids4, voids6 } = tree;
  if (lookups > standardLimits.lookups) findings.push(spfFinding('spf.many-lookups', { count: lookups }));
  else if (lookups >= standardLimits.lookups - 1) findings.push(spfFinding('spf.lookups-close', { count: lookups }));
  if (voids4 > standardLimits.voids) findings.push(spfFinding('spf.many-voids', { count: voids4, family: 'IPv4' }));
  if (voids6 > standardLimits.voids) findings.push(spfFinding('spf.many-voids', { count: voids6, family: 'IPv6' }));
  findings.push(...lintAnswer(tree.answerOctets));
  return findings;
}

/**
 * Draws the tree of a domain's SPF record with the cost of every branch (RFC 7208 §4.6.4).
 *
 * @param options.record the record to cost instead of the published one; TXT neighbours are still counted.
 */
export async function spfTree(
  domain: string,
  lookup: Lookup,
  options: { readonly record?: string; readonly signal?: AbortSignal } = {},
): Promise<SpfTree> {
  const walk: Walk = { domain, lookup, signal: options.signal, queries: 0 };
  const answer = await ask(walk, domain, 'TXT');
  const published = answer.status === 'answer' ? (answer.records as readonly RecordOf<'TXT'>[]) : [];
  const texts = answer.status === 'answer' ? spfTexts(answer) : [];
  const record = options.record ?? texts[0] ?? null;
  const neighbours = published.filter((candidate) => !isSpfRecord(joinTxt(candidate.strings)));
  const data = [
    ...(record === null ? [] : [recordOctets(record)]),
    ...neighbours.map((neighbour) => txtWireLength(neighbour.strings)),
  ];

  const children = record === null ? [] : await walkRecord(walk, domain, record, [canonicalName(domain)]);
  const { cost: lookups, voids4, voids6 } = totals(0, children);
  const tree = {
    domain,
    record,
    isKnown: answer.status !== 'failure',
    children,
    lookups,
    voids4,
    voids6,
    depth: depthOf(children),
    partial: isPartial(children) || answer.status === 'failure',
    recordOctets: record?.length ?? 0,
    answerOctets: answerOctets(domain.length + 2, data),
  };
  return {
    ...tree,
    findings: [
      ...judgeRoot(tree, answer, texts, options.record !== undefined),
      ...judge(tree),
      ...openTerms(children, []),
    ],
  };
}

/** What the name itself is to be told: nothing known of it, several records, or one that no receiver can read. */
function judgeRoot(
  { domain, record }: Pick<SpfTree, 'domain' | 'record'>,
  answer: LookupResult,
  texts: readonly string[],
  isGiven: boolean,
): Finding[] {
  const findings: Finding[] = [];
  if (answer.status === 'failure') findings.push(unanswered(domain, answer));
  if (texts.length > 1 && !isGiven) findings.push(spfFinding('spf.several-records', { count: texts.length }));
  if (record !== null && parseSpf(record).record === null) findings.push(spfFinding('spf.unreadable-published'));
  return findings;
}
