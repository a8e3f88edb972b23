import { canonicalName } from '../../shared/dns/names.ts';
import type { QueryType, ResourceRecord } from '../../shared/dns/records.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import { isFact } from '../../shared/facts/known-fact.ts';
import { rememberingLately } from '../../shared/memo.ts';
import type { AnsweringServer, Failure, Observation } from '../../shared/observed/observation.ts';

/**
 * A check's observations as they are stored. Of thousands of domains there are many: each server is written once, and
 * what a record shares with its question is left out. Nothing else is: a check reads back as it was written.
 */

/** What is left out because nearly every answer has it. */
const USUAL = { rcode: 'NOERROR', transport: 'udp' } as const;
const AUTHORITATIVE = 1;
const AUTHENTICATED = 2;
const KNOWN_FLAGS = 4;
const IS_USUAL = 8;
const OVER_TCP = 16;

/** Fields that few observations have; they are written under their names. */
type Rare = 'checkingDisabled' | 'zone' | 'negativeTtl' | 'soaSerial' | 'failure';

/** Fields with a place of their own; `checkedAt` is told by the check. */
type Placed = 'question' | 'server' | 'seenAt' | 'checkedAt' | 'durationMs' | 'outcome' | 'records' | 'aliases';

/** Fields told by flags, where the flags can tell them. */
type Flagged = 'rcode' | 'transport' | 'authoritative' | 'authenticated';

/** An observation; it is none as soon as a field of it is in no list, for that would be lost. */
type Writable = Exclude<keyof Observation, Placed | Flagged | Rare> extends never ? Observation : never;

/** Why there was no answer: the reason, and the code and values of what was met. */
type PackedFailure = readonly [reason: Failure['reason'], code: string, values?: Failure['what']['values']];

/** What earlier versions wrote: a sentence in the place of code and values. */
interface ToldFailure {
  readonly reason: Failure['reason'];
  readonly message: string;
}

type Rest = Partial<Omit<Observation, 'failure'>> & { readonly failure?: PackedFailure | ToldFailure };

type PlainObservation = Omit<Observation, 'failure'> & { readonly failure?: ToldFailure };

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
  rest?: Rest,
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
  if (record.type !== type || record.name !== owner) return record;
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

/** What neither has a place of its own nor is told by the flags; null where there is nothing, as nearly always. */
function restOf(observation: Writable, isUsual: boolean, isKnown: boolean): Rest | null {
  const { checkingDisabled, zone, negativeTtl, soaSerial, failure } = observation;
  const hasRare = (checkingDisabled ?? zone ?? negativeTtl ?? soaSerial ?? failure) !== undefined;
  if (isUsual && isKnown && !hasRare) return null;
  const { rcode, transport, authoritative, authenticated } = observation;
  const rare: { [Field in Exclude<Rare, 'failure'>]: Observation[Field] } = {
    checkingDisabled,
    zone,
    negativeTtl,
    soaSerial,
  };
  // JSON leaves out what is undefined.
  return {
    ...(isUsual ? {} : { rcode, transport }),
    ...(isKnown ? {} : { authoritative, authenticated }),
    ...rare,
    ...(failure === undefined ? {} : { failure: packFailure(failure) }),
  } as Rest;
}

function packFailure({ reason, what: { code, values } }: Failure): PackedFailure {
  return Object.keys(values).length === 0 ? [reason, code] : [reason, code, values];
}

function unpackFailure(packed: PackedFailure | ToldFailure): Failure {
  if ('message' in packed) return { reason: packed.reason, what: fact('earlier', { outside: packed.message }) };
  const [reason, code, values = {}] = packed;
  return { reason, what: { code, values } };
}

function packObservation(observation: Writable, server: number): Packed {
  const { question, aliases, records, rcode, transport, authoritative, authenticated } = observation;
  const isUsual = rcode === USUAL.rcode && (transport === USUAL.transport || transport === 'tcp');
  const isKnown = authoritative !== undefined && authenticated !== undefined;
  let flags = isUsual ? IS_USUAL + (transport === 'tcp' ? OVER_TCP : 0) : 0;
  if (isKnown) flags += KNOWN_FLAGS + (authoritative ? AUTHORITATIVE : 0) + (authenticated ? AUTHENTICATED : 0);
  const rest = restOf(observation, isUsual, isKnown);
  const owner = ownerOf(question.name, aliases);
  const packed = records.map((record) => packRecord(record, owner, question.type));
  const { seenAt, durationMs, outcome } = observation;
  const told = [server, question.name, question.type, seenAt, durationMs, outcome, flags, packed, aliases] as const;
  return rest === null ? told : [...told, rest];
}

/** Observations that are remembered as they are written, for each server that gave one. */
const REMEMBERED = 8;
const packedAsFirst = rememberingLately(REMEMBERED, (observation: Observation) =>
  JSON.stringify(packObservation(observation, 0)),
);

/**
 * @param shared how many of the last observations other checks have as well, such as what is published at names of others.
 * @returns the text that `readCheck` reads.
 */
export function writeCheck(observations: readonly Observation[], shared = 0): string {
  const servers: AnsweringServer[] = [];
  const own: Packed[] = [];
  let others = '';
  observations.forEach((observation, at) => {
    let index = servers.indexOf(observation.server);
    if (index === -1) index = servers.push(observation.server) - 1;
    if (at < observations.length - shared) own.push(packObservation(observation, index));
    else if (index === 0) others += `,${packedAsFirst(observation)}`;
    else others += `,${JSON.stringify(packObservation(observation, index))}`;
  });
  const asked = JSON.stringify(own).slice(1, -1) + others;
  return `{"servers":${JSON.stringify(servers)},"asked":[${own.length === 0 ? asked.slice(1) : asked}]}`;
}

const OUTCOMES: ReadonlySet<unknown> = new Set(['answer', 'nodata', 'nxdomain', 'failure']);
const isText = (value: unknown) => typeof value === 'string';
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/** Whether the data of a record are there as its type has them, for the types that checks ask for. */
function isRecord(record: ResourceRecord): boolean {
  if (!isText(record.name) || !Number.isInteger(record.ttl)) return false;
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return isText(record.address);
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return isText(record.target);
    case 'TXT':
    case 'SPF':
      return areTexts(record.strings);
    case 'MX':
      return Number.isInteger(record.preference) && isText(record.exchange);
    default:
      return isText(record.type);
  }
}

function isObservation({ question, server, seenAt, outcome, records, aliases, failure }: Observation): boolean {
  return (
    isText(question.name) &&
    isText(question.type) &&
    isText(server.kind) &&
    isText(server.address) &&
    Number.isInteger(seenAt) &&
    OUTCOMES.has(outcome) &&
    records.every(isRecord) &&
    areTexts(aliases) &&
    (failure === undefined || (isText(failure.reason) && isFact(failure.what)))
  );
}

/**
 * Reads what `writeCheck` wrote, or the plain list that older versions did.
 *
 * @param checkedAt when the check was made, milliseconds since the epoch.
 * @returns null where the text is not what one of them wrote.
 */
export function readCheck(text: string, checkedAt: number): readonly Observation[] | null {
  try {
    const observations = unpackCheck(JSON.parse(text) as Check | readonly PlainObservation[], checkedAt);
    return observations.every(isObservation) ? observations : null;
  } catch {
    // Of another shape than any check has: what it was can't be said.
    return null;
  }
}

/** The failure as a part of its observation. */
function failureIn(packed: Rest['failure']): Pick<Observation, 'failure'> {
  return packed === undefined ? {} : { failure: unpackFailure(packed) };
}

function unpackRest({ failure, ...rest }: Rest): Partial<Observation> {
  return { ...rest, ...failureIn(failure) };
}

function unpackCheck(check: Check | readonly PlainObservation[], checkedAt: number): readonly Observation[] {
  if (!('asked' in check)) return check.map(({ failure, ...told }) => ({ ...told, ...failureIn(failure), checkedAt }));
  return check.asked.map(([server, name, type, seenAt, durationMs, outcome, flags, records, aliases, rest]) => {
    const owner = ownerOf(name, aliases);
    return {
      question: { name, type },
      server: check.servers[server] as AnsweringServer,
      seenAt,
      checkedAt,
      durationMs,
      ...((flags & IS_USUAL) === 0 ? {} : USUAL),
      ...((flags & OVER_TCP) === 0 ? {} : { transport: 'tcp' as const }),
      ...((flags & KNOWN_FLAGS) === 0
        ? {}
        : { authoritative: (flags & AUTHORITATIVE) !== 0, authenticated: (flags & AUTHENTICATED) !== 0 }),
      outcome,
      records: records.map((record) => unpackRecord(record, owner, type)),
      aliases,
      ...(rest === undefined ? {} : unpackRest(rest)),
    };
  });
}
