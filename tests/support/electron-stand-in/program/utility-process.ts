import type { ForkOptions } from 'electron';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { events } from './events.ts';
import { needReady, theApp } from './app-state.ts';
import { onControl, report } from './control.ts';
import { pass } from './given.ts';
import { newEvent, notModelled, StandInEmitter } from './strict.ts';

/** Electron's `UtilityProcess`: a real process with `process.parentPort` and no way of Node's own to its parent. */

const running = new Set<UtilityProcess>();

const knownOptions = new Set(['env', 'execArgv', 'cwd', 'stdio', 'serviceName', 'allowLoadingUnsignedLibraries']);

export class UtilityProcess extends StandInEmitter {
  readonly #child: ChildProcess;
  readonly #waiting: unknown[] = [];
  #isSpawned = false;
  #isOver = false;
  readonly #service: string;

  private constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super('utilityProcess', events.UtilityProcess);
    this.#service = options.serviceName ?? 'Node Utility Process';
    const stdio = options.stdio ?? 'inherit';
    const streams = (typeof stdio === 'string' ? ['ignore', stdio, stdio] : stdio) as ('pipe' | 'ignore' | 'inherit')[];
    for (const stream of streams) {
      if (!['pipe', 'ignore', 'inherit'].includes(stream)) throw new TypeError('stdio value is not supported');
    }
    const [input, output, errors] = streams;
    this.#child = fork(path.join(import.meta.dirname, 'utility-child.ts'), [modulePath, ...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...(options.env ?? process.env) },
      execArgv: [...(options.execArgv ?? [])],
      serialization: 'advanced',
      stdio: [input ?? 'ignore', output ?? 'inherit', errors ?? 'inherit', 'ipc'],
    });
    running.add(this);
    void pass('utilityProcess').then(() => {
      if (this.#isOver) return;
      this.#isSpawned = true;
      this.emit('spawn');
      for (const message of this.#waiting.splice(0)) this.#child.send(message as object);
    });
    this.#child.on('message', (message) => this.emit('message', (message as { data: unknown }).data));
    this.#child.on('error', (error) => report({ kind: 'fault', message: `utilityProcess: ${error.message}` }));
    this.#child.on('exit', (code, signal) => {
      this.#isOver = true;
      running.delete(this);
      if (code !== 0 && !this.#isKilled) {
        const details = { type: 'Utility', reason: signal === null ? 'abnormal-exit' : 'killed', exitCode: code ?? 9 };
        theApp().emit('child-process-gone', newEvent(), {
          ...details,
          name: this.#service,
          serviceName: 'node.mojom.NodeService',
        });
      }
      this.emit('exit', code ?? 15);
    });
    report({ kind: 'utility-process', module: modulePath, pid: this.#child.pid });
  }
  #isKilled = false;

  static fork(modulePath: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess {
    needReady('utilityProcess cannot be created before app is ready.');
    for (const name of Object.keys(options))
      if (!knownOptions.has(name)) notModelled(`the option ${name} of utilityProcess.fork`);
    if (!existsSync(modulePath)) report({ kind: 'log', text: `utilityProcess.fork: there is no ${modulePath}` });
    return new UtilityProcess(modulePath, args, options);
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) notModelled('sending ports to a utility process');
    if (this.#isOver) return;
    const data = { data: structuredClone(message) };
    if (this.#isSpawned) this.#child.send(data);
    else this.#waiting.push(data);
  }

  kill(): boolean {
    if (this.#isOver) return false;
    this.#isKilled = true;
    return this.#child.kill('SIGTERM');
  }

  get pid(): number | undefined {
    return this.#isSpawned && !this.#isOver ? this.#child.pid : undefined;
  }
  get stdout(): Readable | null {
    return this.#child.stdout;
  }
  get stderr(): Readable | null {
    return this.#child.stderr;
  }
}

onControl('utility-processes', () => [...running].map(({ pid }) => pid));
