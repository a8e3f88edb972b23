import { settingLabels } from '../../../shared/settings/setting-labels.ts';
import type { SettingName } from '../../../shared/settings/setting-labels.ts';

/** Other words by which people look for a setting in the palette; null for one that is no field of General settings. */
const OTHER_WORDS: Readonly<Record<SettingName, string | null>> = {
  serviceUrl: 'address service server',
  responseDomain: 'webhook address url',
  applicationBuild: '.net framework',
  recordTemplate: 'provider spf dkim',
  // Stands beside the template, and is there with some of them alone.
  recordTemplateMode: null,
  dmarcReportAddress: 'rua aggregate mailbox',
  resolver: 'resolver nameserver name server',
  publicResolvers: 'dns public server',
  fallbackResolvers: 'dns doh https server',
  extraCa: 'tls pem trust authority certificate',
  serviceProfile: 'json keys check',
  // In Monitoring.
  monitoringEnabled: null,
  applicationHosting: null,
  // Of the letter to support alone.
  supportAddress: null,
};

/** The fields of General settings by the names that they are shown under, and other words by which people look for them. */
export const settingFields: readonly { readonly label: string; readonly words: string }[] = [
  { label: 'API key', words: 'access secret token' },
  { label: 'Auth key', words: 'secret webhook authentication' },
  { label: 'Email provider', words: 'esp elastic sendgrid' },
  ...Object.entries(OTHER_WORDS).flatMap(([name, words]) =>
    words === null ? [] : [{ label: settingLabels[name as SettingName], words }],
  ),
];

/** The command that leads to a field. */
export const fieldCommand = (label: string) => `settings.field.${label}`;

/** Unfolds what a field stands in, shows it and gives it the focus. @param labelClass of the fields' labels. */
export function goToField(label: string, labelClass: string): void {
  const found = [...document.querySelectorAll<HTMLElement>(`#view .${CSS.escape(labelClass)}`)].find(
    (each) => each.textContent === label,
  );
  const details = found?.closest('details');
  if (details != null) details.open = true;
  const field = found?.parentElement?.querySelector<HTMLElement>('input, textarea, button');
  field?.scrollIntoView({ block: 'center' });
  field?.focus({ preventScroll: true });
}
