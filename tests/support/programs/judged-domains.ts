import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { observedIn, providerSide } from '../observed.ts';

/**
 * Makes the manuals of 10,000 domains from what is published of them, and the verdicts that a list shows of them: with the
 * modules of this checkout, or of another one. Prints how many milliseconds of the processor each took.
 */

const DOMAINS = 10_000;
const TEMPLATES = ['elastic-email', 'mailgun', 'unione', 'sendgrid'] as const;

const root = process.argv[2] ?? path.resolve(import.meta.dirname, '..', '..', '..');
const load = async (file: string): Promise<unknown> => import(pathToFileURL(path.join(root, file)).href);
const { buildManual } = (await load('shared/manual/manual.ts')) as typeof import('../../../shared/manual/manual.ts');
const { questionsFor } = (await load(
  'shared/plan/build-plan.ts',
)) as typeof import('../../../shared/plan/build-plan.ts');
const { pastedObservations } = (await load(
  'shared/plan/in-the-way.ts',
)) as typeof import('../../../shared/plan/in-the-way.ts');
// A build from before it had a folder of its own is measured as well.
const { domainVerdict } = (await load('shared/verdict/verdict.ts').catch(() =>
  load('shared/plan/verdict.ts'),
)) as typeof import('../../../shared/verdict/verdict.ts');
const { requiredRecords } = (await load(
  'shared/providers/required-records.ts',
)) as typeof import('../../../shared/providers/required-records.ts');
const { txt } = (await load('tests/support/hand-over.ts')) as typeof import('../hand-over.ts');
const { needs } = (await load('tests/support/needs.ts')) as typeof import('../needs.ts');

const inputs = Array.from({ length: DOMAINS }, (_none, index) => {
  const zone = `d${index}.example`;
  const domain = `news.${zone}`;
  const wanted = needs(TEMPLATES[index % TEMPLATES.length] as string, { domain });
  const required = requiredRecords(wanted);
  const published = [
    txt(domain, 3600, 'v=spf1 mx include:_spf.google.com ip4:192.0.2.0/24 ~all'),
    txt(domain, 3600, 'google-site-verification=abcdef'),
    txt(`_dmarc.${domain}`, 3600, 'v=DMARC1; p=none'),
  ];
  const observations = pastedObservations(published, zone, required, questionsFor(required), 1);
  return { needs: wanted, unicodeName: domain, zone, observations, required };
});

/** Worlds whose domains publish what is required of them, one in four without its DMARC record. */
const WORLDS = 1000;

/** What one resolver answered when these domains were last checked, as it is stored; each check is a list of its own. */
const stored = Array.from({ length: WORLDS }, (_none, index) => {
  const { needs: wanted, required, zone } = inputs[index] as (typeof inputs)[number];
  const published = required.flatMap(({ name, ttl, value, purpose }) =>
    value.state === 'waiting' || (purpose === 'dmarc' && Math.floor(index / TEMPLATES.length) % 4 === 0)
      ? []
      : [{ name, ttl, ...value.data }],
  );
  const resolver = { kind: 'resolver', address: '192.0.2.53:53' } as const;
  const world = [...published, ...providerSide(required)];
  return {
    domain: wanted.domain,
    required,
    zone,
    observations: observedIn(world, wanted.domain, required, zone, resolver),
  };
});
const checks = Array.from({ length: DOMAINS }, (_none, index) => {
  const check = stored[index % WORLDS] as (typeof stored)[number];
  return { ...check, observations: [...check.observations] };
});

function milliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

console.log(
  JSON.stringify({
    manual: milliseconds(() => {
      for (const input of inputs) buildManual(input);
    }),
    verdicts: milliseconds(() => {
      for (const { domain, required, observations, zone } of checks)
        domainVerdict(domain, required, observations, zone);
    }),
  }),
);
