import { expect, it } from 'vitest';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';

/** RFC 7208 §4.6.4: the provider's include is the eleventh term that asks DNS; in front of the others, their last one is. */
it('asks who is to go without where the provider and all others can’t pass within ten lookups', () => {
  const required = requiredRecords(needs('mailgun'));
  const others = Array.from({ length: 10 }, (_none, index) => `s${index}.example.net`);
  const published = ['v=spf1', ...others.map((name) => `include:${name}`), 'include:mailgun.org', '~all'].join(' ');
  const world = [
    ...providerSide(required),
    ...others.map((name, index) => txt(name, 300, `v=spf1 ip4:192.0.2.${index} -all`)),
    txt('news.example.com', 300, published),
  ];
  const observations = observedIn(world, 'news.example.com', required, 'example.com');
  const plan = buildPlan('news.example.com', required, observations, 'example.com');
  const spf = plan.changes.find(({ purpose }) => purpose === 'spf');
  expect(spf).toMatchObject({ action: 'conflict', weakens: ['senders'] });
  expect(spf?.findings).toContainEqual(
    expect.objectContaining({
      code: 'plan.sender-lost',
      values: { name: 'news.example.com', count: '1', networks: '192.0.2.9/32' },
    }),
  );
});
