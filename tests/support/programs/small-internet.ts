import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAsk, observeSubject } from '../../../main/core/domains/observing.ts';
import { createResolver } from '../../../main/probes/dns/resolver.ts';
import { readRootHints } from '../../../main/probes/dns/roots.ts';
import type { Servers } from '../../../main/probes/dns/servers.ts';
import { parseServers } from '../../../main/probes/dns/servers.ts';
import type { Views } from '../../../main/probes/dns/views.ts';
import { createViews } from '../../../main/probes/dns/views.ts';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { openTestCore, verifyAll } from '../core.ts';
import type { Asked, Calls } from '../internet/internet.ts';
import { subjectOf } from '../../../shared/diagnosis/views.ts';
import { rootHints, run, startDaemons } from '../internet/daemons.ts';
import { startFaultProxy } from '../internet/fault-proxy.ts';
import type { Fault } from '../internet/zones.ts';
import { addresses, faults } from '../internet/zones.ts';

/**
 * The inside of the small internet: started in network and mount namespaces of its own, it brings up the servers, then
 * does what its parent asks for, with the product's own resolver, core and CLI.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-internet-'));
const certificate = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
const hintsFile = path.join(folder, 'hints');
const resolvConf = path.join(folder, 'resolv.conf');

function prepareNetwork(): void {
  run('ip', ['link', 'set', 'lo', 'up']);
  for (const address of Object.values(addresses).flat()) {
    const isSix = address.includes(':');
    const host = isSix ? [`${address}/128`, 'dev', 'lo', 'nodad'] : [`${address}/32`, 'dev', 'lo'];
    run('ip', [isSix ? '-6' : '-4', 'addr', 'add', ...host]);
  }
  const names = ['-subj', '/CN=unbound', '-addext', `subjectAltName=IP:${addresses.unbound[0]}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  run('openssl', ['req', '-x509', ...key, ...names, '-keyout', certificate.key, '-out', certificate.cert]);
  writeFileSync(hintsFile, rootHints());
  writeFileSync(resolvConf, `nameserver ${addresses.unbound[0]}\noptions timeout:1\n`);
  run('mount', ['--bind', resolvConf, '/etc/resolv.conf']);
}

prepareNetwork();
const daemons = await startDaemons(folder, certificate);
const proxies = await Promise.all(
  Object.entries(faults).map(([fault, address]) => startFaultProxy(fault as Fault, address, addresses.bind1[0])),
);
process.env.SENDWRIGHT_ROOT_HINTS = hintsFile;

const extraCa = readFileSync(certificate.cert, 'utf8');
const openViews = (hints: string): { readonly views: Views; readonly close: () => Promise<void> } => {
  const resolver = createResolver({ now: Date.now });
  return { views: createViews({ resolver, now: Date.now, roots: readRootHints(hints) }), close: resolver.close };
};
const shared = openViews(rootHints());
const newFolder = (name: string) => {
  const made = path.join(folder, name);
  mkdirSync(made, { recursive: true });
  return made;
};
const openCore = (name: string) => openTestCore(newFolder(name), { practice: null, background: false });
const { core, client } = await openCore('data');

const writeSystemServers = (servers: readonly string[]) =>
  writeFileSync(resolvConf, servers.map((server) => `nameserver ${server}\n`).join(''));

/** The name that a query asks for. */
function askedName(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; (query[at] ?? 0) !== 0; at += (query[at] as number) + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] as number)));
  return labels.join('.');
}

async function withViews<Result>(
  { resolver = '', publicResolvers = '', fallback = '', hints }: Asked,
  work: (views: Views, servers: Servers) => Promise<Result>,
): Promise<Result> {
  const servers = parseServers(resolver, { publicResolvers, fallback, extraCa });
  if (servers === null) throw new RangeError(`no servers: ${resolver}`);
  if (hints === undefined) return work(shared.views, servers);
  const own = openViews(hints);
  try {
    return await work(own.views, servers);
  } finally {
    await own.close();
  }
}

const calls: Calls = {
  observe: ({ name, type, ...asked }) => withViews(asked, (views, servers) => views.observe({ name, type }, servers)),
  inspect: ({ required, zone, ...asked }) =>
    withViews(asked, (views, servers) => observeSubject(subjectOf(required), zone, createAsk({ dns: views }, servers))),
  async walk({ name }) {
    const own = openViews(rootHints());
    try {
      return await own.views.authorities.walk(name);
    } finally {
      await own.close();
    }
  },
  async publish({ daemon, zone, serial, body }) {
    await daemons.publish(daemon, zone, serial, body);
  },
  async systemServers({ servers }) {
    writeSystemServers(servers);
    // The system's list is read again after two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2100));
  },
  async program({ command, args }) {
    const result = spawnSync(
      command,
      args.map((each) => each.replace('{anchors}', path.join(folder, 'anchors'))),
      { encoding: 'utf8', timeout: 20_000 },
    );
    return `${result.stdout}${result.stderr}`;
  },
  async cli({ args }) {
    let out = '';
    const terminal = {
      out: (text: string) => {
        out += text;
      },
      error: (text: string) => {
        out += text;
      },
    };
    return { code: await runCli([...args], terminal), out };
  },
  async core({ procedure, input }) {
    const [area = '', name = ''] = procedure.split('.');
    const areas = client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
    const called = areas[area]?.[name];
    if (called === undefined) throw new RangeError(`no procedure ${procedure}`);
    return called(input);
  },
  check: ({ workspaceId }) => verifyAll(client, workspaceId),
  async checkInSilence({ domains, resolver }) {
    const [silent] = addresses.nobody;
    const names = new Set<string>();
    const socket = createSocket('udp4', (query) => void names.add(askedName(query)));
    await new Promise<void>((resolve) => socket.bind(53, silent, resolve));
    const hints = path.join(folder, 'silent-hints');
    writeFileSync(hints, `. NS ns.silent.\nns.silent. A ${silent}\n`);
    writeSystemServers([silent]);
    process.env.SENDWRIGHT_ROOT_HINTS = hints;
    const own = await openCore('silence');
    process.env.SENDWRIGHT_ROOT_HINTS = hintsFile;
    try {
      const { id: workspaceId } = await own.client.workspaces.create({ name: `Silence ${resolver}` });
      const fields = { resolver, fallbackResolvers: faults.drop, recordTemplate: 'elastic-email' };
      await own.client.settings.save({ workspaceId, revision: 0, fields });
      await own.client.domains.add({ workspaceId, text: domains.join('\n') });
      await verifyAll(own.client, workspaceId);
      const verdicts: Record<string, number> = {};
      for (const { verdict } of await own.client.domains.list({ workspaceId }))
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      const isAsked = (domain: string) => [...names].some((name) => name === domain || name.endsWith(`.${domain}`));
      return { verdicts, asked: domains.filter(isAsked).length };
    } finally {
      await own.core.close();
      socket.close();
      writeSystemServers([addresses.unbound[0]]);
    }
  },
  async footprint() {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
    return { descriptors: readdirSync('/proc/self/fd').length, heap: process.memoryUsage().heapUsed };
  },
  async stop() {
    await core.close();
    await shared.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await daemons.stop();
    rmSync(folder, { recursive: true, force: true });
    setImmediate(() => process.exit(0));
  },
};

process.on('message', (message: { id: number; call: keyof Calls; input: unknown }) => {
  const called = calls[message.call] as (input: unknown) => Promise<unknown>;
  called(message.input).then(
    (result) => process.send?.({ id: message.id, result }),
    (error: unknown) =>
      process.send?.({ id: message.id, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});
process.on('disconnect', () => void calls.stop({}));
process.send?.({ id: 0, result: 'ready' });
