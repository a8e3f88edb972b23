import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseProfile } from '../../../main/hosts/electron/profile.ts';

/** Electron's default profile as earlier builds left it: the key of safeStorage in `Local State`, for all data folders. */
let former: string;
let folder: string;
let root: string;
const key = JSON.stringify({ os_crypt: { audit_enabled: true, encrypted_key: 'RFBBUEk' } });

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sendwright-profile-'));
  former = path.join(root, 'Roaming', 'Sendwright');
  folder = path.join(root, 'Local', 'Sendwright', 'Data');
  mkdirSync(former, { recursive: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(former, 'Local State'), key);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function choose(platform: NodeJS.Platform) {
  const paths = new Map([['userData', former]]);
  const app = {
    getPath: (name: string) => paths.get(name) ?? '',
    setPath: (name: string, value: string) => {
      if (!existsSync(value)) throw new Error('Electron takes a folder that exists alone');
      paths.set(name, value);
    },
  };
  return { profile: chooseProfile(app as never, folder, platform), paths };
}

describe('Electron’s profile', () => {
  it('lies in the data folder, with what pages store', () => {
    const { profile, paths } = choose('linux');
    expect(profile).toBe(path.join(folder, 'electron'));
    expect([...paths]).toEqual([
      ['userData', profile],
      ['sessionData', profile],
    ]);
    expect(existsSync(path.join(profile, 'Local State'))).toBe(false);
  });

  it('on Windows takes the key over that earlier builds sealed with, and leaves it where it was', () => {
    const { profile } = choose('win32');
    expect(readFileSync(path.join(profile, 'Local State'), 'utf8')).toBe(key);
    expect(readFileSync(path.join(former, 'Local State'), 'utf8')).toBe(key);
  });

  it('takes it over once: a key of the folder’s own is never replaced', () => {
    const own = path.join(folder, 'electron', 'Local State');
    mkdirSync(path.dirname(own));
    writeFileSync(own, 'its own');
    choose('win32');
    expect(readFileSync(own, 'utf8')).toBe('its own');
  });

  it('begins anew where there is nothing to take over', () => {
    rmSync(path.join(former, 'Local State'));
    expect(existsSync(path.join(choose('win32').profile, 'Local State'))).toBe(false);
  });
});
