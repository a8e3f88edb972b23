import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dataFolder } from '../../../main/hosts/data-folder.ts';

const place = mkdtempSync(path.join(tmpdir(), 'sendwright-managed-'));
afterEach(() => rmSync(place, { recursive: true, force: true }));

const policy = (DataFolder: string) => ({
  source: '/etc/sendwright/policy.json',
  locked: { DataFolder },
  recommended: {},
});

describe('a data folder that the organisation has set', () => {
  it('is used whatever else, and another that is asked for is refused with the policy’s place', () => {
    const folder = path.join(place, 'set');
    expect(dataFolder(undefined, policy(folder))).toBe(folder);
    expect(dataFolder(folder, policy(folder))).toBe(folder);
    expect(() => dataFolder(path.join(place, 'other'), policy(folder))).toThrow(
      `is set by your organisation: ${folder}`,
    );
    expect(() => dataFolder(undefined, policy('relative/folder'))).toThrow('/etc/sendwright/policy.json');
  });

  it('may lie in the person’s own folder', () => {
    const below = path.relative(homedir(), path.join(place, 'own'));
    expect(dataFolder(undefined, policy(`~/${below}`))).toBe(path.join(place, 'own'));
  });
});
