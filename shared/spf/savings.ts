import { parseIp } from '../dns/ip.ts';
import type { SpfNode, SpfTree } from './budget.ts';
import { standardLimits } from './check-host.ts';
import type { Mechanism, SpfTerm } from './syntax.ts';
import { parseSpf, spfText } from './syntax.ts';

/** Ways back into the budget of lookups (RFC 7208 §4.6.4), the safest first. */

type SavingKind = 'drop-dead' | 'drop-repeated' | 'write-addresses' | 'delegate' | 'flatten';

export interface SpfSaving {
  readonly kind: SavingKind;
  /** The term of the domain's own record that it is about. */
  readonly term: string;
  /** Lookups that it saves. */
  readonly saves: number;
  /** It alone brings the record back into its budget. */
  readonly isEnough: boolean;
  /** What to do, in one sentence. */
  readonly proposal: string;
  /** What may go wrong, in one sentence. */
  readonly danger: string;
  /** The domain's record afterwards. */
  readonly record: string;
}

/** Safest first. */
const ORDER: readonly SavingKind[] = ['drop-dead', 'drop-repeated', 'write-addresses', 'delegate', 'flatten'];

/** Octets that the answer may have with a proposed record, so that it fits into plain UDP (RFC 7208 §3.4). */
const MAX_ANSWER_OCTETS = 450;

/** Addresses put in the place of one term. */
const MAX_ADDRESSES = 20;

/** What makes the record at an include a permanent error. */
const BROKEN: ReadonlySet<string> = new Set(['spf.include-broken', 'spf.several-records']);

const DEAD: ReadonlySet<string> = new Set(['spf.void-lookup', 'spf.include-without-record', 'spf.loop']);

function isDead(node: SpfNode): boolean {
  return node.findings.some((finding) => DEAD.has(finding.code));
}

/** The record with other terms in the place of one. */
function replaceTerm(terms: readonly SpfTerm[], replaced: SpfTerm, by: readonly string[]): string {
  return spfText(terms.flatMap((term) => (term === replaced ? by : [term.text])));
}

function parseMechanism(text: string): Mechanism | undefined {
  return parseSpf(spfText([text])).record?.mechanisms[0];
}

/** Names that this node lets pass as a whole: its target, and those of the passing includes below it. */
function includedNames(node: SpfNode): readonly string[] {
  const mechanism = parseMechanism(node.term);
  if (mechanism?.name !== 'include' || mechanism.qualifier !== '+' || node.target === undefined) return [];
  return [node.target, ...node.children.flatMap(includedNames)];
}

/** The networks of an address under the prefix lengths of an `a` or `mx`. */
function addressTerms(addresses: readonly string[], { qualifier, prefix4, prefix6 }: Mechanism): readonly string[] {
  const sign = qualifier === '+' ? '' : qualifier;
  return [...new Set(addresses)].map((address) => {
    if (parseIp(address)?.length === 4) return `${sign}ip4:${address}${prefix4 === 32 ? '' : `/${prefix4}`}`;
    return `${sign}ip6:${address}${prefix6 === 128 ? '' : `/${prefix6}`}`;
  });
}

/** Mechanisms whose addresses can be known beforehand. */
const FLATTENED: ReadonlySet<string> = new Set(['ip4', 'ip6', 'a', 'mx', 'include']);

/** All addresses that an include lets pass; null where they can't be written down without changing what it says. */
function flatTerms(node: SpfNode): readonly string[] | null {
  // What its receivers can’t read lets nobody pass, whatever networks stand in it.
  if (node.unknown !== undefined || isDead(node) || node.findings.some(({ code }) => BROKEN.has(code))) return null;
  const terms: string[] = [];
  for (const child of node.children) {
    const mechanism = parseMechanism(child.term);
    const isFree = child.cost === 0 && mechanism?.network === undefined;
    if (isFree && (mechanism?.name !== 'all' || mechanism.qualifier !== '+')) continue;
    if (mechanism?.qualifier !== '+' || !FLATTENED.has(mechanism.name) || child.unknown !== undefined) return null;
    if (mechanism.network !== undefined) {
      terms.push(child.term);
      continue;
    }
    const below = mechanism.name === 'include' ? flatTerms(child) : addressTerms(child.addresses ?? [], mechanism);
    if (below === null) return null;
    terms.push(...below);
  }
  return [...new Set(terms)];
}

/** Whether an answer with this record, and with what else stands at the name, stays below the limit. */
function fits(tree: SpfTree, record: string): boolean {
  return tree.answerOctets - tree.recordOctets + record.length < MAX_ANSWER_OCTETS;
}

function isWithin(lookups: number, voids4: number, voids6: number): boolean {
  return lookups <= standardLimits.lookups && Math.max(voids4, voids6) <= standardLimits.voids;
}

/** What can be done about one term of the domain's own record. */
function proposals(tree: SpfTree, node: SpfNode, terms: readonly SpfTerm[], term: SpfTerm): readonly SpfSaving[] {
  const without = replaceTerm(terms, term, []);
  const saving = (kind: SavingKind, proposal: string, danger: string, record: string): SpfSaving => ({
    kind,
    term: node.term,
    saves: node.cost,
    isEnough: isWithin(tree.lookups - node.cost, tree.voids4 - node.voids4, tree.voids6 - node.voids6),
    proposal,
    danger,
    record,
  });
  if (term.kind === 'modifier') {
    if (!isDead(node)) return [];
    const ended = replaceTerm(terms, term, ['~all']);
    return [
      saving(
        'drop-dead',
        `Replace ${node.term} with ~all: there is no record to continue with.`,
        'None, unless its domain is about to be set up.',
        ended,
      ),
    ];
  }
  if (isDead(node)) {
    return [
      saving(
        'drop-dead',
        `Remove ${node.term}: it lets nobody pass.`,
        'None, unless its domain is about to be set up.',
        without,
      ),
    ];
  }
  if (node.cost === 0) return [];

  const found: SpfSaving[] = [];
  const other = tree.children.find((sibling) => {
    const isFirst = tree.children.indexOf(sibling) < tree.children.indexOf(node);
    const names = includedNames(sibling);
    return sibling !== node && (isFirst || names[0] !== node.target) && names.includes(node.target ?? '');
  });
  if (term.name === 'include' && term.qualifier === '+' && other !== undefined) {
    found.push(
      saving(
        'drop-repeated',
        `Remove ${node.term}: ${other.term} includes it as well.`,
        `If ${other.term} gives it up one day, its senders stop passing.`,
        without,
      ),
    );
    return found;
  }

  if ((term.name === 'a' || term.name === 'mx') && node.unknown === undefined) {
    const addresses = addressTerms(node.addresses ?? [], term);
    const record = replaceTerm(terms, term, addresses);
    if (addresses.length > 0 && addresses.length <= MAX_ADDRESSES && fits(tree, record)) {
      found.push(
        saving(
          'write-addresses',
          `Replace ${node.term} with the addresses of ${node.target ?? tree.domain}.`,
          'When the hosts move, the record has to follow.',
          record,
        ),
      );
    }
  }
  if (term.name !== 'include') return found;

  found.push(
    saving(
      'delegate',
      `Send the mail behind ${node.term} from a subdomain of ${tree.domain} with an SPF record of its own, then remove it here.`,
      'The service must use the subdomain as its envelope sender; until then its mail stops passing.',
      without,
    ),
  );
  const flat = term.qualifier === '+' ? flatTerms(node) : null;
  if (flat !== null && flat.length > 0 && flat.length <= MAX_ADDRESSES) {
    const record = replaceTerm(terms, term, flat);
    if (fits(tree, record)) {
      found.push(
        saving(
          'flatten',
          `Replace ${node.term} with the ${flat.length} networks behind it.`,
          'Its owner changes them without telling you: mail stops passing, or addresses that now belong to others pass.',
          record,
        ),
      );
    }
  }
  return found;
}

/**
 * Proposes how a record comes back into its budget of 10 lookups and 2 void lookups.
 *
 * @param tree of the domain, from `spfTree`.
 * @returns the safest proposals first, among equals the one that saves most; dead and repeated terms even while the
 *   budget holds.
 */
export function proposeSavings(tree: SpfTree): readonly SpfSaving[] {
  const terms = parseSpf(tree.record ?? '').record?.terms ?? [];
  const isOver = !isWithin(tree.lookups, tree.voids4, tree.voids6);
  return tree.children
    .flatMap((node) => {
      const term = terms.find((candidate) => candidate.text === node.term);
      return term === undefined ? [] : proposals(tree, node, terms, term);
    })
    .filter((saving) => isOver || saving.kind === 'drop-dead' || saving.kind === 'drop-repeated')
    .sort((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind) || right.saves - left.saves);
}
