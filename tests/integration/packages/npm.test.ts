import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packTarball, tryPackage } from '../../../build/try-npm-package.ts';
import { dropFolder } from '../../support/core.ts';
import { root } from '../../support/packaging.ts';
import { run } from '../../support/run.ts';

/** The npm package, packed as for publishing. On other versions of Node: `node build/try-npm-package.ts 22 24 26`. */

describe('the npm package', () => {
  let folder: string;
  let tarball: string;
  let files: readonly string[];

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-npm-'));
    tarball = packTarball(folder);
    files = run('tar', ['-tzf', tarball])
      .stdout.trim()
      .split(/\r?\n/)
      .map((name) => name.replace(/^package\//, ''));
  }, 180_000);
  afterAll(() => dropFolder(folder));

  it('holds bundles, the window, and texts; no TypeScript, no sources', () => {
    expect(files.filter((name) => /\.(?:ts|tsx|map)$/.test(name))).toEqual([]);
    const places = new Set(
      files.map((name) => (name.startsWith('dist/') ? name.split('/').slice(0, 2).join('/') : name)),
    );
    expect([...places].sort()).toEqual([
      'README.md',
      'build/licence.txt',
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/main',
      'dist/renderer',
      'package.json',
    ]);
    const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    expect(Object.keys(bin)).toEqual(['sendwright']);
    expect(files).toContain(bin.sendwright);
  });

  it('runs from an empty folder: version, help, a command, the console with its page and practice', async () => {
    const trial = await tryPackage(tarball, path.dirname(process.execPath));
    expect(trial).toMatchObject({
      node: process.version,
      version: '0.1.0',
      help: 'Usage: sendwright [--no-open] [--port <number>] [--data-dir <folder>]',
      added: 'news.example.com\n1 added, 0 refused',
      practice: true,
    });
    expect(trial.files.length).toBeGreaterThan(4);
    expect(trial.files.map(([file]) => file)).toContainEqual(expect.stringMatching(/^\/assets\/ManualPane-.*\.js$/));
    expect(trial.files.filter(([, status]) => status !== 200)).toEqual([]);
  }, 180_000);

  it.each(['18.20.8', '20.19.5', '22.18.0'])('says on Node %s which one it needs', (version) => {
    const as = `--import=data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [as, path.join(root, 'dist/main/sendwright.js')], {
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      `Sendwright needs Node 22.19 or newer, and this is Node ${version}. Install a newer one and try again.\n`,
    ]);
  });

  it.each([
    [['--no-opne'], /unknown option '--no-opne'/],
    [['domain', 'list'], /unknown command 'domain'/],
  ])('takes %j for a command’s slip, and opens nothing', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'dist/main/sendwright.js'), ...args], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(message);
    expect(status).not.toBe(0);
  });
});
