import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron';
import path from 'node:path';
import { contentSecurityPolicy } from '../../../renderer/session/csp.ts';
import { isConsoleLink } from '../../../shared/links/own-link.ts';
import type { Core } from '../../core/core.ts';
import { createPracticeClient } from '../../practice/practice-client.ts';
import { dataFolder } from '../data-folder.ts';
import type { Instance } from '../instance.ts';
import { claimInstance } from '../instance.ts';
import { readManaged } from '../managed.ts';
import { copyProgram, practiceProgram, preloadProgram, rendererFolder, version } from '../parts.ts';
import type { RunLog } from '../process-log.ts';
import { catchUncaughtErrors, openRunLog } from '../process-log.ts';
import { countRefusals } from '../refusals.ts';
import { toldFault } from '../start-fault.ts';
import { createConsoleWindow } from './console-window.ts';
import { askForCopy } from './damaged-file.ts';
import { orderEnding } from './ending.ts';
import { installGuards } from './guards.ts';
import { electronKeychain } from './keychain.ts';
import { noteEvents } from './log-events.ts';
import { applicationMenu } from './menu.ts';
import { createNotifier } from './notifier.ts';
import { offerPorts } from './port.ts';
import { practiceOptions, utilityPractice } from './practice.ts';
import { chooseProfile } from './profile.ts';
import { createFileHandler } from './protocol.ts';
import type { StartArguments } from './start-arguments.ts';
import { argumentsAgain, executableAgain, LINK_ARGUMENTS, linkAmong, readStartArguments } from './start-arguments.ts';
import { createTray } from './tray.ts';
import { canUpdate, createUpdates } from './updates.ts';

/**
 * The console in Electron: one window, one port, and as little else as can be.
 *
 * What Electron takes before it is ready alone (schemes, sandbox, profile, lock) is given to it while this module is
 * being read, before anything is awaited.
 */

/** As in electron-builder.yml: Windows joins windows, notifications and the start menu's entry by it. */
const APP_ID = 'app.sendwright.console';

protocol.registerSchemesAsPrivileged([
  { scheme: 'sendwright', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
]);
app.enableSandbox();
if (process.platform === 'win32') app.setAppUserModelId(APP_ID);

/** Null until the data folder is known. */
let runLog: RunLog | null = null;
catchUncaughtErrors({
  log: () => runLog,
  tell: (sentence) => dialog.showErrorBox('Sendwright has to quit', sentence),
  end: () => app.exit(1),
});

/** Says why the console can't start, and what to do, once a box can be shown; then ends. */
function refuse(error: unknown): void {
  runLog?.ended('could not start', { error });
  const { message, remedy } = toldFault(error);
  console.error(`${message} ${remedy}`.trimEnd());
  void app.whenReady().then(() => {
    dialog.showErrorBox('Sendwright could not start', remedy === '' ? message : `${message}\n\n${remedy}`);
    app.exit(1);
  });
}

function begin(): void {
  try {
    const start = readStartArguments(process.argv.slice(1));
    const folder = dataFolder(start.dataDir);
    const log = openRunLog(folder, 'electron', (text) => console.error(text));
    runLog = log;
    log.started();
    noteEvents(app, log);
    const profile = chooseProfile(app, folder, process.platform);
    if (app.requestSingleInstanceLock()) {
      run(start, folder, profile, log).catch(refuse);
    } else {
      log.ended('another start has the data folder');
      console.log('The console is already running on this data folder: its window comes to the front.');
      app.quit();
    }
  } catch (error) {
    refuse(error);
  }
}

async function run(start: StartArguments, folder: string, profile: string, log: RunLog): Promise<void> {
  let instance: Instance | null = null;
  let composing: Promise<Core> | null = null;
  let core: Core | null = null;
  let reason = 'quit';

  const ending = orderEnding({
    app,
    executable: executableAgain(process.env),
    async close() {
      await composing?.then(
        (composed) => composed.close(),
        () => undefined,
      );
      if (instance?.first === true) await instance.close();
      log.ended(reason);
    },
  });
  const quit = () => app.quit();
  const tray = createTray({
    newTray: () => new Tray(path.join(rendererFolder, 'tray.png')),
    buildMenu: (template) => Menu.buildFromTemplate(template),
    open: () => open(),
    quit,
  });
  const consoleWindow = createConsoleWindow({
    newWindow: (options) => new BrowserWindow(options),
    dialog,
    ending,
    quit,
    tray,
    isNeeded: () => core?.hasSchedule() === true,
    workAreas: () => screen.getAllDisplays().map(({ workArea }) => workArea),
    placeFile: path.join(profile, 'window.json'),
    preload: preloadProgram,
    devTools: !app.isPackaged,
    now: () => performance.now(),
    log: log.warn,
  });
  const prepared = Promise.withResolvers<void>();
  let isPrepared = false;
  let isWindowWanted = !start.hidden;
  /** Asked for before there was a core to show them. */
  const links: string[] = [];

  /**
   * Brings the window to the front: once everything that guards it is in place, and in a new start where the console is
   * on its way out.
   *
   * @param link what it is to show, as soon as that can be.
   */
  function open(link: string | null = null): void {
    isWindowWanted = true;
    if (ending.isWanted()) ending.thenStartAgain(argumentsAgain(process.argv.slice(1), link));
    else if (isPrepared) consoleWindow.open();
    // A core that is being closed shows nothing any more.
    if (link === null || ending.isUnderWay()) return;
    if (core === null) links.push(link);
    else core.openLink(link);
  }

  app.on('second-instance', (_event, args) => open(linkAmong(args)));
  app.on('open-url', (event, link) => {
    event.preventDefault();
    if (!isConsoleLink(link)) open(link);
  });
  app.on('window-all-closed', () => {
    // A program of macOS stays in the Dock until somebody quits it.
    if (process.platform === 'darwin') return;
    reason = 'its window was closed';
    app.quit();
  });

  // The browser window and Electron may be started on one data folder; Electron's own lock knows Electron alone.
  instance = await claimInstance(
    folder,
    start.link,
    async (link) => {
      open(link);
      await prepared.promise;
      return 'The console is already open; its window comes to the front.';
    },
    async (question) => {
      await prepared.promise;
      return (await composing)?.answer(question) ?? null;
    },
  );
  if (!instance.first) {
    log.ended('another start has the data folder');
    console.log(instance.answer);
    app.quit();
    return;
  }

  await app.whenReady();
  const force = (because: string) => {
    reason = because;
    ending.force();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, force);
  powerMonitor.on('shutdown', (event?: Electron.Event) => {
    event?.preventDefault();
    force('the system shuts down');
  });

  installGuards({
    app,
    session: session.defaultSession,
    openOutside: (address) => {
      // There may be no mail program, for example.
      shell
        .openExternal(address)
        .catch((error: unknown) => log.warn({ error }, 'an address could not be opened outside'));
    },
  });
  const handleFile = createFileHandler(rendererFolder, contentSecurityPolicy, (file, error) => {
    log.warn({ file, error }, 'a file of the window could not be read');
    consoleWindow.fileMissing();
  });
  session.defaultSession.protocol.handle('sendwright', (request) => handleFile(request));
  app.setAboutPanelOptions({ applicationName: app.name, applicationVersion: version });
  const form = { platform: process.platform, isPackaged: app.isPackaged, executable: process.execPath };
  const mayUpdate = canUpdate({ ...form, environment: process.env });
  const updatesAreLocked = readManaged().locked.Updates === false;
  const lookForUpdates = createUpdates({
    version,
    dialog,
    noteFault: (error) => log.warn({ error }, 'no update could be looked for or fetched'),
    loadUpdater: async () => (await import('electron-updater')).autoUpdater,
  });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      applicationMenu({
        platform: process.platform,
        name: app.name,
        devTools: !app.isPackaged,
        reload: consoleWindow.reload,
        zoom: consoleWindow.zoom,
        lookForUpdates: !mayUpdate ? null : updatesAreLocked ? 'locked' : () => void lookForUpdates(),
      }),
    ),
  );

  const serving = import('./serving.ts');
  composing = serving.then(({ composeCore, damageOf, putBack }) => {
    const compose = () =>
      composeCore({
        dataFolder: folder,
        host: 'electron',
        version,
        keychain: electronKeychain(safeStorage, process.platform),
        copyProgram: { file: copyProgram, runsIn: 'thread' },
        practice: createPracticeClient(
          () => utilityPractice(utilityProcess.fork(practiceProgram, [], practiceOptions), log),
          path.join(folder, 'practice'),
        ),
        notifier: createNotifier({ newNotification: (options) => new Notification(options), open: () => open() }),
        systemProxy: (url) => session.defaultSession.resolveProxy(url),
        background: true,
        managed: readManaged(),
        log,
        startAgain() {
          reason = 'it starts again';
          ending.thenStartAgain(argumentsAgain(process.argv.slice(1), null));
          app.quit();
        },
      });
    return compose().catch(async (error: unknown) => {
      const damage = damageOf(error, folder);
      if (damage === null) throw error;
      log.error({ error }, 'the data file is damaged');
      const copy = await askForCopy(dialog, damage);
      if (copy === null) throw error;
      const { aside } = putBack(folder, copy);
      log.warn({ copy, aside }, 'a copy was put in the place of the data file');
      return compose();
    });
  });
  const served = composing;
  const refused = countRefusals(log);
  offerPorts({
    ipcMain,
    contents: consoleWindow.contents,
    newChannel: () => new MessageChannelMain(),
    serve: async (port) => {
      const { servePort } = await serving;
      servePort((await served).router, port, refused);
    },
    now: () => performance.now(),
  });
  isPrepared = true;
  // The page loads while the core is being read in and composed.
  if (isWindowWanted) open();
  else {
    consoleWindow.prepare();
    tray.show();
  }
  app.on('activate', () => open());
  prepared.resolve();

  core = await composing;
  if (start.link !== null) core.openLink(start.link);
  for (const link of links) core.openLink(link);
  // One that is carried along leaves no traces on the machine.
  if (app.isPackaged && process.env.PORTABLE_EXECUTABLE_DIR === undefined)
    app.setAsDefaultProtocolClient('sendwright', process.execPath, [...LINK_ARGUMENTS]);
  powerMonitor.on('suspend', core.sleep);
  powerMonitor.on('resume', core.wake);
}

begin();
