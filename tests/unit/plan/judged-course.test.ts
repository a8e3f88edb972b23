import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultConfiguration } from '../../../main/core/domains/service.ts';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import { askedAtOnce } from '../../../shared/dns/asking.ts';
import type { LookupResult } from '../../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { judgedQuestions } from '../../../shared/plan/effect.ts';
import type { AnsweredQuestion } from '../../../shared/plan/judged-course.ts';
import { courseOf, followsCourse } from '../../../shared/plan/judged-course.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';

/** A domain that follows another's course asks what it would ask alone, whatever both publish. */

const DOMAINS = [
  'a.shop.example',
  'b.shop.example',
  'B.shop.example',
  'shop.example',
  `${'x'.repeat(63)}.shop.example`,
];
const OTHERS = ['p.example', 'a.shop.example', 'b.shop.example', 'reports.example'];

const spf = fc.constantFrom(
  'v=spf1 include:p.example ~all',
  'v=spf1 include:p.example ~all',
  'v=spf1 a mx include:p.example -all',
  'v=spf1 include:a.shop.example ~all',
  'v=spf1 redirect=b.shop.example',
  'v=spf1 include:%{d}.p.example exists:%{i}.p.example ~all',
);
const dmarc = fc.constantFrom(
  'v=DMARC1; p=none',
  'v=DMARC1; p=none',
  'v=DMARC1; p=reject; np=quarantine; rua=mailto:a@reports.example',
  `v=DMARC1; p=none; rua=mailto:a@${'r'.repeat(60)}.${'s'.repeat(60)}.${'t'.repeat(50)}.example`,
  'v=DMARC1; p=none; rua=mailto:a@b.shop.example',
  'v=DMARC1; p=none; psd=n',
);
const published = fc.record({ spf: fc.option(spf, { freq: 9 }), dmarc: fc.option(dmarc, { freq: 4 }) });
const world = fc.record({
  first: fc.nat(DOMAINS.length - 1),
  second: fc.nat(DOMAINS.length - 1),
  template: fc.constantFrom('elastic-email', 'elastic-email', 'mailgun', 'sendgrid'),
  other: fc.constantFrom('elastic-email', 'mailgun'),
  isOther: fc.boolean(),
  common: published,
  own: fc.option(published, { freq: 1 }),
  above: fc.option(dmarc),
  others: fc.tuple(...OTHERS.map(() => fc.option(spf, { freq: 2 }))),
  silent: fc.subarray([...OTHERS, '_dmarc.shop.example', '_dmarc.example'], { maxLength: 1 }),
  isAlias: fc.boolean(),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

const at = (name: string, text: string | null): ResourceRecord[] => (text === null ? [] : [txt(name, 300, text)]);

/** DNS as it is for either domain; writes down what is asked. */
function lookupOf({ first, second, common, own, above, others, silent, isAlias }: World) {
  const [left, right] = [(DOMAINS[first] as string).toLowerCase(), (DOMAINS[second] as string).toLowerCase()];
  const told = own ?? common;
  const records = [
    ...at(left, common.spf),
    ...at(`_dmarc.${left}`, common.dmarc),
    ...(left === right ? [] : at(right, told.spf)),
    ...(left === right || isAlias ? [] : at(`_dmarc.${right}`, told.dmarc)),
    ...(left === right || !isAlias
      ? []
      : [{ name: `_dmarc.${right}`, ttl: 300, type: 'CNAME' as const, target: `_dmarc.${left}` }]),
    ...OTHERS.flatMap((name, index) => (name === left || name === right ? [] : at(name, others[index] ?? null))),
    ...(left === 'shop.example' || right === 'shop.example' ? [] : at('_dmarc.shop.example', above)),
  ];
  const zone = zoneLookup(records);
  const asked: AnsweredQuestion[] = [];
  const lookup: LookupAtOnce = {
    query(name, type) {
      const answer: LookupResult = silent.includes(name.toLowerCase())
        ? { status: 'failure', reason: 'timeout', message: 'silent' }
        : zone.query(name, type);
      asked.push({ name, type, answer });
      return answer;
    },
  };
  return { lookup, asked };
}

const requiredOf = (template: string, domain: string) =>
  requiredRecords(needs(template, { domain, dmarc: defaultConfiguration.dmarc }));
const keysOf = (asked: readonly AnsweredQuestion[]) =>
  new Set(asked.map(({ name, type }) => `${name.toLowerCase()} ${type}`));

it('asks what judging the domain alone asks, and follows no course that is another', () => {
  let followed = 0;
  let parted = 0;
  fc.assert(
    fc.property(world, (drawn) => {
      const [first, second] = [DOMAINS[drawn.first] as string, DOMAINS[drawn.second] as string];
      const before = lookupOf(drawn);
      const required = requiredOf(drawn.template, first);
      askedAtOnce(judgedQuestions(first, required), before.lookup);
      const course = courseOf(first, required, before.asked);
      if (course === null) return;

      const requiredNow = requiredOf(drawn.isOther ? drawn.other : drawn.template, second);
      const alone = lookupOf(drawn);
      askedAtOnce(judgedQuestions(second, requiredNow), alone.lookup);
      const now = lookupOf(drawn);
      const query = (name: string, type: QueryType) => now.lookup.query(name, type);
      const wanted = keysOf(alone.asked);
      if (followsCourse(course, second, requiredNow, query)) {
        followed += 1;
        expect(keysOf(now.asked)).toEqual(wanted);
      } else {
        parted += 1;
        for (const key of keysOf(now.asked)) expect(wanted).toContain(key);
      }
    }),
    { numRuns: 6000 },
  );
  expect(followed).toBeGreaterThan(300);
  expect(parted).toBeGreaterThan(500);
});

it('is followed by the thousands that lie beside each other, and by none that publishes something else', () => {
  const dnsOf = (domain: string, text: string): LookupAtOnce => {
    const zone = zoneLookup([...at(domain, text), ...at('p.example', 'v=spf1 ip4:192.0.2.1 -all')]);
    return { query: (name, type) => zone.query(name, type) };
  };
  const TEXT = 'v=spf1 include:p.example ~all';
  const required = requiredOf('elastic-email', 'd1.example');
  const lookup = dnsOf('d1.example', TEXT);
  const asked: AnsweredQuestion[] = [];
  askedAtOnce(judgedQuestions('d1.example', required), {
    query(name, type) {
      const answer = lookup.query(name, type);
      asked.push({ name, type, answer });
      return answer;
    },
  });
  const course = courseOf('d1.example', required, asked);
  if (course === null) throw new Error('Nothing is remembered of a plain domain');
  const follows = (domain: string, text: string) =>
    followsCourse(course, domain, requiredOf('elastic-email', domain), (name, type) =>
      dnsOf(domain, text).query(name, type),
    );
  expect(follows('d10000.example', TEXT)).toBe(true);
  expect(follows('d2.example', 'v=spf1 include:p.example -all')).toBe(false);
  expect(follows('d2.elsewhere.example', TEXT)).toBe(false);
});
