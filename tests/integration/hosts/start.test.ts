import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hindrance, runElectron } from '../../../build/electron-binary.ts';
import { dropFolder } from '../../support/core.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-start-'));
});
afterEach(() => dropFolder(folder));

describe('npm start', () => {
  it.each([
    ['linux', false, 1000, 'there is no display'],
    ['linux', true, 0, 'it refuses to run as root'],
    ['linux', true, 1000, null],
    ['darwin', true, 0, null],
    ['win32', true, undefined, null],
  ] as const)('on %s, display %s, user %s: %s', (platform, hasDisplay, userId, reason) => {
    expect(hindrance({ platform, hasDisplay, userId })).toBe(reason);
  });

  it.skipIf(process.platform === 'win32')(
    'tells an executable that can’t start from one that ran (needs sh)',
    async () => {
      // Each stands in for Electron's executable, which is not everywhere to be had.
      const executable = (name: string, script: string) => {
        const file = path.join(folder, name);
        writeFileSync(file, `#!/bin/sh\n${script}\n`);
        chmodSync(file, 0o755);
        return file;
      };
      const run = (file: string) => runElectron(file, ['the app', '--data-dir=x'], folder);
      const good = executable(
        'good',
        `printf '%s|' "$@" > "${folder}/called"; echo $NODE_OPTIONS > "${folder}/options"; exit 3`,
      );
      expect(await run(good)).toEqual({ came: true, code: 3 });
      expect(readFileSync(path.join(folder, 'called'), 'utf8')).toBe('the app|--data-dir=x|');
      expect(readFileSync(path.join(folder, 'options'), 'utf8')).toContain('--enable-source-maps');
      expect(await run(executable('trap', 'kill -TRAP $$'))).toEqual({
        came: false,
        reason: 'it ended at once with SIGTRAP',
      });
      expect(await run(executable('unlinked', 'exit 127'))).toMatchObject({ came: false });
      expect(await run(path.join(folder, 'absent'))).toEqual({
        came: false,
        reason: expect.stringContaining('ENOENT'),
      });
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'without a display says so in a line and prints an address (needs Linux)',
    async () => {
      const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...environment } = process.env;
      const child = spawn(
        process.execPath,
        ['build/run.mjs', 'build/start.ts', '--data-dir', path.join(folder, 'data')],
        {
          cwd: root,
          env: environment,
        },
      );
      let output = '';
      child.stdout.on('data', (part: Buffer) => {
        output += part.toString();
        if (output.includes('#token=')) child.kill('SIGTERM');
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(output.trimEnd().split('\n')).toEqual([
        'Electron can’t be used here (there is no display): the console opens in a browser instead.',
        expect.stringMatching(
          /^Sendwright [\d.]+: the console runs at http:\/\/127\.0\.0\.1:\d+\. Press Ctrl-C to end it\.$/,
        ),
        'Open this address within two minutes; it works once:',
        expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/),
      ]);
    },
    60_000,
  );
});

describe('an older Node', () => {
  /** As if this Node were of that version. */
  const as = (version: string) =>
    `--import=data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;

  it('hands over to the one that npm ci brings', () => {
    const run = spawnSync(process.execPath, [as('20.1.0'), 'build/run.mjs', 'main/hosts/cli/cli.ts', '--version'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([run.status, run.stdout, run.stderr]).toEqual([0, '0.1.0\n', '']);
  });

  it('without that one says what to do', () => {
    mkdirSync(path.join(folder, 'build'));
    copyFileSync(path.join(root, 'build', 'run.mjs'), path.join(folder, 'build', 'run.mjs'));
    const run = spawnSync(process.execPath, [as('20.1.0'), 'build/run.mjs', 'build/start.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([run.status, run.stderr]).toEqual([
      1,
      'Sendwright runs on Node 24, and this is Node 20.1.0. Run npm ci: it brings the right one.\n',
    ]);
  });
});
