import { fork } from 'node:child_process';
import path from 'node:path';
import type { WalkResult } from '../../../main/probes/dns/delegation.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import type { Daemon } from './zones.ts';

/**
 * A small internet of our own: root, top-level and zone servers on BIND and Knot, unbound as the system's resolver, all on
 * port 53 of loopback addresses in a network namespace that nothing else can see.
 */

/** Whom to ask, as the settings' texts say it. */
export interface Asked {
  readonly resolver?: string;
  readonly publicResolvers?: string;
  readonly fallback?: string;
  /** Root hints to begin at instead, with nothing remembered. */
  readonly hints?: string;
}

/** What can be asked of it; each runs inside the namespace. */
export interface Calls {
  /** Asks one question with the product's own views. */
  observe: (input: { readonly name: string; readonly type: QueryType } & Asked) => Promise<readonly Observation[]>;
  /** Asks for a required record, and for what tells the cause where it is not as it should be. */
  inspect: (
    input: { readonly required: RequiredRecord; readonly zone: string } & Asked,
  ) => Promise<readonly Observation[]>;
  walk: (input: { readonly name: string }) => Promise<WalkResult>;
  publish: (input: {
    readonly daemon: Daemon;
    readonly zone: string;
    readonly serial: number;
    readonly body: string;
  }) => Promise<void>;
  /** Changes /etc/resolv.conf, as seen inside. */
  systemServers: (input: { readonly servers: readonly string[] }) => Promise<void>;
  /** Runs a program; `{anchors}` in an argument is the file of the trust anchors that unbound has. */
  program: (input: { readonly command: string; readonly args: readonly string[] }) => Promise<string>;
  cli: (input: { readonly args: readonly string[] }) => Promise<{ readonly code: number; readonly out: string }>;
  /** Calls a procedure of the contract, `area.name`. */
  core: (input: { readonly procedure: string; readonly input: unknown }) => Promise<unknown>;
  /** Checks every domain of a workspace, to the end. */
  check: (input: { readonly workspaceId: number }) => Promise<string>;
  /**
   * Checks domains while the root, the system's resolver and the one to fall back on say nothing.
   *
   * @returns how many domains have which verdict, and of how many anything was asked.
   */
  checkInSilence: (input: {
    readonly domains: readonly string[];
    readonly resolver: '' | 'system';
  }) => Promise<{ readonly verdicts: Readonly<Record<string, number>>; readonly asked: number }>;
  /** Open descriptors and octets of heap, after collecting what is no longer used. */
  footprint: (input: object) => Promise<{ readonly descriptors: number; readonly heap: number }>;
  stop: (input: object) => Promise<void>;
}

const program = path.resolve(import.meta.dirname, '..', 'programs', 'small-internet.ts');

/** Starts it. @throws when it does not come up. */
export async function openInternet(): Promise<Calls> {
  const child = fork(program, [], {
    execPath: 'unshare',
    execArgv: ['-rnm', process.execPath, '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let next = 1;
  const ready = new Promise<unknown>((resolve, reject) => waiting.set(0, { resolve, reject }));
  child.on('message', (message: { id: number; result?: unknown; error?: string }) => {
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) call?.resolve(message.result);
    else call?.reject(new Error(message.error));
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const call of waiting.values()) call.reject(new Error(`the small internet ended with ${code}`));
      resolve();
    });
  });
  await ready;
  const call = (name: keyof Calls) => (input: object) =>
    new Promise<never>((resolve, reject) => {
      const id = next;
      next += 1;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ id, call: name, input });
    });
  return {
    observe: call('observe'),
    inspect: call('inspect'),
    walk: call('walk'),
    publish: call('publish'),
    systemServers: call('systemServers'),
    program: call('program'),
    cli: call('cli'),
    core: call('core'),
    check: call('check'),
    checkInSilence: call('checkInSilence'),
    footprint: call('footprint'),
    async stop() {
      child.send({ id: next, call: 'stop', input: {} });
      await ended;
    },
  };
}
