import { canonicalName } from '../../shared/dns/names.ts';
import type { QueryType, ResourceRecord } from '../../shared/dns/records.ts';
import type { AnsweringServer, Observation } from '../../shared/plan/types.ts';

/**
 * A check's observations as they are stored. Of thousands of domains there are many: each server is written once, and
 * what a record shares with its question is left out. Nothing else is: a check reads back as it was written.
 */

/** What is left out because nearly every observation has it. */
const USUAL = { rcode: 'NOERROR', transport: 'udp' } as const;
const AUTHORITATIVE = 1;
const AUTHENTICATED = 2;
const KNOWN_FLAGS = 4;
const IS_USUAL = 8;

type Packed = readonly [
  server: number,
  name: string,
  type: QueryType,
  seenAt: number,
  durationMs: number,
  outcome: Observation['outcome'],
  flags: number,
  records: readonly unknown[],
  aliases: readonly string[],
  rest?: Partial<Observation>,
];

interface Check {
  readonly servers: readonly AnsweringServer[];
  readonly asked: readonly Packed[];
}

/** The owner of an answer's records: the question's name, or what its aliases lead to. */
function ownerOf(name: string, aliases: readonly string[]): string {
  return aliases.at(-1) ?? canonicalName(name);
}

function packRecord(record: ResourceRecord, owner: string, type: QueryType): unknown {
  if (record.name !== owner || record.type !== type) return record;
  switch (record.type) {
    case 'TXT':
      return [record.ttl, ...record.strings];
    case 'MX':
      return [record.ttl, record.preference, record.exchange];
    case 'CNAME':
    case 'NS':
      return [record.ttl, record.target];
    default:
      return record;
  }
}

function unpackRecord(packed: unknown, name: string, type: QueryType): ResourceRecord {
  if (!Array.isArray(packed)) return packed as ResourceRecord;
  const [ttl, ...data] = packed as [number, ...unknown[]];
  if (type === 'MX') return { name, ttl, type, preference: data[0] as number, exchange: data[1] as string };
  if (type === 'CNAME' || type === 'NS') return { name, ttl, type, target: data[0] as string };
  return { name, ttl, type: 'TXT', strings: data as string[] };
}

/** @returns the text that `readCheck` reads. */
export function writeCheck(observations: readonly Observation[]): string {
  const servers: AnsweringServer[] = [];
  const asked = observations.map((observation): Packed => {
    const {
      question,
      server,
      seenAt,
      durationMs,
      outcome,
      records,
      aliases,
      authoritative,
      authenticated,
      checkedAt: _told,
      ...rest
    } = observation;
    let index = servers.indexOf(server);
    if (index === -1) index = servers.push(server) - 1;
    const owner = ownerOf(question.name, aliases);
    const flags =
      authoritative === undefined || authenticated === undefined
        ? 0
        : KNOWN_FLAGS + (authoritative ? AUTHORITATIVE : 0) + (authenticated ? AUTHENTICATED : 0);
    const isUsual = rest.rcode === USUAL.rcode && rest.transport === USUAL.transport;
    const { rcode: _rcode, transport: _transport, ...others } = rest;
    const unusual = {
      ...(isUsual ? others : rest),
      ...(flags === 0 && authoritative !== undefined ? { authoritative } : {}),
      ...(flags === 0 && authenticated !== undefined ? { authenticated } : {}),
    };
    const packed = records.map((record) => packRecord(record, owner, question.type));
    const told = [
      index,
      question.name,
      question.type,
      seenAt,
      durationMs,
      outcome,
      flags + (isUsual ? IS_USUAL : 0),
      packed,
      aliases,
    ] as const;
    for (const _any in unusual) return [...told, unusual];
    return told;
  });
  return JSON.stringify({ servers, asked } satisfies Check);
}

/**
 * Reads what `writeCheck` wrote, or the plain list that older versions did.
 *
 * @param checkedAt when the check was made, milliseconds since the epoch.
 */
export function readCheck(text: string, checkedAt: number): readonly Observation[] {
  const check = JSON.parse(text) as Check | readonly Observation[];
  if (!('asked' in check)) return check.map((observation) => ({ ...observation, checkedAt }));
  return check.asked.map(([server, name, type, seenAt, durationMs, outcome, flags, records, aliases, rest]) => {
    const owner = ownerOf(name, aliases);
    return {
      question: { name, type },
      server: check.servers[server] as AnsweringServer,
      seenAt,
      checkedAt,
      durationMs,
      ...((flags & IS_USUAL) === 0 ? {} : USUAL),
      ...((flags & KNOWN_FLAGS) === 0
        ? {}
        : { authoritative: (flags & AUTHORITATIVE) !== 0, authenticated: (flags & AUTHENTICATED) !== 0 }),
      outcome,
      records: records.map((record) => unpackRecord(record, owner, type)),
      aliases,
      ...rest,
    };
  });
}
