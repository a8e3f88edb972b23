import type { DmarcRecord } from '../dmarc/record.ts';
import { printDmarc } from '../dmarc/record.ts';
import { canonicalName, isSubdomain, nameLabels, sameName } from '../dns/names.ts';
import { likelyZone } from '../dns/sender-domain.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from './findings.ts';
import type { Judgement } from '../judge/judge.ts';
import type { RequiredRecord } from '../required/record.ts';

/** What RFC 9989 asks of whoever publishes a policy, besides the record itself (§4.5, §7.4, §8, §11.8). */

/** At reject a signature has to carry the mail (§7.4, §8). */
function signing({ dmarc, keys }: Judgement): readonly Finding[] {
  const isUnsigned = keys.every(({ usable }) => usable === 'no');
  return dmarc.policy === 'reject' && isUnsigned ? [planFinding('plan.reject-without-key')] : [];
}

/** SPF and DKIM ought to give an aligned identifier each (§4.5, §8); strict alignment asks for the very domain (§4.4). */
function identifiers(
  domain: string,
  required: readonly RequiredRecord[],
  record: DmarcRecord,
  organisation: string,
): readonly Finding[] {
  const namesOf = (...purposes: RequiredRecord['purpose'][]) =>
    required.filter(({ purpose }) => purposes.includes(purpose)).map(({ name }) => name);
  const bounces = namesOf('return-path', 'mx');
  const each = [
    {
      mechanism: 'SPF',
      mode: record.spfAlignment,
      names: bounces.length > 0 ? bounces : namesOf('spf'),
      what: 'bounces go',
    },
    {
      mechanism: 'DKIM',
      mode: record.dkimAlignment,
      names: namesOf('dkim').flatMap((name) => name.split('._domainkey.')[1] ?? []),
      what: 'signatures belong',
    },
  ] as const;
  return each.flatMap(({ mechanism, mode, names, what }) => {
    const isAligned = (name: string) => (mode === 'strict' ? sameName(name, domain) : isSubdomain(name, organisation));
    if (names.some(isAligned)) return [];
    const [name] = names;
    const reason =
      name === undefined ? `no ${mechanism} record of ${domain} is asked for` : `${what} to ${name}, not to ${domain}`;
    return [planFinding('plan.identifier-not-aligned', { mechanism, reason })];
  });
}

/** The record of the organizational domain: missing, or mistaken for that of the suffix above it (§8, §11.8). */
function organisational(domain: string, before: Judgement, after: Judgement): readonly Finding[] {
  const organisation = likelyZone(domain);
  const isOwn = organisation === canonicalName(domain);
  const { steps } = before.dmarc.discovery;
  const findings: Finding[] = [];
  const own = steps.find((step) => step.domain === organisation);
  if (!isOwn && (own?.outcome === 'none' || own?.outcome === 'discarded'))
    findings.push(planFinding('plan.no-organisational-record', { organisation }));
  const suffix = steps.find(
    (step) =>
      nameLabels(step.domain).length < nameLabels(organisation).length &&
      (step.outcome === 'record' || step.outcome === 'unusable') &&
      step.publicSuffix === 'u',
  );
  const { record } = after.dmarc;
  if (suffix !== undefined && !(isOwn && record?.publicSuffix === 'n')) {
    const text = isOwn && record !== null ? printDmarc({ ...record, publicSuffix: 'n' }) : 'psd=n';
    findings.push(planFinding('plan.suffix-unmarked', { suffix: suffix.domain, organisation, text }));
  }
  if (!isOwn && after.dmarc.discovery.steps[0]?.publicSuffix === 'n')
    findings.push(planFinding('plan.organisation-of-its-own', { domain, organisation }));
  return findings;
}

/**
 * What is to be said of a domain's policy besides its record.
 *
 * @param judged the judge's word on DNS as it is, and with the plan's changes made.
 */
export function policyAdvice(
  domain: string,
  required: readonly RequiredRecord[],
  { before, after }: { readonly before: Judgement; readonly after: Judgement },
): readonly Finding[] {
  const advice = organisational(domain, before, after);
  const { record } = after.dmarc;
  if (record === null || required.some(({ match }) => match.kind === 'no-senders')) return advice;
  const organisation = after.dmarc.discovery.organisationalDomain ?? likelyZone(domain);
  return [...signing(after), ...identifiers(domain, required, record, organisation), ...advice];
}
