import type { DnsQuestion, LookupAtOnce } from '../dns/asking.ts';
import { canonicalName } from '../dns/names.ts';
import { buildPlan } from './build-plan.ts';
import { wildcardQuestions } from './in-the-way.ts';
import { notAsked } from './observed-lookup.ts';
import { handedOver } from './record-sets.ts';
import type { Observation } from '../observed/observation.ts';
import type { RequiredRecord } from '../required/record.ts';

/** Questions of one plan at the most; includes of includes are asked round by round. */
const MOST = 64;

/**
 * What has to be asked besides, so that a plan knows what it changes for receivers: what published and prepared records
 * lead to. The answers may lead to further questions.
 */
export function planQuestions(
  domain: string,
  required: readonly RequiredRecord[],
  observations: readonly Observation[],
  zone: string,
): readonly DnsQuestion[] {
  const questions = new Map<string, DnsQuestion>();
  const asked = new Set(observations.map(({ question }) => `${canonicalName(question.name)}/${question.type}`));
  const beyond: LookupAtOnce = {
    query(name, type) {
      const key = `${name}/${type}`;
      if (!asked.has(key) && questions.size < MOST) questions.set(key, { name, type });
      return notAsked(name);
    },
  };
  const { changes } = buildPlan(domain, required, observations, zone, { beyond });
  const made = handedOver(changes).map(({ name }) => name);
  for (const { name, type } of wildcardQuestions(made, zone, observations)) beyond.query(canonicalName(name), type);
  return [...questions.values()];
}
