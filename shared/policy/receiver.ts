import { dkimName } from '../dkim/selector.ts';
import { parseDkimKey } from '../dkim/key-record.ts';
import type { DmarcVerdict } from '../dmarc/evaluate.ts';
import { evaluateDmarc } from '../dmarc/evaluate.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { RecordOf } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import { checkHost } from '../spf/check-host.ts';
import type { SpfResult } from '../spf/check-host.ts';
import { parseSpf } from '../spf/syntax.ts';
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
    readonly requirements: readonly {
      readonly text: string;
      readonly state: RequirementState;
      readonly detail: string;
    }[];
    /** `accepted` as far as DNS decides; `unknown` when something could not be asked. */
    readonly outcome: 'accepted' | 'refused' | 'unknown';
  }[];
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
  readonly signal?: AbortSignal;
}

/** Includes followed in search of an address that the provider sends from. */
const MAX_DEPTH = 5;

/** The first address that one of the terms names, through includes; null when DNS tells none. */
async function findSendingAddress(
  terms: readonly string[],
  domain: string,
  lookup: Lookup,
  depth: number,
): Promise<string | null> {
  const { words } = parseSpf(`v=spf1 ${terms.join(' ')}`);
  for (const { term } of words) {
    if (term?.kind === 'mechanism' && term.network !== undefined && term.qualifier === '+') {
      return term.text.replace(/^\+?ip[46]:/i, '').replace(/\/\d+$/, '');
    }
  }
  for (const { term } of words) {
    if (term === null || depth === MAX_DEPTH) continue;
    const target = term.kind === 'modifier' ? (term.name === 'redirect' ? term.value : undefined) : term.domain?.text;
    const isBranch = term.kind === 'modifier' || term.name === 'include';
    if (isBranch && target !== undefined && !target.includes('%')) {
      const answer = await lookup.query(target, 'TXT');
      const texts = answer.status === 'answer' ? (answer.records as readonly RecordOf<'TXT'>[]) : [];
      const text = texts.map((record) => joinTxt(record.strings)).find((candidate) => candidate.startsWith('v=spf1'));
      const found =
        text === undefined ? null : await findSendingAddress(text.split(' ').slice(1), target, lookup, depth + 1);
      if (found !== null) return found;
    }
    if (term.kind === 'mechanism' && term.name === 'a') {
      const answer = await lookup.query(term.domain?.text ?? domain, 'A');
      const [record] = answer.status === 'answer' ? (answer.records as readonly RecordOf<'A'>[]) : [];
      if (record !== undefined) return record.address;
    }
  }
  return null;
}

async function viewDkim(selector: string, domain: string, lookup: Lookup): Promise<DkimView> {
  const answer = await lookup.query(dkimName(selector, domain), 'TXT');
  const base = { selector, domain, bits: 0, findings: [] };
  if (answer.status === 'failure') return { ...base, state: 'unknown' };
  if (answer.status !== 'answer') return { ...base, state: 'missing' };
  const texts = (answer.records as readonly RecordOf<'TXT'>[]).map((record) => joinTxt(record.strings));
  const { key, findings } = parseDkimKey(texts[0] ?? '');
  const isUsable = key !== null && key.publicKey !== '' && texts.length === 1;
  return { ...base, state: isUsable ? 'usable' : 'unusable', bits: key?.bits ?? 0, findings };
}

/** A message that the provider signs with this key, as a receiver would judge it. */
const DKIM_RESULTS = { usable: 'pass', unusable: 'fail', missing: 'fail', unknown: 'unknown' } as const;

interface Evidence {
  readonly spf: ReceiverVerdict['spf'];
  readonly dkim: readonly DkimView[];
  readonly dmarc: DmarcVerdict;
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
      const state = both(spfState(spf), dkimState(dkim));
      const keys = dkim.map((view) => `${view.selector}: ${view.state}`).join(', ');
      return {
        state,
        detail: `SPF ${spf.result?.result ?? 'not known'}; DKIM ${keys === '' ? 'without a selector' : keys}`,
      };
    }
    case 'dmarc-record': {
      const { record, policyDomain, temporaryFailure } = dmarc.discovery;
      if (record === null)
        return { state: temporaryFailure ? 'unknown' : 'not-met', detail: 'No DMARC record applies' };
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
      const short = dkim.find((view) => view.state === 'usable' && view.bits < 1024 && view.bits !== 256);
      if (short !== undefined) return { state: 'not-met', detail: `${short.selector} has ${short.bits} bits` };
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

/**
 * The receivers' own evaluation over any Lookup: SPF for an address the provider sends from, the DKIM keys, DMARC with
 * alignment, and the large mailbox providers' rules. What DNS can't show is `not-checkable-here`, never met.
 */
export async function receiverVerdict(input: ReceiverInput): Promise<ReceiverVerdict> {
  const { domain, lookup } = input;
  const mailFromDomain = input.mailFromDomain ?? domain;
  const address = await findSendingAddress(input.providerTerms, domain, lookup, 0);
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
      const judged = requirements.map((requirement) => ({ text: requirement.text, ...judge(requirement, evidence) }));
      const states = judged.map((each) => each.state);
      const outcome = states.includes('not-met') ? 'refused' : states.includes('unknown') ? 'unknown' : 'accepted';
      return { id, name, requirements: judged, outcome };
    }),
  };
}
