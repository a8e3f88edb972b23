import type { DmarcPolicy } from '../dmarc/record.ts';
import { addressCount, networksIn } from '../dns/address-set.ts';
import type { Asking, LookupAtOnce } from '../dns/asking.ts';
import { askedAtOnce } from '../dns/asking.ts';
import { sameName } from '../dns/names.ts';
import type { KeyView } from './keys.ts';
import { keyAt, keyQuestion } from './keys.ts';
import type { PolicyView, ReportView } from './policy.ts';
import { ownPolicy, policyInForce, reportsOf } from './policy.ts';
import type { EvaluateSenders, Senders } from './senders.ts';
import { evaluateAtOnce, sendersByRecord, sendersOf } from './senders.ts';

/**
 * The one judge: what receivers make of a domain as DNS stands, whatever Lookup says how it stands: observations, a
 * pasted zone, prepared records laid over either, or live DNS.
 */

/** What is judged: a domain, and what is to send for it. */
export interface Subject {
  readonly domain: string;
  /** Bounce domains of providers, where SPF is evaluated besides the domain itself. */
  readonly bounceDomains: readonly string[];
  readonly keys: readonly { readonly selector: string; readonly domain: string }[];
}

/** An error that receivers meet again and again, until somebody changes a record. */
export interface PermanentError {
  readonly name: string;
  readonly standard: 'SPF' | 'DKIM' | 'DMARC';
  readonly reason: string;
}

export interface Judgement {
  readonly dmarc: PolicyView;
  readonly reports: readonly ReportView[];
  /** By the domain's own SPF record, then by those of its bounce domains. */
  readonly senders: readonly [Senders, ...Senders[]];
  readonly keys: readonly KeyView[];
  readonly permerrors: readonly PermanentError[];
}

const KEY_ERRORS: Readonly<Partial<Record<KeyView['reason'], string>>> = {
  several: 'More than one record stands at the selector',
  broken: 'No receiver can verify with what stands there',
};

function dmarcErrors({ discovery }: PolicyView): readonly PermanentError[] {
  const [own] = discovery.steps;
  if (own?.outcome !== 'discarded' && own?.outcome !== 'unusable') return [];
  const reason =
    own.outcome === 'discarded'
      ? 'More than one record stands there; receivers discard them all'
      : 'The record has no policy that receivers can apply';
  return [{ name: `_dmarc.${own.domain}`, standard: 'DMARC', reason }];
}

function otherBounceDomains({ domain, bounceDomains }: Subject): readonly string[] {
  return bounceDomains.filter((name) => !sameName(name, domain));
}

/** Asks what `judgeDomain` asks, and judges no more than it takes to know the next question. */
export function* judgementQuestions(subject: Subject, evaluate: EvaluateSenders = sendersByRecord): Asking<void> {
  yield* reportsOf(yield* ownPolicy(subject.domain));
  for (const name of [subject.domain, ...otherBounceDomains(subject)]) yield* sendersOf(name, evaluate);
  for (const { selector, domain } of subject.keys) yield keyQuestion(selector, domain);
}

/**
 * Judges a domain. Bounded: the tree walk asks at most 8 times, SPF as often as receivers may, each key once.
 *
 * @param evaluate how an SPF record is evaluated.
 */
export function* judgeDomain(subject: Subject, evaluate: EvaluateSenders = sendersByRecord): Asking<Judgement> {
  const { domain } = subject;
  const dmarc = yield* policyInForce(domain);
  const reports = yield* reportsOf(dmarc);
  const senders: [Senders, ...Senders[]] = [yield* sendersOf(domain, evaluate)];
  for (const name of otherBounceDomains(subject)) senders.push(yield* sendersOf(name, evaluate));
  const keys: KeyView[] = [];
  for (const { selector, domain: signer } of subject.keys) keys.push(yield* keyAt(selector, signer));
  const permerrors: PermanentError[] = [
    ...senders.flatMap(({ domain: name, permanentError }): PermanentError[] =>
      permanentError === null ? [] : [{ name, standard: 'SPF', reason: permanentError.reason }],
    ),
    ...keys.flatMap(({ selector, domain: signer, reason }): PermanentError[] => {
      const told = KEY_ERRORS[reason];
      return told === undefined ? [] : [{ name: `${selector}._domainkey.${signer}`, standard: 'DKIM', reason: told }];
    }),
    ...dmarcErrors(dmarc),
  ];
  return { dmarc, reports, senders, keys, permerrors };
}

/** Judges a domain by answers that are there. */
export function judgedAtOnce(subject: Subject, lookup: LookupAtOnce): Judgement {
  return askedAtOnce(judgeDomain(subject, evaluateAtOnce(lookup)), lookup);
}

/** A policy in force, null where no record applies. */
type PolicyTold = DmarcPolicy | 'unknown' | null;

/** A judgement as plain data, for machines and for people. */
export interface EffectSide {
  readonly dmarc: {
    readonly policy: PolicyTold;
    /** What a name below the domain gets, whoever publishes it. */
    readonly subdomainPolicy: PolicyTold;
    readonly nonexistentPolicy: PolicyTold;
    readonly testing: boolean;
    /** The domain that publishes the record in force. */
    readonly at: string | null;
  };
  readonly reports: readonly ReportView[];
  /** Who may send with the domain in MAIL FROM. */
  readonly senders: {
    readonly networks: readonly string[];
    /** Of addresses, in decimal: it may be larger than a number holds exactly. */
    readonly count: string;
    readonly complete: boolean;
    readonly notKnown: readonly string[];
  };
  readonly keys: readonly Pick<KeyView, 'selector' | 'domain' | 'usable'>[];
  readonly permerrors: readonly PermanentError[];
}

/** Networks that are told; a record of scattered single addresses has thousands. */
const MOST_NETWORKS = 10_000;

export function effectSide({ dmarc, reports, senders, keys, permerrors }: Judgement): EffectSide {
  const { policy, subdomainPolicy, nonexistentPolicy, testing, at } = dmarc;
  const [{ passing, notKnown }] = senders;
  return {
    dmarc: { policy, subdomainPolicy, nonexistentPolicy, testing, at },
    reports,
    senders: {
      networks: networksIn(passing, MOST_NETWORKS),
      count: String(addressCount(passing)),
      complete: notKnown.length === 0,
      notKnown,
    },
    keys: keys.map(({ selector, domain, usable }) => ({ selector, domain, usable })),
    permerrors,
  };
}
