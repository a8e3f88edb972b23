import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { canonicalName } from '../../../shared/dns/names.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/plan/types.ts';

/** DNS messages in wire format to and from observations. */

/** Octets of UDP payload that are asked for: the size that avoids fragments (DNS flag day 2020). */
const EDNS_PAYLOAD = 1232;
/** Records kept of one answer. */
const MAX_RECORDS = 2000;
const MAX_ALIASES = 12;
const MAX_ERROR_TEXT = 200;
const CHECKING_DISABLED = 1 << 4;

/** A message as dns-packet reads it; its types leave out the response code's name. */
export type Message = DecodedPacket & { readonly rcode: string };

export interface Question {
  readonly name: string;
  readonly type: QueryType;
}

/** @returns the query in wire format. */
export function encodeQuery(
  id: number,
  question: Question,
  options: { readonly recursion: boolean; readonly edns: boolean; readonly checkingDisabled?: boolean },
): Buffer {
  const flags =
    (options.recursion ? RECURSION_DESIRED : 0) | (options.checkingDisabled === true ? CHECKING_DISABLED : 0);
  return encode({
    type: 'query',
    id,
    flags,
    questions: [{ type: question.type as 'TXT', name: question.name === '' ? '.' : question.name, class: 'IN' }],
    additionals: options.edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: EDNS_PAYLOAD,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
}

/** A name as it is sent, and as a response has to repeat it: letter case kept, no final dot. */
function sentName(name: string): string {
  return name === '.' || !name.endsWith('.') ? name.replace(/^\.$/, '') : name.slice(0, -1);
}

/** Codes that a server may answer with before it has read the question, so that it can't repeat it. */
const UNREAD_CODES: ReadonlySet<string> = new Set(['FORMERR', 'NOTIMP', 'REFUSED', 'SERVFAIL']);

/** What keeps a message from being the response to this question; null when it is (RFC 5452 §3, RFC 1035 §7.3). */
function mismatchOf(packet: Message, id: number, question: Question): Mismatch | null {
  if (packet.type !== 'response') return { reason: 'mismatched', message: 'it is a question, not an answer' };
  if (packet.id !== id) return { reason: 'mismatched', message: 'it carries another id' };
  const [asked, second] = packet.questions ?? [];
  if (asked === undefined && UNREAD_CODES.has(packet.rcode) && packet.answers?.length === 0) return null;
  const fits =
    second === undefined &&
    asked?.type === question.type &&
    asked.class === 'IN' &&
    sentName(asked.name) === sentName(question.name);
  return fits ? null : { reason: 'mismatched', message: 'it answers another question' };
}

export interface Mismatch {
  readonly reason: 'malformed' | 'mismatched';
  readonly message: string;
}

function read(message: Buffer): Message | null {
  try {
    return decode(message) as Message;
  } catch {
    return null;
  }
}

/** @returns the message, or null when it can't be read or does not answer this question. */
export function decodeResponse(message: Buffer, id: number, question: Question): Message | null {
  const packet = read(message);
  return packet === null || mismatchOf(packet, id, question) !== null ? null : packet;
}

/** Why a message was not taken as the response to this question; null when it is one. */
export function explainMismatch(message: Buffer, id: number, question: Question): Mismatch | null {
  const packet = read(message);
  return packet === null
    ? { reason: 'malformed', message: 'it can’t be read as DNS' }
    : mismatchOf(packet, id, question);
}

function toRecord(answer: Answer): ResourceRecord | null {
  const name = canonicalName(answer.name);
  switch (answer.type) {
    case 'A':
    case 'AAAA':
      return { name, ttl: answer.ttl ?? 0, type: answer.type, address: answer.data };
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return { name, ttl: answer.ttl ?? 0, type: answer.type, target: canonicalName(answer.data) };
    case 'TXT': {
      const parts = Array.isArray(answer.data) ? answer.data : [answer.data];
      const strings = parts.map((part) =>
        (typeof part === 'string' ? Buffer.from(part, 'utf8') : part).toString('latin1'),
      );
      return { name, ttl: answer.ttl ?? 0, type: 'TXT', strings };
    }
    case 'MX':
      return {
        name,
        ttl: answer.ttl ?? 0,
        type: 'MX',
        preference: answer.data.preference ?? 0,
        exchange: canonicalName(answer.data.exchange === '.' ? '' : answer.data.exchange),
      };
    case 'SOA':
      return {
        name,
        ttl: answer.ttl ?? 0,
        type: 'SOA',
        mname: answer.data.mname,
        rname: answer.data.rname,
        serial: answer.data.serial ?? 0,
        refresh: answer.data.refresh ?? 0,
        retry: answer.data.retry ?? 0,
        expire: answer.data.expire ?? 0,
        minimum: answer.data.minimum ?? 0,
      };
    default:
      return null;
  }
}

const RCODE_FAILURES: Readonly<Record<string, FailureReason>> = {
  SERVFAIL: 'servfail',
  REFUSED: 'refused',
  NOTAUTH: 'refused',
  FORMERR: 'formerr',
  NOTIMP: 'notimp',
};

/** Failures told beside the answer (RFC 8914): the codes that name DNSSEC as the cause. */
const DNSSEC_ERRORS: ReadonlySet<number> = new Set([1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
const EXTENDED_ERROR = 15;

/** The extended error of a response, or null (RFC 8914). */
function extendedError(packet: Message): { readonly code: number; readonly text: string } | null {
  for (const record of packet.additionals ?? []) {
    if (record.type !== 'OPT') continue;
    const option = record.options.find((candidate) => Number(candidate.code) === EXTENDED_ERROR);
    const data = option !== undefined && 'data' in option && Buffer.isBuffer(option.data) ? option.data : null;
    if (data !== null && data.length >= 2)
      return { code: data.readUInt16BE(0), text: data.subarray(2).toString('utf8').slice(0, MAX_ERROR_TEXT) };
  }
  return null;
}

function toRecords(answers: readonly Answer[] | undefined): readonly ResourceRecord[] {
  return (answers ?? [])
    .slice(0, MAX_RECORDS)
    .map(toRecord)
    .filter((record) => record !== null);
}

/** The sections beside the answer, for whoever follows delegations. */
export interface Sections {
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export function sectionsOf(packet: Message): Sections {
  return {
    answers: toRecords(packet.answers),
    authorities: toRecords(packet.authorities),
    additionals: toRecords(packet.additionals),
  };
}

export type ReadAnswer = Pick<
  Observation,
  | 'outcome'
  | 'records'
  | 'aliases'
  | 'rcode'
  | 'authoritative'
  | 'authenticated'
  | 'negativeTtl'
  | 'soaSerial'
  | 'failure'
>;

/** What a response says to the question, aliases within it followed. */
export function readAnswer(packet: Message, question: Question): ReadAnswer {
  const rcode = packet.rcode;
  const extended = extendedError(packet);
  const flags = { rcode, authoritative: packet.flag_aa, authenticated: packet.flag_ad };
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') {
    const text = extended === null || extended.text === '' ? '' : ` (${extended.text})`;
    const isBogus = rcode === 'SERVFAIL' && extended !== null && DNSSEC_ERRORS.has(extended.code);
    return {
      ...flags,
      outcome: 'failure',
      records: [],
      aliases: [],
      failure: {
        reason: isBogus ? 'bogus' : (RCODE_FAILURES[rcode] ?? 'servfail'),
        message: `the server answered ${rcode}${text}`,
      },
    };
  }
  const answers = toRecords(packet.answers);
  const aliases: string[] = [];
  let name = canonicalName(question.name);
  for (;;) {
    const here = answers.filter((record) => record.name === name);
    const wanted = here.filter((record) => record.type === question.type);
    if (wanted.length > 0) {
      const [first] = wanted;
      const serial = first?.type === 'SOA' ? { soaSerial: first.serial } : {};
      return { ...flags, ...serial, outcome: 'answer', records: wanted, aliases };
    }
    const alias = here.find((record) => record.type === 'CNAME');
    if (alias?.type !== 'CNAME') break;
    if (aliases.includes(alias.target) || aliases.length === MAX_ALIASES) {
      return {
        ...flags,
        outcome: 'failure',
        records: [],
        aliases,
        failure: { reason: 'alias-loop', message: `the alias ${question.name} leads round in a circle` },
      };
    }
    aliases.push(alias.target);
    name = alias.target;
  }
  const soa = toRecords(packet.authorities).find((record) => record.type === 'SOA');
  const negative = soa?.type === 'SOA' ? { negativeTtl: Math.min(soa.ttl, soa.minimum), soaSerial: soa.serial } : {};
  return { ...flags, ...negative, outcome: rcode === 'NXDOMAIN' ? 'nxdomain' : 'nodata', records: [], aliases };
}
