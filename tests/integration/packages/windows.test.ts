import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropFolder } from '../../support/core.ts';
import { FUSES, quoted, root, runBuilder, writeScript } from '../../support/packaging.ts';
import { emptyLibrary } from '../../support/portable-executable.ts';
import { run } from '../../support/run.ts';
import { describeWith } from '../../support/tools.ts';

/**
 * The installers for Windows, made on Linux: electron-builder makes its scripts as for a release, Debian's makensis
 * compiles them. Plug-ins for NSIS that it downloads are stood in for by libraries that have the functions and do
 * nothing, Wine by a script that notes how it was called.
 */

/** The plug-ins that electron-builder downloads beside NSIS. */
const PLUGINS = ['nsis7z', 'nsProcess', 'SpiderBanner', 'StdUtils', 'UAC', 'WinShell'];

/** @returns plug-in → the functions of it that electron-builder's scripts call. */
function calledFunctions(): ReadonlyMap<string, readonly string[]> {
  const templates = path.join(root, 'node_modules', 'app-builder-lib', 'templates', 'nsis');
  const scripts = readdirSync(templates, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ns[hi]$/.test(name),
  );
  const text = scripts.map((name) => readFileSync(path.join(templates, name), 'utf8')).join('\n');
  return new Map(
    PLUGINS.map((plugin) => {
      const calls = [...text.matchAll(new RegExp(`\\b${plugin}::(\\w+)`, 'gi'))].map(([, name]) => name ?? '');
      return [plugin, [...new Set(calls)]];
    }),
  );
}

describeWith(['Linux', 'makensis', '7za'], 'packages for Windows', () => {
  let folder: string;
  let made: string;

  /** An executable of Windows that does nothing. */
  function makeExecutable(file: string): void {
    const script = [
      'Unicode true',
      'SilentInstall silent',
      `OutFile ${file}`,
      'VIProductVersion 45.4.1.0',
      ...['ProductName', 'ProductVersion', 'FileVersion', 'FileDescription', 'LegalCopyright'].map(
        (key) => `VIAddVersionKey /LANG=1033 ${key} Electron`,
      ),
      'Section',
      'SectionEnd',
      '',
    ].join('\n');
    const compiled = run('makensis', ['-V2', '-WX', '-'], {}, script);
    expect(compiled.status, compiled.stdout).toBe(0);
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-windows-'));
    made = path.join(folder, 'made');
    const distribution = path.join(folder, 'electron');
    mkdirSync(path.join(distribution, 'resources'), { recursive: true });
    makeExecutable(path.join(distribution, 'electron.exe'));
    appendFileSync(path.join(distribution, 'electron.exe'), FUSES);
    writeFileSync(path.join(distribution, 'version'), '0.0.0');
    writeFileSync(path.join(distribution, 'LICENSE'), 'The licence of Electron.\n');

    const nsis = path.join(folder, 'nsis');
    // Each call is kept: its arguments a line each, and the script that it was given.
    writeScript(path.join(nsis, 'linux', 'makensis'), [
      `number=$(ls ${quoted(folder)} | grep -c '^makensis-')`,
      `printf '%s\\n' "$@" > ${quoted(folder)}/makensis-$number.args`,
      'unset NSISDIR',
      `tee ${quoted(folder)}/script-$number.nsi | exec makensis "$@"`,
    ]);
    copyFileSync(path.join(distribution, 'electron.exe'), path.join(nsis, 'elevate.exe'));
    const plugins = path.join(folder, 'resources', 'plugins', 'x86-unicode');
    mkdirSync(plugins, { recursive: true });
    for (const [name, functions] of calledFunctions())
      writeFileSync(path.join(plugins, `${name}.dll`), emptyLibrary(`${name}.dll`, functions));

    const wine = path.join(folder, 'wine');
    for (const part of ['wine-home', 'lib']) mkdirSync(path.join(wine, part), { recursive: true });
    writeScript(path.join(wine, 'bin', 'wine'), [
      'case "$1" in',
      `  *candle.exe) printf '%s\\n' "$@" > ${quoted(folder)}/candle.args; cp project.wxs ${quoted(folder)}/ ;;`,
      `  *light.exe) printf '%s\\n' "$@" > ${quoted(folder)}/light.args ;;`,
      // The first half of an installer, when it is run, writes what uninstalls.
      `  *) cp ${quoted(path.join(distribution, 'electron.exe'))} "\${1%exe}__uninstaller.exe" ;;`,
      'esac',
    ]);
    const { code, output } = await runBuilder(
      ['--win', 'nsis', 'portable', 'msi', '--x64', `-c.electronDist=${distribution}`, `-c.directories.output=${made}`],
      {
        ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7za',
        ELECTRON_BUILDER_NSIS_DIR: nsis,
        ELECTRON_BUILDER_NSIS_RESOURCES_DIR: path.join(folder, 'resources'),
        ELECTRON_BUILDER_WINE_TOOLSET_DIR: wine,
        WIX_FOLDER: path.join(folder, 'wix'),
        NODE_OPTIONS: `--import=${path.join(root, 'tests', 'support', 'programs', 'wix-from-here.ts')}`,
      },
    );
    expect(code, output).toBe(0);
  }, 240_000);
  afterAll(() => dropFolder(folder));

  /** What a call of makensis was given. */
  const call = (number: number) => readFileSync(path.join(folder, `makensis-${number}.args`), 'utf8').split('\n');

  it('makes an installer and a portable program, and what updates are found by', () => {
    const sizes = new Map(
      readdirSync(made, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => [name, statSync(path.join(made, name)).size]),
    );
    expect([...sizes.keys()].sort()).toEqual([
      'Sendwright-0.1.0-portable.exe',
      'Sendwright-0.1.0-setup.exe',
      'Sendwright-0.1.0-setup.exe.blockmap',
      'builder-debug.yml',
      'latest.yml',
    ]);
    for (const kind of ['setup', 'portable'])
      expect(sizes.get(`Sendwright-0.1.0-${kind}.exe`)).toBeGreaterThan(2_000_000);
    // Only what the installer put there can be replaced by a newer one: the portable program is not named.
    expect(readFileSync(path.join(made, 'latest.yml'), 'utf8')).toContain('path: Sendwright-0.1.0-setup.exe');
  });

  it('has the installer ask for whom, keep the data, and name its maker', () => {
    for (const number of [0, 1]) {
      const given = call(number);
      expect(given).toContain('-WX');
      expect(given).toContain('-DMULTIUSER_INSTALLMODE_ALLOW_ELEVATION');
      expect(given).toContain('-DallowToChangeInstallationDirectory');
      expect(given).not.toContain('-DINSTALL_MODE_PER_ALL_USERS');
      expect(given.filter((argument) => argument.startsWith('-DDELETE_APP_DATA'))).toEqual([]);
      expect(given).toContain('-DUNINSTALL_URL_HELP=https://sendwright.example/');
      expect(given).toContain('-XVIAddVersionKey /LANG=1033 CompanyName "Sendwright maintainers"');
    }
    expect(call(2)).toContain('-DREQUEST_EXECUTION_LEVEL=user');
  });

  it('hands addresses to the program once it is installed, and only there', () => {
    const include = path.join(root, 'build', 'windows', 'installer.nsh');
    for (const number of [0, 1])
      expect(readFileSync(path.join(folder, `script-${number}.nsi`), 'utf8')).toContain(`!include "${include}"`);
    expect(readFileSync(path.join(folder, 'script-2.nsi'), 'utf8')).not.toContain(include);
    // Both were compiled. That makensis read the macros, and did not leave them out, is seen where one is broken.
    const compile = (text: string) => {
      const file = path.join(folder, 'include.nsh');
      writeFileSync(file, text);
      const script = [
        'Unicode true',
        `OutFile "${path.join(folder, 'include.exe')}"`,
        '!include LogicLib.nsh',
        '!define APP_EXECUTABLE_FILENAME Sendwright.exe',
        `!include "${file}"`,
        'Section',
        '!insertmacro customInstall',
        'WriteUninstaller "$INSTDIR\\Uninstall.exe"',
        'SectionEnd',
        'Section Uninstall',
        '!insertmacro customUnInstall',
        'SectionEnd',
        '',
      ];
      return run('makensis', ['-WX', '-V2', '-'], {}, script.join('\n')).status;
    };
    const text = readFileSync(include, 'utf8');
    expect(compile(text)).toBe(0);
    for (const call of ['WriteRegStr', 'ReadRegStr', 'DeleteRegKey'])
      expect([call, compile(text.replace(call, `${call}s`))]).toEqual([call, 1]);
  });

  it('packs the module for Windows alone, and sets every fuse', async () => {
    const unpacked = path.join(made, 'win-unpacked');
    const modules = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.node'),
    );
    expect(modules.map((name) => path.basename(name))).toEqual(['win32-x64.node']);
    const wire = await getCurrentFuseWire(path.join(unpacked, 'Sendwright.exe'));
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(FuseState.DISABLE);
  });

  it('calls WiX for an MSI of 64 bits, for the whole machine', () => {
    const project = readFileSync(path.join(folder, 'project.wxs'), 'utf8');
    expect(project).toContain('<Property Id="ALLUSERS" Secure="yes" Value="1"/>');
    expect(project).toContain('<Directory Id="ProgramFiles64Folder">');
    expect(project).not.toMatch(/DesktopFolder|runAfterFinish/);
    const lines = (name: string) => readFileSync(path.join(folder, name), 'utf8').trimEnd().split('\n').slice(1);
    expect(lines('candle.args')).toEqual(expect.arrayContaining(['-arch', 'x64', '-pedantic', '-wx', 'project.wxs']));
    expect(lines('light.args')).toEqual(expect.arrayContaining(['-wx', 'project.wixobj']));
    expect(lines('light.args')[1]).toMatch(/\\Sendwright-0\.1\.0\.msi$/);
  });

  describeWith(['wixl', 'msiinfo', 'msiextract'], 'an MSI made of the same project by wixl', () => {
    /** The project in the words of WiX 3 that wixl knows; what it has no word for (a condition, a property of a link) is left out. */
    function forWixl(project: string): string {
      const folders = [...project.matchAll(/<Directory Id="([^"]+)" Name="APPLICATIONFOLDER:\\([^"]+)\\"\/>/g)];
      let number = 0;
      const references: string[] = [];
      const nested = folders.map(([, id, name]) => {
        const names = (name ?? '').split('\\');
        const opened = names.map(
          (part, at) => `<Directory Id="${at === names.length - 1 ? id : `${id}${at}`}" Name="${part}">`,
        );
        return opened.join('') + '</Directory>'.repeat(names.length);
      });
      return project
        .replace('http://wixtoolset.org/schemas/v4/wxs', 'http://schemas.microsoft.com/wix/2006/wi')
        .replaceAll(/<Directory Id="[^"]+" Name="APPLICATIONFOLDER:[^>]+>/g, '')
        .replace(/(<Directory Id="APPLICATIONFOLDER" Name="[^"]+")\/>/, `$1>${nested.join('')}</Directory>`)
        .replace(/<Condition[\s\S]*?<\/Condition>/, '')
        .replaceAll(/<ShortcutProperty[^>]*>/g, '')
        .replaceAll(/ Secure="yes"/g, '')
        .replace(/SourceFile="[^"]+"/, 'SourceFile="icon.ico"')
        .replaceAll(/<Component(?= Directory|>)/g, () => `<Component Id="component${(number += 1)}" Guid="*"`)
        .replaceAll(/<File (?![^>]* Id=)/g, () => `<File Id="file${(number += 1)}" `)
        .replace(/ *<ComponentGroup Id[\s\S]*<\/ComponentGroup>/, (group) => {
          // A group a folder, for a component has none of its own there.
          const places = new Map<string, string[]>();
          for (const [component] of group.matchAll(/<Component [\s\S]*?<\/Component>/g)) {
            const place = /^<Component [^>]*Directory="([^"]+)"/.exec(component)?.[1] ?? 'APPLICATIONFOLDER';
            places.set(place, [
              ...(places.get(place) ?? []),
              component.replace(/ Directory="[^"]+"(?=[^>]*>\s*<File)/, ''),
            ]);
          }
          const groups = [...places].map(
            ([place, components]) =>
              `<ComponentGroup Id="in${place}" Directory="${place}">${components.join('')}</ComponentGroup>`,
          );
          references.push(...[...places.keys()].map((place) => `<ComponentGroupRef Id="in${place}"/>`));
          return `</Product><Fragment>${groups.join('')}</Fragment>`;
        })
        .replace(/<\/Fragment>\s*<\/Product>/, '</Fragment>')
        .replace('<ComponentGroupRef Id="ProductComponents"/>', () => references.join(''));
    }

    it('holds every file of the program, and the addresses’ entries', () => {
      const project = readFileSync(path.join(folder, 'project.wxs'), 'utf8');
      writeFileSync(path.join(folder, 'wixl.wxs'), forWixl(project));
      const msi = path.join(folder, 'sendwright.msi');
      const unpacked = path.join(made, 'win-unpacked');
      copyFileSync(path.join(root, 'build', 'icons', 'icon.ico'), path.join(folder, 'icon.ico'));
      const compiled = run('sh', [
        '-c',
        `cd ${quoted(folder)} && wixl -a x64 -D appDir=made/win-unpacked -o ${quoted(msi)} wixl.wxs`,
      ]);
      expect(compiled.status, compiled.stderr).toBe(0);
      const inside = run('msiextract', ['--list', msi]).stdout.trimEnd().split('\n');
      const files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(unpacked, path.join(entry.parentPath, entry.name)))
        // The helper that the installer alone needs comes into the folder afterwards.
        .filter((name) => name !== 'resources/elevate.exe');
      expect(inside.map((name) => name.replace(/^.*?Sendwright\//, '')).sort()).toEqual(files.sort());
      const table = (name: string) => run('msiinfo', ['export', msi, name]).stdout;
      expect(table('Registry')).toContain(
        'Software\\Classes\\sendwright\\shell\\open\\command\t\t"[#mainExecutable]" "--" "%1"\turlProtocol',
      );
      expect(table('Property')).toContain('ALLUSERS\t1');
      expect(table('Property')).toContain('UpgradeCode\t{6F9A2B0E-7B56-4C27-9E0B-2D1C3B8A54E1}');
      expect(table('Shortcut')).toContain('startMenuShortcut\tProgramMenuFolder\tSendwright');
    });
  });
});
