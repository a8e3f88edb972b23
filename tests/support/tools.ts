import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';
import { findBrowser } from '../../main/hosts/loopback/open-window.ts';
import type { OracleToolId } from '../oracles/tools.ts';
import { oracleProgram } from '../oracles/tools.ts';

/**
 * Tests that need a program which is not ours name it here. Where it is missing, the whole block is reported as
 * skipped under that name; with `SENDWRIGHT_NO_SKIPS=1`, as in CI, a missing program is a failure instead.
 */

const found = new Map<string, boolean>();

/** Whether every program can be run. `python3:spf` means the Python module `spf`; anything else is looked for in PATH
 * and the system's sbin folders. `oracle:octodns`: a tool of `tests/oracles/tools.ts`. `netns` and `mountns`: a network
 * or mount namespace of one's own can be made; `overlay`: one in which a layer lies over the system, as only root can;
 * `Linux`: that this is one; `port 443`: that one may listen there. `browser`: Chrome, Chromium or Edge. */
export function haveTools(...tools: readonly string[]): boolean {
  return tools.every((tool) => {
    let present = found.get(tool);
    if (present === undefined) {
      present = probe(tool);
      found.set(tool, present);
    }
    return present;
  });
}

function probe(tool: string): boolean {
  if (tool === 'netns') return spawnSync('unshare', ['-rn', 'true']).status === 0;
  if (tool === 'mountns') return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  if (tool === 'overlay')
    return (
      spawnSync('unshare', [
        '-m',
        'sh',
        '-c',
        'mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/all && mount -t overlay overlay -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work /mnt/all',
      ]).status === 0
    );
  // An address of loopback that nobody has: what listens on another keeps nobody from this one.
  if (tool === 'port-443')
    return (
      spawnSync(process.execPath, [
        '-e',
        "require('node:net').createServer().on('error', () => process.exit(1)).listen(443, '127.0.3.15', () => process.exit(0))",
      ]).status === 0
    );
  if (tool === 'Linux') return process.platform === 'linux';
  if (tool === 'browser') return findBrowser() !== undefined;
  if (tool.startsWith('oracle:')) return oracleProgram(tool.slice('oracle:'.length) as OracleToolId) !== null;
  if (tool.startsWith('python3:')) {
    // Debian's modules belong to Debian's interpreter, which need not be the first in PATH.
    return spawnSync('/usr/bin/python3', ['-c', `import ${tool.slice('python3:'.length)}`]).status === 0;
  }
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/local/sbin`;
  return spawnSync('sh', ['-c', `command -v ${tool}`], { env: { ...process.env, PATH: path } }).status === 0;
}

/** `describe`, run only where the tools are there. */
export function describeWith(tools: readonly string[], title: string, body: () => void): void {
  const missing = tools.filter((tool) => !haveTools(tool));
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const label = `${title} (needs ${missing.join(', ')})`;
  const mayBeMissing = new Set((process.env.SENDWRIGHT_MAY_SKIP ?? '').split(' '));
  if (process.env.SENDWRIGHT_NO_SKIPS === '1' && !missing.every((tool) => mayBeMissing.has(tool))) {
    describe(label, () => {
      throw new Error(`missing on this machine: ${missing.join(', ')}`);
    });
  } else {
    describe.skip(label, body);
  }
}
