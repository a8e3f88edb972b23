import { remembering } from '../memo.ts';
import type { Finding, Span, TextFix } from '../findings/finding.ts';
import { dkimFinding } from './findings.ts';
import { findTag, parseTagList, printTags, removalSpan } from '../tags/tag-list.ts';
import type { Tag, TagList } from '../tags/tag-list.ts';
import { decodeBase64, encodeBase64, isWrappedEd25519, readRsaPublicKey, withoutPadding } from './public-key.ts';

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
/** RFC 8301 §3.2. */
const LEAST_BITS = 1024;
const ADVISED_BITS = 2048;
/** Records at one selector that are read. */
const MAX_RECORDS = 10;
/** Characters of a value that a choice repeats. */
const TOLD = 40;
const KNOWN: ReadonlySet<string> = new Set(['v', 'k', 'p', 't', 'h', 's', 'n']);

function listOf(value: string): readonly string[] {
  return value
    .split(':')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function withoutBlanks(value: string): string {
  return value.replace(/[ \t\r\n]+/g, '');
}

/** The edit that puts `v=DKIM1` where it belongs. */
function versionFix(text: string, version: Tag): TextFix {
  const gone = removalSpan(text, version.span);
  return {
    label: 'Begin with v=DKIM1',
    edits: [
      { span: { start: 0, end: 0 }, text: 'v=DKIM1; ' },
      { span: gone, text: '' },
    ],
  };
}

function removal(text: string, span: Span, label: string): TextFix {
  return { label, edits: [{ span: removalSpan(text, span), text: '' }] };
}

function tagFaults(text: string, list: TagList): Finding[] {
  const version = findTag(list, 'v');
  const findings: Finding[] = list.faults.map(({ text: fault, span }) =>
    fault === ''
      ? dkimFinding('dkim.empty-tag', {}, { span, fix: { label: 'Remove it', edits: [{ span, text: '' }] } })
      : dkimFinding('dkim.broken-tag', { text: fault }, { span }),
  );
  for (const tag of list.repeated) {
    const { name, value, span } = tag;
    const first = findTag(list, name) as Tag;
    const keep = (kept: Tag, gone: Tag) => removal(text, gone.span, `Keep ${name}=${kept.value.slice(0, TOLD)}`);
    const extra =
      withoutBlanks(first.value) === withoutBlanks(value)
        ? { fix: removal(text, span, `Keep one ${name}=`) }
        : { readings: [keep(first, tag), keep(tag, first)] };
    findings.push(dkimFinding('dkim.repeated-tag', { name }, { span, ...extra }));
  }
  for (const { name, span } of list.tags) {
    const meant = name.toLowerCase();
    if (name === meant || !KNOWN.has(meant)) continue;
    const fix = {
      label: `Write ${meant}=`,
      edits: [{ span: { start: span.start, end: span.start + name.length }, text: meant }],
    };
    findings.push(dkimFinding('dkim.tag-case', { name, meant }, { span, fix }));
  }
  if (version !== undefined && (version !== list.tags[0] || version.value !== 'DKIM1')) {
    const fix = versionFix(text, version);
    const isOther = /\d/.test(version.value) && !/^[^\d]*1(?:\.0)?$/.test(version.value);
    const extra = isOther ? { readings: [fix] } : { fix };
    findings.push(dkimFinding('dkim.version', {}, { span: version.span, ...extra }));
  }
  return findings;
}

interface KeyReading {
  /** 0 when the key can't be read. */
  readonly bits: number;
  readonly code?: Parameters<typeof dkimFinding>[0];
  readonly fix?: TextFix;
}

/** What got into a key beside base64: quotes and backslashes of a zone file, dashes and spaces of a word processor. */
const NOT_BASE64 = /-----(?:BEGIN|END) [A-Z ]{0,20}PUBLIC KEY-----|(?:(?!-----(?:BEGIN|END) )[^A-Za-z0-9+/=])+/g;

/** Why a value is not base64. */
function characterFault(type: DkimKey['type'], raw: string, at: number): KeyReading {
  const compact = withoutBlanks(raw);
  if (/^[A-Za-z0-9+/]*$/.test(compact) && compact.length % 4 === 1) return { bits: 0, code: 'dkim.cut-off' };
  const cleaned = raw.replace(NOT_BASE64, '');
  const octets = decodeBase64(cleaned);
  // Whatever is left must be a key, or something else than stray characters is wrong with it.
  const isKey =
    octets !== null && (type === 'rsa' ? readRsaPublicKey(octets).kind === 'rsa' : octets.length >= ED25519_OCTETS);
  if (!isKey) return { bits: 0, code: 'dkim.bad-base64' };
  const edits = [...raw.matchAll(NOT_BASE64)].map((match) => ({
    span: { start: at + match.index, end: at + match.index + match[0].length },
    text: '',
  }));
  return { bits: 0, code: 'dkim.bad-base64', fix: { label: 'Remove what does not belong to the key', edits } };
}

/** @param raw as it stands in the record, `at` offset so and so. */
function readKey(type: 'rsa' | 'ed25519', raw: string, at: number): KeyReading {
  const octets = decodeBase64(raw);
  if (octets === null) return characterFault(type, raw, at);
  if (type === 'ed25519') {
    if (octets.length < ED25519_OCTETS) return { bits: 0, code: 'dkim.cut-off' };
    if (isWrappedEd25519(octets)) {
      const edits = [
        { span: { start: at, end: at + raw.length }, text: encodeBase64(octets.subarray(-ED25519_OCTETS)) },
      ];
      return { bits: 0, code: 'dkim.wrapped-ed25519', fix: { label: 'Keep the bare key', edits } };
    }
    return octets.length === ED25519_OCTETS ? { bits: 256 } : { bits: 0, code: 'dkim.not-a-public-key' };
  }
  const reading = readRsaPublicKey(octets);
  if (reading.kind === 'truncated') return { bits: 0, code: 'dkim.cut-off' };
  if (reading.kind !== 'rsa') {
    return { bits: 0, code: reading.kind === 'private' ? 'dkim.private-key' : 'dkim.not-a-public-key' };
  }
  if (reading.bits < LEAST_BITS) return { bits: reading.bits, code: 'dkim.too-short' };
  if (!reading.wrapped) return { bits: reading.bits, code: 'dkim.bare-key' };
  return reading.bits < ADVISED_BITS ? { bits: reading.bits, code: 'dkim.short' } : { bits: reading.bits };
}

/** A key of the other type may have been meant as that, or be the wrong key. */
function otherType(type: DkimKey['type'], key: Tag, typeTag: Tag | undefined): readonly TextFix[] | undefined {
  const octets = decodeBase64(key.value);
  const other = type === 'rsa' ? 'ed25519' : 'rsa';
  const isOther =
    octets !== null && (other === 'rsa' ? readRsaPublicKey(octets).kind === 'rsa' : octets.length === ED25519_OCTETS);
  if (!isOther) return undefined;
  const { start } = key.span;
  const edit =
    typeTag === undefined
      ? { span: { start, end: start }, text: `k=${other}; ` }
      : { span: typeTag.valueSpan, text: other };
  return [{ label: `Write k=${other}`, edits: [edit] }];
}

/** Some decoders refuse base64 without the `=` that fill its last four characters. */
function paddingFault(key: Tag): Finding[] {
  const compact = withoutBlanks(key.value);
  const bare = withoutPadding(compact);
  const padded = bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
  if (compact === padded || !/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) return [];
  const fix = { label: 'Complete the key', edits: [{ span: key.valueSpan, text: padded }] };
  return [dkimFinding('dkim.padding', {}, { span: key.valueSpan, fix })];
}

/** Habits that the standard has dropped, or allows, and that some receivers fail at. */
function interoperability(text: string, list: TagList): Finding[] {
  const findings: Finding[] = [];
  const granularity = findTag(list, 'g');
  // Every local part: who honours it verifies all signatures.
  if (granularity !== undefined && granularity.value !== '*') {
    const extra = { span: granularity.span, fix: removal(text, granularity.span, 'Remove g=') };
    findings.push(dkimFinding('dkim.granularity', { value: granularity.value.slice(0, 100) }, extra));
  }
  for (const name of ['h', 's', 't']) {
    const tag = findTag(list, name);
    if (tag === undefined || !/\s/.test(tag.value)) continue;
    const edits = [{ span: tag.valueSpan, text: tag.value.replace(/\s*:\s*/g, ':') }];
    const extra = { span: tag.span, fix: { label: 'Remove the spaces', edits } };
    findings.push(dkimFinding('dkim.blank-in-list', { name, value: tag.value.slice(0, 100) }, extra));
  }
  return findings;
}

function restrictions(text: string, list: TagList): Finding[] {
  const findings: Finding[] = [];
  const hashes = findTag(list, 'h');
  const services = findTag(list, 's');
  const flags = findTag(list, 't');
  if (hashes !== undefined && !listOf(hashes.value).includes('sha256')) {
    const fix = removal(text, hashes.span, 'Remove h=');
    findings.push(
      dkimFinding('dkim.hash-forbidden', { hashes: hashes.value.slice(0, 100) }, { span: hashes.span, fix }),
    );
  }
  if (services !== undefined && !listOf(services.value).some((service) => service === '*' || service === 'email')) {
    const isMail = /^(?:e-?)?mails?$|^smtp$/i.test(services.value.trim());
    const write = (value: string): TextFix => ({
      label: `Write s=${value}`,
      edits: [{ span: services.valueSpan, text: value }],
    });
    // A key may be meant for another service alone, such as tlsrpt (RFC 8460 §3).
    const extra = isMail
      ? { fix: write('email') }
      : { readings: [write(`email:${services.value}`), removal(text, services.span, 'Remove s=')] };
    const values = { service: services.value.slice(0, 100) };
    findings.push(dkimFinding('dkim.service', values, { span: services.span, ...extra }));
  }
  if (flags !== undefined && listOf(flags.value).includes('y')) {
    findings.push(dkimFinding('dkim.testing', {}, { span: flags.span }));
  }
  return findings;
}

/** The records read lately: the judge, the plan and the manual of a domain read the same. */
const REMEMBERED = 64;

/**
 * Reads a key record. Never throws.
 *
 * @param text the joined strings of the TXT record.
 * @returns the key, or null when receivers could not use it; findings say why, and what else is of note.
 */
export const parseDkimKey = remembering(REMEMBERED, (text): DkimKeyParse => {
  if (text.length > MAX_LENGTH) return { key: null, findings: [dkimFinding('dkim.not-a-key')] };
  const list = parseTagList(text);
  const publicKey = findTag(list, 'p');
  if (publicKey === undefined) {
    const isMeant = list.tags.some(
      (tag) => tag.name === 'P' || (tag.name.toLowerCase() === 'v' && tag.value === 'DKIM1'),
    );
    const findings = isMeant ? tagFaults(text, list) : [];
    return { key: null, findings: [...findings, dkimFinding('dkim.not-a-key')] };
  }
  const findings = tagFaults(text, list);

  const typeTag = findTag(list, 'k');
  const type = typeTag?.value.toLowerCase() ?? 'rsa';
  if (type !== 'rsa' && type !== 'ed25519') {
    const values = { type: type.slice(0, 100) };
    const where = typeTag === undefined ? {} : { span: typeTag.span };
    return { key: null, findings: [...findings, dkimFinding('dkim.unknown-type', values, where)] };
  }
  if (typeTag !== undefined && typeTag.value !== type) {
    const fix = { label: `Write k=${type}`, edits: [{ span: typeTag.valueSpan, text: type }] };
    findings.push(dkimFinding('dkim.type-case', { value: typeTag.value, type }, { span: typeTag.span, fix }));
  }
  findings.push(...restrictions(text, list), ...interoperability(text, list));

  const value = withoutBlanks(publicKey.value);
  let bits = 0;
  if (value === '') {
    findings.push(dkimFinding('dkim.revoked', {}, { span: publicKey.span }));
  } else {
    const reading = readKey(type, publicKey.value, publicKey.valueSpan.start);
    bits = reading.bits;
    if (reading.code !== undefined) {
      const readings = reading.code === 'dkim.not-a-public-key' ? otherType(type, publicKey, typeTag) : undefined;
      const extra = {
        span: publicKey.valueSpan,
        ...(reading.fix === undefined ? {} : { fix: reading.fix }),
        ...(readings === undefined ? {} : { readings }),
      };
      findings.push(dkimFinding.ofChosenCode(reading.code, { type, bits }, extra));
    }
    if (bits > 0) findings.push(...paddingFault(publicKey));
  }

  const isUsable = findings.every((finding) => finding.severity !== 'error' || finding.code === 'dkim.revoked');
  if (!isUsable) return { key: null, findings };
  const hashes = findTag(list, 'h')?.value;
  const services = findTag(list, 's')?.value;
  const notes = findTag(list, 'n')?.value;
  return {
    findings,
    key: {
      type,
      publicKey: value,
      bits,
      hasVersion: findTag(list, 'v') !== undefined,
      flags: listOf(findTag(list, 't')?.value ?? ''),
      ...(hashes === undefined ? {} : { hashes: listOf(hashes) }),
      ...(services === undefined ? {} : { services: listOf(services) }),
      ...(notes === undefined ? {} : { notes }),
      others: list.tags.filter((tag) => !KNOWN.has(tag.name)).map((tag) => [tag.name, tag.value] as const),
    },
  };
});

/** The public key out of what somebody pasted: the bare value, a whole record, or a line of a zone file. */
export function pastedDkimKey(text: string): string {
  const unquoted = text.slice(0, MAX_LENGTH).replace(/["\\]/g, '');
  const value = findTag(parseTagList(unquoted), 'p')?.value ?? unquoted;
  return value.replace(NOT_BASE64, '');
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

/** Whether two records carry the same public key, however they are written: the octets count, not the text. */
export function sameDkimKey(left: DkimKey, right: DkimKey): boolean {
  if (left.publicKey === '' && right.publicKey === '') return true;
  if (left.type !== right.type) return false;
  if (left.publicKey === right.publicKey) return true;
  const [one, other] = [decodeBase64(left.publicKey), decodeBase64(right.publicKey)];
  if (one === null || other === null) return false;
  return one.length === other.length && one.every((octet, index) => octet === other[index]);
}

/** What stands beside the public key, in words: `t=s, s=email`. */
function besides(key: DkimKey): string {
  const parts = [
    ...(key.flags.length > 0 ? [`t=${[...key.flags].sort().join(':')}`] : []),
    ...(key.hashes === undefined ? [] : [`h=${[...key.hashes].sort().join(':')}`]),
    ...(key.services === undefined || key.services.includes('*') ? [] : [`s=${[...key.services].sort().join(':')}`]),
  ];
  return parts.length === 0 ? 'no flags' : parts.join(', ');
}

/**
 * Checks everything found at a selector.
 *
 * @param texts the joined strings of each TXT record at the name.
 * @param required the record that belongs there, to say whether it is the same key.
 */
export function lintDkimAnswer(texts: readonly string[], required?: string): Finding[] {
  const findings: Finding[] = texts.length > 1 ? [dkimFinding('dkim.several-keys', { count: texts.length })] : [];
  const readings = texts.slice(0, MAX_RECORDS).map(parseDkimKey);
  const wanted = required === undefined ? null : parseDkimKey(required).key;
  const isMeantToBeRevoked = wanted?.publicKey === '';
  const ofRecords = readings.flatMap((reading) => reading.findings);
  findings.push(...ofRecords.filter((finding) => finding.code !== 'dkim.revoked' || !isMeantToBeRevoked));
  const have = readings.length === 1 ? (readings[0]?.key ?? null) : null;
  if (wanted === null || have === null || have.publicKey === '') return findings;
  if (isMeantToBeRevoked) findings.push(dkimFinding('dkim.not-revoked'));
  else if (!sameDkimKey(wanted, have)) findings.push(dkimFinding('dkim.other-key'));
  else if (besides(wanted) !== besides(have)) {
    findings.push(dkimFinding('dkim.flags-differ', { published: besides(have), required: besides(wanted) }));
  }
  return findings;
}

/** A finding when every key that a domain signs with is Ed25519 (RFC 8463 §3). */
export function lintDkimKeySet(types: readonly ('rsa' | 'ed25519')[]): Finding[] {
  return types.length > 0 && types.every((type) => type === 'ed25519') ? [dkimFinding('dkim.ed25519-alone')] : [];
}
