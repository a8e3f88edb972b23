import { homedir } from 'node:os';
import path from 'node:path';
import { seededRandom } from '../random.ts';
import type { Delays, Settings } from '../settings.ts';
import { SETTINGS_VARIABLE, usualDelays } from '../settings.ts';

/** The settings that the test gave, the rest filled in; the variable that carried them is gone afterwards. */

const given = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as Partial<Settings>;
delete process.env[SETTINGS_VARIABLE];

const home = given.home ?? homedir();

export const settings: Settings = {
  platform: process.platform,
  seed: 1,
  firstSenderFrame: 'there',
  keychain: 'keyring',
  keychainFolder: path.join(home, '.electron-stand-in-keychain'),
  dialogAnswers: [],
  displays: [{ id: 1, bounds: { x: 0, y: 0, width: 1920, height: 1080 } }],
  locale: 'en-US',
  proxy: 'DIRECT',
  darkColors: false,
  openUrl: null,
  notificationsSupported: true,
  browser: '/usr/bin/chromium',
  browserArguments: [],
  startsBrowser: true,
  playwright: false,
  controlDescriptor: null,
  ...given,
  home,
  delays: { ...usualDelays, ...given.delays },
};

const delays = settings.delays as Delays;

/** The next number of the seeded sequence, from 0 up to but without 1. */
export const random = seededRandom(settings.seed);

function draw(step: keyof Delays): number {
  const delay = delays[step];
  return typeof delay === 'number' ? delay : delay[0] + random() * (delay[1] - delay[0]);
}

/** Resolves when the step has taken its time; never in the same turn. */
export function pass(step: keyof Delays): Promise<void> {
  const time = draw(step);
  return new Promise((resolve) => {
    if (time < 0.5) setImmediate(resolve);
    else setTimeout(resolve, time);
  });
}

/**
 * A way on which things keep their order, each taking its step's time: one IPC channel of a page, one direction of a
 * port. Between two ways there is no order.
 */
export class Lane {
  readonly #step: keyof Delays;
  #last: Promise<void> = Promise.resolve();

  constructor(step: keyof Delays) {
    this.#step = step;
  }

  /** @param arrive called when it is there, after everything that was sent before. */
  send(arrive: () => void): void {
    // Who asks for no delay at all gets none: what is sent here is asynchronous already.
    if (delays[this.#step] === 0) {
      arrive();
      return;
    }
    const passed = pass(this.#step);
    this.#last = this.#last.then(() => passed).then(() => loudly(arrive));
  }
}

/** Runs what must not break its caller; what it throws is the program's own uncaught exception. */
export function loudly(act: () => void): void {
  try {
    act();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
