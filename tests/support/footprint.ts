import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds at rest. */
export interface Footprint {
  /** Octets of JavaScript objects in use. */
  readonly heap: number;
  /** Octets outside of the heap that such objects hold. */
  readonly external: number;
  /** Open file descriptors, those of unreferenced sockets too. */
  readonly descriptors: number;
  /** What keeps the process alive, by kind: `Timeout`, `TCPSocketWrap` … */
  readonly resources: Readonly<Record<string, number>>;
}

/** Long enough for closed sockets to be gone. */
const REST_MS = 100;

/** Collects what is no longer used, and counts the rest. */
export async function footprint(): Promise<Footprint> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // A finalizer may let go of more.
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  const { heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return { heap: heapUsed, external, descriptors: readdirSync('/proc/self/fd').length, resources };
}
