import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { startBind, zoneHead } from '../support/bind.ts';
import { freePort } from '../support/ports.ts';

/** Name servers of three makers on loopback that take updates (RFC 2136) and hand the zone out whole. */

export interface UpdateServer {
  readonly port: number;
  /** Words that nsupdate and dig need to be let in. */
  readonly credentials: readonly string[];
  readonly stop: () => Promise<void>;
}

const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
const environment = { ...process.env, PATH };

async function started(
  program: string,
  words: readonly string[],
  folder: string,
  port: number,
  zone: string,
): Promise<UpdateServer> {
  const child = spawn(program, [...words], { stdio: 'ignore', env: environment });
  const isUp = () =>
    /\bSOA\b/.test(
      spawnSync('dig', ['+time=1', '+tries=1', '@127.0.0.1', '-p', String(port), zone, 'SOA'], {
        encoding: 'utf8',
      }).stdout.replace(/^;.*$/gm, ''),
    );
  for (let attempt = 0; !isUp(); attempt += 1) {
    if (attempt > 100 || child.exitCode !== null) throw new Error(`${program} does not answer`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return {
    port,
    credentials: [],
    async stop() {
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
      });
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startKnot(zone: string): Promise<UpdateServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-updates-'));
  const port = await freePort();
  writeFileSync(path.join(folder, `${zone}.zone`), `$ORIGIN ${zone}.\n${zoneHead(zone)}`);
  writeFileSync(
    path.join(folder, 'knot.conf'),
    `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
database:
    storage: "${folder}"
acl:
  - id: local
    address: 127.0.0.0/8
    action: [update, transfer]
zone:
  - domain: ${zone}
    storage: "${folder}"
    file: ${zone}.zone
    zonefile-sync: -1
    journal-content: changes
    semantic-checks: off
    acl: local
`,
  );
  return started('knotd', ['-c', path.join(folder, 'knot.conf')], folder, port, zone);
}

const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';

async function startPowerDns(zone: string): Promise<UpdateServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-updates-'));
  const port = await freePort();
  const database = path.join(folder, 'zones.db');
  writeFileSync(path.join(folder, 'zone'), `$ORIGIN ${zone}.\n${zoneHead(zone)}`);
  writeFileSync(
    path.join(folder, 'pdns.conf'),
    `launch=gsqlite3
gsqlite3-database=${database}
local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
allow-axfr-ips=127.0.0.0/8
daemon=no
guardian=no
query-cache-ttl=0
cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
`,
  );
  const python = `import sqlite3; sqlite3.connect(${JSON.stringify(database)}).executescript(open(${JSON.stringify(SCHEMA)}).read())`;
  const prepared = [
    spawnSync('/usr/bin/python3', ['-c', python]),
    spawnSync('pdnsutil', [`--config-dir=${folder}`, 'load-zone', zone, path.join(folder, 'zone')], {
      env: environment,
    }),
    spawnSync('pdnsutil', [`--config-dir=${folder}`, 'set-kind', zone, 'primary'], { env: environment }),
  ];
  const [failed] = prepared.filter(({ status }) => status !== 0);
  if (failed !== undefined) throw new Error(`PowerDNS could not be set up: ${String(failed.stderr)}`);
  return started('pdns_server', [`--config-dir=${folder}`], folder, port, zone);
}

async function startOurBind(zone: string): Promise<UpdateServer> {
  const key = { name: 'sendwright', secret: randomBytes(32).toString('base64') };
  const bind = await startBind([zone], { key });
  return {
    port: Number(bind.address.split(':')[1]),
    credentials: ['-y', `hmac-sha256:${key.name}:${key.secret}`],
    stop: () => bind.stop(),
  };
}

/** Servers by name, with the programs that each needs. */
export const updateServers = {
  BIND: { needs: ['named', 'nsupdate', 'dig'], start: startOurBind },
  Knot: { needs: ['knotd', 'nsupdate', 'dig'], start: startKnot },
  PowerDNS: { needs: ['pdns_server', 'pdnsutil', 'nsupdate', 'dig'], start: startPowerDns },
} as const;
