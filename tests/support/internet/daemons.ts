import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addresses, delegationText, sites, zoneText } from './zones.ts';
import type { Daemon } from './zones.ts';

/** The real servers of the small internet: BIND, Knot and unbound, started and ended here. */

const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

export interface Server {
  /** Has it read its zones anew. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Runs a program to its end. @throws with its output when it fails. */
export function run(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8', env: environment });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stdout}${result.stderr}`);
  return result.stdout;
}

async function start(
  name: string,
  command: string,
  args: readonly string[],
  marks: { readonly started: RegExp; readonly loaded: RegExp },
): Promise<Server> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      log += part.toString();
    });
  }
  const seen = async (mark: RegExp, from: number) => {
    for (let attempt = 0; attempt < 300; attempt += 1) {
      if (mark.test(log.slice(from))) return;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} did not write ${String(mark)}:\n${log}`);
  };
  await seen(marks.started, 0);
  return {
    async reload() {
      const before = log.length;
      child.kill('SIGHUP');
      await seen(marks.loaded, before);
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const zoneFile = (folder: string, zone: string) => path.join(folder, `${zone === '' ? 'root' : zone}.zone`);

function startNamed(
  name: string,
  folder: string,
  listen: readonly string[],
  zones: readonly string[],
): Promise<Server> {
  const four = listen.filter((address) => !address.includes(':'));
  const six = listen.filter((address) => address.includes(':'));
  const blocks = zones.map(
    (zone) => `zone "${zone === '' ? '.' : zone}" { type primary; file "${zoneFile(folder, zone)}"; };`,
  );
  writeFileSync(
    path.join(folder, 'named.conf'),
    `options { directory "${folder}"; listen-on { ${four.map((each) => `${each}; `).join('')}}; listen-on-v6 { ${six.length === 0 ? 'none; ' : six.map((each) => `${each}; `).join('')}};
  recursion no; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key"; check-names primary ignore; dnssec-validation no; max-records-per-type 0; };
controls {};
${blocks.join('\n')}\n`,
  );
  return start(name, 'named', ['-g', '-n', '1', '-c', path.join(folder, 'named.conf')], {
    started: /\brunning\n/,
    loaded: /all zones loaded/,
  });
}

function startKnot(
  name: string,
  folder: string,
  listen: readonly string[],
  zones: readonly { readonly zone: string; readonly isSigned: boolean }[],
): Promise<Server> {
  const blocks = zones.map(
    ({ zone, isSigned }) =>
      `  - domain: ${zone}\n    file: ${zoneFile(folder, zone)}\n    zonefile-sync: -1\n    zonefile-load: difference-no-serial\n    journal-content: all\n    dnssec-signing: ${isSigned ? 'on' : 'off'}\n`,
  );
  const config = path.join(folder, 'knot.conf');
  writeFileSync(
    config,
    `server:\n    rundir: ${folder}\n    pidfile: ${folder}/knot.pid\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n    listen: [${listen.map((each) => `${each}@53`).join(', ')}]\ndatabase:\n    storage: ${folder}\nlog:\n  - target: stderr\n    any: info\ncontrol:\n    listen: ${folder}/knot.sock\ntemplate:\n  - id: default\n    storage: ${folder}\nzone:\n${blocks.join('')}`,
  );
  return start(name, 'knotd', ['-c', config], { started: /server started/, loaded: /configuration reloaded|reloaded/ });
}

function startUnbound(
  folder: string,
  certificate: { readonly cert: string; readonly key: string },
  anchors: readonly string[],
): Promise<Server> {
  const [address] = addresses.unbound;
  const hints = path.join(folder, 'root.hints');
  writeFileSync(hints, rootHints());
  const config = path.join(folder, 'unbound.conf');
  writeFileSync(
    config,
    `server:
  interface: ${address}
  interface: ${address}@443
  https-port: 443
  tls-service-key: "${certificate.key}"
  tls-service-pem: "${certificate.cert}"
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 1
  num-threads: 1
  so-reuseport: no
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  root-hints: "${hints}"
  module-config: "validator iterator"
  ede: yes
  local-zone: "test." nodefault
${anchors.map((anchor) => `  trust-anchor: "${anchor}"\n`).join('')}remote-control:
  control-enable: no
stub-zone:
  name: "split.test"
  stub-addr: ${addresses.inside[0]}
`,
  );
  return start('unbound', 'unbound', ['-d', '-c', config], {
    started: /start of service/,
    loaded: /start of service|Restart/,
  });
}

/** The root of the small internet, as a file of hints. */
export function rootHints(): string {
  const lines = addresses.root.map((address) => `ns1.root. 3600 IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`);
  return `. 3600 IN NS ns1.root.\n${lines.join('\n')}\n`;
}

/** A DS record as BIND's tools take a trust anchor. */
function staticAnchor(ds: string): string {
  const [zone, , tag, algorithm, digestType, ...digest] = ds.split(/\s+/);
  const fields = [tag, algorithm, digestType].join(' ');
  return `  "${zone}" static-ds ${fields} "${digest.join('')}";\n`;
}

export interface Daemons {
  /** Replaces what a zone says at one daemon. */
  readonly publish: (daemon: Daemon, zone: string, serial: number, body: string) => Promise<void>;
  /** Makes unbound forget. */
  readonly forget: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts them all. @param base an existing folder for their files. */
export async function startDaemons(
  base: string,
  certificate: { readonly cert: string; readonly key: string },
): Promise<Daemons> {
  const folders = Object.fromEntries(
    ['root', 'tld', 'bind', 'knot3', 'knot4', 'inside', 'unbound'].map((name) => [name, path.join(base, name)]),
  ) as Record<'root' | 'tld' | 'unbound' | Daemon, string>;
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });

  const delegated = sites.filter((site) => site.zone.split('.').length === 2);
  const tldServers = [{ host: 'ns1.nic.test', addresses: addresses.tld }];
  const rootServers = [{ host: 'ns1.root', addresses: addresses.root }];
  writeFileSync(
    zoneFile(folders.root, ''),
    zoneText({ zone: '', servers: rootServers }, 1, delegationText({ zone: 'test', servers: tldServers, held: {} })),
  );
  writeFileSync(
    zoneFile(folders.tld, 'test'),
    zoneText({ zone: 'test', servers: tldServers }, 1, delegated.map(delegationText).join('')),
  );
  const held = (daemon: Daemon) => sites.filter((site) => site.held[daemon] !== undefined);
  const write = (daemon: Daemon, zone: string, serial: number, body: string) => {
    const site = sites.find((candidate) => candidate.zone === zone);
    if (site === undefined) throw new RangeError(`there is no zone ${zone}`);
    writeFileSync(zoneFile(folders[daemon], zone), zoneText(site, serial, body));
  };
  for (const site of sites) {
    for (const [daemon, { serial, body }] of Object.entries(site.held))
      write(daemon as Daemon, site.zone, serial, body);
  }
  const names = (daemon: Daemon) => held(daemon).map((site) => site.zone);
  const knotZones = (daemon: Daemon) =>
    held(daemon).map((site) => ({ zone: site.zone, isSigned: site.isSigned === true }));
  const [root, tld, bind, knot3, knot4, inside] = await Promise.all([
    startNamed('root', folders.root, addresses.root, ['']),
    startKnot('tld', folders.tld, addresses.tld, [{ zone: 'test', isSigned: false }]),
    startNamed('bind', folders.bind, [...addresses.bind1, ...addresses.bind2], names('bind')),
    startKnot('knot3', folders.knot3, addresses.knot3, knotZones('knot3')),
    startKnot('knot4', folders.knot4, addresses.knot4, knotZones('knot4')),
    startNamed('inside', folders.inside, addresses.inside, names('inside')),
  ]);
  const key = (zone: string) =>
    run('keymgr', ['-c', path.join(folders.knot3, 'knot.conf'), zone, 'ds'])
      .trim()
      .split('\n')
      .at(-1) ?? '';
  // The parent of bogus.test names a key that is not in use: the most common way in which DNSSEC breaks.
  const foreign = key('bogus.test').replace(/[0-9a-f]+$/i, (digest) => digest.replace(/[0-9a-f]/gi, 'a'));
  const anchors = [key('signed.test'), foreign];
  const unbound = await startUnbound(folders.unbound, certificate, anchors);
  writeFileSync(path.join(base, 'anchors'), `trust-anchors {\n${anchors.map(staticAnchor).join('')}};\n`);
  const daemons = { bind, knot3, knot4, inside };
  return {
    async publish(daemon, zone, serial, body) {
      write(daemon, zone, serial, body);
      await daemons[daemon].reload();
    },
    forget: () => unbound.reload(),
    async stop() {
      await Promise.all([root, tld, bind, knot3, knot4, inside, unbound].map((server) => server.stop()));
    },
  };
}
