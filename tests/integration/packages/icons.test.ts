import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawIcons } from '../../../build/icons.ts';
import { root } from '../../support/packaging.ts';
import { run } from '../../support/run.ts';
import { describeWith } from '../../support/tools.ts';

const folder = path.join(root, 'build', 'icons');

describe('icons of the packages', () => {
  it('are those that build/icons.ts draws from the window’s', async () => {
    const drawn = await drawIcons();
    const present = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
    expect(present.sort()).toEqual([...drawn.keys()].sort());
    for (const [name, content] of drawn)
      expect([name, readFileSync(path.join(folder, name)).equals(content)]).toEqual([name, true]);
  });

  it('are of the size that their names say', () => {
    for (const name of readdirSync(path.join(folder, 'png'))) {
      const header = readFileSync(path.join(folder, 'png', name)).subarray(16, 24);
      expect(`${header.readUInt32BE(0)}x${header.readUInt32BE(4)}.png`).toBe(name);
    }
  });
});

describeWith(['icotool', 'icns2png'], 'icons as others read them', () => {
  it('the one for Windows holds every size with its opacity', () => {
    const { stdout } = run('icotool', ['--list', path.join(folder, 'icon.ico')]);
    const sizes = [...stdout.matchAll(/--icon --index=\d+ --width=(\d+) --height=(\d+) --bit-depth=32/g)];
    expect(sizes.map(([, width, height]) => `${width}x${height}`)).toEqual(
      [16, 20, 24, 32, 40, 48, 64, 256].map((size) => `${size}x${size}`),
    );
  });

  it('the one for macOS holds the large ones, which that reader knows', () => {
    const { stdout } = run('icns2png', ['--list', path.join(folder, 'icon.icns')]);
    for (const size of [256, 512, 1024]) expect(stdout).toContain(`${size}x${size} 32-bit icon`);
    expect(stdout).toContain('8 elements total');
  });
});
