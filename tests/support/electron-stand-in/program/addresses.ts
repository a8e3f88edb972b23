/**
 * Chromium can't be taught standard schemes from outside. So each origin of a registered scheme gets a made-up one over
 * https, `sendwright://console` becoming `https://console.sendwright.invalid`: a secure origin of its own, as in Electron.
 * No request for it ever leaves the stand-in. The program sees the addresses that it knows; in what is served as text, and
 * in the preload script, the literal origin is replaced, so that a page that compares `location.origin` with it is right.
 */

interface Scheme {
  readonly standard: boolean;
}

const schemes = new Map<string, Scheme>();
/** Hosts of registered schemes that a window has been sent to: only those are replaced in what is served. */
const origins = new Set<string>();

/** Makes a scheme known, as `protocol.registerSchemesAsPrivileged` does. */
export function registerScheme(scheme: string, standard: boolean): void {
  schemes.set(scheme, { standard });
}

/** Whether Chromium would take the scheme for one with hosts, paths and an origin of its own. */
export function isStandardScheme(scheme: string): boolean {
  return schemes.get(scheme)?.standard ?? false;
}

/** The made-up address for one of a registered scheme; any other as it is. */
export function toChromium(address: string): string {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(address);
  if (parts === null) return address;
  const [, scheme = '', host = '', rest = ''] = parts;
  if (!isStandardScheme(scheme.toLowerCase()) || host === '') return address;
  origins.add(`${scheme.toLowerCase()}://${host.toLowerCase()}`);
  return `https://${host}.${scheme.toLowerCase()}.invalid${rest}`;
}

/** The address that the program knows for one of Chromium's. */
export function fromChromium(address: string): string {
  const parts = /^https:\/\/([^/?#]*)\.([a-z][a-z0-9+-]*)\.invalid(?=[/?#]|$)(.*)$/s.exec(address);
  if (parts === null || !isStandardScheme(parts[2] ?? '')) return address;
  return `${parts[2]}://${parts[1]}${parts[3]}`;
}

/** Puts the made-up origins into a text: a page, a script, a header or the preload script. */
export function rewriteOrigins(text: string): string {
  let result = text;
  for (const origin of origins) result = result.replaceAll(origin, toChromium(origin));
  return result;
}
