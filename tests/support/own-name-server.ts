import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zoneHead } from './bind.ts';

const SCRIPT = path.resolve(import.meta.dirname, 'programs', 'own-name-server.sh');

/**
 * Runs a program that asks DNS on port 53, in a network of its own with a BIND that holds example.com. Needs `named`,
 * `netns` and `mountns`.
 *
 * @param input `zone`: lines below example.com's head; `files`: what else lies in the folder, by name.
 * @param command its arguments may hold `{folder}`.
 * @returns what it wrote, both streams together.
 */
export function runBesideOwnServer(
  input: { readonly zone: string; readonly files: Readonly<Record<string, string>> },
  command: readonly string[],
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-own-server-'));
  const write = (name: string, text: string) =>
    writeFileSync(path.join(folder, name), text.replaceAll('{folder}', folder), { mode: 0o600 });
  try {
    for (const [name, text] of Object.entries(input.files)) write(name, text);
    write('zone', `${zoneHead('example.com')}${input.zone}`);
    write(
      'named.conf',
      `options { directory "{folder}"; listen-on port 53 { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key"; dnssec-validation no; };\ncontrols {};\nzone "example.com" { type primary; file "{folder}/zone"; };\n`,
    );
    const words = command.map((word) => word.replaceAll('{folder}', folder));
    const run = spawnSync('unshare', ['-rnm', '--propagation', 'private', 'sh', SCRIPT, folder, ...words], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 600_000,
    });
    if (run.status !== 0) throw new Error(`${command.join(' ')} ended with ${run.status}: ${run.stderr}`);
    return `${run.stdout}${run.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
