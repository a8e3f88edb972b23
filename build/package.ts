import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run package`: bundles, and has electron-builder make the packages of this system, or those that its own options
 * name (`npm run package -- --linux deb`). electron-builder downloads Electron and a tool for most kinds of package;
 * where one can't be had, that is said in words, with the way out.
 */

const root = path.resolve(import.meta.dirname, '..');

interface Tool {
  readonly name: string;
  /** How to name a copy that is there already. */
  readonly wayOut: string;
}

const ELECTRON: Tool = { name: 'Electron’s executable', wayOut: '-c.electronDist=FOLDER' };

/** Kind of package → what electron-builder downloads to make it. */
const TOOLS: Readonly<Record<string, Tool>> = {
  appimage: { name: 'the runtime of AppImages', wayOut: 'APPIMAGE_TOOLS_PATH=FOLDER' },
  deb: { name: 'fpm', wayOut: 'CUSTOM_FPM_PATH=FILE' },
  rpm: { name: 'fpm', wayOut: 'CUSTOM_FPM_PATH=FILE' },
  nsis: { name: 'NSIS', wayOut: 'ELECTRON_BUILDER_NSIS_DIR=FOLDER' },
  portable: { name: 'NSIS', wayOut: 'ELECTRON_BUILDER_NSIS_DIR=FOLDER' },
  msi: { name: 'WiX', wayOut: 'ELECTRON_BUILDER_CACHE=FOLDER' },
  dmg: { name: 'dmg-builder', wayOut: 'ELECTRON_BUILDER_CACHE=FOLDER' },
};

const UNREACHABLE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|Response code \d+|certificate)\b/;

/**
 * @param output everything that electron-builder printed before it failed.
 * @returns what it could not download, with the way out; null when it failed of something else.
 */
export function downloadFailure(output: string): string | null {
  const failure = output.slice(output.lastIndexOf('⨯'));
  const reason = UNREACHABLE.exec(failure)?.[0];
  if (!output.includes('⨯') || reason === undefined) return null;
  const target = [...output.matchAll(/• building\s+target=(\S+)/g)].at(-1)?.[1];
  const tool = target === undefined ? ELECTRON : (TOOLS[target.toLowerCase()] ?? { name: 'a tool', wayOut: '' });
  const host = /(?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(failure)?.[1];
  const place =
    host === undefined ? `its place can’t be reached from here (${reason})` : `${host} can’t be reached from here`;
  const purpose = target === undefined ? '' : `, which makes the ${target}`;
  const way = tool.wayOut === '' ? '' : `, or name a copy that is on this machine: ${tool.wayOut}`;
  return `electron-builder could not download ${tool.name}${purpose}: ${place}. Run it where the internet can be reached${way} (docs/packaging.md).`;
}

/** Runs electron-builder to its end, showing what it prints as it comes. */
async function runBuilder(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const builder = path.join(root, 'node_modules', 'electron-builder', 'cli.js');
  const child = spawn(process.execPath, [builder, ...args], { cwd: root, stdio: ['inherit', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
      process.stdout.write(part);
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

if (import.meta.main) {
  const { tokens } = parseArgs({ strict: false, tokens: true });
  const asked = tokens.some((token) => token.kind === 'option' && token.name === 'publish');
  const bundled = spawnSync(process.execPath, [path.join(root, 'build', 'bundle.ts')], { cwd: root, stdio: 'inherit' });
  if (bundled.status === 0) {
    // Packages are put up by the release workflow alone.
    const { code, output } = await runBuilder([...process.argv.slice(2), ...(asked ? [] : ['--publish', 'never'])]);
    const failure = code === 0 ? null : downloadFailure(output);
    if (failure !== null) console.error(`\n${failure}`);
    process.exitCode = code;
  } else process.exitCode = bundled.status ?? 1;
}
