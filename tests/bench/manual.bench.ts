import { buildManual } from '../../shared/manual/manual.ts';
import { questionsFor } from '../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../shared/plan/in-the-way.ts';
import { requiredRecords } from '../../shared/providers/required-records.ts';
import { txt } from '../support/hand-over.ts';
import { needs } from '../support/needs.ts';

/** Merge, plan and manual of 10,000 domains, as a ratio to JSON.parse(JSON.stringify()) of the same manuals. */

const DOMAINS = 10_000;
const TEMPLATES = ['elastic-email', 'mailgun', 'unione', 'sendgrid'] as const;

function run() {
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
    return { needs: wanted, unicodeName: domain, zone, observations };
  });
  let [ours, theirs] = [0, 0];
  for (const input of inputs) {
    const start = performance.now();
    const manual = buildManual(input);
    const made = performance.now();
    JSON.parse(JSON.stringify(manual));
    ours += made - start;
    theirs += performance.now() - made;
  }
  return Promise.resolve([
    {
      label: 'merge, plan and manual of 10,000 domains, time against copying the manuals through JSON',
      value: `${(ours / theirs).toFixed(1)} × (${((ours * 1000) / DOMAINS).toFixed(0)} µs a domain)`,
      target: 'for information',
      met: true,
    },
  ]);
}

export const bench = { name: 'manual', run };
