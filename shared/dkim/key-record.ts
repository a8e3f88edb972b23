import type { Finding } from '../findings/finding.ts';
import { dkimFinding } from '../findings/dkim.ts';
import { findTag, parseTagList, printTags } from '../tags/tag-list.ts';
import type { TagList } from '../tags/tag-list.ts';
import { decodeBase64, readRsaPublicKey } from './public-key.ts';

/** DKIM key records (RFC 6376 §3.6.1, RFC 8463 §4). */
export interface DkimKey {
  readonly type: 'rsa' | 'ed25519';
  /** Base64 without white space; empty: revoked. */
  readonly publicKey: string;
  /** Of the modulus for RSA, 256 for Ed25519, 0 for a revoked key. */
  readonly bits: number;
  readonly hasVersion: boolean;
  /** `y`: testing, `s`: the signing identity's domain must be the key's own. */
  readonly flags: readonly string[];
  /** Absent: every hash. */
  readonly hashes?: readonly string[];
  /** Absent: every service. */
  readonly services?: readonly string[];
  readonly notes?: string;
  /** Tags this standard does not know, in order. */
  readonly others: readonly (readonly [name: string, value: string])[];
}

export interface DkimKeyParse {
  readonly key: DkimKey | null;
  readonly findings: readonly Finding[];
}

/** Octets of the longest record that is read: what a DNS message can carry. */
const MAX_LENGTH = 65_535;
const ED25519_OCTETS = 32;
const KNOWN: ReadonlySet<string> = new Set(['v', 'k', 'p', 't', 'h', 's', 'n']);

function listOf(value: string): readonly string[] {
  return value
    .split(':')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function tagFaults(list: TagList): Finding[] {
  const version = findTag(list, 'v');
  return [
    ...list.faults.map((fault) => dkimFinding('dkim.broken-tag', { text: fault.text }, { span: fault.span })),
    ...list.repeated.map((name) => dkimFinding('dkim.repeated-tag', { name })),
    ...(version !== undefined && (version !== list.tags[0] || version.value !== 'DKIM1')
      ? [dkimFinding('dkim.version', {}, { span: version.span })]
      : []),
  ];
}

/** What is wrong with the key itself; `bits` is 0 when it can't be read. */
function readKey(type: 'rsa' | 'ed25519', value: string): { bits: number; fault?: Parameters<typeof dkimFinding>[0] } {
  const octets = decodeBase64(value);
  if (octets === null) return { bits: 0, fault: 'dkim.bad-base64' };
  if (type === 'ed25519') {
    if (octets.length < ED25519_OCTETS) return { bits: 0, fault: 'dkim.cut-off' };
    return octets.length === ED25519_OCTETS ? { bits: 256 } : { bits: 0, fault: 'dkim.not-a-public-key' };
  }
  const reading = readRsaPublicKey(octets);
  if (reading.kind === 'rsa') return { bits: reading.bits };
  if (reading.kind === 'truncated') return { bits: 0, fault: 'dkim.cut-off' };
  return { bits: 0, fault: reading.kind === 'private' ? 'dkim.private-key' : 'dkim.not-a-public-key' };
}

/**
 * Reads a key record. Never throws.
 *
 * @param text the joined strings of the TXT record.
 * @returns the key, or null when receivers could not use it; findings say why, and what else is of note.
 */
export function parseDkimKey(text: string): DkimKeyParse {
  if (text.length > MAX_LENGTH) return { key: null, findings: [dkimFinding('dkim.not-a-key')] };
  const list = parseTagList(text);
  const publicKey = findTag(list, 'p');
  if (publicKey === undefined) return { key: null, findings: [dkimFinding('dkim.not-a-key')] };
  const findings = tagFaults(list);

  const type = findTag(list, 'k')?.value.toLowerCase() ?? 'rsa';
  if (type !== 'rsa' && type !== 'ed25519') {
    return { key: null, findings: [...findings, dkimFinding('dkim.unknown-type', { type })] };
  }
  const flags = listOf(findTag(list, 't')?.value ?? '');
  const hashes = findTag(list, 'h')?.value;
  const services = findTag(list, 's')?.value;
  if (hashes !== undefined && !listOf(hashes).includes('sha256')) {
    findings.push(dkimFinding('dkim.hash-forbidden', { hashes }));
  }
  if (services !== undefined && !listOf(services).some((service) => service === '*' || service === 'email')) {
    findings.push(dkimFinding('dkim.service', { service: services }));
  }
  if (flags.includes('y')) findings.push(dkimFinding('dkim.testing'));

  const value = publicKey.value.replace(/[ \t\r\n]+/g, '');
  let bits = 0;
  if (value === '') {
    findings.push(dkimFinding('dkim.revoked', {}, { span: publicKey.span }));
  } else {
    const reading = readKey(type, value);
    bits = reading.bits;
    if (reading.fault !== undefined) findings.push(dkimFinding(reading.fault, { type }, { span: publicKey.valueSpan }));
    else if (type === 'rsa' && bits < 1024) findings.push(dkimFinding('dkim.too-short', { bits }));
    else if (type === 'rsa' && bits < 2048) findings.push(dkimFinding('dkim.short', { bits }));
  }

  const isUsable = findings.every((finding) => finding.severity !== 'error' || finding.code === 'dkim.revoked');
  if (!isUsable) return { key: null, findings };
  const notes = findTag(list, 'n')?.value;
  return {
    findings,
    key: {
      type,
      publicKey: value,
      bits,
      hasVersion: findTag(list, 'v') !== undefined,
      flags,
      ...(hashes === undefined ? {} : { hashes: listOf(hashes) }),
      ...(services === undefined ? {} : { services: listOf(services) }),
      ...(notes === undefined ? {} : { notes }),
      others: list.tags.filter((tag) => !KNOWN.has(tag.name)).map((tag) => [tag.name, tag.value] as const),
    },
  };
}

/** A key record's text, its tags in the order of RFC 6376 §3.6.1. */
export function printDkimKey(key: DkimKey): string {
  const tags: [string, string][] = [];
  if (key.hasVersion) tags.push(['v', 'DKIM1']);
  if (key.hashes !== undefined) tags.push(['h', key.hashes.join(':')]);
  tags.push(['k', key.type]);
  if (key.notes !== undefined) tags.push(['n', key.notes]);
  if (key.services !== undefined) tags.push(['s', key.services.join(':')]);
  if (key.flags.length > 0) tags.push(['t', key.flags.join(':')]);
  tags.push(...key.others.map(([name, value]): [string, string] => [name, value]));
  tags.push(['p', key.publicKey]);
  return printTags(tags);
}

/** Whether two records carry the same public key, however they are written. */
export function sameDkimKey(left: DkimKey, right: DkimKey): boolean {
  return left.type === right.type && left.publicKey.replace(/=+$/, '') === right.publicKey.replace(/=+$/, '');
}

/**
 * Checks everything found at a selector.
 *
 * @param texts the joined strings of each TXT record at the name.
 */
export function lintDkimAnswer(texts: readonly string[]): Finding[] {
  const findings = texts.length > 1 ? [dkimFinding('dkim.several-keys', { count: texts.length })] : [];
  return [...findings, ...texts.slice(0, 10).flatMap((text) => parseDkimKey(text).findings)];
}
