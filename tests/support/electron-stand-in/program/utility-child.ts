import { EventEmitter } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readArchives } from './archive.ts';

/** The beginning of a utility process: gives it `process.parentPort`, takes Node's own channel away, runs its module. */

readArchives();

const [, , modulePath = '', ...args] = process.argv;
const send = process.send?.bind(process);

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    send?.({ data: structuredClone(message) });
  }
  // Electron's starts by itself, and has the functions of a port all the same.
  start(): void {}
  pause(): void {}
}

const parentPort = new ParentPort();
process.on('message', (message) => {
  const { data } = message as { data: unknown };
  parentPort.emit('message', { data, ports: [] });
});
// A utility process does not outlive its parent.
process.on('disconnect', () => process.exit(0));

Object.defineProperties(process, {
  parentPort: { value: parentPort, enumerable: true },
  type: { value: 'utility', enumerable: true },
  send: { value: undefined },
  argv: { value: [process.execPath, path.resolve(modulePath), ...args], writable: true },
});

await import(pathToFileURL(path.resolve(modulePath)).href);
