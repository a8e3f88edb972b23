import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';
import type { FailureReason } from '../../../shared/dns/lookup.ts';
import { canonicalName, sameName } from '../../../shared/dns/names.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/plan/types.ts';

/** DNS messages in wire format to and from observations. */

/** Octets of UDP payload that are asked for: the size that avoids fragments (DNS flag day 2020). */
const EDNS_PAYLOAD = 1232;
/** Records kept of one answer. */
const MAX_RECORDS = 2000;
const MAX_ALIASES = 12;
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

/** @returns the message, or null when it can't be read or does not answer this question. */
export function decodeResponse(message: Buffer, id: number, question: Question): Message | null {
  let packet: Message;
  try {
    packet = decode(message) as Message;
  } catch {
    return null;
  }
  if (packet.type !== 'response' || packet.id !== id) return null;
  const [asked] = packet.questions ?? [];
  if (asked === undefined) return packet.answers?.length === 0 ? packet : null;
  return asked.type === question.type && sameName(asked.name, question.name) ? packet : null;
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
  FORMERR: 'formerr',
  NOTIMP: 'notimp',
};

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
  const failure = RCODE_FAILURES[rcode];
  const flags = { rcode, authoritative: packet.flag_aa, authenticated: packet.flag_ad };
  if (failure !== undefined) {
    return {
      ...flags,
      outcome: 'failure',
      records: [],
      aliases: [],
      failure: { reason: failure, message: `the server answered ${rcode}` },
    };
  }
  const answers = (packet.answers ?? [])
    .slice(0, MAX_RECORDS)
    .map(toRecord)
    .filter((record) => record !== null);
  const aliases: string[] = [];
  let name = canonicalName(question.name);
  for (;;) {
    const here = answers.filter((record) => record.name === name);
    const wanted = here.filter((record) => record.type === question.type);
    if (wanted.length > 0) return { ...flags, outcome: 'answer', records: wanted, aliases };
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
  const soa = (packet.authorities ?? []).map(toRecord).find((record) => record?.type === 'SOA');
  const negative = soa?.type === 'SOA' ? { negativeTtl: Math.min(soa.ttl, soa.minimum), soaSerial: soa.serial } : {};
  return { ...flags, ...negative, outcome: rcode === 'NXDOMAIN' ? 'nxdomain' : 'nodata', records: [], aliases };
}
