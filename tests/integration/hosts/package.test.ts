import { extractAll, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropFolder } from '../../support/core.ts';
import { launchStandIn } from '../../support/electron-stand-in/launch.ts';
import { makeLinuxDistribution, runBuilder } from '../../support/packaging.ts';

/**
 * What is packaged: made by electron-builder as for a release, but around a stand-in for Electron's executable, which is
 * not everywhere to be had; then unpacked far from the checkout, and run by Node.
 */

describe.skipIf(process.platform !== 'linux')('the package (needs Linux)', () => {
  let folder: string;
  let unpacked: string;
  let files: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-package-'));
    const { code, output } = await runBuilder([
      '--linux',
      'dir',
      '--x64',
      `-c.electronDist=${makeLinuxDistribution(path.join(folder, 'electron'))}`,
      `-c.directories.output=${path.join(folder, 'made')}`,
    ]);
    expect(code, output).toBe(0);
    unpacked = path.join(folder, 'made', 'linux-unpacked');
    const archive = path.join(unpacked, 'resources', 'app.asar');
    files = listPackage(archive, { isPack: false }).map((name) => name.split(path.sep).join('/'));
    extractAll(archive, path.join(folder, 'app'));
    cpSync(`${archive}.unpacked`, path.join(folder, 'app'), { recursive: true });
  }, 180_000);
  afterAll(() => dropFolder(folder));

  it('holds the bundles, the window and the one native module, and no TypeScript', () => {
    const places = new Set(files.map((name) => name.split('/').slice(0, 3).join('/')));
    expect([...places].sort()).toEqual(
      [
        '/dist',
        '/dist/main',
        '/dist/renderer',
        '/node_modules',
        '/node_modules/better-sqlite3',
        '/package.json',
      ].sort(),
    );
    expect(files.filter((name) => /\.(?:ts|tsx|map)$/.test(name))).toEqual([]);
    // Of the module: what is loaded, its licence, and no source to build it from.
    const module = files.filter((name) => name.startsWith('/node_modules/better-sqlite3/'));
    expect(module.filter((name) => !/\/(?:lib|prebuilds|package\.json|LICENSE)(?:\/|$)/.test(name))).toEqual([]);
    const programs = [
      'cli.js',
      'copy-program.js',
      'electron.js',
      'loopback.js',
      'practice-process.js',
      'preload.cjs',
      'sendwright.js',
    ];
    expect(files.filter((name) => path.posix.dirname(name) === '/dist/main').sort()).toEqual(
      [...programs, 'parts'].sort().map((name) => `/dist/main/${name}`),
    );
    const { main } = JSON.parse(readFileSync(path.join(folder, 'app', 'package.json'), 'utf8')) as { main: string };
    expect(files).toContain(`/${main}`);
  });

  it('has its bundles import nothing that is not in it', () => {
    const known = new Set(['electron', 'better-sqlite3', ...builtinModules]);
    const isThere = (module: string, from: string) =>
      module.startsWith('.') ? files.includes(path.posix.join(path.posix.dirname(from), module)) : known.has(module);
    const parts = new Set<string>();
    for (const name of files.filter((file) => /^\/dist\/main\/.*\.c?js$/.test(file))) {
      const source = readFileSync(path.join(folder, 'app', name), 'utf8');
      const imports = [
        ...source.matchAll(/^(?:import|export)\b[^'"\n;]*?from\s*["'`]([^"'`]+)["'`]/gm),
        ...source.matchAll(/\bimport\(["'`](\.\/parts\/[^"'`]+)["'`]\)/g),
      ].map(([, module]) => (module ?? '').replace(/^node:/, ''));
      for (const module of imports) if (module.startsWith('./parts/')) parts.add(module);
      expect(
        imports.filter((module) => !isThere(module, name)),
        name,
      ).toEqual([]);
    }
    expect([...parts].some((part) => part.includes('undici'))).toBe(true);
    expect(readFileSync(path.join(folder, 'app', 'dist/main/preload.cjs'), 'utf8').length).toBeLessThan(2000);
  });

  it('has a window that builds no code from text, which its policy forbids', () => {
    const scripts = files.filter((name) => name.startsWith('/dist/renderer/') && name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(3);
    for (const name of scripts)
      expect(readFileSync(path.join(folder, 'app', name), 'utf8'), name).not.toMatch(
        /new Function\(|\beval\(|ZodError/,
      );
  });

  it('has every fuse set in its executable', async () => {
    const wire = await getCurrentFuseWire(path.join(unpacked, 'sendwright'));
    const set = (option: FuseV1Options) => wire[option] === FuseState.ENABLE;
    expect({
      runAsNode: set(FuseV1Options.RunAsNode),
      cookieEncryption: set(FuseV1Options.EnableCookieEncryption),
      nodeOptions: set(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      nodeInspect: set(FuseV1Options.EnableNodeCliInspectArguments),
      asarIntegrity: set(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: set(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocol: set(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: false,
      cookieEncryption: true,
      nodeOptions: false,
      nodeInspect: false,
      asarIntegrity: true,
      onlyAsar: true,
      fileProtocol: false,
    });
  });

  it('leaves the native module outside of the archive, and takes the one for this system alone', () => {
    expect(files.filter((name) => name.endsWith('.node'))).toEqual([
      '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]);
    const outside = readdirSync(path.join(unpacked, 'resources', 'app.asar.unpacked'), { recursive: true })
      .map((name) => String(name))
      .filter((name) => name.includes('.'));
    expect(outside).toEqual(['node_modules/better-sqlite3/prebuilds/linux-x64.node']);
    const module = path.join(unpacked, 'resources', 'app.asar.unpacked', outside[0] ?? '');
    expect(readFileSync(module).subarray(0, 4)).toEqual(Buffer.from('\x7fELF', 'latin1'));
  });

  it('brings texts of licences beside the program', () => {
    const resources = readdirSync(path.join(unpacked, 'resources')).sort();
    expect(resources.filter((name) => !/^app[.-]/.test(name))).toEqual(['LICENCE.txt', 'THIRD-PARTY-NOTICES.txt']);
    expect(readdirSync(unpacked)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
  });

  it('stays small: what is ours in it, beside Electron', () => {
    const MIB = 1024 * 1024;
    const archive = statSync(path.join(unpacked, 'resources', 'app.asar')).size;
    const module = statSync(
      path.join(unpacked, 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-x64.node'),
    ).size;
    expect(archive / MIB).toBeLessThan(16);
    expect(module / MIB).toBeLessThan(4);
  });

  it('opens its window from the archive, with practice in a process of its own', async () => {
    await using program = launchStandIn({
      executable: path.join(unpacked, 'sendwright'),
      args: [`--data-dir=${path.join(folder, 'desktop data')}`],
      home: folder,
    });
    const page = await program.page();
    await page.getByRole('button', { name: /practice/i }).click();
    await page.getByRole('tab', { name: 'Sender domains' }).click();
    const [practice] = program.all('utility-process');
    expect(practice?.module).toBe(path.join(unpacked, 'resources/app.asar/dist/main/practice-process.js'));
    await program.quit();
    expect([await program.exited, program.all('not-modelled'), program.all('uncaught')]).toEqual([0, [], []]);
  });

  it('runs its command line without the checkout', () => {
    const data = path.join(folder, 'cli-data');
    const cli = (...args: readonly string[]) =>
      spawnSync(process.execPath, ['dist/main/cli.js', ...args, '--data-dir', data, '--json'], {
        cwd: path.join(folder, 'app'),
        encoding: 'utf8',
      });
    const added = cli('domains', 'add', 'news.example.com');
    expect([added.status, added.stderr]).toEqual([0, '']);
    const records = cli('records', 'news.example.com', '--provider', 'sendgrid');
    expect(JSON.parse(records.stdout)).toMatchObject({ domain: 'news.example.com', zone: 'example.com' });
  });

  it('serves its window without the checkout, with practice in a process of its own', async () => {
    const host = spawn(
      process.execPath,
      ['dist/main/loopback.js', '--no-open', '--data-dir', path.join(folder, 'host-data')],
      { cwd: path.join(folder, 'app'), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    const address = await new Promise<URL>((resolve, reject) => {
      host.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${output}`)));
      host.stdout.on('data', (part: Buffer) => {
        output += part.toString();
        const found = /http:\S+#token=\S+/.exec(output);
        if (found !== null) resolve(new URL(found[0]));
      });
    });
    const { origin, hash } = address;
    const post = async (place: string, body: unknown, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${origin}${place}`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const { session } = await post('/session', { token: hash.slice('#token='.length) });
    const key = { 'x-sendwright-session': String(session) };
    expect(await post('/rpc/practice/open', { json: {} }, key)).toMatchObject({ json: { practice: true } });
    const state = (await post('/rpc/practice/state', { json: { workspaceId: 1 } }, key)) as {
      json: { dnsServer: string };
    };
    expect(state.json.dnsServer).toMatch(/^127\.0\.0\.1:\d+$/);
    const page = await (await fetch(origin)).text();
    for (const [, asset] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect([asset, (await fetch(`${origin}${asset}`)).status]).toEqual([asset, 200]);
    host.kill('SIGTERM');
    expect(await once(host, 'exit')).toEqual([0, null]);
  });
});
