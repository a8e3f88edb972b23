import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { events } from './events.ts';
import { isStandardScheme, registerScheme, rewriteOrigins, toChromium } from './addresses.ts';
import { isReady, needReady } from './app-state.ts';
import type { Answer } from './chromium.ts';
import { theBrowser } from './chromium.ts';
import { onControl, report } from './control.ts';
import { askBox } from './dialogs.ts';
import { settings } from './given.ts';
import { emitPreventable, newEvent, notModelled, StandInEmitter, strictModule, StrictObject } from './strict.ts';

/** The default session: protocols, permissions, downloads, proxy. There is no other. */

type SchemeHandler = (request: Request) => Response | Promise<Response>;

/** A request of a page, as the DevTools protocol tells it. */
interface PageRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly postData?: string;
}

/** An answer as the DevTools protocol takes it. */
interface PageAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: string;
}

const TEXTUAL = /^(?:text\/|application\/(?:json|javascript|xml|manifest\+json)|image\/svg)/i;

/** Electron's `Protocol`, of which the product's own are handled. */
class Protocol extends StrictObject {
  readonly $handlers: Map<string, SchemeHandler> = new Map();

  constructor() {
    super('protocol');
  }

  registerSchemesAsPrivileged(
    customSchemes: readonly { readonly scheme: string; readonly privileges?: { readonly standard?: boolean } }[],
  ): void {
    if (isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme, privileges } of customSchemes) registerScheme(scheme, privileges?.standard === true);
  }

  handle(scheme: string, handler: SchemeHandler): void {
    needReady('protocol.handle can only be called after the app is ready');
    if (this.$handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    if (!isStandardScheme(scheme))
      notModelled(`protocol.handle for ${scheme}, which is not registered as a standard scheme`);
    this.$handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this.$handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.$handlers.has(scheme);
  }
}

type PermissionCheck = (contents: unknown, permission: string, origin: string, details: object) => boolean;
type PermissionRequest = (
  contents: unknown,
  permission: string,
  answer: (granted: boolean) => void,
  details: object,
) => void;

/** Electron's permissions and what the DevTools protocol calls them. */
const permissions: readonly (readonly [electron: string, chromium: object])[] = [
  ['clipboard-read', { name: 'clipboard-read' }],
  ['clipboard-sanitized-write', { name: 'clipboard-write' }],
  ['geolocation', { name: 'geolocation' }],
  ['notifications', { name: 'notifications' }],
  ['midi', { name: 'midi' }],
  ['media', { name: 'camera' }],
  ['media', { name: 'microphone' }],
];

/** Electron's `DownloadItem`. */
class DownloadItem extends StandInEmitter {
  readonly #guid: string;
  readonly #url: string;
  readonly #name: string;
  #savePath = '';
  #state: 'progressing' | 'completed' | 'cancelled' | 'interrupted' = 'progressing';
  #received = 0;
  #total = 0;
  #saveOptions: object | null = null;

  constructor(guid: string, url: string, name: string) {
    super('downloadItem', events.DownloadItem);
    this.#guid = guid;
    this.#url = url;
    this.#name = name;
  }

  setSavePath(savePath: string): void {
    this.#savePath = savePath;
  }
  getSavePath(): string {
    return this.#savePath;
  }
  get savePath(): string {
    return this.#savePath;
  }
  set savePath(savePath: string) {
    this.#savePath = savePath;
  }
  setSaveDialogOptions(options: object): void {
    this.#saveOptions = options;
  }
  getSaveDialogOptions(): object {
    return this.#saveOptions ?? {};
  }
  getFilename(): string {
    return this.#name;
  }
  getURL(): string {
    return this.#url;
  }
  getState(): string {
    return this.#state;
  }
  getReceivedBytes(): number {
    return this.#received;
  }
  getTotalBytes(): number {
    return this.#total;
  }
  getMimeType(): string {
    return '';
  }
  hasUserGesture(): boolean {
    return true;
  }
  isPaused(): boolean {
    return false;
  }
  cancel(): void {
    this.#state = 'cancelled';
    theBrowser().root.tell('Browser.cancelDownload', { guid: this.#guid });
  }

  $progressed({ receivedBytes, totalBytes }: Answer): void {
    this.#received = receivedBytes;
    this.#total = totalBytes;
    this.emit('updated', newEvent(), 'progressing');
  }

  /** @param file where Chromium has put it. */
  async $ended(state: 'completed' | 'canceled', file: string): Promise<void> {
    if (state === 'completed' && this.#state === 'progressing') {
      if (this.#savePath === '') {
        const options = { defaultPath: this.#name, ...this.#saveOptions };
        const answer = await askBox('download', options);
        this.#savePath = answer.filePaths?.[0] ?? '';
      }
      if (this.#savePath === '') {
        this.#state = 'cancelled';
      } else {
        try {
          await copyFile(file, this.#savePath);
          this.#state = 'completed';
        } catch {
          this.#state = 'interrupted';
        }
      }
    } else if (this.#state === 'progressing') {
      this.#state = 'cancelled';
    }
    report({ kind: 'download', name: this.#name, savePath: this.#savePath, state: this.#state });
    this.emit('done', newEvent(), this.#state);
  }
}

const handlesNothing = (name: string) => () => notModelled(`session.${name}`);

/** Electron's `Session`. */
export class Session extends StandInEmitter {
  readonly protocol: Protocol = new Protocol();
  #check: PermissionCheck | null = null;
  #request: PermissionRequest | null = null;
  #device: ((details: object) => boolean) | null = null;
  #proxy: string = settings.proxy;
  #userAgent = '';
  readonly #reachable = new Set<string>();
  readonly #downloads = new Map<string, DownloadItem>();
  readonly #askedFor = new Set<string>();
  #downloadFolder = '';

  constructor() {
    super('session', events.Session);
  }

  /** Begins to follow what concerns the session in the browser. */
  $begin(downloadFolder: string): void {
    this.#downloadFolder = downloadFolder;
    const { root } = theBrowser();
    root.tell('Browser.setDownloadBehavior', {
      behavior: 'allowAndName',
      downloadPath: downloadFolder,
      eventsEnabled: true,
    });
    root.on('Browser.downloadWillBegin', ({ guid, url, suggestedFilename }: Answer) => {
      const item = new DownloadItem(guid, url, suggestedFilename);
      if (emitPreventable(this, 'will-download', {}, item, null)) {
        item.cancel();
        return;
      }
      this.#downloads.set(guid, item);
    });
    root.on('Browser.downloadProgress', (params: Answer) => {
      const item = this.#downloads.get(params.guid);
      if (item === undefined) return;
      if (params.state === 'inProgress') {
        item.$progressed(params);
        return;
      }
      this.#downloads.delete(params.guid);
      void item.$ended(params.state, params.filePath ?? path.join(this.#downloadFolder, params.guid));
    });
  }

  /** Whether a page may reach an address outside: what a test has allowed, and what never leaves the page. */
  $mayReach(url: string): boolean {
    return /^(?:data|blob|about):/.test(url) || this.#reachable.has(new URL(url).origin);
  }

  $allow(origin: string): void {
    this.#reachable.add(origin);
  }

  /** Answers a request of a page. @returns null where no handler is there, or it fails. */
  async $answer(request: PageRequest): Promise<PageAnswer | null> {
    const scheme = /^[^:]+/.exec(request.url)?.[0] ?? '';
    const handler = this.protocol.$handlers.get(scheme);
    if (handler === undefined) return null;
    this.#askPermissions(request.url);
    let response: Response;
    let body: Buffer;
    try {
      const given = new Request(request.url, {
        method: request.method,
        headers: request.headers,
        ...(request.postData === undefined ? {} : { body: request.postData }),
      });
      response = await handler(given);
      body = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      report({ kind: 'log', text: `The handler of ${scheme} failed: ${String(error)}` });
      return null;
    }
    const headers = [...response.headers].map(([name, value]) => ({ name, value: rewriteOrigins(value) }));
    if (TEXTUAL.test(response.headers.get('content-type') ?? '')) body = Buffer.from(rewriteOrigins(body.toString()));
    // Chromium's own process would take the length as it was before.
    return {
      status: response.status,
      statusText: response.statusText,
      headers: headers.filter(({ name }) => name !== 'content-length'),
      body: body.toString('base64'),
    };
  }

  /** Puts the program's word on permissions where Chromium looks for it, once for each origin. */
  #askPermissions(url: string): void {
    const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.exec(url)?.[0] ?? '';
    if (this.#askedFor.has(origin)) return;
    this.#askedFor.add(origin);
    for (const [permission, chromium] of permissions) {
      const set = (granted: boolean) =>
        theBrowser().root.tell('Browser.setPermission', {
          permission: chromium,
          setting: granted ? 'granted' : 'denied',
          origin: toChromium(origin),
        });
      const details = { requestingUrl: `${origin}/`, isMainFrame: true };
      const checked = this.#check === null || this.#check(null, permission, `${origin}/`, details);
      if (!checked || this.#request === null) set(checked);
      else this.#request(null, permission, set, details);
    }
  }

  setPermissionCheckHandler(handler: PermissionCheck | null): void {
    this.#check = handler;
    this.#askedFor.clear();
  }
  setPermissionRequestHandler(handler: PermissionRequest | null): void {
    this.#request = handler;
    this.#askedFor.clear();
  }
  setDevicePermissionHandler(handler: ((details: object) => boolean) | null): void {
    this.#device = handler;
  }
  /** What the program says of a device. */
  $mayUseDevice(details: object): boolean {
    return this.#device?.(details) ?? false;
  }

  resolveProxy(url: string): Promise<string> {
    if (!URL.canParse(url)) return Promise.reject(new Error('Invalid URL'));
    return new Promise((resolve) => void setImmediate(() => resolve(this.#proxy)));
  }
  async setProxy(config: { readonly mode?: string; readonly proxyRules?: string }): Promise<void> {
    if (config.mode === 'direct') this.#proxy = 'DIRECT';
    else notModelled(`session.setProxy(${JSON.stringify(config)})`);
  }
  closeAllConnections(): Promise<void> {
    return Promise.resolve();
  }
  async clearCache(): Promise<void> {
    await theBrowser().root.send('Storage.clearDataForOrigin', { origin: '*', storageTypes: 'cache_storage' });
  }
  async clearStorageData(
    options: { readonly origin?: string; readonly storages?: readonly string[] } = {},
  ): Promise<void> {
    const origin = options.origin === undefined ? '*' : toChromium(options.origin);
    await theBrowser().root.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  }
  async clearCodeCaches(_options: object): Promise<void> {}
  flushStorageData(): void {}
  getUserAgent(): string {
    return this.#userAgent;
  }
  setUserAgent(userAgent: string): void {
    this.#userAgent = userAgent;
  }
  setSpellCheckerEnabled(_enabled: boolean): void {}
  isSpellCheckerEnabled(): boolean {
    return false;
  }
  setSpellCheckerLanguages(_languages: readonly string[]): void {}
  setDownloadPath(folder: string): void {
    this.#downloadFolder = folder;
  }
  isPersistent(): boolean {
    return true;
  }
  setCertificateVerifyProc: () => never = handlesNothing('setCertificateVerifyProc');
  get webRequest(): never {
    return notModelled('session.webRequest');
  }
  get cookies(): never {
    return notModelled('session.cookies');
  }
}

const theSession = new Session();

/** The one session there is. */
export function defaultSession(): Session {
  return theSession;
}

/** Electron's module `session`. */
export const sessionModule = strictModule('session', {
  get defaultSession(): Session {
    needReady('Session can only be received when app is ready');
    return theSession;
  },
  fromPartition: (): never => notModelled('session.fromPartition'),
  fromPath: (): never => notModelled('session.fromPath'),
});

/** Electron's module `protocol`: that of the default session. */
export const protocolModule = theSession.protocol;

onControl('allow-outside', ({ origin }: { origin: string }) => theSession.$allow(origin));
onControl('device', (details: object) => theSession.$mayUseDevice(details));
