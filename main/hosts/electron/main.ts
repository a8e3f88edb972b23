import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  protocol,
  safeStorage,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron';
import path from 'node:path';
import { contentSecurityPolicy } from '../../../renderer/app/csp.ts';
import { composeCore } from '../../core/compose.ts';
import { createPracticeClient } from '../../practice/practice-client.ts';
import { servePort } from '../carrying.ts';
import { dataFolder } from '../data-folder.ts';
import { claimInstance } from '../instance.ts';
import { practiceProgram, preloadProgram, rendererFolder, version } from '../parts.ts';
import { installGuards } from './guards.ts';
import { electronKeychain } from './keychain.ts';
import { offerPort } from './port.ts';
import { utilityPractice } from './practice.ts';
import { createFileHandler } from './protocol.ts';
import { keepInTray } from './tray.ts';
import { bringToFront, showConsole, windowOptions } from './window.ts';

/** The console in Electron: one window, one port, and as little else as can be. */

protocol.registerSchemesAsPrivileged([
  { scheme: 'sendwright', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
]);
app.enableSandbox();

async function run(): Promise<void> {
  const folder = await dataFolder(app.commandLine.getSwitchValue('data-dir') || undefined);
  app.setPath('userData', path.join(folder, 'electron'));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  let open = () => undefined as void;
  // The browser window and Electron may be started on one data folder; Electron's own lock knows Electron alone.
  const instance = await claimInstance(folder, async () => {
    open();
    return 'The console is open already; it was brought to the front.';
  });
  if (!instance.first) {
    console.log(instance.answer);
    app.quit();
    return;
  }
  await app.whenReady();
  const core = await composeCore({
    dataFolder: folder,
    host: 'electron',
    version,
    keychain: electronKeychain(safeStorage, process.platform),
    practice: createPracticeClient(
      () => utilityPractice(utilityProcess.fork(practiceProgram)),
      path.join(folder, 'practice'),
    ),
    notifier: {
      notify(title, body) {
        const notice = new Notification({ title, body });
        notice.on('click', () => open());
        notice.show();
      },
    },
    systemProxy: (url) => session.defaultSession.resolveProxy(url),
    background: true,
  });

  const defaultSession = session.defaultSession;
  installGuards({ app, session: defaultSession, openOutside: (address) => void shell.openExternal(address) });
  const handleFile = createFileHandler(rendererFolder, contentSecurityPolicy);
  defaultSession.protocol.handle('sendwright', (request) => handleFile(request));

  const window = new BrowserWindow(windowOptions(preloadProgram));
  offerPort({
    ipcMain,
    contents: window.webContents,
    newChannel: () => new MessageChannelMain(),
    serve: (port) => servePort(core.router, port),
  });
  open = () => bringToFront(window);
  app.on('second-instance', open);
  keepInTray({
    window,
    app,
    newTray: () => new Tray(path.join(rendererFolder, 'tray.png')),
    buildMenu: (template) => Menu.buildFromTemplate(template),
    isNeeded: core.hasSchedule,
    open,
  });
  app.on('window-all-closed', () => app.quit());
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    void core
      .close()
      .then(instance.close)
      .finally(() => app.quit());
  });
  await showConsole(window);
}

run().catch((error: unknown) => {
  const remedy = error instanceof Error && 'remedy' in error ? `\n\n${String(error.remedy)}` : '';
  dialog.showErrorBox(
    'Sendwright could not start',
    `${error instanceof Error ? error.message : String(error)}${remedy}`,
  );
  app.exit(1);
});
