import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The tools that hand-overs are loaded by, the one that reads our workflows, and the one that reads reports of receivers, each at one version, in a folder beside
 * the user's other caches. A folder is there when its tool is: it gets its name once everything in it has been installed.
 */

export interface OracleTool {
  readonly name: string;
  readonly version: string;
  /** Installed in seconds, so that every run of the tests may do it. */
  readonly isQuick: boolean;
  /** The file that is run. */
  readonly program: string;
  readonly install: (folder: string) => boolean;
}

const cache =
  process.env.SENDWRIGHT_ORACLES ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'sendwright-oracles');

function succeeds(program: string, words: readonly string[], options: { cwd?: string; environment?: object } = {}) {
  const run = spawnSync(program, [...words], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 1_500_000,
  });
  return run.status === 0;
}

/** A Python environment of its own with packages of these versions; `bare` ones come without what they ask for. */
function python(packages: readonly string[], bare: readonly string[] = []) {
  return (folder: string): boolean => {
    const pip = [path.join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const [program = '', ...words] = pip;
    return (
      succeeds('python3', ['-m', 'venv', folder]) &&
      succeeds(program, [...words, ...packages]) &&
      (bare.length === 0 || succeeds(program, [...words, '--no-deps', ...bare]))
    );
  };
}

/** A Go program, built as its own module so that what it replaces is replaced. */
function go(module: string, version: string, main: string, output: string) {
  return (folder: string): boolean => {
    const source = spawnSync('go', ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8' });
    if (source.status !== 0) return false;
    const { Dir } = JSON.parse(source.stdout) as { Dir: string };
    mkdirSync(folder, { recursive: true });
    return succeeds('go', ['build', '-o', path.join(folder, output), main], {
      cwd: Dir,
      environment: { GOFLAGS: '-mod=mod -buildvcs=false -modcacherw' },
    });
  };
}

const ACTIONLINT = 'v1.7.12';
const AZURE = '2.91.0';
const DNSCONTROL = 'v4.20.0';
const OPENTOFU = 'v1.12.6';
const PARSEDMARC = '11.1.0';

export const oracleTools = {
  octodns: {
    name: 'octoDNS',
    version: '1.22.0',
    isQuick: true,
    program: 'bin/python',
    install: python(['octodns==1.22.0']),
  },
  azure: {
    name: 'Azure CLI',
    version: AZURE,
    isQuick: true,
    program: 'bin/python',
    // Its command modules without the clients of every other service.
    install: python([`azure-cli-core==${AZURE}`, 'msrest==0.7.1'], [`azure-cli==${AZURE}`]),
  },
  route53: {
    name: 'moto, through boto3',
    version: '5.2.5, 1.44.8',
    isQuick: true,
    program: 'bin/python',
    install: python(['moto==5.2.5', 'boto3==1.44.8', 'flask==3.1.3', 'flask-cors==6.0.5']),
  },
  dnscontrol: {
    name: 'DNSControl',
    version: DNSCONTROL,
    isQuick: false,
    program: 'dnscontrol',
    install: go('github.com/StackExchange/dnscontrol/v4', DNSCONTROL, '.', 'dnscontrol'),
  },
  opentofu: {
    name: 'OpenTofu',
    version: OPENTOFU,
    isQuick: false,
    program: 'tofu',
    install: go('github.com/opentofu/opentofu', OPENTOFU, './cmd/tofu', 'tofu'),
  },
  parsedmarc: {
    name: 'parsedmarc',
    version: PARSEDMARC,
    isQuick: true,
    program: 'bin/python',
    install: python([`parsedmarc==${PARSEDMARC}`]),
  },
  actionlint: {
    name: 'actionlint',
    version: ACTIONLINT,
    isQuick: true,
    program: 'actionlint',
    install: go('github.com/rhysd/actionlint', ACTIONLINT, './cmd/actionlint', 'actionlint'),
  },
} as const satisfies Readonly<Record<string, OracleTool>>;

export type OracleToolId = keyof typeof oracleTools;

function folderOf(id: OracleToolId): string {
  return path.join(cache, `${id}-${oracleTools[id].version.replace(/[^\w.]+/g, '-')}`);
}

/** The tool's program, or null where it is not installed. */
export function oracleProgram(id: OracleToolId): string | null {
  const program = path.join(folderOf(id), oracleTools[id].program);
  return existsSync(path.join(folderOf(id), 'complete')) && existsSync(program) ? program : null;
}

/**
 * Installs a tool where it is missing.
 *
 * @returns whether it is there afterwards.
 */
export function installOracle(id: OracleToolId): boolean {
  if (oracleProgram(id) !== null) return true;
  const folder = folderOf(id);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  // Environments of Python hold their own path, so they are made where they stay; the mark comes last.
  if (!oracleTools[id].install(folder)) {
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  const mark = path.join(folder, 'complete');
  writeFileSync(`${mark}.new`, oracleTools[id].version);
  renameSync(`${mark}.new`, mark);
  return true;
}
