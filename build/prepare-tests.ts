import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findBrowser } from '../main/hosts/loopback/open-window.ts';
import type { OracleToolId } from '../tests/oracles/tools.ts';
import { installOracle, oracleProgram, oracleTools } from '../tests/oracles/tools.ts';

/**
 * Gets what the tests need and this machine lacks: a browser, DNS servers, the programs that answers are checked
 * against. Debian's packages are installed only when already root; nothing is started. What can't be had is named, and
 * the tests that need it report themselves as skipped.
 */

const root = path.resolve(import.meta.dirname, '..');

/** Debian package → a program or file that shows it is there. */
const packages: Readonly<Record<string, string>> = {
  bind9: 'named',
  'bind9-utils': 'named-checkzone',
  'bind9-dnsutils': 'dig',
  knot: 'knotd',
  'knot-dnssecutils': 'kzonecheck',
  nsd: 'nsd-checkzone',
  unbound: 'unbound',
  nginx: 'nginx',
  squid: 'squid',
  curl: 'curl',
  iproute2: 'ip',
  openssl: 'openssl',
  'opendkim-tools': 'opendkim-testkey',
  'python3-spf': '/usr/lib/python3/dist-packages/spf.py',
  'python3-dnspython': '/usr/lib/python3/dist-packages/dns/version.py',
  'python3-dkim': '/usr/lib/python3/dist-packages/dkim/__init__.py',
  'python3-nacl': '/usr/lib/python3/dist-packages/nacl/__init__.py',
  'python3-cryptography': '/usr/lib/python3/dist-packages/cryptography/__init__.py',
  'python3-yaml': '/usr/lib/python3/dist-packages/yaml/__init__.py',
  'python3-venv': '/usr/share/doc/python3-venv',
  ldnsutils: 'ldns-read-zone',
  'pdns-server': 'pdns_server',
  'pdns-backend-sqlite3': '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql',
  dnsperf: 'dnsperf',
  appstream: 'appstreamcli',
  'desktop-file-utils': 'desktop-file-validate',
  icnsutils: 'icns2png',
  icoutils: 'icotool',
  lintian: 'lintian',
  msitools: 'msiinfo',
  nsis: 'makensis',
  'p7zip-full': '7za',
  rpm: 'rpmbuild',
  shellcheck: 'shellcheck',
  'squashfs-tools': 'unsquashfs',
  wixl: 'wixl',
  'fonts-inter': '/usr/share/doc/fonts-inter',
  'fonts-jetbrains-mono': '/usr/share/doc/fonts-jetbrains-mono',
};

const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

function isThere(mark: string): boolean {
  if (mark.startsWith('/')) return existsSync(mark);
  return spawnSync('sh', ['-c', `command -v ${mark}`], { env: { ...process.env, PATH: searchPath } }).status === 0;
}

function mayInstall(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && isThere('apt-get');
}

let listsAreFresh = false;

/** Installs Debian packages without letting any of them start a service (policy-rc.d, invoke-rc.d(8)). */
function install(names: readonly string[]): void {
  const policy = '/usr/sbin/policy-rc.d';
  const ownPolicy = !existsSync(policy);
  if (ownPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    if (!listsAreFresh) spawnSync('apt-get', ['-qq', 'update'], { stdio: 'ignore', env: environment });
    listsAreFresh = true;
    const run = spawnSync('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', ...names], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: environment,
    });
    if (run.status !== 0 && names.length > 1) for (const name of names) install([name]);
  } finally {
    if (ownPolicy) rmSync(policy, { force: true });
  }
}

const missing = Object.entries(packages).filter(([, mark]) => !isThere(mark));
if (missing.length > 0 && mayInstall()) {
  const names = missing.map(([name]) => name);
  console.log(`Installing for the tests: ${names.join(', ')}`);
  install(names);
}

if (findBrowser() === undefined) {
  console.log('Installing a browser for the tests');
  const playwright = path.join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const fetched = spawnSync(process.execPath, [playwright, 'install', 'chromium'], {
    stdio: 'ignore',
    timeout: 300_000,
  });
  if (fetched.status !== 0 && mayInstall()) install(['chromium', 'fonts-dejavu-core']);
  if (fetched.status !== 0 && findBrowser() === undefined)
    console.log('not here: a browser; the tests in a browser are skipped');
}

for (const [id, tool] of Object.entries(oracleTools)) {
  if (!tool.isQuick || oracleProgram(id as OracleToolId) !== null) continue;
  console.log(`Installing for the tests: ${tool.name} ${tool.version}`);
  if (!installOracle(id as OracleToolId))
    console.log(`not here: ${tool.name} ${tool.version}; the tests that need it are skipped`);
}

const stillMissing = Object.entries(packages).filter(([, mark]) => !isThere(mark));
for (const [name] of stillMissing) console.log(`not here: ${name}; the tests that need it are skipped`);
