import type { DomainConfiguration } from '../../shared/contract/schemas.ts';
import { parseDkimKey, pastedDkimKey } from '../../shared/dkim/key-record.ts';
import { canonicalName, isSubdomain } from '../../shared/dns/names.ts';
import { describeFinding } from '../../shared/findings/catalogue.ts';
import { dkimFinding } from '../../shared/findings/dkim.ts';
import { policyFaults } from '../../shared/policy/extras.ts';
import type { ProviderTemplate, TemplateField } from '../../shared/providers/template.ts';
import { fail } from './errors.ts';

const MAIL_ADDRESS = /^(?:mailto:)?[^@\s,;!]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;
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

function checkField(place: string, field: TemplateField, value: string): void {
  if (value !== '' && field.id === 'dkimKey') checkKey(place, value);
  if (value === '' || new RegExp(field.pattern).test(value)) return;
  refuse(
    place,
    value,
    `“${value.slice(0, 80)}” does not look like ${field.label}`,
    `${field.help} Example: ${field.example}`,
  );
}

/**
 * Refuses a configuration whose records could not be published.
 *
 * @param domain A-labels.
 * @throws BAD_INPUT with the field and what to enter there.
 */
export function checkConfiguration(
  domain: string,
  configuration: DomainConfiguration,
  templates: readonly ProviderTemplate[],
): void {
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
    const mode = template.modes.find((candidate) => candidate.id === provider.mode) ?? template.modes[0];
    for (const field of mode?.fields ?? [])
      checkField(`${place}.fields.${field.id}`, field, provider.fields[field.id]?.trim() ?? '');
  }
  const { reportAddress } = configuration.dmarc;
  if (reportAddress !== null && !MAIL_ADDRESS.test(reportAddress.trim())) {
    refuse(
      'dmarc.reportAddress',
      reportAddress,
      `“${reportAddress.slice(0, 80)}” is not one mail address`,
      'Enter one address, such as dmarc@example.com.',
    );
  }
  const [fault] = configuration.policies === undefined ? [] : policyFaults(configuration.policies);
  if (fault !== undefined) refuse(`policies.${fault.field}`, fault.value, fault.message, fault.remedy);
  const { zone } = configuration;
  if (zone !== null && !isSubdomain(domain, canonicalName(zone))) {
    refuse(
      'zone',
      zone,
      `${domain} does not lie in the zone ${zone.slice(0, 80)}`,
      `Enter ${domain} or a domain above it.`,
    );
  }
}
