import type { Observation } from './observation.ts';

/** Versions of a zone, by the serial of its SOA. */

/** Whether a serial is newer than another, in the arithmetic that wraps around (RFC 1982 §3.2). */
export function isNewerSerial(left: number, right: number): boolean {
  return left !== right && (left - right) >>> 0 < 0x80_00_00_00;
}

/** The serial that each of a zone's servers told, by the server's address. */
export function serialsOf(observations: readonly Observation[], zone: string | undefined): ReadonlyMap<string, number> {
  const told = observations.filter(
    (observation) =>
      observation.server.kind === 'authoritative' && observation.zone === zone && observation.soaSerial !== undefined,
  );
  return new Map(told.map(({ server, soaSerial }) => [server.address, soaSerial as number]));
}

/** The newest of some serials; null when there is none. */
export function newestOf(serials: ReadonlyMap<string, number>): number | null {
  return [...serials.values()].reduce<number | null>(
    (newest, serial) => (newest === null || isNewerSerial(serial, newest) ? serial : newest),
    null,
  );
}
