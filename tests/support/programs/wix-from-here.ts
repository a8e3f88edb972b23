import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Loaded into electron-builder (`node --import`): has it find WiX in the folder that `WIX_FOLDER` names. Of all tools
 * this is the one for which it has no setting and always asks the network.
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const require = createRequire(createRequire(path.join(root, 'package.json')).resolve('electron-builder/package.json'));
const MODULE = 'app-builder-lib/out/binDownload.js';
const downloads = require(MODULE) as {
  getBinFromUrl: (release: string, ...rest: readonly string[]) => Promise<string>;
};
const { getBinFromUrl } = downloads;
downloads.getBinFromUrl = (release, ...rest) =>
  release.startsWith('wix-') ? Promise.resolve(process.env.WIX_FOLDER ?? '') : getBinFromUrl(release, ...rest);
