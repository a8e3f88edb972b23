import type { Finding } from '../findings/finding.ts';
import { diagnosisFinding } from './findings.ts';
import { isNewerSerial, newestOf, serialsOf } from '../observed/serials.ts';
import { failureText } from '../observed/failure-text.ts';
import type { Observation } from '../observed/observation.ts';
import { evidenceOf } from './evidence.ts';
import type { NameViews } from './views.ts';
import { answeredOf, dataKey } from './views.ts';

/** What is wrong with a zone's own servers, each by itself and as a group. */

type ServerCode =
  | 'diagnosis.server-dead'
  | 'diagnosis.server-lame'
  | 'diagnosis.server-failing'
  | 'diagnosis.server-not-conforming'
  | 'diagnosis.server-silent-to-edns'
  | 'diagnosis.answer-mismatched'
  | 'diagnosis.answer-unreadable'
  | 'diagnosis.answer-cut-off';

const CODES: Readonly<Record<string, ServerCode>> = {
  timeout: 'diagnosis.server-dead',
  network: 'diagnosis.server-dead',
  lame: 'diagnosis.server-lame',
  refused: 'diagnosis.server-lame',
  servfail: 'diagnosis.server-failing',
  formerr: 'diagnosis.server-not-conforming',
  notimp: 'diagnosis.server-not-conforming',
  'no-edns': 'diagnosis.server-silent-to-edns',
  mismatched: 'diagnosis.answer-mismatched',
  malformed: 'diagnosis.answer-unreadable',
  truncated: 'diagnosis.answer-cut-off',
};

/** A name server: its name, or its address where it has none. */
export function serverName({ server }: Observation): string {
  return server.name ?? server.address;
}

/** One finding for each server and kind of failure, its addresses together. */
export function faultyServers(views: NameViews): readonly Finding[] {
  const groups = new Map<string, { readonly code: ServerCode; readonly seen: Observation[] }>();
  for (const observation of views.authoritative) {
    const code = observation.server.address === '' ? undefined : CODES[observation.failure?.reason ?? ''];
    if (code === undefined) continue;
    const key = `${code} ${serverName(observation)}`;
    const group = groups.get(key) ?? { code, seen: [] };
    group.seen.push(observation);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ code, seen }) => {
    const [first] = seen as [Observation, ...Observation[]];
    const values = {
      server: serverName(first),
      zone: views.zone ?? views.name,
      name: views.name,
      addresses: seen.map((observation) => observation.server.address).join(', '),
      message: failureText(first.failure),
      code: first.rcode ?? 'an error',
    };
    return diagnosisFinding(code, values, { evidence: seen.map(evidenceOf) });
  });
}

/** The serial of the zone at each of its servers, by address. */
function serialsIn(views: NameViews): ReadonlyMap<string, number> {
  return serialsOf([...views.beside, ...views.authoritative], views.zone ?? undefined);
}

/** The newest serial among the zone's servers; null when none was told. */
export function newestSerial(views: NameViews): number | null {
  return newestOf(serialsIn(views));
}

/** The answers of the servers that have the newest version of the zone; all of them where serials were not told. */
export function newestAnswers(views: NameViews): readonly Observation[] {
  const serials = serialsIn(views);
  const newest = newestSerial(views);
  const answered = answeredOf(views.authoritative);
  const upToDate = answered.filter(({ server }) => serials.get(server.address) === newest);
  return upToDate.length > 0 ? upToDate : answered;
}

/** The name servers whose copy of the zone is older than the newest. */
export function serversBehind(views: NameViews): readonly string[] {
  const serials = serialsIn(views);
  const newest = newestSerial(views);
  const behind = answeredOf(views.authoritative).filter(({ server }) => {
    const serial = serials.get(server.address);
    return serial !== undefined && newest !== null && isNewerSerial(newest, serial);
  });
  return [...new Set(behind.map(serverName))];
}

/** Servers that differ: some are behind, or all claim the same version. */
export function disagreement(views: NameViews): Finding | null {
  const answered = answeredOf(views.authoritative);
  if (new Set(answered.map((observation) => dataKey(views, observation))).size < 2) return null;
  const serial = newestSerial(views);
  const behind = serversBehind(views);
  const zone = views.zone ?? views.name;
  const evidence = answered.map(evidenceOf);
  if (behind.length === 0)
    return diagnosisFinding('diagnosis.serial-not-raised', { zone, serial: serial ?? 'unknown' }, { evidence });
  const serials = serialsIn(views);
  const told = behind.map((name) => {
    const address = answered.find((observation) => serverName(observation) === name)?.server.address ?? '';
    return `${name} (serial ${serials.get(address) ?? 'unknown'})`;
  });
  const total = new Set(views.authoritative.map(serverName)).size;
  return diagnosisFinding(
    'diagnosis.servers-disagree',
    { total, zone, behind: told.join(', '), serial: serial ?? 'unknown' },
    { evidence },
  );
}
