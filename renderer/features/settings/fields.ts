/** The fields of General settings by the names that they are shown under, and other words by which people look for them. */
export const settingFields = [
  { label: 'API key', words: 'access secret token' },
  { label: 'Cloud services connection URL', words: 'address service server' },
  { label: 'Auth key', words: 'secret webhook authentication' },
  { label: 'Email provider', words: 'esp elastic sendgrid' },
  { label: 'Domain to receive responses', words: 'webhook address url' },
  { label: 'How the application is built', words: '.net framework' },
  { label: 'Record template', words: 'provider spf dkim' },
  { label: 'Address for DMARC reports', words: 'rua aggregate mailbox' },
  { label: 'DNS server for checks', words: 'resolver nameserver name server' },
  { label: 'Resolvers to compare with', words: 'dns public server' },
  { label: 'Resolvers to fall back on', words: 'dns doh https server' },
  { label: 'Extra CA certificates', words: 'tls pem trust authority certificate' },
  { label: 'Service profile', words: 'json keys check' },
] as const;

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
