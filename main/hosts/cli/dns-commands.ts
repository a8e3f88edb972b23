import type { Command } from 'commander';
import { durationText } from '../../../shared/text/duration.ts';
import { toAsciiDomain } from '../../../shared/dns/idna.ts';
import { canonicalName, checkName } from '../../../shared/dns/names.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import { valueText } from '../../../shared/dns/record-text.ts';
import { failureText, toldObservation } from '../../../shared/observed/failure-text.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { NameTrace } from '../../core/domains/name-trace.ts';
import { traceName } from '../../core/domains/name-trace.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, findingLines, print } from './output.ts';
import { readTextFile } from './text-file.ts';

/** `sendwright dns`: live DNS without a data folder. */

const TYPES = Object.keys({
  TXT: true,
  CNAME: true,
  MX: true,
  NS: true,
  A: true,
  AAAA: true,
  SOA: true,
  PTR: true,
  SRV: true,
  CAA: true,
  DNAME: true,
  SPF: true,
  TLSA: true,
} satisfies Record<QueryType, true>) as readonly QueryType[];
const MAX_LENGTH = 160;

function nameArgument(text: string): string {
  const bare = canonicalName(text);
  if (/^[!-~]+$/.test(bare) && checkName(bare) === null) return bare;
  const domain = toAsciiDomain(text);
  if (domain.ok) return domain.ascii;
  throw new RangeError(
    `“${text.slice(0, 100)}” is not a domain name. Give one such as selector._domainkey.example.com.`,
  );
}

function typeOption(text: string): QueryType {
  const type = TYPES.find((candidate) => candidate === text.toUpperCase());
  if (type !== undefined) return type;
  throw new RangeError(
    `${text.slice(0, 20)} is not a record type that can be queried. Use one of ${TYPES.join(', ')}.`,
  );
}

async function readHints(file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) return readTextFile('--root-hints', file);
  const named = process.env.SENDWRIGHT_ROOT_HINTS ?? '';
  return named === '' ? undefined : readTextFile('SENDWRIGHT_ROOT_HINTS', named);
}

function answerText({ outcome, records, aliases, failure }: Observation): string {
  if (outcome === 'failure') return failureText(failure);
  const chain = aliases.length === 0 ? '' : `${aliases.join(' → ')}: `;
  if (outcome === 'nxdomain') return `${chain}the name does not exist`;
  const values = records.map((record) => valueText(record).slice(0, MAX_LENGTH));
  return `${chain}${values.length === 0 ? 'no such record' : values.join(' | ')}`;
}

function answerRow(trace: NameTrace, observation: Observation): readonly string[] {
  const { server, records, negativeTtl, authoritative, authenticated, transport } = observation;
  const ttl = records[0]?.ttl ?? negativeTtl;
  const serial = trace.serials[server.address];
  const flags = [
    ...(authoritative === true ? ['AA'] : []),
    ...(authenticated === true ? ['AD'] : []),
    ...(transport === undefined || transport === 'udp' ? [] : [transport.toUpperCase()]),
    ...(serial === undefined ? [] : [`serial ${serial}`]),
    ...(ttl === undefined ? [] : [`TTL ${durationText(ttl)}`]),
    `${observation.durationMs} ms`,
  ];
  return [`  ${server.name ?? ''}`.trimEnd(), server.address, flags.join(' '), answerText(observation)];
}

function traceLines(trace: NameTrace): readonly string[] {
  const { walk, observations, findings, question } = trace;
  const steps = walk.steps.map(({ zone, server, address, question: asked, durationMs, detail }) => [
    `  ${zone === '' ? 'the root' : zone}`,
    `${asked.type} ${asked.name}`,
    server,
    address,
    `${durationMs} ms`,
    detail,
  ]);
  const end =
    'servers' in walk
      ? `Zone ${walk.zone === '' ? 'of the root' : walk.zone}: ${walk.servers.map(({ name }) => name).join(', ')}`
      : `The walk ends at ${walk.zone === '' ? 'the root' : walk.zone}: ${failureText(walk)}`;
  const groups = [
    { title: 'The zone’s own name servers', of: observations.filter(({ server }) => server.kind === 'authoritative') },
    { title: 'The system’s resolver', of: observations.filter(({ server }) => server.kind === 'system') },
    {
      title: 'Other resolvers',
      of: observations.filter(({ server }) => server.kind === 'resolver' || server.kind === 'doh'),
    },
  ].filter(({ of }) => of.length > 0);
  return [
    `${question.type} ${question.name}, ${trace.durationMs} ms`,
    '',
    'The walk from the root',
    ...columns(steps),
    end,
    ...groups.flatMap(({ title, of }) => ['', title, ...columns(of.map((each) => answerRow(trace, each)))]),
    '',
    ...(findings.length === 0 ? ['All servers agree.'] : findingLines(findings)),
  ];
}

function codeOf({ findings }: NameTrace): number {
  if (findings.some(({ code }) => code === 'diagnosis.offline')) return exitCodes.noResult;
  return findings.some(({ severity }) => severity === 'error') ? exitCodes.notVerified : exitCodes.ok;
}

interface TraceOptions {
  readonly type: string;
  readonly server?: string;
  readonly rootHints?: string;
  readonly json?: boolean;
}

/** Adds the commands that ask live DNS alone. */
export function addDnsCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  program
    .command('dns')
    .description('live DNS')
    .command('trace')
    .description('follow a name from the root: every server’s answer, and the reasons for any differences')
    .argument('<name>')
    .option('--type <type>', TYPES.join(', '), 'TXT')
    .option('--server <servers>', 'resolvers to compare with: addresses or https:// addresses, several with commas')
    .option('--root-hints <file>', 'root hints to start from, in named.root format; default: the public root')
    .option('--json', 'machine-readable output')
    .action(async (name: string, options: TraceOptions) => {
      const rootHints = await readHints(options.rootHints);
      const trace = await traceName({
        name: nameArgument(name),
        type: typeOption(options.type),
        ...(options.server === undefined ? {} : { servers: options.server }),
        ...(rootHints === undefined ? {} : { rootHints }),
      });
      const { walk, observations } = trace;
      // Texts for whoever reads, codes and values for whoever computes.
      const told = {
        ...trace,
        walk: 'servers' in walk ? walk : { ...walk, message: failureText(walk) },
        observations: observations.map(toldObservation),
      };
      print(terminal, options.json === true, told, traceLines(trace));
      finish(codeOf(trace));
    });
}
