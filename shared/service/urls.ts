import { anyListed } from '../text/listed.ts';
import type { Finding } from '../findings/finding.ts';
import { serviceFinding } from './findings.ts';

/** The addresses of a service connection, as they are typed and as they are stored. */

export type NormalizedUrl =
  | { readonly ok: true; readonly url: string; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Where the documented application takes the service's responses, below its workspace. */
const WEBHOOK = '/ServiceModel/CESWebhooksService.svc/HandleWebHooks';
/** Where it shows its email figures to the service's support. */
const EMAIL_STATE = '/ServiceModel/CESTroubleshootingService.svc/emailstate';

/**
 * How the application is built, which decides where its addresses lie: on .NET Framework below `/0`, as documented; on
 * .NET directly below the domain.
 */
export type ApplicationBuild = 'net-framework' | 'net';

const WORKSPACE_PATHS: Readonly<Record<ApplicationBuild, string>> = { 'net-framework': '/0', net: '' };

/** The paths of the application under either build; the longer ones first. */
export const APPLICATION_PATHS: readonly string[] = Object.values(WORKSPACE_PATHS).flatMap((workspace) => [
  `${workspace}${WEBHOOK}`,
  `${workspace}${EMAIL_STATE}`,
]);

/** Pages of the application, as they stand in an address bar; what comes before them is the domain and its folder. */
const APPLICATION_PAGES =
  /\/(?:0(?:\/.*)?|(?:login|shell|nui|servicemodel|viewpage|simplelogin|clientapp|rest|odata|dataservice)(?:\/.*)?|[^/]+\.aspx)$/i;

const SERVICE_EXAMPLE = 'https://url_address.com';
const RESPONSE_EXAMPLE = 'http://www.yourdomain.com';
const MAX_LENGTH = 2048;

/** Address blocks that the internet does not lead to (RFC 1918, 3927, 4193, 4291, 6598, 6761). */
const PRIVATE_V4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_V6 = /^\[(?:::1?|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/i;
/** Names that resolve inside a network alone (RFC 2606, 6761, 6762, 8375, and the reservation of `internal`). */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|corp|home|home\.arpa|test|invalid)$/i;

/** Whether the internet can't reach a host by this name: a private address, a local name, a name of one label. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  if (PRIVATE_V6.test(host)) return true;
  if (/^[\d.]+$/.test(host)) return PRIVATE_V4.test(host);
  return !host.startsWith('[') && (!host.includes('.') || PRIVATE_NAME.test(host));
}

/** What a person most likely meant where the scheme is written with a slip: `https//host`, `http;//host`, `https:host`. */
function slippedScheme(text: string): string | null {
  const [, scheme, rest] = /^(https?)(?:[:;.,]?\/{1,3}|[:;]{1,2}\/*|:?\\{1,2})(?=[^/\\:])(.+)$/i.exec(text) ?? [];
  if (scheme === undefined || rest === undefined || /^https?:\/\/[^/]/i.test(text)) return null;
  return `${scheme.toLowerCase()}://${rest}`;
}

/** The example in an error: the person's own host where one can be made out, else the documented one. */
function exampleFor(text: string, scheme: string, fallback: string): string {
  const [, host] = /(?:^|[/@\\])((?:[a-z0-9-]{1,63}\.)+[a-z]{2,63})(?=[:/\\?#]|$)/i.exec(text) ?? [];
  return host === undefined ? fallback : `${scheme}://${host.toLowerCase()}`;
}

function refuse(finding: Finding): NormalizedUrl {
  return { ok: false, findings: [finding] };
}

function isHost(hostname: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/i.test(hostname)) return true;
  const labels = hostname.replace(/\.$/, '').split('.');
  return hostname.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/i.test(label));
}

function normalize(input: string, schemes: readonly string[], defaultScheme: string, fallback: string): NormalizedUrl {
  const text = input.trim();
  const value = text.slice(0, 200);
  if (text === '') return refuse(serviceFinding('url.empty', { example: fallback }));
  const example = exampleFor(text, defaultScheme, fallback);
  if (text.length > MAX_LENGTH || /\s/.test(text)) return refuse(serviceFinding('url.malformed', { value, example }));
  const meant = slippedScheme(text);
  if (meant !== null) return refuse(serviceFinding('url.malformed', { value, example: meant.slice(0, 200) }));
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && !schemes.includes(scheme)) {
    return refuse(
      serviceFinding('url.scheme', { scheme, allowed: anyListed(schemes.map((each) => `${each}://`)), example }),
    );
  }
  if (scheme === undefined && /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text))
    return refuse(serviceFinding('url.malformed', { value, example }));
  const full = scheme === undefined ? `${defaultScheme}://${text}` : text;
  if (!URL.canParse(full)) return refuse(serviceFinding('url.malformed', { value, example }));
  const url = new URL(full);
  if (url.username !== '' || url.password !== '') return refuse(serviceFinding('url.credentials'));
  if (url.port === '0') return refuse(serviceFinding('url.port-zero', { example }));
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
 * Reads a *Domain to receive responses*: http or https. Whatever the address bar held is cut back to the domain and the
 * folder that the application lies in.
 */
export function normalizeResponseDomain(input: string): NormalizedUrl {
  const result = normalize(input, ['http', 'https'], 'https', RESPONSE_EXAMPLE);
  if (!result.ok) return result;
  let { url } = result;
  const page = APPLICATION_PAGES.exec(new URL(url).pathname);
  if (page !== null) url = url.slice(0, url.length - page[0].length);
  // What stands behind a page of the application goes with it, and needs no word of its own.
  const findings: Finding[] = result.findings.filter(({ code }) => page === null || code !== 'url.extra');
  if (page !== null) findings.push(serviceFinding('url.webhook-path', { path: page[0].slice(0, 100) }));
  const { hostname } = new URL(url);
  if (isPrivateHost(hostname)) findings.push(serviceFinding('url.private', { host: hostname }));
  if (url.startsWith('http://')) findings.push(serviceFinding('url.http'));
  return { ok: true, url, findings };
}

/** @param serviceUrl normalised. */
export function metadataUrl(serviceUrl: string): string {
  return `${serviceUrl}/metadata`;
}

/**
 * The addresses whose answer shows that the service is reached: `/metadata` in the oldest documentation, the connection
 * URL itself, where a blank page opens, in every later one.
 *
 * @param serviceUrl normalised.
 */
export function connectionUrls(serviceUrl: string): readonly [metadata: string, base: string] {
  return [metadataUrl(serviceUrl), `${serviceUrl}/`];
}

/** @param responseDomain normalised. */
export function webhookUrl(responseDomain: string, build: ApplicationBuild): string {
  return `${responseDomain}${WORKSPACE_PATHS[build]}${WEBHOOK}`;
}

/** @param responseDomain normalised. */
export function emailStateUrl(responseDomain: string, build: ApplicationBuild): string {
  return `${responseDomain}${WORKSPACE_PATHS[build]}${EMAIL_STATE}`;
}
