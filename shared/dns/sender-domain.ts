import { parse } from 'tldts';
import { parseIp } from './ip.ts';
import { toAsciiDomain } from './idna.ts';
import { checkName } from './names.ts';
import { publicMailDomains } from './public-mail-domains.ts';
import type { Finding } from '../findings/finding.ts';
import { dnsFinding } from './findings.ts';

export type SenderDomainCheck =
  | { readonly ok: true; readonly ascii: string; readonly unicode: string }
  | { readonly ok: false; readonly finding: Finding };

/** A URL or an address that was pasted where a domain belongs, and the domain in it. */
function domainInside(text: string): string | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?([^/:?#\s]+)/i.exec(text);
  const address = /^(?:mailto:)?[^\s@]+@([^\s@]+)$/i.exec(text);
  return url?.[1] ?? address?.[1];
}

/** Names that providers give to accounts for trying out; they stand in the lists of their consoles. */
const PROVIDERS_OWN = [
  { suffix: '.mailgun.org', provider: 'Mailgun' },
  { suffix: '.sendgrid.net', provider: 'SendGrid' },
  { suffix: '.amazonses.com', provider: 'Amazon' },
  { suffix: '.resend.dev', provider: 'Resend' },
] as const;

/**
 * Checks one name for use as a sender domain: a name below a public suffix, in letters that IDNA 2008 allows, not an
 * address, not a public mail service's.
 *
 * @param input as it was typed; spaces around it and a final dot are fine.
 */
export function checkSenderDomain(input: string): SenderDomainCheck {
  const text = input.trim();
  const value = text.slice(0, 100);
  const refuse = (finding: Finding): SenderDomainCheck => ({ ok: false, finding });
  if (text === '') return refuse(dnsFinding('dns.empty'));
  const inside = /[:@]/.test(text) ? domainInside(text) : undefined;
  if (inside !== undefined) {
    return refuse(
      dnsFinding('dns.not-a-domain', { value, reason: 'It is an address that contains a domain.', suggestion: inside }),
    );
  }
  if (/\s/.test(text)) return refuse(dnsFinding('dns.has-blank', { value }));
  if (/^[\d[]|:/.test(text) && parseIp(text.replace(/^\[|\]$/g, '')) !== null)
    return refuse(dnsFinding('dns.ip-address', { value }));
  if (text.includes('_')) return refuse(dnsFinding('dns.underscore', { value }));
  if (text.includes('/') || text.includes('@')) {
    return refuse(
      dnsFinding('dns.not-a-domain', {
        value,
        reason: 'A domain contains neither a slash nor an at sign.',
        suggestion: 'example.com',
      }),
    );
  }
  const converted = toAsciiDomain(text);
  if (!converted.ok) return converted;
  const { ascii, unicode } = converted;
  const policyName = checkName(`_dmarc.${ascii}`);
  if (policyName?.fault === 'name-too-long') {
    return refuse(dnsFinding('dns.no-room-for-records', { octets: policyName.octets }));
  }
  if (!ascii.includes('.')) return refuse(dnsFinding('dns.single-label', { value }));
  if (/^\d+$/.test(ascii.slice(ascii.lastIndexOf('.') + 1))) return refuse(dnsFinding('dns.ip-address', { value }));
  if (publicMailDomains.has(ascii)) return refuse(dnsFinding('dns.public-mail-domain', { value: ascii }));
  const provider = PROVIDERS_OWN.find(({ suffix }) => ascii.endsWith(suffix))?.provider;
  if (provider !== undefined) return refuse(dnsFinding('dns.providers-own-domain', { value: ascii, provider }));
  if (parse(ascii, { allowPrivateDomains: false, validateHostname: false }).publicSuffix === ascii) {
    return refuse(dnsFinding('dns.public-suffix', { value: ascii }));
  }
  return { ok: true, ascii, unicode };
}

/** The zone that a domain most likely lives in: the registered domain, where one can be told. */
export function likelyZone(domain: string): string {
  return parse(domain, { validateHostname: false }).domain ?? domain;
}

/** The domain of a name that its owner has registered below a public suffix of the domain system; null: there is none. */
export function registrableDomain(name: string): string | null {
  const { domain, isIcann } = parse(name, { validateHostname: false });
  return isIcann === true ? domain : null;
}
