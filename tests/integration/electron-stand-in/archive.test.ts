import { createPackageWithOptions } from '@electron/asar';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeInStandIn, told, writeFixture } from '../../support/electron-stand-in/fixture.ts';
import { launchStandIn } from '../../support/electron-stand-in/launch.ts';

/** The stand-in's archives against what Electron's documentation (*ASAR Archives*) says of them. */

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs a program out of an archive, made by Electron's own packer. @returns what it told. */
async function runPacked(main: string, files: Readonly<Record<string, string>>): Promise<Map<string, unknown>> {
  const folder = await writeFixture({ main: `import fs from 'node:fs';\n${main}\napp.quit();` });
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, 'program', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const archive = path.join(folder, 'resources', 'app.asar');
  await mkdir(path.dirname(archive));
  await createPackageWithOptions(path.join(folder, 'program'), archive, { unpack: '*.outside' });
  await rm(path.join(folder, 'program'), { recursive: true });
  await using program = launchStandIn({ program: archive, home: path.join(folder, 'home'), workingDirectory: folder });
  await program.happened('quit');
  expect([await program.exited, program.all('uncaught')]).toEqual([0, []]);
  return new Map(told(program).map(([name, value]) => [name, value]));
}

describeInStandIn('an archive', () => {
  it('is a folder for what reads, in every form', async () => {
    const said = await runPacked(
      `
      const here = import.meta.dirname;
      const text = path.join(here, 'folder', 'a.txt');
      tell('sync', fs.readFileSync(text, 'utf8'));
      tell('octets', [...fs.readFileSync(text)]);
      tell('promise', await fs.promises.readFile(text, { encoding: 'utf8' }));
      tell('callback', await new Promise((resolve, reject) => fs.readFile(text, 'utf8', (error, value) => error ? reject(error) : resolve(value))));
      tell('names', fs.readdirSync(path.join(here, 'folder')).sort());
      tell('below', fs.readdirSync(here, { recursive: true }).sort());
      const stat = fs.statSync(text);
      tell('stat', [stat.isFile(), stat.isDirectory(), stat.size]);
      tell('itself', fs.statSync(here).isDirectory());
      tell('exists', [fs.existsSync(text), fs.existsSync(text + 'x'), fs.existsSync(here)]);
      tell('unpacked', fs.readFileSync(path.join(here, 'b.outside'), 'utf8'));
      try { fs.readFileSync(text + 'x'); } catch (error) { tell('absent', error.code); }
      try { fs.writeFileSync(text, ''); } catch (error) { tell('written', error.code); }
      `,
      { 'folder/a.txt': 'text', 'b.outside': 'outside' },
    );
    expect(Object.fromEntries(said)).toEqual({
      sync: 'text',
      octets: [...Buffer.from('text')],
      promise: 'text',
      callback: 'text',
      names: ['a.txt'],
      below: ['b.outside', 'folder', path.join('folder', 'a.txt'), 'main.js', 'package.json'],
      stat: [true, false, 4],
      itself: true,
      exists: [true, false, true],
      unpacked: 'outside',
      absent: 'ENOENT',
      // “Archives are read-only”: Node's own error for a path through a file.
      written: 'ENOTDIR',
    });
  });

  it('has modules, of both kinds, with what they need of one another', async () => {
    const said = await runPacked(
      `
      import { one } from './one.js';
      import two from 'two';
      import * as later from './one.js';
      tell('one', one);
      tell('two', two);
      tell('later', (await import('./folder/later.js')).default);
      tell('same', later.one === one);
      await import('./absent.js').catch((error) => tell('absent', error.code));
      `,
      {
        'one.js': 'export const one = import.meta.filename.split("app.asar")[1];',
        'folder/later.js': 'export default "later";',
        'node_modules/two/package.json': '{"name":"two","main":"lib"}',
        'node_modules/two/lib/index.js':
          'const data = require("./data"); const fs = require("fs"); module.exports = data.value + fs.readFileSync(__dirname + "/data.json", "utf8").length;',
        'node_modules/two/lib/data.json': '{"value":5}',
      },
    );
    expect(Object.fromEntries(said)).toEqual({
      one: `${path.sep}one.js`,
      two: 5 + 11,
      later: 'later',
      same: true,
      absent: 'ERR_MODULE_NOT_FOUND',
    });
  });

  it('is packaged to the program, whose resources lie around it', async () => {
    const said = await runPacked(
      `tell('packaged', app.isPackaged); tell('resources', path.basename(process.resourcesPath)); tell('path', path.basename(app.getAppPath()));`,
      {},
    );
    expect(Object.fromEntries(said)).toEqual({ packaged: true, resources: 'resources', path: 'app.asar' });
  });
});
