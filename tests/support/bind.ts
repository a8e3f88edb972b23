import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './ports.ts';

/** A real BIND on loopback, on a port of its own, with the zones a test gives it. */
export interface Bind {
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly folder: string;
  /** Replaces a zone's text and loads it. @throws when named-checkzone refuses it. */
  readonly load: (zone: string, text: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/** Options that leave named-checkzone and named-compilezone with reading alone: no look at what records refer to. */
export const lenient: readonly string[] =
  '-i none -k ignore -n ignore -m ignore -r ignore -S ignore -M ignore -T ignore'.split(' ');

/** The lines that every zone begins with. */
export function zoneHead(zone: string, serial = 1): string {
  return `$TTL 300\n@ IN SOA ns1.${zone}. hostmaster.${zone}. ${serial} 3600 600 86400 60\n@ IN NS ns1.${zone}.\nns1 IN A 127.0.0.1\n`;
}

/** @returns what named-checkzone says; ok when it accepts the zone. */
export async function checkZone(zone: string, text: string): Promise<{ ok: boolean; output: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-zone-'));
  const file = path.join(folder, 'zone');
  await writeFile(file, text);
  const run = spawnSync('named-checkzone', [...lenient, zone, file], {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  await rm(folder, { recursive: true, force: true });
  return { ok: run.status === 0, output: `${run.stdout}${run.stderr}` };
}

async function waitFor(ready: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (ready()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not happen in a minute`);
}

export interface BindOptions {
  /** What zones hold besides their heads. */
  readonly contents?: Readonly<Record<string, string>>;
  /** Zones may be updated and transferred with this key (RFC 8945): its name and its secret in base 64. */
  readonly key?: { readonly name: string; readonly secret: string };
  /** Answers over HTTPS as well, at `/dns-query` of a port. */
  readonly https?: { readonly port: number; readonly certificate: { readonly cert: string; readonly key: string } };
}

/** @param zones names of the zones it speaks for; they begin with their heads. */
export async function startBind(zones: readonly string[], options: BindOptions = {}): Promise<Bind> {
  const { contents = {}, key, https } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-bind-'));
  const port = await freePort();
  const file = (zone: string) => path.join(folder, `${zone}.zone`);
  for (const zone of zones) await writeFile(file(zone), `${zoneHead(zone)}${contents[zone] ?? ''}`);
  const open = key === undefined ? '' : `allow-update { key ${key.name}; }; allow-transfer { key ${key.name}; };`;
  const blocks = zones.map((zone) => `zone "${zone}" { type primary; file "${file(zone)}"; ${open} };`).join('\n');
  const tls =
    https === undefined
      ? ''
      : `tls own { cert-file "${https.certificate.cert}"; key-file "${https.certificate.key}"; };\n`;
  const listenHttps = https === undefined ? '' : `listen-on port ${https.port} tls own http default { 127.0.0.1; };`;
  await writeFile(
    path.join(folder, 'named.conf'),
    `${tls}options { directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; ${listenHttps} listen-on-v6 { none; }; recursion no; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key"; check-names primary ignore; dnssec-validation no; };
controls {};
${key === undefined ? '' : `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };\n`}${blocks}\n`,
  );
  const child = spawn('named', ['-g', '-c', path.join(folder, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH },
  });
  let log = '';
  child.stderr.on('data', (part: Buffer) => {
    log += part.toString();
  });
  // The first lines say what it is running on and as; the word alone comes once it has its zones and answers.
  await waitFor(() => / running$/m.test(log) || child.exitCode !== null, 'named starting');
  if (child.exitCode !== null) throw new Error(`named ended:\n${log}`);
  return {
    address: `127.0.0.1:${port}`,
    folder,
    async load(zone, text) {
      const checked = await checkZone(zone, text);
      if (!checked.ok) throw new Error(checked.output);
      await writeFile(file(zone), text);
      const before = log.length;
      child.kill('SIGHUP');
      await waitFor(() => log.slice(before).includes('all zones loaded'), 'named loading its zones');
    },
    async stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
