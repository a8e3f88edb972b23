import { Socket } from 'node:net';
import { settings } from './given.ts';

/** The pipe to the test: what happened goes out, what a person or the operating system does comes in. */

/** One happening, told as it comes. */
export interface Report {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** What the test asks for: a name and its arguments. */
type Action = (argument: never) => unknown;

const actions = new Map<string, Action>();
const kept: Report[] = [];
let socket: Socket | null = null;

/** Offers the test something to do. */
export function onControl<Argument>(name: string, action: (argument: Argument) => unknown): void {
  actions.set(name, action as Action);
}

function write(message: object): void {
  socket?.write(`${JSON.stringify(message)}\n`);
}

/** Tells the test of something, with the milliseconds since the program began, and keeps it for who asks later. */
export function report(happening: Report): void {
  const told = { ...happening, at: Math.round(performance.now()) };
  kept.push(told);
  write({ report: told });
}

async function answer({ id, name, argument }: { id: number; name: string; argument: never }): Promise<void> {
  try {
    const action = actions.get(name);
    if (action === undefined) throw new Error(`The stand-in has no control called ${name}`);
    write({ id, value: (await action(argument)) ?? null });
  } catch (error) {
    write({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

/** Begins to listen to the test. */
export function openControl(): void {
  if (settings.controlDescriptor === null) return;
  socket = new Socket({ fd: settings.controlDescriptor, readable: true, writable: true });
  socket.unref();
  let pending = '';
  socket.on('data', (part: Buffer) => {
    const lines = (pending + part.toString()).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) void answer(JSON.parse(line) as Parameters<typeof answer>[0]);
  });
  // The test is gone, or has killed its end: this process is of no use any more.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    socket = null;
    // Chromium ends with the pipe to it.
    process.exit(1);
  });
}

onControl('reports', () => kept);
