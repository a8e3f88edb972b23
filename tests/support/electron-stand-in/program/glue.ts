/**
 * What runs in a page's isolated world at document start, before the page's own scripts: `require('electron')` for the
 * preload script, and the page's ends of IPC and of ports. These functions are sent to Chromium as text, so they use
 * nothing from outside but their arguments.
 */

/** One message between the page's isolated world and the main process; `data` is a clone as text. */
export type Message =
  | { readonly do: 'send'; readonly channel: string; readonly data: string; readonly ports?: readonly number[] }
  | { readonly do: 'invoke'; readonly id: number; readonly channel: string; readonly data: string }
  | { readonly do: 'answer'; readonly id: number; readonly data: string; readonly error?: string }
  | { readonly do: 'port'; readonly port: number; readonly data: string }
  | { readonly do: 'close'; readonly port: number }
  | { readonly do: 'key'; readonly key: KeyPress }
  | { readonly do: 'title'; readonly title: string }
  | { readonly do: 'fault'; readonly what: string; readonly message: string; readonly stack: string };

/** A key that the page did not keep for itself. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly control: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
}

interface Clones {
  readonly encode: (value: unknown) => string;
  readonly decode: (text: string) => unknown;
}

/**
 * @param binding the function by which the isolated world reaches the main process, and the name under which it is
 *   reached.
 * @param preload the preload script, as a function of what a sandboxed one is given; null for none.
 */
export function glue(
  { encode, decode }: Clones,
  binding: string,
  preload: ((require: unknown, module: unknown, exports: unknown) => void) | null,
  preloadPath: string,
): void {
  if (window !== window.top) return;
  const world = globalThis as unknown as Record<string, unknown>;
  const tell = world[binding] as (text: string) => void;
  const say = (message: object) => tell(JSON.stringify(message));

  const unknownMember = (name: string): never => {
    const error = new Error(`The Electron stand-in does not model ${name} in a sandboxed preload script`);
    say({ do: 'fault', what: 'not-modelled', message: error.message, stack: error.stack });
    throw error;
  };
  const strict = <Known extends object>(name: string, known: Known): Known =>
    new Proxy(known, {
      get(target, key, receiver) {
        if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key, receiver);
        return unknownMember(`${name}.${key}`);
      },
    });

  // Ports: the page's end of each is a real one; its entangled twin stays here and is the way to the main process.
  const twins = new Map<number, MessagePort>();
  let made = 0;
  const keepTwin = (id: number, twin: MessagePort) => {
    twins.set(id, twin);
    twin.addEventListener('message', (event) => {
      if (event.ports.length > 0) unknownMember('sending ports over a port');
      say({ do: 'port', port: id, data: encode(event.data) });
    });
    twin.addEventListener('close', () => {
      if (twins.delete(id)) say({ do: 'close', port: id });
    });
    twin.start();
  };
  const takePort = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    keepTwin(id, port1);
    return port2;
  };
  const givePorts = (ports: readonly unknown[]): number[] =>
    ports.map((port) => {
      if (!(port instanceof MessagePort)) throw new TypeError('Invalid value for transfer');
      made -= 1;
      keepTwin(made, port);
      return made;
    });

  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, { listener: Listener; once: boolean }[]>();
  const add = (channel: string, listener: Listener, once: boolean, first = false) => {
    if (typeof listener !== 'function') throw new TypeError('The "listener" argument must be of type function');
    const list = listeners.get(channel) ?? [];
    list.splice(first ? 0 : list.length, 0, { listener, once });
    listeners.set(channel, list);
    return ipcRenderer;
  };
  const remove = (channel: string, listener: Listener) => {
    const list = listeners.get(channel) ?? [];
    const place = list.findLastIndex((entry) => entry.listener === listener);
    if (place !== -1) list.splice(place, 1);
    return ipcRenderer;
  };
  const emit = (channel: string, event: object, args: readonly unknown[]) => {
    // A listener may take itself or others off while they are called.
    for (const entry of (listeners.get(channel) ?? []).slice()) {
      if (entry.once) remove(channel, entry.listener);
      entry.listener(event, ...args);
    }
  };

  const asked = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let count = 0;
  const ipcRenderer: object = strict('ipcRenderer', {
    on: (channel: string, listener: Listener) => add(channel, listener, false),
    addListener: (channel: string, listener: Listener) => add(channel, listener, false),
    once: (channel: string, listener: Listener) => add(channel, listener, true),
    off: remove,
    removeListener: remove,
    removeAllListeners: (channel?: string) => {
      if (channel === undefined) listeners.clear();
      else listeners.delete(channel);
      return ipcRenderer;
    },
    listenerCount: (channel: string) => listeners.get(channel)?.length ?? 0,
    send: (channel: string, ...args: unknown[]) => say({ do: 'send', channel, data: encode(args) }),
    postMessage: (channel: string, message: unknown, transfer: readonly unknown[] = []) => {
      const data = encode([message]);
      say({ do: 'send', channel, data, ports: givePorts(transfer) });
    },
    invoke: (channel: string, ...args: unknown[]) => {
      const data = encode(args);
      count += 1;
      const id = count;
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        say({ do: 'invoke', id, channel, data });
      });
    },
  });

  /** What the main process calls. */
  world[`${binding}Take`] = (text: string) => {
    const message = JSON.parse(text) as Message;
    if (message.do === 'send') {
      const ports = (message.ports ?? []).map(takePort);
      emit(message.channel, { sender: ipcRenderer, ports }, decode(message.data) as unknown[]);
    } else if (message.do === 'answer') {
      const waiting = asked.get(message.id);
      asked.delete(message.id);
      if (message.error === undefined) waiting?.resolve(decode(message.data));
      else waiting?.reject(new Error(message.error));
    } else if (message.do === 'port') {
      twins.get(message.port)?.postMessage(decode(message.data));
    } else if (message.do === 'close') {
      const twin = twins.get(message.port);
      twins.delete(message.port);
      twin?.close();
    }
  };

  // The window is called as its page.
  let title = '';
  const lookAtTitle = () => {
    if (document.title === title) return;
    title = document.title;
    say({ do: 'title', title });
  };
  window.addEventListener('DOMContentLoaded', () => {
    lookAtTitle();
    new MutationObserver(lookAtTitle).observe(document.head, { subtree: true, childList: true, characterData: true });
  });

  // A key that the page leaves alone is the menu's.
  window.addEventListener(
    'keydown',
    (event) => {
      if (!event.isTrusted) return;
      const pressed = {
        key: event.key,
        code: event.code,
        control: event.ctrlKey,
        alt: event.altKey,
        shift: event.shiftKey,
        meta: event.metaKey,
      };
      setTimeout(() => {
        if (!event.defaultPrevented) say({ do: 'key', key: pressed });
      });
    },
    true,
  );

  if (preload === null) return;
  const modules: Record<string, unknown> = { electron: strict('electron', { ipcRenderer }) };
  modules['electron/renderer'] = modules.electron;
  const module = { exports: {} };
  const require = (name: string) => {
    const found = modules[name];
    if (found !== undefined) return found;
    throw new Error(`module not found: ${name}`);
  };
  try {
    preload(require, module, module.exports);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    console.error(`Unable to load preload script: ${preloadPath}`);
    console.error(error);
    say({ do: 'fault', what: 'preload', message, stack });
  }
}

/**
 * The whole script for one window.
 *
 * @param clones the codec's two functions.
 * @param preload the preload script's text; null for none.
 */
export function glueScript(
  clones: { readonly encode: (value: unknown) => string; readonly decode: (text: string) => unknown },
  binding: string,
  preload: string | null,
  preloadPath: string,
): string {
  // A sandboxed preload script is a function of what it is given. It stands here as text, not as a string to evaluate: the
  // page's content security policy would refuse that.
  const script = preload === null ? 'null' : `function (require, module, exports) {${preload}\n}`;
  return `(${glue.toString()})({ encode: ${clones.encode.toString()}, decode: ${clones.decode.toString()} }, ${JSON.stringify(binding)}, ${script}, ${JSON.stringify(preloadPath)});`;
}
