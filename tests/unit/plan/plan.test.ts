import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { joinTxt } from '../../../shared/dns/txt.ts';
import { handOverFormats } from '../../../shared/manual/formats/index.ts';
import { buildManual } from '../../../shared/manual/manual.ts';
import { buildPlan, questionsFor } from '../../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../../shared/plan/in-the-way.ts';
import type { Observation, Plan, RequiredRecord } from '../../../shared/plan/types.ts';
import { domainVerdict } from '../../../shared/plan/verdict.ts';
import { providerTemplates, templateById } from '../../../shared/providers/catalogue.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { KEY, needs } from '../../support/needs.ts';
import { providerTemplate } from '../../../shared/providers/template-schema.ts';

const txt = (name: string, ...texts: string[]): ResourceRecord[] =>
  texts.map((text) => ({ name, ttl: 300, type: 'TXT', strings: [text] }));

/** What one authoritative server would say of these records. */
function asked(records: readonly ResourceRecord[], required: readonly RequiredRecord[], server = 'ns1'): Observation[] {
  return pastedObservations(records, 'example.com', required, questionsFor(required), 1000).map((observation) => ({
    ...observation,
    server: { kind: 'authoritative' as const, address: `${server}:53`, name: server },
  }));
}

function apply(zone: readonly ResourceRecord[], changes: Plan['changes']): ResourceRecord[] {
  let result = [...zone];
  for (const change of changes) {
    if (change.action !== 'add' && change.action !== 'replace') continue;
    result = result.filter(
      (record) =>
        !change.before.some((gone) => JSON.stringify({ ...gone, ttl: 0 }) === JSON.stringify({ ...record, ttl: 0 })),
    );
    result.push(...change.after);
  }
  return result;
}

describe('provider templates', () => {
  it.each(providerTemplates.map((template) => [template.id, template] as const))(
    '%s follows the schema',
    (_id, template) => {
      expect(providerTemplate.parse(template)).toEqual(template);
      for (const mode of template.modes) {
        const known = new Set(['domain', ...mode.fields.map((field) => field.id)]);
        const used = JSON.stringify([mode.records, mode.spfTerms, mode.spfName, mode.selectors]).matchAll(
          /\{([a-zA-Z0-9]+)\}/g,
        );
        for (const [, id] of used) expect(known).toContain(id);
        for (const field of mode.fields) expect(() => new RegExp(field.pattern)).not.toThrow();
      }
    },
  );
});

describe('plans', () => {
  it.each(providerTemplates.filter((template) => template.id !== 'custom').map((template) => template.id))(
    'of %s, applied to an empty zone, verify',
    (id) => {
      const required = requiredRecords(needs(id));
      const plan = buildPlan('news.example.com', required, asked([], required));
      const zone = apply([], plan.changes);
      expect(
        domainVerdict('news.example.com', required, asked(zone, required)).records.map((record) => record.verdict),
      ).toEqual(required.map(() => 'verified'));
      const again = buildPlan('news.example.com', required, asked(zone, required));
      expect(again.changes.map((change) => change.action)).toEqual(required.map(() => 'keep'));
    },
  );

  it('merge into what is published, touch nothing else, and can be taken back', () => {
    const spf = fc.constantFrom(
      'v=spf1 -all',
      'v=spf1 mx include:_spf.google.com ~all',
      'v=spf1 ip4:192.0.2.0/24 ?all',
      'v=spf1 redirect=_spf.example.com',
    );
    const other = fc.constantFrom('google-site-verification=abc', 'MS=ms123', 'anything else');
    const dmarc = fc.constantFrom(
      'v=DMARC1; p=reject; rua=mailto:a@example.com',
      'v=DMARC1; p=bogus',
      'v=DMARC1; p=none',
    );
    fc.assert(
      fc.property(
        fc.array(spf, { maxLength: 2 }),
        fc.uniqueArray(other),
        fc.option(dmarc),
        fc.constantFrom('elastic-email', 'mailgun', 'unione'),
        (spfs, others, policy, id) => {
          const required = requiredRecords(needs(id));
          const zone = [
            ...txt('news.example.com', ...new Set([...spfs, ...others])),
            ...(policy === null ? [] : txt('_dmarc.news.example.com', policy)),
          ];
          const plan = buildPlan('news.example.com', required, asked(zone, required));
          const after = apply(zone, plan.changes);
          expect(domainVerdict('news.example.com', required, asked(after, required)).verdict).toBe('verified');
          for (const text of others)
            expect(after.some((record) => record.type === 'TXT' && joinTxt(record.strings) === text)).toBe(true);
          expect(
            after.filter((record) => record.type === 'TXT' && joinTxt(record.strings).startsWith('v=spf1')),
          ).toHaveLength(1);
          const key = (record: ResourceRecord) => JSON.stringify({ ...record, ttl: 0 });
          expect(apply(after, plan.wayBack).map(key).sort()).toEqual(zone.map(key).sort());
        },
      ),
    );
  });

  it('say replace, with the old record, and never loosen the policy', () => {
    const required = requiredRecords(needs('elastic-email'));
    const zone = [
      ...txt('news.example.com', 'v=spf1 include:_spf.google.com -all'),
      ...txt('_dmarc.news.example.com', 'v=DMARC1; p=reject'),
    ];
    const { changes } = buildPlan('news.example.com', required, asked(zone, required));
    const spf = changes.find((change) => change.purpose === 'spf');
    expect(spf?.action).toBe('replace');
    expect(spf?.after[0]?.type === 'TXT' && joinTxt(spf.after[0].strings)).toBe(
      'v=spf1 include:_spf.google.com a mx include:_spf.elasticemail.com -all',
    );
    expect(changes.find((change) => change.purpose === 'dmarc')?.action).toBe('keep');
  });

  it('name a CNAME in the way, several keys, and wait for values', () => {
    const required = requiredRecords(needs('mailgun'));
    const alias: ResourceRecord[] = [
      { name: 'smtp._domainkey.news.example.com', ttl: 60, type: 'CNAME', target: 'elsewhere.example.com' },
    ];
    const conflict = buildPlan('news.example.com', required, asked(alias, required)).changes.find(
      (change) => change.purpose === 'dkim',
    );
    expect(conflict).toMatchObject({ action: 'conflict', findings: [{ code: 'plan.cname-in-the-way' }] });

    const two = txt('smtp._domainkey.news.example.com', `k=rsa; p=${KEY}`, 'v=DKIM1; p=');
    const several = buildPlan('news.example.com', required, asked(two, required)).changes.find(
      (change) => change.purpose === 'dkim',
    );
    expect(several?.findings.map((finding) => finding.code)).toContain('plan.several-keys');

    const template = templateById('mailgun');
    const waiting = requiredRecords(needs('mailgun', { providers: [{ template, mode: 'standard', fields: {} }] }));
    const plan = buildPlan('news.example.com', waiting, []);
    expect(plan.changes.find((change) => change.purpose === 'dkim')?.action).toBe('waiting');
    const handOver = {
      domain: 'news.example.com',
      zone: 'example.com',
      changes: plan.changes,
      generatedAt: '2026-11-24',
    };
    for (const format of handOverFormats) expect(format.write(handOver), format.id).not.toContain('{dkimKey}');
  });

  it('give several providers one SPF record', () => {
    const both = needs('elastic-email');
    const second = needs('mailgun');
    const required = requiredRecords({ ...both, providers: [...both.providers, ...second.providers] });
    const spf = required.filter((record) => record.purpose === 'spf');
    expect(spf).toHaveLength(1);
    expect(spf[0]?.value).toMatchObject({
      data: { strings: ['v=spf1 a mx include:_spf.elasticemail.com include:mailgun.org ~all'] },
    });
  });

  it('cover a domain that never sends', () => {
    const required = requiredRecords(needs('elastic-email', { neverSends: true }));
    expect(required.map((record) => [record.type, record.purpose])).toEqual([
      ['TXT', 'spf'],
      ['TXT', 'dkim'],
      ['TXT', 'dmarc'],
      ['MX', 'mx'],
    ]);
  });
});

describe('verdicts', () => {
  const required = requiredRecords(needs('elastic-email')).filter((record) => record.purpose === 'dmarc');
  const good = txt('_dmarc.news.example.com', 'v=DMARC1; p=none');

  it('are unknown until somebody was asked', () => {
    expect(domainVerdict('news.example.com', required, [])).toMatchObject({
      verdict: 'unknown',
      records: [{ summary: 'Not checked' }],
    });
  });

  it('are pending while some servers have it', () => {
    const observations = [
      ...asked(good, required, 'ns1'),
      ...asked([], required, 'ns2'),
      ...asked(txt('_dmarc.news.example.com', 'v=DMARC1'), required, 'ns3'),
    ];
    const { records, verdict } = domainVerdict('news.example.com', required, observations);
    expect(verdict).toBe('pending');
    expect(records[0]?.summary).toBe('Published, but 1 of 3 name servers still answers with the old record');
  });

  it('fail when nobody has it, and are unknown when nobody answers', () => {
    expect(domainVerdict('news.example.com', required, asked([], required)).verdict).toBe('failing');
    const silent = asked([], required).map((observation) => ({
      ...observation,
      outcome: 'failure' as const,
      failure: { reason: 'timeout' as const, message: 'no answer in time' },
    }));
    expect(domainVerdict('news.example.com', required, silent)).toMatchObject({
      verdict: 'unknown',
      records: [{ summary: 'Not known: no answer in time' }],
    });
    const broken = silent.map((observation) => ({
      ...observation,
      failure: { reason: 'servfail' as const, message: 'the server answered SERVFAIL' },
    }));
    expect(domainVerdict('news.example.com', required, broken).verdict).toBe('failing');
  });

  it('take the newest answer of a server', () => {
    const old = asked([], required);
    const fresh = asked(good, required).map((observation) => ({ ...observation, seenAt: 2000 }));
    expect(domainVerdict('news.example.com', required, [...fresh, ...old]).verdict).toBe('verified');
  });
});

describe('the manual', () => {
  it('stays bounded and whole for hostile answers', () => {
    const requirement = needs('elastic-email');
    const required = requiredRecords(requirement);
    const hostile = Array.from({ length: 500 }, (_nothing, index) => ({
      name: 'news.example.com',
      ttl: 1,
      type: 'TXT' as const,
      strings: [`v=spf1 ${'<script>'.repeat(30)}${index}`],
    }));
    const manual = buildManual({
      needs: requirement,
      unicodeName: 'news.example.com',
      zone: 'example.com',
      observations: asked(hostile, required),
    });
    const spf = manual.steps.flatMap((step) => step.cards).find((card) => card.purpose === 'spf');
    expect(spf?.observations[0]?.answer.length).toBeLessThanOrEqual(20);
    expect(spf?.action).toBe('replace');
    expect(spf?.value).toBe('v=spf1 a mx include:_spf.elasticemail.com ~all');
  });

  it('shows relative and full names, and the sentence of where the domain stands', () => {
    const requirement = needs('elastic-email');
    const manual = buildManual({
      needs: requirement,
      unicodeName: 'news.example.com',
      zone: 'example.com',
      observations: [],
    });
    const [card] = manual.steps.flatMap((step) => step.cards);
    expect(card?.name).toEqual({ relative: 'api._domainkey.news', absolute: 'api._domainkey.news.example.com' });
    expect(manual.sentence).toBe(
      'news.example.com has not been checked. The records below are complete and can be handed over.',
    );
  });
});
