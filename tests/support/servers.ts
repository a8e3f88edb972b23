import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Real servers of other people's making, and servers of our own that misbehave; loopback only. */

function isOpen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** Waits until a port takes connections. @throws after a minute. */
export async function untilOpen(port: number, what: string, host = '127.0.0.1'): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await isOpen(port, host)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not start on port ${port}`);
}

export interface RunningServer {
  readonly stop: () => Promise<void>;
}

function run(
  program: string,
  args: readonly string[],
  folder: string,
): RunningServer & { readonly child: ChildProcess } {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * Starts nginx in the foreground, as one process.
 *
 * @param servers the content of its `http` block.
 * @param port one that it will open.
 */
export async function startNginx(servers: string, port: number): Promise<RunningServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr crit; events {}
http { access_log off; ${temporary.join(' ')}
${servers} }`,
  );
  const nginx = run('/usr/sbin/nginx', ['-c', path.join(folder, 'nginx.conf'), '-p', folder], folder);
  await untilOpen(port, 'nginx');
  return {
    async stop() {
      await nginx.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts squid as a forward proxy that may connect to any loopback port.
 *
 * @param rules lines of its configuration put before the one that allows everything.
 */
export async function startSquid(port: number, rules: readonly string[]): Promise<RunningServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-squid-'));
  mkdirSync(path.join(folder, 'run'));
  writeFileSync(
    path.join(folder, 'squid.conf'),
    [
      `http_port 127.0.0.1:${port}`,
      `pid_filename ${folder}/run/squid.pid`,
      `coredump_dir ${folder}`,
      'access_log none',
      'cache deny all',
      'cache_log /dev/null',
      'cache_mem 8 MB',
      'shutdown_lifetime 0 seconds',
      'dns_nameservers 127.0.0.1',
      'dns_timeout 1 seconds',
      'connect_timeout 2 seconds',
      'via off',
      'max_filedescriptors 1024',
      ...rules,
      'http_access allow all',
      '',
    ].join('\n'),
  );
  const squid = run('/usr/sbin/squid', ['-N', '-n', `sw${port}`, '-f', path.join(folder, 'squid.conf')], folder);
  await untilOpen(port, 'squid');
  return {
    async stop() {
      await squid.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Squid that serves nobody but the user `user`, who logs in by Basic authentication.
 *
 * @param folder where the password is kept; it is made readable for squid.
 * @param rules lines of its configuration put before the one that asks for the login.
 */
export function startGuardedSquid(
  port: number,
  {
    folder,
    password,
    rules = [],
  }: { readonly folder: string; readonly password: string; readonly rules?: readonly string[] },
): Promise<RunningServer> {
  const passwords = path.join(folder, 'passwords');
  const hashed = spawnSync('openssl', ['passwd', '-apr1', password], { encoding: 'utf8' }).stdout.trim();
  writeFileSync(passwords, `user:${hashed}\n`, { mode: 0o644 });
  spawnSync('chmod', ['755', folder]);
  return startSquid(port, [
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${passwords}`,
    'auth_param basic realm test',
    'acl known proxy_auth REQUIRED',
    ...rules,
    'http_access deny !known',
  ]);
}

/** Servers of a test's own: opened on free ports, all closed at once, with nothing left open. */
export function ownServers() {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  return {
    /** Opens a server on loopback and tells its port. */
    async listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => undefined);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, host, resolve));
      return (server.address() as AddressInfo).port;
    },
    /** Connections that a client has not let go of. */
    open: (): number => [...sockets].filter((socket) => !socket.destroyed && socket.readable).length,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** Starts a Python program that prints a port and ends with its standard input. */
export async function startPython(program: string): Promise<RunningServer & { readonly port: number }> {
  const file = path.join(import.meta.dirname, 'programs', program);
  const child = spawn('/usr/bin/python3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (part: Buffer) => resolve(Number(part.toString())));
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return {
    port,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}
