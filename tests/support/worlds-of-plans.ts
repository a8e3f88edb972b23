import fc from 'fast-check';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { buildPlan, questionsFor } from '../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../shared/plan/in-the-way.ts';
import type { Plan } from '../../shared/plan/types.ts';
import type { RequiredRecord } from '../../shared/required/record.ts';
import { requiredRecords } from '../../shared/providers/required-records.ts';
import { txt } from './hand-over.ts';
import { KEY, needs } from './needs.ts';

/** A zone as it is published, a domain in it, and the plan for it. */
export interface PlanWorld {
  readonly zone: string;
  readonly published: readonly ResourceRecord[];
  readonly required: readonly RequiredRecord[];
  readonly plan: Plan;
}

const TEMPLATES = ['elastic-email', 'mailgun', 'unione', 'amazon-ses', 'postmark', 'sendgrid', 'brevo', 'mailjet'];

/** What may be published at a required name before. */
function before(required: RequiredRecord): fc.Arbitrary<readonly ResourceRecord[]> {
  const { name, type } = required;
  const texts: Readonly<Partial<Record<RequiredRecord['purpose'], readonly string[]>>> = {
    spf: [
      'v=spf1 -all',
      'v=spf1 mx include:_spf.google.com ~all',
      'v=spf1 redirect=_spf.example.net',
      'MS=ms1',
      'other "text"; \\x',
    ],
    dkim: [`k=rsa; p=${KEY}`, 'v=DKIM1; p=', 'nothing'],
    dmarc: ['v=DMARC1; p=reject; rua=mailto:a@example.net', 'v=DMARC1; p=bogus', 'v=DMARC1; p=none'],
  };
  const ttl = fc.constantFrom(60, 300, 3600, 86_400);
  if (type === 'CNAME') {
    const alias = fc
      .constantFrom('old.example.net', 'older.example.net')
      .map((target): ResourceRecord => ({ name, ttl: 0, type, target }));
    const data = fc.constant<ResourceRecord>(txt(name, 0, 'in the way'));
    return fc
      .tuple(fc.option(fc.oneof({ weight: 3, arbitrary: alias }, { weight: 1, arbitrary: data })), ttl)
      .map(([record, seconds]) => (record === null ? [] : [{ ...record, ttl: seconds }]));
  }
  if (type === 'MX') {
    const exchange = fc.constantFrom('mx1.example.net', 'mx2.example.net');
    return fc
      .tuple(fc.uniqueArray(exchange), ttl)
      .map(([hosts, seconds]) =>
        hosts.map((host) => ({ name, ttl: seconds, type: 'MX' as const, preference: 10, exchange: host })),
      );
  }
  return fc
    .tuple(fc.subarray([...(texts[required.purpose] ?? ['token=old', 'unrelated'])]), ttl)
    .map(([chosen, seconds]) => chosen.map((text) => txt(name, seconds, text)));
}

/** Worlds below a zone of that name: one provider's records, some published before, some in other values. */
export function planWorld(zone: string): fc.Arbitrary<PlanWorld> {
  return fc.constantFrom(...TEMPLATES).chain((id) => {
    const required = requiredRecords(needs(id, { domain: `news.${zone}` }));
    return fc.tuple(...required.map(before)).map((sets) => {
      const ttls = new Map<string, number>();
      const published: ResourceRecord[] = [];
      for (const record of sets.flat()) {
        // No name server loads an alias beside anything.
        const here = published.filter(({ name }) => name === record.name);
        if (here.some(({ type }) => type === 'CNAME') || (record.type === 'CNAME' && here.length > 0)) continue;
        const set = `${record.name}/${record.type}`;
        const ttl = ttls.get(set) ?? record.ttl;
        ttls.set(set, ttl);
        const text = JSON.stringify({ ...record, ttl });
        if (!published.some((known) => JSON.stringify(known) === text)) published.push({ ...record, ttl });
      }
      return { zone, published, required, plan: planOf(published, zone, required) };
    });
  });
}

export function planOf(published: readonly ResourceRecord[], zone: string, required: readonly RequiredRecord[]): Plan {
  const observations = pastedObservations(published, zone, required, questionsFor(required), 1);
  return buildPlan(required[0]?.name ?? zone, required, observations, zone);
}
