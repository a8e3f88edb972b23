import type { Outcome, ReceiverVerdict, RequirementState } from './receiver.ts';

/** The receivers’ verdict as people read it. */

export const REQUIREMENT_WORDS: Readonly<Record<RequirementState, string>> = {
  met: 'Met',
  'not-met': 'Not met',
  'not-checkable-here': 'Not checkable here',
  unknown: 'Not known',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  accepted: 'Accepted, as far as DNS decides',
  refused: 'Refused or filtered',
  unknown: 'Not known',
};

/** What the evaluation rests on: one sentence for each of the three standards. */
export function verdictSentences({ spf, dkim, dmarc }: ReceiverVerdict): readonly string[] {
  const keys = dkim.map((key) => `${key.selector} ${key.state === 'usable' ? `usable, ${key.bits} bits` : key.state}`);
  const policy = dmarc.discovery.policyDomain;
  return [
    spf.address === null || spf.result === null
      ? `SPF for ${spf.domain}: no sending address is known.`
      : `SPF for ${spf.domain}, mail from ${spf.address}: ${spf.result.result}.`,
    keys.length === 0 ? 'DKIM: no selector is known.' : `DKIM: ${keys.join('; ')}.`,
    policy === null
      ? 'DMARC: no record applies.'
      : `DMARC by the record of ${policy}: ${dmarc.result}${dmarc.spfAligned ? ', SPF aligned' : ''}${dmarc.dkimAligned ? ', DKIM aligned' : ''}.`,
  ];
}
