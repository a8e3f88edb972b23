import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'vite';
import { buildPrograms, programs } from '../../build/bundle.ts';
import { bundleEverything, root } from '../support/packaging.ts';

/**
 * Puts faults that the desktop program once had, or might get, back into its sources, one at a time, and requires the
 * tests of it to notice each. `npm run soak -- 1 host-faults`; a part of their names after the rounds tries those alone:
 * SENDWRIGHT_FAULTS.
 */

interface HostFault {
  readonly name: string;
  /** Below main/hosts/electron. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The tests that may notice: the file below tests/e2e/stand-in, and a part of their titles. */
  readonly tests: readonly [file: string, title: string];
}

const UNHEARD = "'devtools-focused'";

const faults: readonly HostFault[] = [
  {
    name: 'the port is asked for at document start, and never again',
    file: 'preload.ts',
    from: "page.addEventListener('message', (event) => {",
    to: "ipcRenderer.send('sendwright:ready', 'start');\npage.addEventListener('unheard' as 'message', (event) => {",
    tests: ['handshake', 'every load gets a port'],
  },
  {
    name: 'a frame that is not known at the first message is never answered',
    file: 'port.ts',
    from: 'const own = contents();',
    to: 'const own = contents();\nif (event.senderFrame === null) (ipcMain as IpcMain).removeAllListeners(READY);',
    tests: ['handshake', 'first message .null.'],
  },
  {
    name: 'nobody hears that a page objects to being left',
    file: 'leaving.ts',
    from: "contents.on('will-prevent-unload'",
    to: `contents.on(${UNHEARD}`,
    tests: ['ending', 'the close button asks'],
  },
  {
    name: 'the core is closed before the windows have agreed',
    file: 'ending.ts',
    from: '    wanted = true;\n  });\n  app.on',
    to: '    wanted = true;\n    void begin();\n  });\n  app.on',
    tests: ['ending', 'the system asks'],
  },
  {
    name: 'a quit that was taken back is remembered for ever',
    file: 'ending.ts',
    from: '      wanted = false;\n      again = null;',
    to: '      again = null;',
    tests: ['tray', 'quitting from the tray shows'],
  },
  {
    name: 'the profile is named once Electron is ready',
    file: 'profile.ts',
    from: "app.setPath('userData', profile);",
    to: "setTimeout(() => app.setPath('userData', profile), 500);",
    tests: ['start', 'comes up on the data folder'],
  },
  {
    name: 'the data folder is read as Chromium reads its switches',
    file: 'main.ts',
    from: 'dataFolder(start.dataDir)',
    to: "dataFolder(app.commandLine.getSwitchValue('data-dir') || undefined)",
    tests: ['start', 'comes up on the data folder'],
  },
  {
    name: 'the main script waits for Electron to be ready',
    file: 'main.ts',
    from: '\nbegin();',
    to: '\nawait app.whenReady();\nbegin();',
    tests: ['start', 'comes up on the data folder'],
  },
  {
    name: 'no window is made again from the Dock',
    file: 'main.ts',
    from: "app.on('activate', () => open());",
    to: '',
    tests: ['start', 'on macOS it stays'],
  },
  {
    name: 'Windows is not told which application this is',
    file: 'main.ts',
    from: "if (process.platform === 'win32') app.setAppUserModelId(APP_ID);",
    to: '',
    tests: ['start', 'on Windows it is known'],
  },
  {
    name: 'nobody hears that a page has crashed',
    file: 'page-faults.ts',
    from: "contents.on('render-process-gone'",
    to: `contents.on(${UNHEARD}`,
    tests: ['faults', 'a page that crashes is loaded anew'],
  },
  {
    name: 'a second start brings a crashed window to the front as it is',
    file: 'console-window.ts',
    from: 'if (there.window.webContents.isCrashed()) loadConsole(there.window);',
    to: '',
    tests: ['faults', 'a second start brings a crashed window back'],
  },
  {
    name: 'nobody hears that a file of the window is missing',
    file: 'protocol.ts',
    from: 'noteMissing(file, error);',
    to: '',
    tests: ['faults', 'a window whose files'],
  },
  {
    name: 'nobody hears that the machine goes to sleep',
    file: 'main.ts',
    from: "powerMonitor.on('suspend', core.sleep);",
    to: '',
    tests: ['work', 'a check stands still'],
  },
  {
    name: 'a notification opens the window and nothing in it',
    file: 'notifier.ts',
    from: 'pressed();',
    to: '',
    tests: ['work', 'a domain that breaks'],
  },
  {
    name: 'a system that shuts down is told what a person is asked',
    file: 'main.ts',
    from: "force('the system shuts down');",
    to: 'app.quit();',
    tests: ['ending', 'nobody is asked'],
  },
  {
    name: 'nobody hears that Windows ends the session',
    file: 'console-window.ts',
    from: "window.on('session-end', ending.force);",
    to: '',
    tests: ['ending', 'on Windows the end of the session'],
  },
  {
    name: 'a start while the console ends is forgotten',
    file: 'main.ts',
    from: 'if (ending.isWanted()) ending.thenStartAgain(argumentsAgain(process.argv.slice(1), link));\n    else if',
    to: 'if',
    tests: ['ending', 'a start while it is on its way out'],
  },
  {
    name: 'the window comes where no display is any more',
    file: 'console-window.ts',
    from: 'visiblePlace(place.bounds, parts.workAreas())',
    to: 'place.bounds',
    tests: ['place', 'the window comes back'],
  },
  {
    name: 'what is to begin hidden is shown',
    file: 'main.ts',
    from: 'let isWindowWanted = !start.hidden;',
    to: 'let isWindowWanted = true;',
    tests: ['start', 'hidden begins in the tray'],
  },
  {
    name: 'closing the window ends the checks that repeat',
    file: 'console-window.ts',
    from: 'if (ending.isWanted() || !parts.isNeeded()) return;',
    to: 'return;',
    tests: ['tray', 'closes to the tray'],
  },
  {
    name: 'the key that everybody knows counts as protection',
    file: 'keychain.ts',
    from: "platform === 'linux' && sealed",
    to: "platform === 'aix' && sealed",
    tests: ['vault', 'without a keyring a passphrase'],
  },
  {
    name: 'a load that is overtaken ends the program',
    file: 'window.ts',
    from: '.catch(() => undefined)',
    to: '',
    tests: ['ending', 'quits while the page loads'],
  },
];

const faultyProgram = path.join(root, 'dist', 'faulty');

/** Bundles the desktop program with a fault. @throws when the sources do not read as they did any more. */
async function buildWith({ name, file, from, to }: HostFault): Promise<void> {
  const place = path.join(root, 'main', 'hosts', 'electron', file);
  let isPlaced = false;
  const plugin: Plugin = {
    name: 'fault',
    enforce: 'pre',
    transform(code, id) {
      if (path.resolve(id) !== place || !code.includes(from)) return null;
      isPlaced = true;
      return code.replace(from, to);
    },
  };
  rmSync(faultyProgram, { recursive: true, force: true });
  mkdirSync(faultyProgram, { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(faultyProgram, 'package.json'));
  cpSync(path.join(root, 'dist', 'main'), path.join(faultyProgram, 'dist', 'main'), { recursive: true });
  symlinkSync(path.join(root, 'dist', 'renderer'), path.join(faultyProgram, 'dist', 'renderer'));
  const output = file === 'preload.ts' ? 'preload.cjs' : 'electron.js';
  const chosen = programs.filter((program) => program.output === output);
  await buildPrograms(chosen, path.join('faulty', 'dist', 'main'), [plugin]);
  if (!isPlaced) throw new Error(`${name}: ${file} holds no longer what the fault replaces`);
}

/** @returns how many of the tests failed. */
function failures([file, title]: HostFault['tests'], environment: Readonly<Record<string, string>>): number {
  const cli = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')),
    'cli.js',
  );
  const args = [
    'test',
    `stand-in/${file}.spec.ts`,
    '-g',
    title,
    '--project=stand-in',
    '--reporter=json',
    '--timeout=45000',
  ];
  const { stdout } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // A program that does not find its data folder must not take the person's own.
    env: { ...process.env, ...environment, SENDWRIGHT_DATA_DIR: path.join(faultyProgram, 'data') },
  });
  const { stats } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
    stats: { expected: number; unexpected: number };
  };
  if (stats.expected + stats.unexpected === 0) throw new Error(`There is no test “${title}” in ${file}.spec.ts`);
  return stats.unexpected;
}

/** Tries all faults; in a run of all long runs none, for it takes some minutes. */
async function run(_rounds: number, _seed: number, isAlone = false): Promise<string> {
  if (!isAlone) return 'left out: it is asked for by its name';
  await bundleEverything();
  const wanted = process.env.SENDWRIGHT_FAULTS ?? '';
  const chosen = faults.filter(({ name }) => name.includes(wanted));
  const unnoticed: string[] = [];
  try {
    for (const fault of chosen) {
      // oxlint-disable-next-line no-await-in-loop -- one program after the other
      await buildWith(fault);
      const red = failures(fault.tests, { SENDWRIGHT_DESKTOP_PROGRAM: faultyProgram });
      console.log(`${red > 0 ? 'noticed' : 'MISSED '} ${fault.name}`);
      if (red === 0) unnoticed.push(fault.name);
    }
  } finally {
    rmSync(faultyProgram, { recursive: true, force: true });
  }
  if (unnoticed.length > 0) throw new Error(`No test notices: ${unnoticed.join('; ')}`);
  return `${chosen.length} faults put back one at a time, each noticed by a test`;
}

export const soak = { name: 'host-faults', run };
