import { fact } from '../../../shared/facts/catalogue.ts';
import { sentencesOf } from '../../support/told.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { joinTxt } from '../../../shared/dns/txt.ts';
import { handOverFormats } from '../../../shared/handover/index.ts';
import { buildManual } from '../../../shared/manual/manual.ts';
import { buildPlan } from '../../../shared/plan/build-plan.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { Plan } from '../../../shared/plan/types.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { domainVerdict } from '../../../shared/verdict/verdict.ts';
import { providerTemplates, templateById } from '../../../shared/providers/catalogue.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { KEY, needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';
import { providerTemplate } from '../../../shared/providers/template/template-schema.ts';

const txt = (name: string, ...texts: string[]): ResourceRecord[] =>
  texts.map((text) => ({ name, ttl: 300, type: 'TXT', strings: [text] }));

/** What one authoritative server would say of these records. */
function asked(records: readonly ResourceRecord[], required: readonly RequiredRecord[], server = 'ns1'): Observation[] {
  const others = ['_spf.google.com', '_spf.example.net', '_spf.example.com'];
  const side = providerSide(required);
  const sending = others
    .filter((name) => side.every((record) => record.name !== name))
    .flatMap((name) => txt(name, 'v=spf1 ip4:203.0.113.0/24 ~all'));
  const world = [...records, ...sending, ...side];
  const named = { kind: 'authoritative' as const, address: `${server}:53`, name: server };
  return [...observedIn(world, 'news.example.com', required, 'example.com', named)];
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
  const choices = providerTemplates.flatMap((template) =>
    template.modes.flatMap((mode) =>
      (['as proposed', 'all by its own values', 'what must be only there'] as const).map((values) => ({
        id: template.id,
        mode,
        values,
      })),
    ),
  );
  const filled = ({ id, mode, values }: (typeof choices)[number]): DomainNeeds => {
    const optional = new Set(
      mode.records
        .filter((record) => record.optional)
        .flatMap(({ name, value }) => [...`${name} ${value}`.matchAll(/\{(\w+)\}/g)].map(([, field]) => field)),
    );
    const fields = mode.fields
      .filter((field) => values !== 'what must be only there' || !optional.has(field.id))
      .map(({ id: field, fallback, example }) => [
        field,
        field === 'dkimKey' ? KEY : values === 'as proposed' ? (fallback ?? example) : example,
      ]);
    const own = { selector: 'sw1', algorithm: 'rsa', publicKey: KEY } as const;
    return needs(id, {
      providers: [{ template: templateById(id), mode: mode.id, fields: Object.fromEntries(fields) }],
      dkimKeys: mode.ownKeys ? [own] : [],
    });
  };
  const worlds: Readonly<Record<string, readonly ResourceRecord[]>> = {
    'an empty zone': [],
    'a zone in use': [
      ...txt('news.example.com', 'v=spf1 mx ip4:192.0.2.0/24 ~all', 'google-site-verification=abc'),
      ...txt('_dmarc.news.example.com', 'v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com'),
      { type: 'MX', name: 'news.example.com', ttl: 300, preference: 10, exchange: 'mail.example.com' },
    ],
  };

  it.each(
    choices.flatMap((choice) =>
      Object.keys(worlds).map((world) => [choice.id, choice.mode.id, choice.values, world, choice] as const),
    ),
  )('of %s, %s, %s, applied to %s, verify, and nothing is left to be changed', (_id, _mode, _values, world, choice) => {
    const required = requiredRecords(filled(choice));
    const before = worlds[world] ?? [];
    const plan = buildPlan('news.example.com', required, asked(before, required));
    const zone = apply(before, plan.changes);
    const isWaiting = (record: RequiredRecord) => record.value.state === 'waiting';
    expect(required.filter((record) => isWaiting(record) && !record.optional)).toEqual([]);
    const verdicts = domainVerdict('news.example.com', required, asked(zone, required)).records;
    expect(verdicts.map((record) => record.verdict)).toEqual(
      required.map((record) => (isWaiting(record) ? 'to-do' : 'verified')),
    );
    const again = buildPlan('news.example.com', required, asked(zone, required));
    const actions = new Map(again.changes.map(({ recordId, action }) => [recordId, action]));
    expect(required.map(({ id }) => actions.get(id))).toEqual(
      required.map((record) => (isWaiting(record) ? 'waiting' : 'keep')),
    );
  });

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
      'v=spf1 include:_spf.google.com include:_spf.elasticemail.com -all',
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

  it('ask once for what two providers, or a provider and a person, ask for alike', () => {
    const one = needs('unione');
    const extra = { name: '_DomainKey', type: 'TXT' as const, value: 'o=~' };
    const required = requiredRecords({ ...one, providers: [...one.providers, ...one.providers], extras: [extra] });
    const single = requiredRecords(one);
    expect(required.map(({ name, type }) => `${name} ${type}`)).toEqual(
      single.map(({ name, type }) => `${name} ${type}`),
    );
    // What a person enters has to be there.
    const policy = (records: readonly RequiredRecord[]) => records.find(({ name }) => name.startsWith('_domainkey.'));
    expect([policy(single)?.optional, policy(required)?.optional]).toEqual([true, false]);
  });

  it('take away once what two of them take the place of', () => {
    const tokens = ['unione-validate-hash=aa', 'unione-validate-hash=bb'];
    const extras = tokens.map((value) => ({ name: '@', type: 'TXT' as const, value }));
    const required = requiredRecords(needs('elastic-email', { extras })).filter(({ id }) => id.startsWith('extra'));
    const zone = txt('news.example.com', 'unione-validate-hash=old');
    const { changes, wayBack } = buildPlan('news.example.com', required, asked(zone, required), 'example.com');
    expect(changes.flatMap(({ before }) => before)).toHaveLength(1);
    expect(changes.flatMap(({ after }) => after)).toHaveLength(2);
    expect(wayBack.flatMap(({ after }) => after)).toHaveLength(1);
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
    const { verdict, records } = domainVerdict('news.example.com', required, []);
    expect([verdict, ...sentencesOf(records)]).toEqual(['unknown', 'Not checked']);
  });

  it('are pending while some servers have it', () => {
    const observations = [
      ...asked(good, required, 'ns1'),
      ...asked([], required, 'ns2'),
      ...asked(txt('_dmarc.news.example.com', 'v=DMARC1'), required, 'ns3'),
    ];
    const { records, verdict } = domainVerdict('news.example.com', required, observations);
    expect(verdict).toBe('pending');
    expect(sentencesOf(records)[0]).toBe('Published, but 1 of 3 name servers still answers with the old record');
  });

  it('are to do when nobody has it, failing when it is gone, and unknown when nobody answers', () => {
    const absent = asked([], required);
    expect(domainVerdict('news.example.com', required, absent).verdict).toBe('to-do');
    const earlier = { dmarc: 'verified' } as const;
    expect(domainVerdict('news.example.com', required, absent, 'example.com', earlier).verdict).toBe('failing');
    const silent = asked([], required).map((observation) => ({
      ...observation,
      outcome: 'failure' as const,
      failure: { reason: 'timeout' as const, what: fact('dns.late') },
    }));
    const unheard = domainVerdict('news.example.com', required, silent);
    expect([unheard.verdict, ...sentencesOf(unheard.records)]).toEqual(['unknown', 'Not known: no answer in time']);
    const broken = silent.map((observation) => ({
      ...observation,
      failure: { reason: 'servfail' as const, what: fact('dns.rcode', { rcode: 'SERVFAIL' }) },
    }));
    expect(domainVerdict('news.example.com', required, broken).verdict).toBe('failing');
  });

  describe('of a domain that worked, one server silent to one question, the other without any record', () => {
    const whole = requiredRecords(needs('elastic-email')).filter(({ value }) => value.state === 'known');
    const published = whole.flatMap(({ name, ttl, value }): ResourceRecord[] =>
      value.state === 'known' ? [{ name, ttl, ...value.data }] : [],
    );
    const earlier = Object.fromEntries(whole.map(({ id }) => [id, 'verified' as const]));
    const judged = (purpose: string, reason: 'timeout' | 'network' | 'servfail', behind: readonly ResourceRecord[]) => {
      const silent = whole.filter((record) => record.purpose === purpose);
      expect(silent.length).toBeGreaterThan(0);
      const right = asked(published, whole, 'ns1').map((observation): Observation => {
        const isSilent = silent.some(
          ({ name, type }) => observation.question.name === name && observation.question.type === type,
        );
        if (!isSilent) return observation;
        return {
          ...observation,
          outcome: 'failure',
          records: [],
          failure: { reason, what: fact('dns.failed', { failure: reason }) },
        };
      });
      const found = domainVerdict(
        'news.example.com',
        whole,
        [...right, ...asked(behind, whole, 'ns2')],
        'example.com',
        earlier,
      );
      return { verdict: found.verdict, record: found.records[whole.indexOf(silent[0] as (typeof whole)[number])] };
    };

    it.each(
      ['spf', 'dkim', 'dmarc'].flatMap((purpose) => [[purpose, 'timeout'] as const, [purpose, 'network'] as const]),
    )('are pending: %s, %s', (purpose, reason) => {
      const { verdict, record } = judged(purpose, reason, []);
      expect(verdict).toBe('pending');
      expect(record?.verdict).toBe('pending');
      expect(sentencesOf(record === undefined ? [] : [record])).toEqual([
        'Published before; no answer from 1 of 2 name servers, and the other does not have it',
      ]);
    });

    it.each(['spf', 'dkim', 'dmarc'])(
      'are failing where the server’s own fault is what receivers get: %s',
      (purpose) => {
        expect(judged(purpose, 'servfail', []).record?.verdict).toBe('failing');
      },
    );

    it('are failing where the silent one is a resolver that nobody can reach', () => {
      const resolver = (address: string) => ({ kind: 'resolver' as const, address });
      const reached = asked([], whole).map((each) => ({ ...each, server: resolver('192.0.2.53') }));
      const away = reached.map(
        (each): Observation => ({
          ...each,
          server: resolver('192.0.2.54'),
          outcome: 'failure',
          records: [],
          failure: { reason: 'timeout', what: fact('dns.late') },
        }),
      );
      const { verdict } = domainVerdict('news.example.com', whole, [...reached, ...away], 'example.com', earlier);
      expect(verdict).toBe('failing');
    });

    it('are failing where the other serves what makes mail fail', () => {
      const doubled = txt('_dmarc.news.example.com', 'v=DMARC1; p=none', 'v=DMARC1; p=reject');
      expect(judged('dmarc', 'timeout', doubled).record?.verdict).toBe('failing');
    });
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
