import { dkimName } from '../dkim/selector.ts';
import type { DkimKeyParse } from '../dkim/key-record.ts';
import { lintDkimAnswer, parseDkimKey } from '../dkim/key-record.ts';
import type { DmarcVerdict } from '../dmarc/evaluate.ts';
import { evaluateDmarc } from '../dmarc/evaluate.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { RecordOf } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import { dkimFinding } from '../findings/dkim.ts';
import type { Finding } from '../findings/finding.ts';
import { checkHost } from '../spf/check-host.ts';
import type { SpfResult } from '../spf/check-host.ts';
import type { SpfTerm } from '../spf/syntax.ts';
import { isSpfRecord, parseSpf } from '../spf/syntax.ts';
import type { Requirement } from './mailbox-providers.ts';
import { mailboxProviders } from './mailbox-providers.ts';

/** What a receiver would say to mail of a domain, as far as DNS decides it. */

export type RequirementState = 'met' | 'not-met' | 'not-checkable-here' | 'unknown';

export interface DkimView {
  readonly selector: string;
  readonly domain: string;
  readonly state: 'usable' | 'unusable' | 'missing' | 'unknown';
  readonly bits: number;
  readonly findings: readonly Finding[];
}

export interface ReceiverVerdict {
  readonly domain: string;
  /** SPF for mail from an address that the provider's record names; `address` says which. */
  readonly spf: { readonly address: string | null; readonly domain: string; readonly result: SpfResult | null };
  readonly dkim: readonly DkimView[];
  readonly dmarc: DmarcVerdict;
  readonly mailboxProviders: readonly {
    readonly id: string;
    readonly name: string;
    readonly requirements: readonly JudgedRequirement[];
    /** For bulk mail, which has to meet every requirement. */
    readonly outcome: Outcome;
    /** For mail of those who send no more than 5,000 messages a day. */
    readonly outcomeForFew: Outcome;
  }[];
}

/** `accepted` as far as DNS decides; `unknown` when something could not be asked. */
export type Outcome = 'accepted' | 'refused' | 'unknown';

export interface JudgedRequirement {
  readonly text: string;
  readonly audience: Requirement['audience'];
  /** What the provider answers to a message that does not meet it. */
  readonly rejection: string | null;
  readonly state: RequirementState;
  readonly detail: string;
}

export interface ReceiverInput {
  /** The domain in From. */
  readonly domain: string;
  readonly lookup: Lookup;
  /** The domain in MAIL FROM; the From domain where the provider does not use its own. */
  readonly mailFromDomain?: string;
  readonly dkim: readonly { readonly selector: string; readonly domain: string }[];
  /** SPF terms of the provider: an address that sends is looked for in them. */
  readonly providerTerms: readonly string[];
}

/** Questions asked in search of an address that the provider sends from: as many as SPF itself may ask. */
const MOST_QUESTIONS = 10;

/** The address that a mechanism names, if any: the first of its network. */
function namedAddress(terms: readonly SpfTerm[]): string | null {
  for (const term of terms) {
    if (term.kind === 'mechanism' && term.network !== undefined && term.qualifier === '+') {
      return term.text.replace(/^\+?ip[46]:/i, '').replace(/\/\d+$/, '');
    }
  }
  return null;
}

/** The first address that one of the terms names, through includes and mail servers; null when DNS tells none. */
async function findSendingAddress(
  terms: readonly string[],
  domain: string,
  lookup: Lookup,
  budget: { questions: number },
): Promise<string | null> {
  const parsed = parseSpf(`v=spf1 ${terms.join(' ')}`).words.flatMap(({ term }) => term ?? []);
  const named = namedAddress(parsed);
  if (named !== null) return named;
  const ask = async <Type extends 'TXT' | 'A' | 'MX'>(name: string, type: Type): Promise<readonly RecordOf<Type>[]> => {
    if (budget.questions === 0 || name.includes('%')) return [];
    budget.questions -= 1;
    const answer = await lookup.query(name, type);
    return answer.status === 'answer' ? (answer.records as readonly RecordOf<Type>[]) : [];
  };
  for (const term of parsed) {
    const target = term.kind === 'modifier' ? term.value : (term.domain?.text ?? domain);
    // What a term keeps from passing is no address that the provider sends from.
    if (term.kind === 'mechanism' && term.qualifier !== '+') continue;
    const isBranch = term.kind === 'modifier' ? term.name === 'redirect' : term.name === 'include';
    if (isBranch) {
      const records = await ask(target, 'TXT');
      const text = records.map((record) => joinTxt(record.strings)).find(isSpfRecord);
      const inside = text?.split(' ').slice(1) ?? [];
      const found = inside.length === 0 ? null : await findSendingAddress(inside, target, lookup, budget);
      if (found !== null) return found;
    }
    if (term.kind !== 'mechanism' || (term.name !== 'a' && term.name !== 'mx')) continue;
    const hosts = term.name === 'a' ? [target] : (await ask(target, 'MX')).map((record) => record.exchange);
    for (const host of hosts) {
      const [record] = await ask(host, 'A');
      if (record !== undefined) return record.address;
    }
  }
  return null;
}

/** Bits of a key; for one that is too short to be used, what its finding says. */
function bitsOf({ key, findings }: DkimKeyParse): number {
  const short = findings.find((finding) => finding.code === 'dkim.too-short');
  return key?.bits ?? Number(short?.values.bits ?? 0);
}

async function viewDkim(selector: string, domain: string, lookup: Lookup): Promise<DkimView> {
  const answer = await lookup.query(dkimName(selector, domain), 'TXT');
  const base = { selector, domain, bits: 0, findings: [] };
  if (answer.status === 'failure') return { ...base, state: 'unknown' };
  const target = answer.aliases.at(-1);
  if (answer.status !== 'answer') {
    const findings = target === undefined ? [] : [dkimFinding('dkim.dangling-alias', { target })];
    return { ...base, state: 'missing', findings };
  }
  const texts = (answer.records as readonly RecordOf<'TXT'>[]).map((record) => joinTxt(record.strings));
  const parse = parseDkimKey(texts[0] ?? '');
  const isUsable = parse.key !== null && parse.key.publicKey !== '' && texts.length === 1;
  const delegated = target === undefined ? [] : [dkimFinding('dkim.delegated', { target })];
  return {
    ...base,
    state: isUsable ? 'usable' : 'unusable',
    bits: bitsOf(parse),
    findings: [...lintDkimAnswer(texts), ...delegated],
  };
}

/** A message that the provider signs with this key, as a receiver would judge it. */
const DKIM_RESULTS = { usable: 'pass', unusable: 'fail', missing: 'fail', unknown: 'unknown' } as const;

interface Evidence {
  readonly spf: ReceiverVerdict['spf'];
  readonly dkim: readonly DkimView[];
  readonly dmarc: DmarcVerdict;
}

/** Met when one is; not met only when neither is. */
function either(left: RequirementState, right: RequirementState): RequirementState {
  if (left === 'met' || right === 'met') return 'met';
  return left === 'unknown' || right === 'unknown' ? 'unknown' : 'not-met';
}

function both(left: RequirementState, right: RequirementState): RequirementState {
  if (left === 'not-met' || right === 'not-met') return 'not-met';
  return left === 'unknown' || right === 'unknown' ? 'unknown' : 'met';
}

function spfState({ result, address }: Evidence['spf']): RequirementState {
  if (result === null) return address === null ? 'unknown' : 'not-met';
  if (result.result === 'temperror') return 'unknown';
  return result.result === 'pass' ? 'met' : 'not-met';
}

function dkimState(views: readonly DkimView[]): RequirementState {
  if (views.some((view) => view.state === 'usable')) return 'met';
  return views.length === 0 || views.some((view) => view.state === 'unknown') ? 'unknown' : 'not-met';
}

function judge(requirement: Requirement, evidence: Evidence): { state: RequirementState; detail: string } {
  const { spf, dkim, dmarc } = evidence;
  switch (requirement.kind) {
    case 'spf-and-dkim':
    case 'spf-or-dkim': {
      const combine = requirement.kind === 'spf-and-dkim' ? both : either;
      const state = combine(spfState(spf), dkimState(dkim));
      const keys = dkim.map((view) => `${view.selector}: ${view.state}`).join(', ');
      return {
        state,
        detail: `SPF ${spf.result?.result ?? 'not known'}; DKIM ${keys === '' ? 'without a selector' : keys}`,
      };
    }
    case 'dmarc-record': {
      const { record, policyDomain, temporaryFailure } = dmarc.discovery;
      if (record === null) {
        const detail =
          policyDomain === null ? 'No DMARC record applies' : `The record at ${policyDomain} has no valid policy`;
        return { state: temporaryFailure && policyDomain === null ? 'unknown' : 'not-met', detail };
      }
      return { state: 'met', detail: `p=${record.policy} at ${policyDomain}` };
    }
    case 'dmarc-aligned': {
      if (dmarc.result === 'temperror') return { state: 'unknown', detail: 'DNS gave no answer' };
      const parts = [dmarc.dkimAligned ? 'DKIM aligned' : '', dmarc.spfAligned ? 'SPF aligned' : ''].filter(Boolean);
      return {
        state: dmarc.result === 'pass' ? 'met' : 'not-met',
        detail: parts.join(', ') || 'Neither SPF nor DKIM is aligned',
      };
    }
    case 'dkim-key-length': {
      const short = dkim.find((view) => view.findings.some((finding) => finding.code === 'dkim.too-short'));
      if (short !== undefined) return { state: 'not-met', detail: `${short.selector} has ${short.bits} bits` };
      if (dkim.length > 0 && dkim.every((view) => view.state === 'missing')) {
        return { state: 'met', detail: 'There is no key that could be too short' };
      }
      const state = dkimState(dkim);
      return {
        state: state === 'not-met' ? 'unknown' : state,
        detail: dkim.map((view) => `${view.selector}: ${view.bits} bits`).join(', '),
      };
    }
    default:
      return { state: 'not-checkable-here', detail: 'DNS can’t show it' };
  }
}

function outcomeOf(judged: readonly Pick<JudgedRequirement, 'state'>[]): Outcome {
  const states = judged.map((each) => each.state);
  if (states.includes('not-met')) return 'refused';
  return states.includes('unknown') ? 'unknown' : 'accepted';
}

/**
 * The receivers' own evaluation over any Lookup: SPF for an address the provider sends from, the DKIM keys, DMARC with
 * alignment, and the large mailbox providers' rules. What DNS can't show is `not-checkable-here`, never met.
 */
export async function receiverVerdict(input: ReceiverInput): Promise<ReceiverVerdict> {
  const { domain, lookup } = input;
  const mailFromDomain = input.mailFromDomain ?? domain;
  const address = await findSendingAddress(input.providerTerms, domain, lookup, { questions: MOST_QUESTIONS });
  const result =
    address === null
      ? null
      : await checkHost({ ip: address, sender: `bounce@${mailFromDomain}`, helo: mailFromDomain, lookup });
  const spf = { address, domain: mailFromDomain, result };
  const dkim = await Promise.all(input.dkim.map((key) => viewDkim(key.selector, key.domain, lookup)));
  const dmarc = await evaluateDmarc(
    {
      fromDomain: domain,
      spf: { result: result?.result ?? 'none', domain: mailFromDomain },
      dkim: dkim.map((view) => ({ result: DKIM_RESULTS[view.state], domain: view.domain })),
    },
    lookup,
  );
  const evidence = { spf, dkim, dmarc };
  return {
    domain,
    ...evidence,
    mailboxProviders: mailboxProviders.map(({ id, name, requirements }) => {
      const judged = requirements.map((requirement) => ({
        text: requirement.text,
        audience: requirement.audience,
        rejection: requirement.rejection ?? null,
        ...judge(requirement, evidence),
      }));
      const ofAll = judged.filter((each) => each.audience === 'all');
      return { id, name, requirements: judged, outcome: outcomeOf(judged), outcomeForFew: outcomeOf(ofAll) };
    }),
  };
}
