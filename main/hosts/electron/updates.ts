import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Dialog, MessageBoxOptions } from 'electron';

/**
 * Updates, when a person asks for one: nothing is looked for, fetched or replaced before. Only what can replace itself
 * offers to: an AppImage, and what the installer for Windows put there. A deb, an rpm and an MSI belong to those who
 * manage the machine's packages; a portable program and an npm package are replaced by hand, a disk image too.
 */

/** What tells the forms of the program apart. */
export interface ProgramForm {
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  readonly executable: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether this copy of the program can replace itself by a newer one. */
export function canUpdate({ platform, isPackaged, executable, environment }: ProgramForm): boolean {
  if (!isPackaged) return false;
  // The runtime of AppImages names the file that it came from.
  if (platform === 'linux') return (environment.APPIMAGE ?? '') !== '';
  if (platform !== 'win32' || environment.PORTABLE_EXECUTABLE_FILE !== undefined) return false;
  // electron-builder's installer puts what uninstalls beside the program; an MSI does not.
  return existsSync(path.join(path.dirname(executable), 'Uninstall Sendwright.exe'));
}

/** The part of electron-updater's `AppUpdater` that is used. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  /** It would write to the console; faults are in the log. */
  logger: unknown;
  checkForUpdates(): Promise<{
    readonly isUpdateAvailable: boolean;
    readonly updateInfo: { readonly version: string };
  } | null>;
  downloadUpdate(): Promise<unknown>;
}

export interface UpdateParts {
  readonly version: string;
  /** Loaded when it is needed: it is large, and most never ask. */
  readonly loadUpdater: () => Promise<Updater>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly noteFault: (error: unknown) => void;
}

const DOWNLOAD = 0;

/**
 * @returns what a person's word starts: it looks for a newer version, says what it found, and fetches it if they want
 * that; it is put in place when the console ends. A second word while one goes on is passed over.
 */
export function createUpdates({ version, loadUpdater, dialog, noteFault }: UpdateParts): () => Promise<void> {
  let isUnderWay = false;
  const show = (options: MessageBoxOptions) => dialog.showMessageBox({ title: 'Updates', ...options });

  async function look(): Promise<void> {
    const updater = await loadUpdater();
    updater.logger = null;
    updater.autoDownload = false;
    updater.autoInstallOnAppQuit = true;
    const found = await updater.checkForUpdates();
    if (found?.isUpdateAvailable !== true) {
      await show({ type: 'info', message: 'This is the newest version.', detail: `Sendwright ${version}` });
      return;
    }
    const answer = await show({
      type: 'question',
      message: `Sendwright ${found.updateInfo.version} is there.`,
      detail: `This is ${version}. It can be downloaded now, and is installed when you quit.`,
      buttons: ['Download', 'Not Now'],
      defaultId: 0,
      cancelId: 1,
    });
    if (answer.response !== DOWNLOAD) return;
    await updater.downloadUpdate();
    await show({
      type: 'info',
      message: `Sendwright ${found.updateInfo.version} was downloaded.`,
      detail: 'It is installed when you quit.',
    });
  }

  return async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await look();
    } catch (error) {
      noteFault(error);
      await show({
        type: 'warning',
        message: 'Checking for or downloading the update failed.',
        detail:
          'The update server could not be reached, or its download was incomplete. Nothing was changed. Try again later, or get the newest version from where you got this one.',
      });
    } finally {
      isUnderWay = false;
    }
  };
}
