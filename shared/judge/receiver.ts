import { lintDkimAnswer } from '../dkim/key-record.ts';
import type { DmarcVerdict } from '../dmarc/evaluate.ts';
import { evaluateDmarc } from '../dmarc/evaluate.ts';
import { networksIn } from '../dns/address-set.ts';
import { asked } from '../dns/asking.ts';
import type { Lookup } from '../dns/lookup.ts';
import { isSubdomain } from '../dns/names.ts';
import { dkimFinding } from '../dkim/findings.ts';
import type { Finding } from '../findings/finding.ts';
import type { KeyView } from './keys.ts';
import { keyAt } from './keys.ts';
import { sendersByRecord } from './senders.ts';
import { checkHost } from '../spf/check-host.ts';
import type { SpfResult } from '../spf/check-host.ts';
import { spfText } from '../spf/syntax.ts';
import type { MailboxProvider, Requirement } from '../policy/mailbox-providers.ts';
import { mailboxProviders } from '../policy/mailbox-providers.ts';

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
  /** The receivers' rules; the program's own where none are given. */
  readonly rules?: readonly MailboxProvider[];
}

/** An address that the provider sends from: the first that its terms let pass; null when DNS tells none. */
async function findSendingAddress(terms: readonly string[], domain: string, lookup: Lookup): Promise<string | null> {
  const { passing } = await asked(sendersByRecord(domain, spfText(terms)), lookup);
  const [network] = networksIn(passing, 1);
  return network === undefined ? null : network.replace(/\/\d+$/, '');
}

const KEY_STATES: Readonly<Partial<Record<KeyView['reason'], DkimView['state']>>> = {
  usable: 'usable',
  missing: 'missing',
  dangling: 'missing',
  'not-known': 'unknown',
};

async function viewDkim(selector: string, domain: string, lookup: Lookup): Promise<DkimView> {
  const { reason, bits, texts, target } = await asked(keyAt(selector, domain), lookup);
  const state = KEY_STATES[reason] ?? 'unusable';
  const behind =
    target === null ? [] : [dkimFinding(texts.length > 0 ? 'dkim.delegated' : 'dkim.dangling-alias', { target })];
  const findings = state === 'unknown' ? [] : [...lintDkimAnswer(texts), ...behind];
  return { selector, domain, state, bits, findings };
}

/** A message that the provider signs with this key, as a receiver would judge it. */
const DKIM_RESULTS = { usable: 'pass', unusable: 'fail', missing: 'fail', unknown: 'unknown' } as const;

interface Evidence {
  /** The domain in From. */
  readonly domain: string;
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
  const { domain, spf, dkim, dmarc } = evidence;
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
    case 'aligned-authentication': {
      // A receiver that asks for no DMARC record holds the domains of SPF and DKIM against From all the same.
      const isNear = (other: string) => isSubdomain(other, domain) || isSubdomain(domain, other);
      const ofSpf = isNear(spf.domain) ? spfState(spf) : 'not-met';
      const keys = dkim.filter((view) => isNear(view.domain));
      const ofDkim = dkim.length > 0 && keys.length === 0 ? 'not-met' : dkimState(keys);
      const state = dmarc.result === 'pass' ? 'met' : either(ofSpf, ofDkim);
      const detail =
        state === 'met' ? 'One of the two passes for the domain in From' : 'Neither passes for the domain in From';
      return { state, detail: state === 'unknown' ? 'DNS gave no answer' : detail };
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
      if (dkim.length > 0 && dkim.every((view) => view.state === 'missing'))
        return { state: 'not-checkable-here', detail: 'There is no key to be looked at' };
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
  const address = await findSendingAddress(input.providerTerms, domain, lookup);
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
  const evidence = { domain, spf, dkim, dmarc };
  return {
    ...evidence,
    mailboxProviders: (input.rules ?? mailboxProviders).map(({ id, name, requirements }) => {
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
