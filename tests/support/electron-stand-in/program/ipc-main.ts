import { StandInEmitter } from './strict.ts';

/** Electron's `IpcMain`: one for all pages, one for each page and each frame. */

// oxlint-disable-next-line typescript/no-explicit-any -- as Electron has it
type Handler = (event: any, ...args: any[]) => unknown;

export class IpcMain extends StandInEmitter {
  readonly #handlers = new Map<string, Handler>();

  constructor(name: string) {
    super(name, null);
  }

  handle(channel: string, listener: Handler): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    if (typeof listener !== 'function') {
      throw new TypeError(`Expected handler to be a function, but found type '${typeof listener}'`);
    }
    this.#handlers.set(channel, listener);
  }

  handleOnce(channel: string, listener: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return listener(event, ...args);
    });
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  $handler(channel: string): Handler | undefined {
    return this.#handlers.get(channel);
  }
}

export const ipcMain: IpcMain = new IpcMain('ipcMain');
