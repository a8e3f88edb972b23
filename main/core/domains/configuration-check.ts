import type { DomainConfiguration } from '../../../shared/contract/domains.ts';
import { parseDkimKey, pastedDkimKey } from '../../../shared/dkim/key-record.ts';
import { isMailAddress, withoutMailto } from '../../../shared/dns/mail-address.ts';
import { canonicalName, isSubdomain } from '../../../shared/dns/names.ts';
import { describeFinding } from '../../../shared/findings/catalogue.ts';
import { dkimFinding } from '../../../shared/dkim/findings.ts';
import { policyFaults } from '../../../shared/policy/extras.ts';
import { needFaults } from '../../../shared/providers/check-needs.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import type { ProviderTemplate } from '../../../shared/providers/template/template.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { fail } from '../errors.ts';

/** Characters of a refused value that an error repeats. */
const MAX_SHOWN = 200;

function refuse(field: string, value: string, message: string, remedy: string): never {
  throw fail('BAD_INPUT', message, { field: `configuration.${field}`, value: value.slice(0, MAX_SHOWN), remedy });
}

/** Refuses a key that receivers could not use: cut off, a private one, too short. */
function checkKey(place: string, value: string): void {
  const { key, findings } = parseDkimKey(`p=${pastedDkimKey(value)}`);
  const fault = findings.find((finding) => finding.severity === 'error');
  if (key !== null && fault === undefined) return;
  const { title, remedy } = describeFinding(fault ?? dkimFinding('dkim.not-a-key'));
  refuse(place, value, title, remedy);
}

/**
 * Refuses a configuration whose records could not be published.
 *
 * @param needs what the domain would need by this configuration.
 * @throws BAD_INPUT with the field and what to enter there.
 */
export function checkConfiguration(
  needs: DomainNeeds,
  configuration: DomainConfiguration,
  templates: readonly ProviderTemplate[],
): void {
  const { domain } = needs;
  for (const [index, provider] of configuration.providers.entries()) {
    const place = `providers.${index}`;
    const template = templates.find((candidate) => candidate.id === provider.templateId);
    if (template === undefined) {
      refuse(
        `${place}.templateId`,
        provider.templateId,
        `There is no template ${provider.templateId}`,
        'Choose one of the list.',
      );
    }
    const key = provider.fields.dkimKey?.trim() ?? '';
    const hasKey = modeOf(template, provider.mode).fields.some((field) => field.id === 'dkimKey');
    if (key !== '' && hasKey) checkKey(`${place}.fields.dkimKey`, key);
  }
  const { reportAddress } = configuration.dmarc;
  if (reportAddress !== null && !isMailAddress(withoutMailto(reportAddress.trim()))) {
    refuse(
      'dmarc.reportAddress',
      reportAddress,
      `“${reportAddress.slice(0, 80)}” is not one mail address`,
      'Enter one address, such as dmarc@example.com.',
    );
  }
  const [entered] = needFaults(needs);
  if (entered !== undefined) refuse(entered.field, entered.value, entered.message, entered.remedy);
  const [fault] = configuration.policies === undefined ? [] : policyFaults(configuration.policies);
  if (fault !== undefined) refuse(`policies.${fault.field}`, fault.value, fault.message, fault.remedy);
  const { zone } = configuration;
  if (zone !== null && !isSubdomain(domain, canonicalName(zone))) {
    refuse('zone', zone, `${domain} is not in the zone ${zone.slice(0, 80)}`, `Enter ${domain} or a domain above it.`);
  }
}
