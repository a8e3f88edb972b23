import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const FILE_NAME = 'window-port';
const SYSTEMS_CHOICE = 0;

async function lastPort(file: string): Promise<number> {
  const port = Number(await readFile(file, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port >= 1024 && port <= 65_535 ? port : SYSTEMS_CHOICE;
}

/**
 * Starts a host on the port that it had last time, on another one where that is taken. The port is part of the window's
 * origin, and a browser keeps by origin what it compiled of the scripts, and the theme that was chosen.
 *
 * @param folder the data folder, where the port is noted.
 * @param start is given 0 for a port of the system's choice.
 * @returns what `start` returned.
 */
export async function startOnSamePort<Host extends { readonly origin: string }>(
  folder: string,
  start: (port: number) => Promise<Host>,
): Promise<Host> {
  const file = path.join(folder, FILE_NAME);
  const wanted = await lastPort(file);
  const host = await start(wanted).catch((error: unknown) => {
    if (wanted === SYSTEMS_CHOICE) throw error;
    return start(SYSTEMS_CHOICE);
  });
  // A port that can't be noted is only another one next time.
  await writeFile(file, new URL(host.origin).port, { mode: 0o600 }).catch(() => undefined);
  return host;
}
