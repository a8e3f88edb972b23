import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildPrograms, programs } from '../../../build/bundle.ts';

it('keeps what the window need not wait for out of the Electron program’s entry', async () => {
  const folder = path.resolve('dist', 'entry-test');
  await buildPrograms([{ entry: 'main/hosts/electron/main.ts', output: 'electron.js', format: 'es' }], 'entry-test');
  const entry = readFileSync(path.join(folder, 'electron.js'), 'utf8');
  rmSync(folder, { recursive: true, force: true });
  // Words that stand in the libraries, and nowhere else.
  for (const [library, word] of [
    ['zod', 'ZodError'],
    ['the list of public suffixes', 'allowPrivateDomains'],
    ['oRPC', 'ORPCError'],
    ['better-sqlite3', 'better-sqlite3'],
  ] as const)
    expect(entry.includes(word), library).toBe(false);
  expect(entry.length).toBeLessThan(400_000);
});

it('reads the console in a browser in by small parts, and its tables as short texts', async () => {
  const folder = path.resolve('dist', 'parts-test');
  const browser = programs.filter(({ output }) => output === 'loopback.js');
  await buildPrograms(browser, 'parts-test');
  const atOnce = (file: string): readonly string[] => {
    const code = readFileSync(file, 'utf8');
    const imported = [...code.matchAll(/^import[^\n]*?"(\.[^"]+)";$/gm)].map(([, name = '']) => name);
    return [file, ...imported.flatMap((name) => atOnce(path.resolve(path.dirname(file), name)))];
  };
  const parts = new Set(atOnce(path.join(folder, 'loopback.js')));
  const codes = [...parts].map((file) => readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  // The C library keeps twice the largest block it has seen freed of each thread’s memory: a file, or V8’s buffer for a text.
  expect(parts.size).toBeGreaterThan(5);
  expect(Math.max(...codes.map((code) => code.length))).toBeLessThan(450_000);
  const lines = codes.flatMap((code) => code.split('\n'));
  const longest = Math.max(
    ...lines.map((line) => Math.max(0, ...(line.match(/"[^"]*"|'[^']*'|`[^`]*`/g) ?? ['']).map((text) => text.length))),
  );
  expect(longest).toBeLessThan(80_000);
});

it('leads a stack to the line of the source where it is built to be run from a checkout', async () => {
  const folder = path.resolve('dist', 'stack-test');
  mkdirSync(folder, { recursive: true });
  const source = [
    '/** A program that ends with a fault. */',
    'interface Told { readonly of: string }',
    'function fail({ of }: Told): never {',
    '  throw new TypeError(of);',
    '}',
    "fail({ of: 'a fault' });",
  ];
  writeFileSync(path.join(folder, 'throws.ts'), source.join('\n'));
  await buildPrograms(
    [{ entry: 'dist/stack-test/throws.ts', output: 'throws.js', format: 'es' }],
    'stack-test',
    [],
    true,
  );
  const { stderr } = spawnSync(process.execPath, ['--enable-source-maps', path.join(folder, 'throws.js')], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true, force: true });
  expect(stderr).toMatch(/at fail \(.*throws\.ts:4:/);
  expect(stderr).toMatch(/throws\.ts:6:/);
});

it('tells an old Node what is needed, with nothing that an old Node lacks', async () => {
  const folder = path.resolve('dist', 'launcher-test');
  const launcher = programs.filter(({ output }) => output === 'sendwright.js');
  await buildPrograms(launcher, 'launcher-test');
  const old = "Object.defineProperty(process.versions, 'node', { value: '20.10.0' }); delete process.getBuiltinModule;";
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(old)}`, path.join(folder, 'sendwright.js')],
    { encoding: 'utf8' },
  );
  rmSync(folder, { recursive: true, force: true });
  expect([stderr, status]).toEqual([
    'Sendwright needs Node 22.19 or newer, and this is Node 20.10.0. Install a newer one and try again.\n',
    1,
  ]);
});

describe('what is packaged', () => {
  const folder = path.resolve('dist', 'packaged-test');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Builds a program of these lines as it is packaged, and runs it. */
  async function run(name: string, lines: readonly string[]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${name}.ts`), lines.join('\n'));
    const entry = `dist/packaged-test/${name}.ts`;
    await buildPrograms([{ entry, output: `${name}.js`, format: 'es' }], 'packaged-test');
    const program = path.join(folder, `${name}.js`);
    return {
      bundle: readFileSync(program, 'utf8'),
      ...spawnSync(process.execPath, [program], { encoding: 'utf8' }),
    };
  }

  it('has a line for each statement and its names, by which a stack tells the place', async () => {
    const { bundle, stderr } = await run('throws', [
      '/** A program that ends with a fault. */',
      'function failWith(of: string): never { const told = `${of}\n  twice`; throw new TypeError(told); }',
      'class Desk { open(): void { if (process.argv.length > 0) { failWith("a – fault"); } } }',
      'new Desk().open();',
    ]);
    expect(stderr).toContain('TypeError: a – fault\n  twice');
    const [, line, column] = /at failWith \(.*throws\.js:(\d+):(\d+)\)/.exec(stderr) ?? [];
    expect(bundle.split('\n')[Number(line) - 1]?.slice(Number(column) - 1)).toMatch(/^new TypeError\(told\)/);
    expect(stderr).toMatch(/at Desk\.open \(/);
    // V8 would keep it as two octets a character.
    expect(/[^\0-\u007F]/.test(bundle)).toBe(false);
    expect(bundle.match(/^[ \t].*/gm)).toEqual(['  twice`;']);
  });

  it('reads in of Node what it names, and the tables of names when one is asked for', async () => {
    const { stdout, stderr } = await run('names', [
      "import http, { STATUS_CODES } from 'node:http';",
      "import * as files from 'node:fs';",
      "import { parse } from 'tldts';",
      "import { toASCII } from 'tr46';",
      'const loaded = process.moduleLoadList.filter((name) => /undici|http2|webstreams/.test(name));',
      'console.log(JSON.stringify([STATUS_CODES[404], http.STATUS_CODES[200], typeof files.readFileSync, loaded]));',
      "console.log(JSON.stringify([parse('a.b.co.uk').domain, toASCII('bücher.example')]));",
    ]);
    expect(stderr).toBe('');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      ['Not Found', 'OK', 'function', []],
      ['b.co.uk', 'xn--bcher-kva.example'],
    ]);
  });
});
