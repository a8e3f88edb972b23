import { EventEmitter } from 'node:events';
import { report } from './control.ts';

/** What makes the stand-in fail loudly: a name that it does not know is an error, never `undefined`. */

/** Thrown for everything that Electron may have and the stand-in has not. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`The Electron stand-in does not model ${what}`);
    this.name = 'NotModelled';
  }
}

/** Throws, and tells the test as well: what the program does with the error must not hide it. */
export function notModelled(what: string): never {
  const error = new NotModelled(what);
  report({ kind: 'not-modelled', what, stack: error.stack ?? '' });
  throw error;
}

/** Names that Electron has not, and that JavaScript itself, Node, test libraries and careful programs look for. */
const asked = new Set([
  'addEventListener',
  'then',
  'toJSON',
  'inspect',
  'nodeType',
  'asymmetricMatch',
  '$$typeof',
  'domain',
  '__esModule',
]);

function traps(name: (receiver: object) => string): ProxyHandler<object> {
  return {
    get(target, key, receiver) {
      if (key in target || typeof key === 'symbol' || asked.has(key)) return Reflect.get(target, key, receiver);
      return notModelled(`${name(receiver as object)}.${key}`);
    },
    set(target, key, value, receiver) {
      if (key in target || typeof key === 'symbol') return Reflect.set(target, key, value, receiver);
      return notModelled(`${name(receiver as object)}.${String(key)} =`);
    },
  };
}

/** A module of Electron's made of plain functions; every other name throws. */
export function strictModule<Module extends object>(name: string, module: Module): Module {
  return new Proxy(
    module,
    traps(() => name),
  ) as Module;
}

/** What all other objects of the stand-in are. */
export abstract class StrictObject {
  readonly $name: string;
  constructor(name: string) {
    this.$name = name;
  }
}
Object.setPrototypeOf(
  StrictObject.prototype,
  new Proxy(
    Object.prototype,
    traps((receiver) => (receiver as StrictObject).$name),
  ),
);

/** What all objects of the stand-in that emit events are. */
export abstract class StandInEmitter extends EventEmitter {
  /** The name in Electron's documentation, for what is said of an unknown member. */
  readonly $name: string;
  readonly #events: ReadonlySet<string> | null;

  /** @param events that Electron emits on it; null where every name is an event, as with channels. */
  constructor(name: string, events: ReadonlySet<string> | null) {
    super();
    this.$name = name;
    this.#events = events;
  }

  #know(event: string | symbol): void {
    if (this.#events === null || typeof event === 'symbol' || this.#events.has(event)) return;
    if (event === 'newListener' || event === 'removeListener') return;
    notModelled(`the event ${event} of ${this.$name}`);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as EventEmitter has it
  override on(event: string | symbol, listener: (...args: any[]) => void): this {
    this.#know(event);
    return super.on(event, listener);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as EventEmitter has it
  override addListener(event: string | symbol, listener: (...args: any[]) => void): this {
    return this.on(event, listener);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as EventEmitter has it
  override prependListener(event: string | symbol, listener: (...args: any[]) => void): this {
    this.#know(event);
    return super.prependListener(event, listener);
  }
}

// Below the classes of the stand-in lies a prototype that knows no other names.
Object.setPrototypeOf(
  StandInEmitter.prototype,
  new Proxy(EventEmitter.prototype, {
    ...traps((receiver) => (receiver as StandInEmitter).$name),
    getPrototypeOf: () => EventEmitter.prototype,
  }),
);

/** What Electron hands to the listeners of an event that can be prevented. */
export interface StandInEvent {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

/** @param details properties beside Electron's own. */
export function newEvent<Details extends object>(details?: Details): StandInEvent & Details {
  let prevented = false;
  const event = {
    get defaultPrevented() {
      return prevented;
    },
    preventDefault: () => {
      prevented = true;
    },
  };
  if (details !== undefined) Object.defineProperties(event, Object.getOwnPropertyDescriptors(details));
  return event as StandInEvent & Details;
}

/** Emits an event that can be prevented. @returns whether a listener prevented it. */
export function emitPreventable(
  emitter: EventEmitter,
  name: string,
  details: object = {},
  ...args: unknown[]
): boolean {
  const event = newEvent(details);
  emitter.emit(name, event, ...args);
  return event.defaultPrevented;
}

/**
 * Makes every method and property of a class throw once the object is destroyed, as Electron's do.
 *
 * @param isDestroyed whether this object is.
 * @param allowed names that may still be used.
 */
export function guardDestroyed<Guarded extends object>(
  prototype: Guarded,
  isDestroyed: (object: Guarded) => boolean,
  allowed: readonly string[] = [],
): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === 'constructor' || name.startsWith('$') || name === 'isDestroyed' || allowed.includes(name)) continue;
    for (const part of ['value', 'get', 'set'] as const) {
      const original: unknown = descriptor[part];
      if (typeof original !== 'function') continue;
      descriptor[part] = function guarded(this: Guarded, ...args: unknown[]): unknown {
        if (isDestroyed(this)) throw new TypeError('Object has been destroyed');
        return Reflect.apply(original, this, args);
      };
    }
    Object.defineProperty(prototype, name, descriptor);
  }
}
