import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropFolder } from '../../support/core.ts';
import { makeLinuxDistribution, NOTE_CALL, quoted, root, runBuilder, writeScript } from '../../support/packaging.ts';
import { run } from '../../support/run.ts';
import { describeWith } from '../../support/tools.ts';

/**
 * AppImage, deb and rpm: electron-builder makes them as for a release, with the programs that it would download stood in
 * for by the distribution's own. What comes out is looked at with tools that we did not write, installed and removed.
 */

const TOOLS = [
  'dpkg-deb',
  'lintian',
  'rpmbuild',
  'rpm',
  'mksquashfs',
  'unsquashfs',
  'desktop-file-validate',
  'appstreamcli',
];

/** Every file and link below a folder, from there. */
function listed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

describeWith(['Linux', ...TOOLS], 'packages for Linux', () => {
  let folder: string;
  let made: string;
  let calls: Readonly<Record<'deb' | 'rpm', readonly string[]>>;

  /** The folder of tools that makes an AppImage: Debian's, and a runtime that unpacks and runs what is behind it. */
  function makeAppImageTools(): string {
    const tools = path.join(folder, 'appimage');
    for (const name of ['mksquashfs', 'desktop-file-validate'])
      writeScript(path.join(tools, name), [`exec ${name} "$@"`]);
    const lines = [
      'target=$(mktemp -d)',
      'unsquashfs -quiet -no-progress -force -offset 4096 -dest "$target" "$0" > /dev/null || exit 1',
      'APPIMAGE="$0" APPDIR="$target" "$target/AppRun" "$@"',
      'code=$?; rm -rf "$target"; exit $code',
    ];
    const runtime = `#!/bin/sh\n${lines.join('\n')}\n`;
    mkdirSync(path.join(tools, 'runtimes'));
    writeFileSync(path.join(tools, 'runtimes', 'runtime-x64'), runtime.padEnd(4096, '#'));
    mkdirSync(path.join(tools, 'lib', 'x64'), { recursive: true });
    return tools;
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-linux-'));
    made = path.join(folder, 'made');
    const standIn = path.join(root, 'tests', 'support', 'programs', 'fpm.ts');
    const fpm = writeScript(path.join(folder, 'fpm'), [
      'kind=; previous=',
      'for argument in "$@"; do [ "$previous" = -t ] && kind=$argument; previous=$argument; done',
      `FPM_RECORD=${quoted(folder)}/call-$kind.json exec ${quoted(process.execPath)} ${quoted(standIn)} "$@"`,
    ]);
    const { code, output } = await runBuilder(
      [
        '--linux',
        'AppImage',
        'deb',
        'rpm',
        '--x64',
        `-c.electronDist=${makeLinuxDistribution(path.join(folder, 'electron'))}`,
        `-c.directories.output=${made}`,
      ],
      { CUSTOM_FPM_PATH: fpm, APPIMAGE_TOOLS_PATH: makeAppImageTools() },
    );
    expect(code, output).toBe(0);
    const call = (kind: string) => JSON.parse(readFileSync(path.join(folder, `call-${kind}.json`), 'utf8')) as string[];
    calls = { deb: call('deb'), rpm: call('rpm') };
  }, 180_000);
  afterAll(() => dropFolder(folder));

  const deb = () => path.join(made, 'sendwright_0.1.0_amd64.deb');
  const rpm = () => path.join(made, 'sendwright-0.1.0.x86_64.rpm');
  const appImage = () => path.join(made, 'Sendwright-0.1.0.AppImage');

  it('makes one of each kind, and no more', () => {
    expect(
      readdirSync(made)
        .filter((name) => statSync(path.join(made, name)).isFile() && name !== 'builder-debug.yml')
        .sort(),
    ).toEqual(
      [
        'Sendwright-0.1.0.AppImage',
        'latest-linux.yml',
        'sendwright-0.1.0.x86_64.rpm',
        'sendwright_0.1.0_amd64.deb',
      ].sort(),
    );
  });

  it.each(['deb', 'rpm'] as const)('calls fpm for a %s with every field and file', (kind) => {
    const call = calls[kind];
    const value = (name: string) => call[call.indexOf(name) + 1];
    expect(value('--name')).toBe('sendwright');
    expect(value('--version')).toBe('0.1.0');
    expect(value('--url')).toBe('https://sendwright.example/');
    expect(value('--maintainer')).toBe('Sendwright maintainers <maintainers@sendwright.example>');
    expect(value('--license')).toBe('UNLICENSED');
    const sizes = [16, 24, 32, 48, 64, 128, 256, 512];
    const targets = call
      .filter((argument) => /=\/(?:usr|opt)\//.test(argument))
      .map((argument) => argument.replace(/^.*=/, ''));
    expect(targets).toEqual(
      expect.arrayContaining([
        '/opt/Sendwright',
        '/usr/share/applications/sendwright.desktop',
        '/usr/share/metainfo/app.sendwright.console.metainfo.xml',
        ...sizes.map((size) => `/usr/share/icons/hicolor/${size}x${size}/apps/sendwright.png`),
      ]),
    );
  });

  it('makes a deb that lintian finds no error and no warning in, but for those overridden with a reason', () => {
    const { stdout } = run('lintian', ['--show-overrides', deb()]);
    expect(stdout.split('\n').filter((line) => !/^[NO]:|^$/.test(line))).toEqual([]);
    expect(stdout).toContain('O: sendwright: dir-or-file-in-opt');
    const lines = readFileSync(path.join(root, 'build', 'linux', 'lintian-overrides'), 'utf8').split('\n');
    expect(lines[0]).toMatch(/^# /);
  });

  it('has a deb depend on packages that Debian has', () => {
    const simulated = run('apt-get', ['--simulate', '--no-install-recommends', 'install', deb()]);
    expect([simulated.status, simulated.stderr]).toEqual([0, '']);
    expect(simulated.stdout).toContain('Inst sendwright (0.1.0 local-deb [amd64])');
    const recommended = run('dpkg-deb', ['--field', deb(), 'Recommends']).stdout.trim();
    expect(run('apt-cache', ['policy', recommended]).stdout).toContain('Candidate: ');
  });

  it('is entered in the menu, takes addresses of its own, and describes itself to stores', () => {
    const unpacked = path.join(folder, 'deb');
    expect(run('dpkg-deb', ['--extract', deb(), unpacked]).status).toBe(0);
    const entry = path.join(unpacked, 'usr/share/applications/sendwright.desktop');
    expect(run('desktop-file-validate', [entry])).toEqual({ status: 0, stdout: '', stderr: '' });
    const text = readFileSync(entry, 'utf8');
    const { desktopName } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      desktopName: string;
    };
    expect(path.basename(entry)).toBe(desktopName);
    for (const line of [
      'Name=Sendwright',
      'Exec=/opt/Sendwright/sendwright %U',
      'Icon=sendwright',
      'StartupWMClass=sendwright',
      'MimeType=x-scheme-handler/sendwright;',
      'Categories=Network;',
    ])
      expect(text.split('\n')).toContain(line);
    const description = path.join(unpacked, 'usr/share/metainfo/app.sendwright.console.metainfo.xml');
    expect(run('appstreamcli', ['validate', '--no-net', '--pedantic', description]).status).toBe(0);
    const tree = run('appstreamcli', ['validate-tree', '--no-net', unpacked]);
    expect(tree.status, tree.stdout).toBe(0);
    expect(readFileSync(path.join(unpacked, 'usr/share/doc/sendwright/copyright'), 'utf8')).toContain('UNLICENSED');
    const resources = readdirSync(path.join(unpacked, 'opt/Sendwright/resources'));
    expect(resources).toEqual(expect.arrayContaining(['THIRD-PARTY-NOTICES.txt', 'LICENCE.txt', 'app.asar']));
    expect(readdirSync(path.join(unpacked, 'opt/Sendwright'))).toEqual(
      expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']),
    );
  });

  it('starts, answers and finds its data again, as the workflow tries it', () => {
    const program = path.join(folder, 'deb', 'opt', 'Sendwright', 'sendwright');
    const tried = run(process.execPath, [path.join(root, 'build', 'start-packaged.ts'), program], { HOME: folder });
    expect([tried.stdout, tried.status]).toEqual([`${program} starts, answers, and finds its data again.\n`, 0]);
  });

  it('has the same files in deb and rpm, but for what each distribution wants of its own', () => {
    const fromDeb = run('dpkg-deb', ['--contents', deb()])
      .stdout.split('\n')
      .filter((line) => line.startsWith('-'))
      .map((line) => line.replace(/^.* \.\//, '/'));
    const fromRpm = run('rpm', ['--query', '--package', '--queryformat', '[%{FILEMODES:perms} %{FILENAMES}\n]', rpm()])
      .stdout.split('\n')
      .filter((line) => line.startsWith('-'))
      .map((line) => line.replace(/^\S+ /, ''));
    const own = /^\/usr\/share\/(?:doc|lintian|licenses)\//;
    expect(fromRpm.filter((file) => !own.test(file)).sort()).toEqual(fromDeb.filter((file) => !own.test(file)).sort());
    expect(fromRpm).toContain('/usr/share/licenses/sendwright/LICENCE.txt');
    expect(fromRpm.length).toBeGreaterThan(15);
  });

  it('makes an rpm that rpm itself finds whole', () => {
    expect(run('rpm', ['--checksig', '--nosignature', rpm()])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('digests OK'),
    });
    const fields = run('rpm', [
      '--query',
      '--package',
      '--queryformat',
      '%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{URL}',
      rpm(),
    ]);
    expect(fields.stdout).toBe('sendwright 0.1.0 x86_64 UNLICENSED https://sendwright.example/');
  });

  it('makes an AppImage that unpacks, is in order and starts with Chromium’s sandbox', () => {
    const unpacked = path.join(folder, 'AppDir');
    expect(run('unsquashfs', ['-quiet', '-no-progress', '-offset', '4096', '-dest', unpacked, appImage()]).status).toBe(
      0,
    );
    const entry = path.join(unpacked, 'sendwright.desktop');
    expect(run('desktop-file-validate', [entry])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=AppRun %U$/m);
    expect(run('bash', ['-n', path.join(unpacked, 'AppRun')]).status).toBe(0);
    expect(statSync(path.join(unpacked, 'AppRun')).mode & 0o111).not.toBe(0);
    expect(
      lstatSync(path.join(unpacked, '.DirIcon')).isSymbolicLink() || existsSync(path.join(unpacked, '.DirIcon')),
    ).toBe(true);
    const note = path.join(folder, 'appimage-call');
    const started = run(appImage(), ['sendwright://domain/example.com'], { [NOTE_CALL]: note });
    expect([started.status, started.stderr]).toEqual([0, '']);
    expect(readFileSync(note, 'utf8').trimEnd().split('\n').slice(1)).toEqual(['sendwright://domain/example.com']);
  });

  describeWith(['overlay'], 'on a Debian', () => {
    /**
     * Runs lines for sh on top of this system, as root in a namespace and a chroot of their own: what they change lands
     * in a folder, and this system stays as it is.
     *
     * @returns what was printed, and the files that differ afterwards.
     */
    function onTopOfThisSystem(name: string, lines: readonly string[]) {
      const layer = path.join(folder, name);
      for (const part of ['changed', 'work', 'all']) mkdirSync(path.join(layer, part), { recursive: true });
      writeFileSync(path.join(folder, `${name}.sh`), ['set -e', ...lines, ''].join('\n'));
      const result = run('unshare', [
        '--mount',
        'sh',
        '-c',
        [
          'set -e',
          `mount -t overlay overlay -o lowerdir=/,upperdir=${layer}/changed,workdir=${layer}/work ${layer}/all`,
          `mount --rbind /proc ${layer}/all/proc`,
          `mount --rbind /dev ${layer}/all/dev`,
          `mkdir -p ${layer}/all${folder}`,
          `mount --bind ${folder} ${layer}/all${folder}`,
          `chroot ${layer}/all sh ${folder}/${name}.sh`,
        ].join('\n'),
      ]);
      const changed = listed(path.join(layer, 'changed')).filter((file) => !file.startsWith(folder.slice(1)));
      return { ...result, changed };
    }
    /** Its own records of what was done, and caches made from all packages. */
    const records =
      /^(?:var\/lib\/dpkg|var\/log|var\/cache|var\/lib\/rpm|usr\/share\/(?:applications\/mimeinfo\.cache|icons\/hicolor\/icon-theme\.cache|mime\/)|etc\/alternatives\/README|usr\/lib\/sysimage)/;

    it('installs the deb, with the command in place, and removes it without leaving anything', () => {
      const note = path.join(folder, 'deb-call');
      const { status, stdout, stderr, changed } = onTopOfThisSystem('debian', [
        // What it depends on need not all be on this machine; that Debian has it is seen above.
        `dpkg --force-depends --install ${deb()} > /dev/null 2>&1`,
        'dpkg --verify sendwright',
        'readlink -f /usr/bin/sendwright',
        'stat -c %a /opt/Sendwright/chrome-sandbox',
        `${NOTE_CALL}=${note} /usr/bin/sendwright --data-dir "/a folder"`,
        // An upgrade, here to the same version, keeps the command.
        `dpkg --force-depends --install ${deb()} > /dev/null 2>&1`,
        'readlink -f /usr/bin/sendwright',
        'dpkg --purge sendwright > /dev/null 2>&1',
        'ls /opt/Sendwright /usr/bin/sendwright /etc/alternatives/sendwright 2>/dev/null || true',
      ]);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout.trimEnd().split('\n')).toEqual([
        '/opt/Sendwright/sendwright',
        expect.stringMatching(/^(?:755|4755)$/),
        '/opt/Sendwright/sendwright',
      ]);
      expect(readFileSync(note, 'utf8').trimEnd().split('\n')).toEqual(['/opt/Sendwright', '--data-dir', '/a folder']);
      expect(changed.filter((file) => !records.test(file))).toEqual([]);
    });

    it('installs the rpm, keeps the command over an upgrade, and removes it without leaving anything', () => {
      const options = '--nodeps --force-debian --dbpath /var/lib/rpm';
      const { status, stdout, stderr, changed } = onTopOfThisSystem('rpm', [
        'mkdir -p /var/lib/rpm',
        `rpm ${options} --install ${rpm()} > /dev/null`,
        'readlink -f /usr/bin/sendwright',
        `rpm ${options} --upgrade --replacepkgs ${rpm()}`,
        'readlink -f /usr/bin/sendwright',
        `rpm ${options} --erase sendwright`,
        'ls /opt/Sendwright /usr/bin/sendwright /etc/alternatives/sendwright 2>/dev/null || true',
      ]);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout.trimEnd().split('\n')).toEqual(['/opt/Sendwright/sendwright', '/opt/Sendwright/sendwright']);
      expect(changed.filter((file) => !records.test(file))).toEqual([]);
    });
  });
});
