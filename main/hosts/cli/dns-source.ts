import type { Command } from 'commander';
import type { LookupAtOnce } from '../../../shared/dns/asking.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import { readNamedZone, readZone } from '../../../shared/dns/zone/reader.ts';
import { asZoneFile } from '../../../shared/lists/record-table.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { openLiveLookup } from '../../core/domains/live-lookup.ts';
import type { Terminal } from './output.ts';
import { findingLines, tell } from './output.ts';
import { readTextFile } from './text-file.ts';

/** Where DNS is asked. */
export interface DnsSourceOptions {
  readonly zone?: string;
  readonly origin?: string;
  readonly server?: string;
  readonly json?: boolean;
}

export interface Source {
  readonly lookup: Lookup;
  readonly close: () => Promise<void>;
}

/** The options that say where DNS is asked. */
export function withDnsSource(command: Command): Command {
  return command
    .option('--zone <file>', 'evaluate in this zone file, offline; with --server, names outside it are looked up there')
    .option('--origin <zone>', 'name of the zone, unless the file states it; “.” if nothing outside the file exists')
    .option(
      '--server <address>',
      'DNS server to query: address, address:port or https:// address; default: the system’s',
    )
    .option('--json', 'machine-readable output');
}

/**
 * Reads a zone file. Its names are relative to the zone that is given, else to the one that the file itself tells, by its
 * SOA record or `$ORIGIN`. A file that holds the root’s own SOA record is all there is, and so is one whose zone is “.”.
 *
 * @param domain what the file is taken to be of where neither says.
 * @returns answers for the zones of the file; what lies outside of them is not known.
 */
export async function openZone(
  file: string,
  given: string | undefined,
  domain: string,
  terminal: Terminal,
): Promise<LookupAtOnce> {
  const text = asZoneFile(await readTextFile('--zone', file));
  const isWhole = given === '.' || (given === undefined && /^\.[ \t][^\n]*\bSOA\b/im.test(text));
  const named = given?.replace(/\.$/, '') ?? '';
  const told = readNamedZone(text, named);
  const isTold = isWhole || named !== '' || told.origin !== '';
  const reading = isTold ? told : readZone(text, { origin: domain });
  if (reading.findings.length > 0) tell(terminal, findingLines(reading.findings));
  const { records, unreadable } = reading;
  if (isWhole) return zoneLookup(records, { unreadable });
  const zones = [reading.origin, ...records.filter(({ type }) => type === 'SOA').map(({ name }) => name)];
  return zoneLookup(records, { outside: 'not-known', zones, unreadable });
}

/**
 * Opens what questions are asked of: a zone file, live DNS, or live DNS behind a zone file.
 *
 * @param domain that is asked about.
 */
export async function openSource(options: DnsSourceOptions, domain: string, terminal: Terminal): Promise<Source> {
  if (options.zone === undefined) return openLiveLookup(options.server ?? '');
  const zone = await openZone(options.zone, options.origin, domain, terminal);
  if (options.server === undefined) return { lookup: zone, close: async () => undefined };
  const live = openLiveLookup(options.server);
  const lookup: Lookup = {
    query(asked, type, more) {
      const answer = zone.query(asked, type);
      const isOutside = answer.status === 'failure' && answer.reason === 'not-known';
      return isOutside ? live.lookup.query(asked, type, more) : answer;
    },
  };
  return { lookup, close: live.close };
}
