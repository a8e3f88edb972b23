import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeQuery } from '../../main/probes/dns/message.ts';
import { freePort } from './ports.ts';

/** A real Knot on loopback, on a port of its own. */
export interface Knot {
  readonly port: number;
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

async function answers(port: number, zone: string): Promise<boolean> {
  const socket = createSocket('udp4');
  const got = new Promise<boolean>((resolve) => {
    socket.once('message', (message) => resolve(((message[3] as number) & 0x0f) === 0));
    setTimeout(() => resolve(false), 200);
  });
  socket.send(encodeQuery(1, { name: zone, type: 'SOA' }, { recursion: false, edns: false }), port, '127.0.0.1');
  const answered = await got;
  socket.close();
  return answered;
}

/** @param zones each with its text; the server's other settings are Knot's own. */
export async function startKnot(zones: ReadonlyMap<string, string>): Promise<Knot> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-knot-'));
  const port = await freePort();
  const storage = path.join(folder, 'zones');
  await mkdir(storage);
  await mkdir(path.join(folder, 'run'));
  for (const [zone, text] of zones) await writeFile(path.join(storage, `${zone}.zone`), text);
  await writeFile(
    path.join(folder, 'knot.conf'),
    `server:
    rundir: "${folder}/run"
    listen: 127.0.0.1@${port}
database:
    storage: "${folder}/run"
template:
  - id: default
    storage: "${storage}"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
${[...zones.keys()].map((zone) => `  - domain: ${zone}\n`).join('')}`,
  );
  const child = spawn('knotd', ['-c', path.join(folder, 'knot.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH },
  });
  let log = '';
  child.stderr.on('data', (part: Buffer) => {
    log += part.toString();
  });
  const [last] = [...zones.keys()].slice(-1);
  for (let attempt = 0; !(await answers(port, last ?? '')); attempt += 1) {
    if (attempt > 300 || child.exitCode !== null) throw new Error(`knotd does not answer:\n${log}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return {
    port,
    folder,
    async stop() {
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
      });
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
