import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Asking } from '../../../shared/dns/asking.ts';
import { askedAtOnce } from '../../../shared/dns/asking.ts';
import type { LookupResult } from '../../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { judgeDomain, judgedAtOnce, judgementQuestions } from '../../../shared/judge/judge.ts';

/** What is asked to judge a domain is what its judgement asks, whatever DNS says. */

const DOMAIN = 'mail.shop.example';
const subject = {
  domain: DOMAIN,
  bounceDomains: ['bounces.mail.shop.example', DOMAIN],
  keys: [
    { selector: 's1', domain: DOMAIN },
    { selector: 's2', domain: DOMAIN },
  ],
};

const spf = fc.constantFrom(
  'v=spf1 -all',
  'v=spf1 include:p.example ~all',
  'v=spf1 a mx include:q.example include:p.example -all',
  'v=spf1 redirect=p.example',
  'v=spf1 exists:%{i}.q.example nonsense',
  'no policy',
);
const dmarc = fc.constantFrom(
  'v=DMARC1; p=none',
  'v=DMARC1; p=reject; sp=none; np=quarantine; rua=mailto:a@elsewhere.example',
  'v=DMARC1; p=quarantine; psd=n; ruf=mailto:b@p.example,mailto:c@shop.example',
  'v=DMARC1; p=broken',
);
const key = fc.constantFrom('v=DKIM1; p=', 'v=DKIM1; p=garbage');

const NAMES = {
  [DOMAIN]: spf,
  'bounces.mail.shop.example': spf,
  'p.example': spf,
  'q.example': spf,
  [`_dmarc.${DOMAIN}`]: dmarc,
  '_dmarc.shop.example': dmarc,
  '_dmarc.example': dmarc,
  [`s1._domainkey.${DOMAIN}`]: key,
  'key.p.example': key,
};

const world = fc.record({
  texts: fc.record(
    Object.fromEntries(Object.entries(NAMES).map(([name, text]) => [name, fc.array(text, { maxLength: 2 })])),
  ),
  silent: fc.subarray([...Object.keys(NAMES), `s2._domainkey.${DOMAIN}`], { maxLength: 2 }),
});

function lookupOf({ texts, silent }: typeof world extends fc.Arbitrary<infer World> ? World : never) {
  const records: ResourceRecord[] = Object.entries(texts).flatMap(([name, each]) =>
    each.map((text) => ({ name, ttl: 300, type: 'TXT', strings: [text] }) as const),
  );
  records.push({ name: `s2._domainkey.${DOMAIN}`, ttl: 300, type: 'CNAME', target: 'key.p.example' });
  const zone = zoneLookup(records);
  return {
    query: (name: string, type: QueryType): LookupResult =>
      silent.includes(name) ? { status: 'failure', reason: 'timeout', message: 'silent' } : zone.query(name, type),
  };
}

function questionsOf(work: Asking<unknown>, lookup: ReturnType<typeof lookupOf>): readonly string[] {
  const questions: string[] = [];
  askedAtOnce(work, {
    query(name, type) {
      questions.push(`${name} ${type}`);
      return lookup.query(name, type);
    },
  });
  return questions;
}

it('asks what the judgement asks', () => {
  let longest = 0;
  fc.assert(
    fc.property(world, (drawn) => {
      const lookup = lookupOf(drawn);
      const questions = questionsOf(judgementQuestions(subject), lookup);
      expect(questions).toEqual(questionsOf(judgeDomain(subject), lookup));
      longest = Math.max(longest, questions.length);
    }),
    { numRuns: 1500 },
  );
  expect(longest).toBeGreaterThan(12);
});

it('judges the same with answers that are there, however often it has met the records', () => {
  fc.assert(
    fc.property(world, (drawn) => {
      const lookup = lookupOf(drawn);
      expect(judgedAtOnce(subject, lookup)).toEqual(askedAtOnce(judgeDomain(subject), lookup));
    }),
    { numRuns: 1500 },
  );
});
