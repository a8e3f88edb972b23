import { describe, expect, it } from 'vitest';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn } from '../../support/observed.ts';

/** Why something is not known: nothing was asked, these names were not, or no answer came. */

const required = requiredRecords(needs('elastic-email'));
const WORLD = [txt('_dmarc.example.com', 300, 'v=DMARC1; p=none; sp=reject; np=none')];

const planned = (observations: readonly Observation[]) =>
  buildPlan('news.example.com', required, observations, 'example.com');
const told = (observations: readonly Observation[], purpose: string) =>
  planned(observations).changes.find((change) => change.purpose === purpose)?.findings ?? [];

/** A world in which no server answers for some names. */
function silentAt(...names: readonly string[]): LookupAtOnce {
  const zone = zoneLookup(WORLD);
  return {
    query: (name, type) =>
      names.includes(name)
        ? { status: 'failure', reason: 'timeout', message: 'no answer in time' }
        : zone.query(name, type),
  };
}

describe('what is not known of today', () => {
  it('was never asked before the first check', () => {
    expect(told([], 'dkim').map(({ code }) => code)).toContain('plan.not-observed');
    const [policy] = told([], 'dmarc').filter(({ code }) => code === 'plan.policy-not-known');
    expect(policy?.values).toMatchObject({ name: '_dmarc.news.example.com', why: 'was not asked' });
  });

  it('was not asked in the last check, where a value came later', () => {
    const seen = observedIn(WORLD, 'news.example.com', required, 'example.com');
    const before = seen.filter(({ question }) => !question.name.includes('_domainkey'));
    expect(told(before, 'dkim').map(({ code }) => code)).toEqual(['plan.name-not-asked']);
    expect(told(seen, 'dkim').map(({ code }) => code)).not.toContain('plan.name-not-asked');
  });

  it('gave no answer, where it was asked', () => {
    const seen = observedIn(silentAt('_dmarc.news.example.com'), 'news.example.com', required, 'example.com');
    const findings = told(seen, 'dmarc');
    expect(findings.map(({ code }) => code)).toContain('plan.not-answered');
    expect(findings.find(({ code }) => code === 'plan.policy-not-known')?.values).toMatchObject({
      name: '_dmarc.news.example.com',
      why: 'gave no answer',
    });
  });

  it('names the very name that gave none: a record above, or the domain of which nobody knows whether it exists', () => {
    const nameFor = (silent: string) =>
      told(observedIn(silentAt(silent), 'news.example.com', required, 'example.com'), 'dmarc').find(
        ({ code }) => code === 'plan.policy-not-known',
      )?.values.name;
    expect(nameFor('_dmarc.example.com')).toBe('_dmarc.example.com');
    expect(nameFor('news.example.com')).toBe('news.example.com');
  });
});
