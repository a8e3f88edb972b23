import type { Finding } from '../findings/finding.ts';
import { serviceFinding } from '../findings/service.ts';

/** The addresses of a service connection, as they are typed and as they are stored. */

export type NormalizedUrl =
  | { readonly ok: true; readonly url: string; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Where the documented application takes the service's responses, below the response domain. */
export const WEBHOOK_PATH = '/0/ServiceModel/CESWebhooksService.svc/HandleWebHooks';
/** Where it shows its email figures to the service's support. */
export const EMAIL_STATE_PATH = '/0/ServiceModel/CESTroubleshootingService.svc/emailstate';

const SERVICE_EXAMPLE = 'https://url_address.com';
const RESPONSE_EXAMPLE = 'http://www.yourdomain.com';
const MAX_LENGTH = 2048;

function refuse(finding: Finding): NormalizedUrl {
  return { ok: false, findings: [finding] };
}

function isHost(hostname: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/i.test(hostname)) return true;
  const labels = hostname.replace(/\.$/, '').split('.');
  return hostname.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/i.test(label));
}

function normalize(input: string, schemes: readonly string[], defaultScheme: string, example: string): NormalizedUrl {
  const text = input.trim();
  const value = text.slice(0, 200);
  if (text === '') return refuse(serviceFinding('url.empty', { example }));
  if (text.length > MAX_LENGTH || /\s/.test(text)) return refuse(serviceFinding('url.malformed', { value, example }));
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && !schemes.includes(scheme)) {
    return refuse(
      serviceFinding('url.scheme', { scheme, allowed: schemes.map((each) => `${each}://`).join(' or '), example }),
    );
  }
  if (scheme === undefined && /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text))
    return refuse(serviceFinding('url.malformed', { value, example }));
  const full = scheme === undefined ? `${defaultScheme}://${text}` : text;
  if (!URL.canParse(full)) return refuse(serviceFinding('url.malformed', { value, example }));
  const url = new URL(full);
  if (url.username !== '' || url.password !== '') return refuse(serviceFinding('url.credentials'));
  if (!isHost(url.hostname)) return refuse(serviceFinding('url.host', { value: url.hostname.slice(0, 200), example }));

  const findings: Finding[] = [];
  const extra = `${url.search}${url.hash}`;
  if (extra !== '') findings.push(serviceFinding('url.extra', { value: extra.slice(0, 100) }));
  const host = url.hostname.replace(/\.$/, '');
  const port = url.port === '' ? '' : `:${url.port}`;
  const path = url.pathname.replace(/\/+$/, '');
  return { ok: true, url: `${url.protocol}//${host}${port}${path}`, findings };
}

/**
 * Reads a *Cloud services connection URL*: https only, host in A-labels, no final slash, no credentials. Another port
 * than 443 is allowed with a warning.
 */
export function normalizeServiceUrl(input: string): NormalizedUrl {
  const result = normalize(input, ['https'], 'https', SERVICE_EXAMPLE);
  if (!result.ok) return result;
  // People paste the address of the page they checked.
  const trimmed = result.url.replace(/\/metadata$/i, '');
  const { port } = new URL(trimmed);
  const findings = port === '' ? result.findings : [...result.findings, serviceFinding('url.port', { port })];
  return { ok: true, url: trimmed, findings };
}

/**
 * Reads a *Domain to receive responses*: http or https; a pasted webhook address is cut back to its domain.
 */
export function normalizeResponseDomain(input: string): NormalizedUrl {
  const result = normalize(input, ['http', 'https'], 'https', RESPONSE_EXAMPLE);
  if (!result.ok) return result;
  const findings = [...result.findings];
  let { url } = result;
  const path = /\/0\/ServiceModel\/.*$/i.exec(url);
  if (path !== null) {
    url = url.slice(0, path.index);
    findings.push(serviceFinding('url.webhook-path'));
  }
  if (url.startsWith('http://')) findings.push(serviceFinding('url.http'));
  return { ok: true, url, findings };
}

/** @param serviceUrl normalised. */
export function metadataUrl(serviceUrl: string): string {
  return `${serviceUrl}/metadata`;
}

/** @param responseDomain normalised. */
export function webhookUrl(responseDomain: string): string {
  return `${responseDomain}${WEBHOOK_PATH}`;
}

/** @param responseDomain normalised. */
export function emailStateUrl(responseDomain: string): string {
  return `${responseDomain}${EMAIL_STATE_PATH}`;
}
