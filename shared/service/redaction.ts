import { formatIp, parseIpv6 } from '../dns/ip.ts';
import { toASCII } from 'tr46';
import { catalogue } from '../findings/catalogue.ts';
import type { Fact, Kind } from '../facts/fact.ts';
import { changedFact } from '../facts/known-fact.ts';
import { anyOf, HIDDEN, hideByEnd, hideSecrets } from './secret-texts.ts';
import { APPLICATION_PATHS } from './urls.ts';

/**
 * Takes out of texts what is nobody else's business. Secrets always go; addresses and names go on choice, replaced by
 * numbered stand-ins, so that lines about one host can still be told together. When in doubt, it takes out too much.
 */

export interface RedactionOptions {
  /** IP addresses, and the local part of e-mail addresses. */
  readonly hideAddresses: boolean;
  /** Domain names, host names, and what people and certificates are called. */
  readonly hideNames: boolean;
}

export interface KnownTexts {
  /** Names by which the workspace, its hosts and its domains go, in any spelling. */
  readonly names: readonly string[];
  /** Secrets that are known by their value. */
  readonly secrets: readonly string[];
  /** The last characters of those that are not, because the vault is locked. */
  readonly secretEnds?: readonly string[];
}

/** Longer texts go whole: nothing that a probe keeps comes near this. */
const MAX_TEXT = 1_000_000;

/* Stand-ins for texts of the product's own that look like something to hide; no text from outside may hold these. */
const OWN_TEXTS = APPLICATION_PATHS;
const PRIVATE_USE = /[\uE000-\uF8FF]/g;
const ownMark = (index: number): string => String.fromCharCode(0xe000 + index);

/** A-labels in small letters without the last dot, so that every spelling of a name gets the same stand-in. */
function canonicalName(name: string): string {
  const bare = name.replace(/[.。．｡]+$/, '');
  return (toASCII(bare.normalize('NFC')) ?? bare.normalize('NFC')).toLowerCase();
}

const TOKEN = /(?:[\p{L}\p{N}\p{M}_.。．｡-]|\u200C|\u200D)+/gu;
const DOTS = /[.。．｡]+/g;
const TOP_LABEL = /^(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}\p{N}-]*)$/iu;

/** Whether a run of letters, digits, hyphens and dots reads as a domain name: its last label holds letters. */
function isName(token: string): boolean {
  const labels = token.replace(/^[.。．｡-]+|[.。．｡-]+$/gu, '').split(DOTS);
  return labels.length > 1 && TOP_LABEL.test(labels.at(-1) as string);
}

const IPV4 = /\p{Nd}{1,3}(?:[.。．｡]\p{Nd}{1,3}){3,}/gu;
/** As cloud providers write an address into a host name. */
const DASHED_IPV4 = /(?<!\d-?)\d{1,3}(?:-\d{1,3}){3}(?!-?\d)/g;
const REVERSE_IPV6 = /(?:[0-9a-f]\.){4,}ip6\.arpa\.?$/i;
const MAX_REVERSE = 80;
const HEXADECIMAL_RUN = /[0-9a-f:.]+(?:%[\w.-]+)?/gi;
const MAX_IPV6 = 46;
/** Runs with colons that are longer than a certificate's fingerprint are nobody's address list. */
const MAX_RUN = 200;

/** The longest IPv6 address within a run of hexadecimal digits, colons and dots, as half-open offsets; null for none. */
function findIpv6(run: string): { readonly start: number; readonly end: number } | null {
  const edges = [0, run.length];
  for (let index = 0; index < run.length; index += 1)
    if (/[:.]/.test(run[index] as string)) edges.push(index, index + 1);
  const sorted = [...new Set(edges)].sort((left, right) => left - right);
  for (const start of sorted) {
    for (const end of sorted.toReversed()) {
      if (end - start < 2 || end - start > MAX_IPV6) continue;
      const part = run.slice(start, end);
      // "::" alone names no machine, and would make times out of clocks.
      if (part !== '::' && part.includes(':') && parseIpv6(part) !== null) return { start, end };
    }
  }
  return null;
}

function hideIpv6(run: string, standIn: (address: string) => string): string {
  if (run.indexOf(':') === run.lastIndexOf(':')) return run;
  if (run.length > MAX_RUN) return HIDDEN;
  const [bare = '', zone] = run.split('%');
  const found = findIpv6(bare);
  if (found === null) return run;
  const { start, end } = found;
  const address = standIn(formatIp(parseIpv6(bare.slice(start, end)) ?? []));
  return bare.slice(0, start) + address + hideIpv6(bare.slice(end), standIn) + (zone === undefined ? '' : '%zone');
}

const LOCAL_CHARACTER = /[\p{L}\p{N}\p{M}.!#$%&'*+/=?^_`{|}~-]/u;
const MAX_LOCAL = 256;

/**
 * The local parts of e-mail addresses, in quotes or without (RFC 5321 §4.1.2, and beyond ASCII RFC 6531). Walks back from
 * each at sign: a pattern would try every start before it.
 */
function hideLocalParts(text: string, standIn: (local: string) => string): string {
  const parts = text.split('@');
  return parts
    .map((part, index) => {
      const next = parts[index + 1];
      if (next === undefined || !/^[\p{L}\p{N}\p{M}[(]/u.test(next)) return part;
      let start = part.length;
      if (part.endsWith('"')) start = Math.max(part.lastIndexOf('"', part.length - 2), 0);
      else
        while (start > 0 && part.length - start < MAX_LOCAL && LOCAL_CHARACTER.test(part[start - 1] as string))
          start -= 1;
      return start === part.length ? part : part.slice(0, start) + standIn(part.slice(start));
    })
    .join('@');
}

/** Makes stand-ins of one kind: `name-1`, `name-2`, … by canonical spelling. */
function numbered(kind: string, canonical: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const key = canonical(text);
    const standIn = known.get(key) ?? `${kind}-${known.size + 1}`;
    known.set(key, standIn);
    return standIn;
  };
}

/** Certificate facts and findings' values that are names whatever they look like. */
const NAME_KEYS: ReadonlySet<string> = new Set(['subject', 'issuer', 'chain', 'account']);

/** Kinds of values in facts that name somebody or something, and those that are words of ours. */
const NAME_KINDS: ReadonlySet<Kind> = new Set(['name', 'names', 'called', 'path', 'files']);
const OWN_KINDS: ReadonlySet<Kind> = new Set(['settings', 'format', 'fault', 'bounce']);

export interface Redaction {
  readonly text: (text: string) => string;
  /** Every text of a plain value, at any depth; numbers and truth values stay. */
  readonly value: (value: unknown) => unknown;
  /** A fact whose values are hidden by what they are; those that may be anything, by what they look like. */
  readonly fact: (fact: Fact) => Fact;
}

export function createRedaction(options: RedactionOptions, known: KnownTexts): Redaction {
  const nameStandIn = numbered('name', canonicalName);
  const addressStandIn = numbered('address', (address) => address);
  const mailboxStandIn = numbered('mailbox', (local) => local.toLowerCase());
  const secretPattern = anyOf(known.secrets);
  const namePattern = anyOf([...known.names, ...known.names.map((name) => toASCII(name) ?? name)]);

  const hideAddresses = (text: string): string =>
    hideLocalParts(text, mailboxStandIn)
      .replace(TOKEN, (token) =>
        REVERSE_IPV6.test(token.slice(-MAX_REVERSE)) ? addressStandIn(token.toLowerCase()) : token,
      )
      .replace(HEXADECIMAL_RUN, (run) => hideIpv6(run, addressStandIn))
      .replace(IPV4, (address) => addressStandIn(address.normalize('NFKC').replace(DOTS, '.')))
      .replace(DASHED_IPV4, (dashed) => addressStandIn(dashed.replaceAll('-', '.')));
  const hideNames = (text: string): string => {
    const hostless = hideLocalParts(text, mailboxStandIn)
      .replace(/(:\/\/)([^\s/?#:[\]]+)/gu, (_whole, lead: string, host: string) => `${lead}${nameOrAddress(host)}`)
      .replace(TOKEN, (token) => (isName(token) && catalogue[token] === undefined ? nameStandIn(token) : token));
    return namePattern === null ? hostless : hostless.replace(namePattern, nameStandIn);
  };
  const nameOrAddress = (host: string): string =>
    /^(?:(?:address|name)-\d+|\d{1,3}(?:\.\d{1,3}){3})$/.test(host) ? host : nameStandIn(decodeHost(host));

  const redactText = (input: string): string => {
    if (input.length > MAX_TEXT) return HIDDEN;
    let text = input.replace(PRIVATE_USE, '\uFFFD');
    for (const [index, own] of OWN_TEXTS.entries()) text = text.replaceAll(own, ownMark(index));
    if (secretPattern !== null) text = text.replace(secretPattern, HIDDEN);
    text = hideByEnd(hideSecrets(text), known.secretEnds ?? []);
    if (options.hideAddresses) text = hideAddresses(text);
    if (options.hideNames) text = hideNames(text);
    for (const [index, own] of OWN_TEXTS.entries()) text = text.replaceAll(ownMark(index), own);
    return text;
  };

  const redactKeyed = (key: string, value: unknown): unknown => {
    if (options.hideNames && NAME_KEYS.has(key) && Array.isArray(value))
      return value.map((each) => redactKeyed(key, each));
    if (typeof value !== 'string') return redactValue(value);
    if (key === 'code' && catalogue[value] !== undefined) return value;
    if (key === 'fingerprint256' && /^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/.test(value))
      return options.hideNames ? HIDDEN : value;
    if (options.hideNames && NAME_KEYS.has(key)) return nameStandIn(value);
    return redactText(value);
  };
  const redactValue = (value: unknown): unknown => {
    if (typeof value === 'string') return redactText(value);
    if (Array.isArray(value)) return value.map(redactValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        /^[A-Za-z][A-Za-z0-9]*$/.test(key) ? key : redactText(key),
        redactKeyed(key, each),
      ]),
    );
  };
  const redactFact = (fact: Fact): Fact =>
    changedFact(fact, (kind, value) => {
      if (OWN_KINDS.has(kind) || typeof value === 'number') return value;
      const redact = options.hideNames && NAME_KINDS.has(kind) ? nameStandIn : redactText;
      if (typeof value === 'string') return redact(value);
      return kind === 'finding'
        ? { code: (value as Fact).code, values: redactValue((value as Fact).values) as Fact['values'] }
        : (value as readonly string[]).map(redact);
    });
  return { text: redactText, value: redactValue, fact: redactFact };
}

function decodeHost(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}
