import type { WebPreferences } from 'electron';

/**
 * The only web preferences any window of the product gets: sandboxed, isolated, without Node (Electron security
 * checklist 2 to 6, 8, 9 and 18).
 *
 * @param preload absolute path of the bundled preload script.
 * @param devTools whether the developer tools can be opened: in a checkout alone.
 */
export function webPreferences(preload: string, devTools: boolean): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    devTools,
  };
}
