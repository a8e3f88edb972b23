import { isHostLabel } from '../dns/names.ts';

/** The name that a selector's key lies at (RFC 6376 §3.6.2.1). */
export function dkimName(selector: string, domain: string): string {
  return `${selector}._domainkey.${domain}`;
}

/** Whether a text is a selector: labels of letters, digits and inner hyphens with dots between (RFC 6376 §3.1). */
export function isSelector(text: string): boolean {
  return text.length <= 63 && text.split('.').every(isHostLabel);
}
