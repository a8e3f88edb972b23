import type { App } from 'electron';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../data-folder.ts';

/** Chromium's file of what belongs to a whole profile; on Windows the key that seals for safeStorage is in it. */
const LOCAL_STATE = 'Local State';

/**
 * Earlier builds named the profile too late: what they sealed on Windows is under the key of Electron's default profile.
 * A data folder of theirs takes that key over, once.
 */
function takeKeyOver(formerProfile: string, profile: string): void {
  const source = path.join(formerProfile, LOCAL_STATE);
  const target = path.join(profile, LOCAL_STATE);
  if (existsSync(target) || !existsSync(source)) return;
  // A file that is there is there whole.
  copyFileSync(source, `${target}.new`);
  renameSync(`${target}.new`, target);
}

/**
 * Gives Electron the profile that belongs to the data folder: the lock of a single instance, the key of safeStorage and
 * what the window stores are then the folder's own. It has to happen before Electron is ready, and before anything is
 * awaited.
 *
 * @param dataFolder exists.
 * @returns the profile's folder.
 * @throws StartFault when the profile's folder can't be made.
 */
export function chooseProfile(
  app: Pick<App, 'getPath' | 'setPath'>,
  dataFolder: string,
  platform: NodeJS.Platform,
): string {
  const profile = path.join(dataFolder, 'electron');
  makeFolder(profile);
  if (platform === 'win32') takeKeyOver(app.getPath('userData'), profile);
  app.setPath('userData', profile);
  app.setPath('sessionData', profile);
  return profile;
}
