import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { events } from '../../support/electron-stand-in/program/events.ts';

/** The stand-in's events against those that Electron's own types name; its members are held against them by the compiler. */

const types = readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'electron.d.ts'),
  'utf8',
);

/** The events of a class or an interface, as electron.d.ts lists them. */
function eventsOf(name: string): ReadonlySet<string> {
  const block = new RegExp(`^  (?:class|interface) ${name} [^]*?^  \\}$`, 'm').exec(types)?.[0] ?? '';
  return new Set([...block.matchAll(/^ {4}on\(event: '([^']+)'/gm)].map(([, event]) => event as string));
}

describe('the events', () => {
  it.each(Object.entries(events))('of %s are Electron’s', (name, known) => {
    const theirs = eventsOf(name === 'app' ? 'App' : name);
    // A window has those of the class that it extends as well.
    const inherited = name === 'BrowserWindow' ? eventsOf('BaseWindow') : new Set<string>();
    expect(theirs.size).toBeGreaterThan(0);
    expect([...known].filter((event) => !theirs.has(event) && !inherited.has(event))).toEqual([]);
  });
});
