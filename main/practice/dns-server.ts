import { MAX_ALIASES } from '../../shared/dns/lookup.ts';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket as TcpSocket } from 'node:net';
import { AUTHORITATIVE_ANSWER, decode, encode, streamEncode } from 'dns-packet';
import type { Answer, Packet, Question } from 'dns-packet';
import { canonicalName } from '../../shared/dns/names.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import type { FaultId } from '../../shared/practice/faults.ts';
import { nameExists } from './zone.ts';

const MAX_UDP_OCTETS = 1232;
const RCODE_NXDOMAIN = 3;
const RCODE_SERVFAIL = 2;
const RCODE_REFUSED = 5;
const TRUNCATED = 1 << 9;

export interface PracticeDnsServer {
  /** `127.0.0.1:port`, the same port for UDP and TCP. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

export interface PracticeDnsOptions {
  readonly records: () => readonly ResourceRecord[];
  readonly serial: () => number;
  readonly fault: () => FaultId;
  /** The port to try first; 0 for any. */
  readonly preferredPort: number;
}

function toAnswer(record: ResourceRecord): Answer | null {
  const base = { name: record.name, ttl: record.ttl, class: 'IN' as const };
  switch (record.type) {
    case 'TXT':
      return { ...base, type: 'TXT', data: record.strings.map((string) => Buffer.from(string, 'latin1')) };
    case 'A':
      return { ...base, type: 'A', data: record.address };
    case 'CNAME':
      return { ...base, type: 'CNAME', data: record.target };
    case 'NS':
      return { ...base, type: 'NS', data: record.target };
    case 'MX':
      return { ...base, type: 'MX', data: { preference: record.preference, exchange: record.exchange || '.' } };
    default:
      return null;
  }
}

function answerQuestion(question: Question, options: PracticeDnsOptions): Packet {
  const records = options.records();
  const answers: Answer[] = [];
  let name = canonicalName(question.name);
  for (let hop = 0; hop <= MAX_ALIASES; hop += 1) {
    const here = records.filter((record) => canonicalName(record.name) === name);
    const wanted = here.filter((record) => record.type === question.type);
    answers.push(...wanted.map(toAnswer).filter((answer) => answer !== null));
    const alias = here.find((record) => record.type === 'CNAME');
    if (wanted.length > 0 || alias?.type !== 'CNAME') break;
    const answer = toAnswer(alias);
    if (answer !== null) answers.push(answer);
    name = canonicalName(alias.target);
  }
  const found = answers.some((answer) => answer.type === question.type);
  const soa: Answer = {
    type: 'SOA',
    name: name.split('.').slice(-2).join('.'),
    ttl: 60,
    data: {
      mname: 'ns1.practice.invalid',
      rname: 'hostmaster.practice.invalid',
      serial: options.serial(),
      refresh: 3600,
      retry: 600,
      expire: 86_400,
      minimum: 60,
    },
  };
  const denied = !found && !nameExists(records, name);
  return {
    flags: AUTHORITATIVE_ANSWER | (denied ? RCODE_NXDOMAIN : 0),
    answers,
    authorities: found ? [] : [soa],
  };
}

/** @returns the reply in wire format, or null when the server keeps silent. */
function reply(message: Buffer, options: PracticeDnsOptions): Packet | null {
  const query = decode(message);
  const question = query.questions?.[0];
  if (query.type !== 'query' || question === undefined) return null;
  const fault = options.fault();
  if (fault === 'dns-timeout') return null;
  const shared: Packet = {
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    questions: [question],
    ...(query.additionals?.some((record) => record.type === 'OPT')
      ? {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: MAX_UDP_OCTETS,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
        }
      : {}),
  };
  if (fault === 'dns-servfail') return { ...shared, flags: RCODE_SERVFAIL };
  if (question.class !== undefined && question.class !== 'IN') return { ...shared, flags: RCODE_REFUSED };
  return { ...shared, ...answerQuestion(question, options) };
}

function listenUdp(port: number, options: PracticeDnsOptions): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const packet = tryReply(message, options);
    if (packet === null) return;
    const wire = encode(packet);
    const fits = wire.length <= MAX_UDP_OCTETS;
    const { answers: _answers, authorities: _authorities, ...head } = packet;
    socket.send(fits ? wire : encode({ ...head, flags: (packet.flags ?? 0) | TRUNCATED }), peer.port, peer.address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => resolve(socket));
  });
}

/** A message that does not parse is dropped, as an authoritative server may (RFC 1035 §4.1.1 leaves it open). */
function tryReply(message: Buffer, options: PracticeDnsOptions): Packet | null {
  try {
    return reply(message, options);
  } catch {
    return null;
  }
}

/** @param open every connection there is. */
function listenTcp(port: number, options: PracticeDnsOptions, open: Set<TcpSocket>): Promise<Server> {
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    let pending = Buffer.alloc(0);
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (part: Buffer) => {
      pending = Buffer.concat([pending, part]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0);
        const packet = tryReply(pending.subarray(2, 2 + length), options);
        pending = pending.subarray(2 + length);
        if (packet !== null) socket.write(streamEncode(packet));
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/**
 * Starts an authoritative DNS server on loopback, UDP and TCP on the same port, that holds whatever `records` gives at
 * the moment it is asked.
 *
 * @throws when no port can be had after several tries.
 */
export async function startDnsServer(options: PracticeDnsOptions): Promise<PracticeDnsServer> {
  for (let attempt = 1; ; attempt += 1) {
    const wanted = attempt === 1 ? options.preferredPort : 0;
    const udp = await listenUdp(wanted, options).catch(() => listenUdp(0, options));
    try {
      const open = new Set<TcpSocket>();
      const tcp = await listenTcp(udp.address().port, options, open);
      return {
        address: `127.0.0.1:${(tcp.address() as AddressInfo).port}`,
        close: async () => {
          await new Promise<void>((resolve) => {
            udp.close(() => resolve());
          });
          await new Promise<void>((resolve) => {
            tcp.close(() => resolve());
            // A resolver keeps its connection for the next question.
            for (const socket of open) socket.destroy();
          });
        },
      };
    } catch (error) {
      udp.close();
      if (attempt >= 10) throw error;
    }
  }
}
