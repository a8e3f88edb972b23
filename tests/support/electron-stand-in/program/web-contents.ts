import { readFileSync } from 'node:fs';
import type { HandlerDetails, WindowOpenHandlerResponse } from 'electron';
import { events } from './events.ts';
import { fromChromium, rewriteOrigins, toChromium } from './addresses.ts';
import { theApp } from './app-state.ts';
import type { Answer, CdpSession } from './chromium.ts';
import { theBrowser } from './chromium.ts';
import { decodeClone, encodeClone } from './codec.ts';
import { onControl, report } from './control.ts';
import { askBox } from './dialogs.ts';
import { Lane, pass, random, settings } from './given.ts';
import type { KeyPress, Message } from './glue.ts';
import { glueScript } from './glue.ts';
import { IpcMain, ipcMain } from './ipc-main.ts';
import type { OpenPage } from './pages.ts';
import { newPage } from './pages.ts';
import type { PagePort } from './ports.ts';
import type { MessagePortMain } from './ports.ts';
import { givePortToPage, takePortFromPage } from './ports.ts';
import type { Session } from './session.ts';
import { emitPreventable, guardDestroyed, newEvent, notModelled, StandInEmitter } from './strict.ts';

/** One page of Chromium as Electron's `WebContents`, with its main frame. */

/** Chromium's numbers for the errors that come up here. */
const netErrors: Readonly<Record<string, number>> = {
  ERR_ABORTED: -3,
  ERR_FAILED: -2,
  ERR_UNKNOWN_URL_SCHEME: -302,
  ERR_NAME_NOT_RESOLVED: -105,
  ERR_CONNECTION_REFUSED: -102,
  ERR_INTERNET_DISCONNECTED: -106,
  ERR_BLOCKED_BY_CLIENT: -20,
};

/** A page that was asked to close and says nothing for so long counts as unresponsive. */
const UNRESPONSIVE_AFTER_MS = 5000;

interface Document {
  /** Chromium's name of the isolated world's context. */
  readonly context: string;
  readonly ports: Map<number, PagePort>;
  hasSpoken: boolean;
}

/** How a contents tells the window that shows it. */
export interface Owner {
  painted(): void;
  titled(title: string): void;
  unresponsive(): void;
  responsive(): void;
  /** The page has closed itself, or is gone with Chromium. */
  gone(): void;
  pressed(key: KeyPress): void;
  size(): { readonly width: number; readonly height: number };
}

/** The main frame; the program can reach no others here. */
export class WebFrameMain extends StandInEmitter {
  readonly #contents: WebContents;
  readonly ipc: IpcMain = new IpcMain('frame.ipc');

  constructor(contents: WebContents) {
    super('WebFrameMain', events.WebFrameMain);
    this.#contents = contents;
  }

  get url(): string {
    return this.#contents.$address;
  }
  get origin(): string {
    return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.exec(this.url)?.[0] ?? 'null';
  }
  get detached(): boolean {
    return this.#contents.$isDestroyed;
  }
  get top(): WebFrameMain {
    return this;
  }
  get parent(): null {
    return null;
  }
  get frames(): WebFrameMain[] {
    return [];
  }
  get framesInSubtree(): WebFrameMain[] {
    return [this];
  }
  get name(): string {
    return '';
  }
  get processId(): number {
    return this.#contents.$processId;
  }
  get routingId(): number {
    return 1;
  }
  get frameTreeNodeId(): number {
    return this.#contents.$id;
  }
  get frameToken(): string {
    return `frame-${this.#contents.$id}-${this.#contents.$processId}`;
  }
  isDestroyed(): boolean {
    return this.#contents.$isDestroyed;
  }
  send(channel: string, ...args: unknown[]): void {
    this.#contents.$sendToPage(channel, encodeClone(args), []);
  }
  postMessage(channel: string, message: unknown, transfer: readonly MessagePortMain[] = []): void {
    this.#contents.$sendToPage(channel, encodeClone([message]), transfer);
  }
  reload(): boolean {
    this.#contents.reload();
    return true;
  }
  executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    return this.#contents.executeJavaScript(code, userGesture);
  }
}

/** A load that somebody waits for. */
interface Load {
  /** @param command whose navigation has started; null for one of the page's own. */
  started(command: number | null, address: string): void;
}

type OpenHandler = (details: HandlerDetails) => WindowOpenHandlerResponse;

let count = 0;

/** Every contents that is not destroyed. */
export const allContents: Set<WebContents> = new Set();

/** Called with each new contents, before its page loads anything. */
export const onNewContents: ((contents: WebContents) => void)[] = [];

export class WebContents extends StandInEmitter {
  readonly $id: number;
  readonly $session: Session;
  readonly $mainFrame: WebFrameMain = new WebFrameMain(this);
  readonly #ipc = new IpcMain('contents.ipc');
  readonly #preload: string | null;
  readonly #binding: string;
  readonly #opened: Promise<CdpSession>;
  readonly #toMain = new Lane('ipcToMain');
  readonly #toPage = new Lane('ipcToPage');
  readonly #happenings = new Lane('pageEvent');
  /** Chromium's name of the page, which is also that of its main frame. */
  $target: string | null = null;
  $owner: Owner | null = null;
  $isDestroyed = false;
  $processId = 1;
  /** What the program sees as the main frame's address. */
  $address = '';
  #addressBefore = '';
  #title = '';
  #isLoading = false;
  #isCrashed = false;
  #isCommitted = false;
  #document: Document | null = null;
  #requestedByPage = false;
  /** The program's own navigations that Chromium has not begun yet, and the loads that somebody waits for. */
  readonly #commands: number[] = [];
  readonly #loads = new Set<Load>();
  #commandCount = 0;
  #status: { readonly code: number; readonly text: string } = { code: -1, text: '' };
  #fault = 'ERR_FAILED';
  #openHandler: OpenHandler | null = null;
  readonly #windowsAsked: Answer[] = [];
  readonly #pagesOpened: OpenPage[] = [];
  #script: { readonly text: string; readonly id: string } | null = null;
  $zoomLevel = 0;
  #isMuted = false;
  #userAgent: string | null = null;
  #closing: { readonly gone: () => void; readonly stays: () => void; readonly timer: NodeJS.Timeout } | null = null;

  /** @param preload absolute path of the preload script. */
  constructor(session: Session, preload: string | null) {
    super('webContents', events.WebContents);
    count += 1;
    this.$id = count;
    this.$session = session;
    this.#preload = preload;
    this.#binding = `standIn${this.$id}_${Math.trunc(Math.random() * 1e9)}`;
    allContents.add(this);
    this.#opened = this.#open();
    this.#opened.catch((error: unknown) => {
      if (!this.$isDestroyed) report({ kind: 'fault', message: `A page can’t be opened: ${String(error)}` });
    });
    for (const act of onNewContents) act(this);
    theApp().emit('web-contents-created', newEvent(), this);
  }

  async #open(): Promise<CdpSession> {
    const { session, target } = await newPage();
    if (this.$isDestroyed) {
      theBrowser().root.tell('Target.closeTarget', { targetId: target });
      throw new Error('destroyed before it was open');
    }
    this.$target = target;
    report({ kind: 'page', contents: this.$id, target });
    this.#listen(session);
    await Promise.all([
      session.send('Page.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Runtime.addBinding', { name: this.#binding, executionContextName: this.#binding }),
      session.send('Runtime.enable'),
      session.send('Fetch.enable', {
        patterns: [{ urlPattern: 'https://*.invalid/*' }, { urlPattern: '*', resourceType: 'Document' }],
      }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
    return session;
  }

  /** Puts the preload script where each new document of the page begins. */
  async #installPreload(session: CdpSession): Promise<void> {
    let preload: string | null = null;
    if (this.#preload !== null) {
      try {
        preload = rewriteOrigins(readFileSync(this.#preload, 'utf8'));
      } catch (error) {
        this.emit('preload-error', newEvent(), this.#preload, error);
        report({ kind: 'fault', message: `Unable to load preload script: ${this.#preload} (${String(error)})` });
      }
    }
    const clones = { encode: encodeClone, decode: decodeClone };
    const text = glueScript(clones, this.#binding, preload, this.#preload ?? '');
    if (this.#script?.text === text) return;
    if (this.#script !== null) {
      session.tell('Page.removeScriptToEvaluateOnNewDocument', { identifier: this.#script.id });
    }
    const { identifier } = await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: text,
      worldName: this.#binding,
    });
    this.#script = { text, id: identifier };
  }

  #listen(session: CdpSession): void {
    const hear = (method: string, listener: (params: Answer) => void) =>
      session.on(method, (params: Answer) => {
        this.#happenings.send(() => {
          if (!this.$isDestroyed) listener(params);
        });
      });
    hear('Page.frameRequestedNavigation', ({ frameId }) => {
      if (frameId !== this.$target) return;
      this.#requestedByPage = true;
    });
    hear('Page.frameStartedNavigating', (params) => this.#started(params));
    hear('Page.frameNavigated', ({ frame }) => {
      if (frame.id === this.$target) this.#committed(frame);
    });
    hear('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === this.$target) this.#movedWithin(fromChromium(url));
    });
    hear('Page.domContentEventFired', () => {
      this.$mainFrame.emit('dom-ready');
      this.emit('dom-ready', newEvent());
    });
    hear('Page.loadEventFired', () => this.#loaded());
    hear('Page.frameStoppedLoading', ({ frameId }) => {
      if (frameId === this.$target) this.#stoppedLoading();
    });
    hear('Page.lifecycleEvent', ({ frameId, name }) => {
      if (frameId === this.$target && name === 'firstContentfulPaint') this.$owner?.painted();
    });
    hear('Page.windowOpen', (params) => {
      this.#windowsAsked.push(params);
      this.#decideOnWindows();
    });
    hear('Page.javascriptDialogOpening', (params) => void this.#dialogOpened(session, params));
    hear('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== this.#binding || context.auxData.frameId !== this.$target) return;
      this.#leaveDocument();
      this.#document = { context: context.uniqueId, ports: new Map(), hasSpoken: false };
    });
    hear('Runtime.executionContextDestroyed', ({ executionContextUniqueId }) => {
      if (this.#document?.context === executionContextUniqueId) this.#leaveDocument();
    });
    hear('Runtime.executionContextsCleared', () => this.#leaveDocument());
    hear('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === this.#binding && this.#document !== null) this.#heard(this.#document, JSON.parse(payload));
    });
    hear('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => this.#consoleMessage(type, args, stackTrace));
    hear('Inspector.targetCrashed', () => this.#crashed('crashed'));
    session.on('Fetch.requestPaused', (params: Answer) => void this.#requested(session, params));
    session.on('detached', () => this.#pageIsGone());
  }

  // Navigation.

  #navigationDetails(url: string, isSameDocument: boolean): object {
    return { url, isSameDocument, isMainFrame: true, frame: this.$mainFrame, initiator: undefined };
  }

  /** @returns whether the program prevented it. */
  #askToNavigate(url: string): boolean {
    const address = fromChromium(url);
    const details = this.#navigationDetails(address, false);
    return (
      emitPreventable(this, 'will-frame-navigate', details) || emitPreventable(this, 'will-navigate', details, address)
    );
  }

  #started({ frameId, url, navigationType }: Answer): void {
    if (frameId !== this.$target || /samedocument/i.test(navigationType)) return;
    this.#fault = 'ERR_FAILED';
    this.#status = { code: -1, text: '' };
    if (!this.#isLoading) {
      this.#isLoading = true;
      this.emit('did-start-loading', newEvent());
    }
    const address = fromChromium(url);
    const details = newEvent(this.#navigationDetails(address, false));
    this.emit('did-start-navigation', details, address, false, true, this.$processId, 1);
    const command = this.#requestedByPage ? null : (this.#commands.shift() ?? null);
    for (const load of Array.from(this.#loads)) load.started(command, address);
    // A scheme that nothing here answers never becomes a request.
    if (this.#requestedByPage && !/^(?:https?|data|blob|about|file):/i.test(url)) this.#askToNavigate(url);
  }

  #committed(frame: Answer): void {
    this.#isCommitted = true;
    this.#isCrashed = false;
    this.#requestedByPage = false;
    if (frame.unreachableUrl !== undefined) {
      const address = fromChromium(frame.unreachableUrl);
      const code = netErrors[this.#fault] ?? -2;
      this.emit('did-fail-provisional-load', newEvent(), code, this.#fault, address, true, this.$processId, 1);
      if (code !== -3) this.emit('did-fail-load', newEvent(), code, this.#fault, address, true, this.$processId, 1);
      return;
    }
    this.#addressBefore = this.$address;
    this.$address = fromChromium(frame.url);
    const { code, text } = this.#status;
    this.emit('did-frame-navigate', newEvent(), this.$address, code, text, true, this.$processId, 1);
    this.emit('did-navigate', newEvent(), this.$address, code, text);
  }

  #movedWithin(address: string): void {
    const details = newEvent(this.#navigationDetails(address, true));
    this.emit('did-start-navigation', details, address, true, true, this.$processId, 1);
    this.$address = address;
    this.emit('did-navigate-in-page', newEvent(), address, true, this.$processId, 1);
  }

  #loaded(): void {
    this.emit('did-frame-finish-load', newEvent(), true, this.$processId, 1);
    this.emit('did-finish-load', newEvent());
  }

  #stoppedLoading(): void {
    if (!this.#isLoading) return;
    this.#isLoading = false;
    this.emit('did-stop-loading', newEvent());
  }

  async #requested(session: CdpSession, params: Answer): Promise<void> {
    const { requestId, request, resourceType, frameId, redirectedRequestId } = params;
    const address = fromChromium(request.url);
    const isDocument = resourceType === 'Document';
    const isMain = isDocument && frameId === this.$target;
    const fail = (reason: string, name: string) => {
      if (isMain) this.#fault = name;
      session.tell('Fetch.failRequest', { requestId, errorReason: reason });
    };
    if (this.$isDestroyed) {
      fail('Aborted', 'ERR_ABORTED');
      return;
    }
    if (isMain && redirectedRequestId !== undefined) {
      const details = this.#navigationDetails(address, false);
      if (emitPreventable(this, 'will-redirect', details, address, false, true, this.$processId, 1)) {
        fail('Aborted', 'ERR_ABORTED');
        return;
      }
      this.emit('did-redirect-navigation', newEvent(details), address, false, true, this.$processId, 1);
    } else if (isMain && this.#requestedByPage) {
      this.#requestedByPage = false;
      if (this.#askToNavigate(request.url)) {
        fail('Aborted', 'ERR_ABORTED');
        return;
      }
    }
    if (address === request.url) {
      // What lies outside is nobody's here: no test depends on a network.
      if (this.$session.$mayReach(request.url)) session.tell('Fetch.continueRequest', { requestId });
      else fail('NameNotResolved', 'ERR_NAME_NOT_RESOLVED');
      return;
    }
    await pass(isDocument ? 'document' : resourceType === 'Script' ? 'script' : 'resource');
    const answer = await this.$session.$answer({ ...request, url: address });
    if (answer === null) {
      fail('Failed', 'ERR_UNKNOWN_URL_SCHEME');
      return;
    }
    if (isMain) this.#status = { code: answer.status, text: answer.statusText };
    session.tell('Fetch.fulfillRequest', {
      requestId,
      responseCode: answer.status,
      responsePhrase: answer.statusText === '' ? undefined : answer.statusText,
      responseHeaders: answer.headers,
      body: answer.body,
    });
  }

  /** Resolves as `loadURL` does: when the page has loaded, and rejects when it can't or when it is sent elsewhere. */
  #untilLoaded(url: string, command: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let error: { code: number; name: string; url: string } | null = null;
      let hasStarted = false;
      const load: Load = {
        started: (other, address) => {
          if (other === command) {
            hasStarted = true;
          } else if (hasStarted || (other !== null && other > command)) {
            error = { code: -3, name: 'ERR_ABORTED', url: address };
            settle();
          }
        },
      };
      const leave = () => {
        this.#loads.delete(load);
        this.off('did-finish-load', settle);
        this.off('did-stop-loading', stopped);
        this.off('did-fail-load', failed);
        this.off('destroyed', stopped);
      };
      const settle = () => {
        leave();
        if (error === null) {
          resolve();
          return;
        }
        const { code, name } = error;
        reject(
          Object.assign(new Error(`${name} (${code}) loading '${error.url}'`), {
            errno: code,
            code: name,
            url: error.url,
          }),
        );
      };
      const stopped = () => {
        error ??= { code: -2, name: 'ERR_FAILED', url };
        settle();
      };
      const failed = (_event: object, code: number, name: string, address: string, isMainFrame: boolean) => {
        if (isMainFrame) error ??= { code, name, url: address };
      };
      this.#loads.add(load);
      this.on('did-finish-load', settle);
      this.on('did-stop-loading', stopped);
      this.on('did-fail-load', failed);
      this.on('destroyed', stopped);
    });
  }

  /**
   * @param number of the command, in the order of the program's calls.
   * @param command what is sent to Chromium.
   */
  async #navigate(number: number, command: (session: CdpSession) => Promise<Answer>): Promise<void> {
    await pass('navigation');
    const session = await this.#opened;
    await this.#installPreload(session);
    if (this.$isDestroyed) return;
    this.#requestedByPage = false;
    this.#commands.push(number);
    const { errorText } = (await command(session)) ?? {};
    const place = this.#commands.indexOf(number);
    if (place !== -1) this.#commands.splice(place, 1);
    // Chromium shows no error page for what was taken back; nothing but the end of loading is heard of it then.
    if (errorText !== undefined && this.#fault === 'ERR_FAILED') this.#fault = String(errorText).replace(/^net::/, '');
  }

  loadURL(url: string, options: object = {}): Promise<void> {
    if (Object.keys(options).length > 0) notModelled(`the options ${Object.keys(options).join(', ')} of loadURL`);
    this.#commandCount += 1;
    const number = this.#commandCount;
    const loaded = this.#untilLoaded(url, number);
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
    const address = toChromium(url);
    if (scheme === undefined) {
      setImmediate(() => {
        if (this.$isDestroyed) return;
        this.emit('did-fail-load', newEvent(), -300, 'ERR_INVALID_URL', url, true, this.$processId, 1);
        this.emit('did-stop-loading', newEvent());
      });
      return loaded;
    }
    this.#navigate(number, (session) => session.send('Page.navigate', { url: address })).catch((error: unknown) => {
      if (!this.$isDestroyed) report({ kind: 'fault', message: `loadURL: ${String(error)}` });
    });
    return loaded;
  }

  loadFile(): never {
    return notModelled('webContents.loadFile');
  }

  reload(): void {
    this.#reload(false);
  }

  reloadIgnoringCache(): void {
    this.#reload(true);
  }

  #reload(ignoreCache: boolean): void {
    if (!this.#isCommitted) return;
    this.#commandCount += 1;
    const number = this.#commandCount;
    this.#navigate(number, (session) => session.send('Page.reload', { ignoreCache })).catch(() => undefined);
  }

  stop(): void {
    void this.#opened.then((session) => session.tell('Page.stopLoading'));
  }

  getURL(): string {
    return this.$address;
  }
  getTitle(): string {
    return this.#title;
  }
  isLoading(): boolean {
    return this.#isLoading;
  }
  isLoadingMainFrame(): boolean {
    return this.#isLoading;
  }
  isWaitingForResponse(): boolean {
    return this.#isLoading && !this.#isCommitted;
  }
  isDestroyed(): boolean {
    return this.$isDestroyed;
  }
  isCrashed(): boolean {
    return this.#isCrashed;
  }
  isFocused(): boolean {
    return this.$owner !== null;
  }
  focus(): void {
    void this.#opened.then((session) => session.tell('Page.bringToFront')).catch(() => undefined);
  }
  getOSProcessId(): number {
    return 0;
  }
  getProcessId(): number {
    return this.$processId;
  }
  getType(): 'window' {
    return 'window';
  }
  get id(): number {
    return this.$id;
  }
  get mainFrame(): WebFrameMain {
    return this.$mainFrame;
  }
  get focusedFrame(): WebFrameMain {
    return this.$mainFrame;
  }
  get session(): Session {
    return this.$session;
  }
  get ipc(): IpcMain {
    return this.#ipc;
  }
  get hostWebContents(): null {
    return null;
  }
  get devToolsWebContents(): null {
    return null;
  }

  // IPC.

  #leaveDocument(): void {
    for (const port of this.#document?.ports.values() ?? []) port.close();
    this.#document = null;
  }

  #tellDocument(document: Document, message: Message): void {
    const call = `globalThis[${JSON.stringify(`${this.#binding}Take`)}]?.(${JSON.stringify(JSON.stringify(message))})`;
    void this.#opened
      .then((session) => {
        session.tell('Runtime.evaluate', { expression: call, uniqueContextId: document.context, silent: false });
      })
      .catch(() => undefined);
  }

  $sendToPage(channel: string, data: string, transfer: readonly MessagePortMain[]): void {
    if (this.$isDestroyed) throw new TypeError('Object has been destroyed');
    const given = [...transfer];
    const ports = given.map((_port, index) => Date.now() * 1000 + portCount + index);
    portCount += given.length;
    // What a port hears from now on is the page's, even while the message is under way.
    const early = given.map((port, index) => {
      const waiting: (() => void)[] = [];
      const way: { to: Document | null; run: (act: () => void) => void } = {
        to: null,
        run: (act) => (way.to === null ? waiting.push(act) : act()),
      };
      const id = ports[index] as number;
      const reach = (message: Message) => way.run(() => way.to !== null && this.#tellDocument(way.to, message));
      const page = givePortToPage(port, {
        deliver: (content) => reach({ do: 'port', port: id, data: content }),
        close: () => reach({ do: 'close', port: id }),
      });
      return { id, page, way, waiting };
    });
    this.#toPage.send(() => {
      const document = this.#document;
      if (document === null || this.$isDestroyed) {
        // Nobody is there: the message is lost, and its ports are closed.
        for (const { page } of early) page.close();
        return;
      }
      for (const { id, page } of early) document.ports.set(id, page);
      this.#tellDocument(document, { do: 'send', channel, data, ports });
      for (const { way, waiting } of early) {
        way.to = document;
        for (const act of waiting.splice(0)) act();
      }
    });
  }

  send(channel: string, ...args: unknown[]): void {
    this.$sendToPage(channel, encodeClone(args), []);
  }

  postMessage(channel: string, message: unknown, transfer: readonly MessagePortMain[] = []): void {
    this.$sendToPage(channel, encodeClone([message]), transfer);
  }

  /** What the page's isolated world has said. */
  #heard(document: Document, message: Message): void {
    if (message.do === 'port') {
      document.ports.get(message.port)?.receive(message.data);
    } else if (message.do === 'close') {
      const port = document.ports.get(message.port);
      document.ports.delete(message.port);
      port?.close();
    } else if (message.do === 'fault') {
      if (message.what === 'not-modelled')
        report({ kind: 'not-modelled', what: message.message, stack: message.stack });
      else this.emit('preload-error', newEvent(), this.#preload, new Error(message.message));
      report({ kind: 'fault', message: message.message });
    } else if (message.do === 'title') {
      this.#titled(message.title);
    } else if (message.do === 'key') {
      this.$owner?.pressed(message.key);
    } else if (message.do !== 'answer') {
      const isFirst = !document.hasSpoken;
      document.hasSpoken = true;
      // A port is the page's from here on: what it hears early waits in the main process.
      const ports = message.do === 'send' ? (message.ports ?? []) : [];
      const taken = ports.map((id) => {
        const { port, way } = takePortFromPage({
          deliver: (data) => this.#tellDocument(document, { do: 'port', port: id, data }),
          close: () => this.#tellDocument(document, { do: 'close', port: id }),
        });
        document.ports.set(id, way);
        return port;
      });
      this.#toMain.send(() => {
        if (!this.$isDestroyed) this.#dispatch(document, message, taken, isFirst);
      });
    }
  }

  #ipcEvent(document: Document, isFirst: boolean): object {
    const kind =
      settings.firstSenderFrame === 'any'
        ? (['there', 'null', 'before'] as const)[Math.trunc(random() * 3)]
        : settings.firstSenderFrame;
    const before = this.#addressBefore;
    const senderFrame = () => {
      // Asked for once the document is gone, there is no frame any more.
      if (this.#document !== document || (isFirst && kind === 'null')) return null;
      if (!isFirst || kind !== 'before') return this.$mainFrame;
      return new Proxy(this.$mainFrame, {
        get: (frame, key) => (key === 'url' ? before : Reflect.get(frame, key, frame)),
      });
    };
    return {
      type: 'frame',
      sender: this,
      processId: this.$processId,
      frameId: 1,
      get senderFrame() {
        return senderFrame();
      },
    };
  }

  #dispatch(
    document: Document,
    message: Extract<Message, { do: 'send' | 'invoke' }>,
    ports: readonly MessagePortMain[],
    isFirst: boolean,
  ): void {
    const { channel } = message;
    const args = decodeClone(message.data) as unknown[];
    const details = this.#ipcEvent(document, isFirst);
    if (message.do === 'invoke') {
      void this.#answerInvoke(document, message.id, channel, args, newEvent(details));
      return;
    }
    const event = newEvent(
      Object.assign(Object.create(null, Object.getOwnPropertyDescriptors(details)), {
        ports,
        reply: (replyChannel: string, ...answer: unknown[]) => this.send(replyChannel, ...answer),
      }),
    );
    this.emit('ipc-message', event, channel, ...args);
    this.$mainFrame.ipc.emit(channel, event, ...args);
    this.#ipc.emit(channel, event, ...args);
    ipcMain.emit(channel, event, ...args);
  }

  async #answerInvoke(document: Document, id: number, channel: string, args: unknown[], event: object): Promise<void> {
    const handler = this.$mainFrame.ipc.$handler(channel) ?? this.#ipc.$handler(channel) ?? ipcMain.$handler(channel);
    let answer: Message;
    try {
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      answer = { do: 'answer', id, data: encodeClone(await handler(event, ...args)) };
    } catch (error) {
      const told = `Error invoking remote method '${channel}': ${String(error)}`;
      if (handler !== undefined) console.error(`Error occurred in handler for '${channel}':`, error);
      answer = { do: 'answer', id, data: '', error: told };
    }
    this.#toPage.send(() => this.#tellDocument(document, answer));
  }

  executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    return this.#opened.then(async (session) => {
      const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
        expression: code,
        userGesture,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails === undefined) return result.value;
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    });
  }

  // Windows that the page asks for, boxes, closing, crashing.

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** A page that this one has opened waits to be let run: the program is asked, and nothing of it runs before. */
  $opened(page: OpenPage): void {
    this.#pagesOpened.push(page);
    this.#decideOnWindows();
  }

  #decideOnWindows(): void {
    for (;;) {
      const [asked] = this.#windowsAsked;
      const [opened] = this.#pagesOpened;
      if (asked === undefined || opened === undefined) return;
      this.#windowsAsked.shift();
      this.#pagesOpened.shift();
      const details = {
        url: fromChromium(asked.url),
        frameName: asked.windowName,
        features: '',
        disposition: asked.windowName === '_blank' ? 'foreground-tab' : 'new-window',
        referrer: { url: '', policy: 'strict-origin-when-cross-origin' },
      } as const;
      const answer = this.#openHandler?.(details) ?? { action: 'allow' };
      // Chromium holds the page that asked until the one it opened runs, and may lose that when it only closes. What the
      // opened one asks of a network meanwhile is never answered.
      opened.session.tell('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
      opened.session.tell('Runtime.runIfWaitingForDebugger');
      theBrowser().root.tell('Target.closeTarget', { targetId: opened.target });
      report({ kind: 'window-open', url: details.url, action: answer.action });
      if (answer.action === 'allow') notModelled('a window that a page opens and the program allows');
    }
  }

  async #dialogOpened(session: CdpSession, { type, message, defaultPrompt }: Answer): Promise<void> {
    if (type === 'beforeunload') {
      const leaves = emitPreventable(this, 'will-prevent-unload');
      session.tell('Page.handleJavaScriptDialog', { accept: leaves });
      if (!leaves) this.#stays();
      return;
    }
    const answer = await askBox(`window.${type}`, { message, defaultPrompt });
    session.tell('Page.handleJavaScriptDialog', { accept: answer.button === 0 || answer.button === 'OK' });
  }

  #stays(): void {
    const closing = this.#closing;
    this.#closing = null;
    if (closing === null) return;
    clearTimeout(closing.timer);
    closing.stays();
  }

  /**
   * Asks the page to close: its `beforeunload` runs, and may keep it.
   *
   * @param gone called when the page has closed.
   * @param stays called when it has refused.
   */
  $requestClose(gone: () => void, stays: () => void): void {
    if (this.#closing !== null) return;
    const timer = setTimeout(() => {
      this.emit('unresponsive', newEvent());
      this.$owner?.unresponsive();
    }, UNRESPONSIVE_AFTER_MS);
    timer.unref();
    this.#closing = { gone, stays, timer };
    this.#opened
      .then(async (session) => {
        if (this.#isCrashed) throw new Error('crashed');
        // The close button counts as a gesture, without which Chromium asks no page whether it wants to stay.
        await session.send('Runtime.evaluate', { expression: '0', userGesture: true });
        await session.send('Page.close');
      })
      .catch(() => {
        if (this.#closing === null) return;
        if (this.$target === null) this.#pageIsGone();
        else theBrowser().root.tell('Target.closeTarget', { targetId: this.$target });
      });
  }

  #pageIsGone(): void {
    const closing = this.#closing;
    this.#closing = null;
    if (this.$isDestroyed) return;
    if (closing !== null) clearTimeout(closing.timer);
    this.$destroy();
    if (closing === null) this.$owner?.gone();
    else closing.gone();
  }

  /** The object is of no use any more; the page goes without being asked. */
  $destroy(): void {
    if (this.$isDestroyed) return;
    this.#leaveDocument();
    const wasLoading = this.#isLoading && this.#isCommitted;
    if (this.#closing !== null) clearTimeout(this.#closing.timer);
    this.#closing = null;
    if (wasLoading) this.emit('did-fail-load', newEvent(), -3, 'ERR_ABORTED', this.$address, true, this.$processId, 1);
    this.$isDestroyed = true;
    allContents.delete(this);
    if (this.$target !== null) theBrowser().root.tell('Target.closeTarget', { targetId: this.$target });
    this.emit('destroyed', newEvent());
  }

  close(options: { waitForBeforeUnload?: boolean } = {}): void {
    if (options.waitForBeforeUnload === true) {
      this.$requestClose(
        () => this.$owner?.gone(),
        () => undefined,
      );
    } else {
      this.$destroy();
      this.$owner?.gone();
    }
  }

  forcefullyCrashRenderer(): void {
    void this.#opened.then((session) => session.tell('Page.crash')).catch(() => undefined);
  }

  #crashed(reason: 'crashed' | 'killed' | 'oom'): void {
    if (this.#isCrashed) return;
    this.#isCrashed = true;
    this.#leaveDocument();
    this.$processId += 1;
    const wasLoading = this.#isLoading;
    const details = { reason, exitCode: reason === 'crashed' ? 5 : 9 };
    report({ kind: 'crashed', contents: this.$id, reason });
    this.emit('render-process-gone', newEvent(), details);
    theApp().emit('render-process-gone', newEvent(), this, details);
    if (wasLoading) this.#stoppedLoading();
  }

  #consoleMessage(type: string, args: readonly Answer[], stackTrace: Answer): void {
    const level = type === 'error' ? 'error' : type === 'warning' ? 'warning' : type === 'debug' ? 'debug' : 'info';
    const message = args
      .map((arg) => (arg.value === undefined ? (arg.description ?? '') : String(arg.value)))
      .join(' ');
    const [at] = stackTrace?.callFrames ?? [];
    const sourceId = fromChromium(at?.url ?? '');
    const lineNumber = (at?.lineNumber ?? 0) + 1;
    report({ kind: 'console', contents: this.$id, level, message });
    const event = newEvent({ message, level, lineNumber, sourceId, frame: this.$mainFrame });
    this.emit(
      'console-message',
      event,
      ['debug', 'info', 'warning', 'error'].indexOf(level),
      message,
      lineNumber,
      sourceId,
    );
  }

  #titled(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.emit('page-title-updated', newEvent(), title, true);
    this.$owner?.titled(title);
  }

  // Zoom: what Chromium does to the layout, a smaller viewport of larger pixels.

  setZoomLevel(level: number): void {
    this.$zoomLevel = level;
    this.$resize();
  }
  getZoomLevel(): number {
    return this.$zoomLevel;
  }
  setZoomFactor(factor: number): void {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    this.setZoomLevel(Math.log(factor) / Math.log(1.2));
  }
  getZoomFactor(): number {
    return 1.2 ** this.$zoomLevel;
  }
  get zoomLevel(): number {
    return this.getZoomLevel();
  }
  set zoomLevel(level: number) {
    this.setZoomLevel(level);
  }
  get zoomFactor(): number {
    return this.getZoomFactor();
  }
  set zoomFactor(factor: number) {
    this.setZoomFactor(factor);
  }
  setVisualZoomLevelLimits(_least: number, _most: number): Promise<void> {
    return Promise.resolve();
  }

  /** The window's size or the zoom has changed. */
  $resize(): void {
    const { width, height } = this.$owner?.size() ?? { width: 1280, height: 860 };
    const factor = 1.2 ** this.$zoomLevel;
    void this.#opened
      .then((session) => {
        session.tell('Emulation.setDeviceMetricsOverride', {
          width: Math.round(width / factor),
          height: Math.round(height / factor),
          deviceScaleFactor: this.$zoomLevel === 0 ? 0 : factor,
          mobile: false,
        });
      })
      .catch(() => undefined);
  }

  /** Sends Chromium a command for this page; errors are of no interest. */
  $tellPage(method: string, params: object = {}): void {
    void this.#opened.then((session) => session.tell(method, params)).catch(() => undefined);
  }

  // What a person does with the page from a menu.

  #edit(command: string): void {
    this.$tellPage('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Unidentified', commands: [command] });
  }
  undo(): void {
    this.#edit('undo');
  }
  redo(): void {
    this.#edit('redo');
  }
  cut(): void {
    this.#edit('cut');
  }
  copy(): void {
    this.#edit('copy');
  }
  paste(): void {
    this.#edit('paste');
  }
  pasteAndMatchStyle(): void {
    this.#edit('pasteAndMatchStyle');
  }
  delete(): void {
    this.#edit('delete');
  }
  selectAll(): void {
    this.#edit('selectAll');
  }

  print(options: object = {}, callback?: (success: boolean, reason: string) => void): void {
    report({ kind: 'print', contents: this.$id, options });
    if (callback !== undefined) void pass('dialog').then(() => callback(true, ''));
  }
  async printToPDF(): Promise<Buffer> {
    const session = await this.#opened;
    const { data } = await session.send('Page.printToPDF', { printBackground: true });
    return Buffer.from(data, 'base64');
  }
  async capturePage(): Promise<Buffer> {
    return notModelled('webContents.capturePage');
  }

  setAudioMuted(muted: boolean): void {
    this.#isMuted = muted;
  }
  isAudioMuted(): boolean {
    return this.#isMuted;
  }
  setUserAgent(userAgent: string): void {
    this.#userAgent = userAgent;
    this.$tellPage('Emulation.setUserAgentOverride', { userAgent });
  }
  getUserAgent(): string {
    return this.#userAgent ?? this.$session.getUserAgent();
  }
  setBackgroundThrottling(_allowed: boolean): void {}
  openDevTools(): void {
    report({ kind: 'devtools', contents: this.$id });
    this.emit('devtools-opened');
  }
  closeDevTools(): void {
    this.emit('devtools-closed');
  }
  toggleDevTools(): void {
    this.openDevTools();
  }
  isDevToolsOpened(): boolean {
    return false;
  }
}

let portCount = 0;

guardDestroyed(WebContents.prototype, (contents) => contents.$isDestroyed);

/** A page has come that the program did not make: another page's, or one that a test has opened for itself. */
export function decideOnPage(session: CdpSession, info: Answer): void {
  const opener = [...allContents].find(({ $target }) => $target === info.openerId);
  if (opener === undefined) session.tell('Runtime.runIfWaitingForDebugger');
  else opener.$opened({ session, target: info.targetId });
}

function contentsOf({ contents }: { contents?: number | undefined }): WebContents {
  const found = [...allContents].find(({ $id }) => contents === undefined || $id === contents);
  if (found === undefined) throw new Error('There is no such page');
  return found;
}

onControl('crash', (which: { contents?: number }) => contentsOf(which).forcefullyCrashRenderer());
onControl('unresponsive', (which: { contents?: number }) => {
  contentsOf(which).emit('unresponsive', newEvent());
  contentsOf(which).$owner?.unresponsive();
});
onControl('responsive', (which: { contents?: number }) => {
  contentsOf(which).emit('responsive', newEvent());
  contentsOf(which).$owner?.responsive();
});
