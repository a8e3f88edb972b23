import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { downloadFailure } from '../../../build/package.ts';
import { root } from '../../support/packaging.ts';

/** electron-builder's configuration and what the kinds of package ask of the project, checked by its own code. */

// Reached through electron-builder, whose own dependency it is; its types name no more than this test needs.
const require = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));

interface Configuration {
  readonly appId: string;
  readonly toolsets: { readonly appimage: string };
  readonly publish: { readonly url: string };
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly [section: string]: unknown;
}
interface ConfigurationCode {
  getConfig(this: void, project: string, file: string | null, options: null): Promise<Configuration>;
  validateConfiguration(this: void, configuration: unknown, logger: { readonly isEnabled: boolean }): Promise<void>;
}
const CODE = 'app-builder-lib/out/util/config/config.js';
const { getConfig, validateConfiguration } = require(CODE) as ConfigurationCode;

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly homepage: string;
  readonly description: string;
  readonly license: string;
  readonly private: boolean;
  readonly author: { readonly name: string; readonly email: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly version: string;
};
const silent = { isEnabled: false };

describe('the configuration of the packages', () => {
  let configuration: Configuration;
  beforeAll(async () => {
    configuration = await getConfig(root, null, null);
  });

  const targets = (section: string) =>
    (configuration[section] as { target: readonly (string | { target: string; arch: string })[] }).target;

  it('is one that electron-builder takes, and would not take with a slip in it', async () => {
    await validateConfiguration(configuration, silent);
    for (const slip of [
      { linux: { targets: ['deb'] } },
      { nsis: { includes: 'x' } },
      { electronFuses: { runAsNodes: false } },
    ])
      await expect(validateConfiguration({ ...configuration, ...slip }, silent)).rejects.toThrow(
        /Invalid configuration/,
      );
  });

  it('makes every kind of package that is promised', () => {
    expect(targets('linux')).toEqual(['AppImage', 'deb', 'rpm']);
    expect(targets('win')).toEqual(['nsis', 'msi', 'portable']);
    expect(targets('mac')).toEqual([{ target: 'dmg', arch: 'universal' }]);
    expect(configuration.msi).toMatchObject({ perMachine: true });
  });

  it('names only files that are there', () => {
    const texts = JSON.stringify(configuration);
    const named = [...texts.matchAll(/"(?:--[a-z-]+=)?(\.?\/?build\/[^"=*]+)/g)].map(([, file]) => file ?? '');
    expect(named.length).toBeGreaterThan(12);
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('has the facts that deb, rpm, msi and their readers ask for, under one name', () => {
    expect(manifest.homepage).toMatch(/^https:\/\//);
    expect(manifest.author.email).toMatch(/^\S+@\S+\.\S+$/);
    expect(manifest.description.length).toBeGreaterThan(20);
    expect(manifest).toMatchObject({ license: 'UNLICENSED', private: true });
    expect(configuration.publish.url.startsWith(manifest.homepage)).toBe(true);
    const told = (file: string) => readFileSync(path.join(root, 'build', file), 'utf8');
    expect(told('linux/copyright')).toContain(`${manifest.author.name} <${manifest.author.email}>`);
    expect(told('linux/copyright')).toContain(`Source: ${manifest.homepage}`);
    const description = told('linux/app.sendwright.console.metainfo.xml');
    expect(description).toContain(`<url type="homepage">${manifest.homepage}</url>`);
    expect(description).toContain(`<id>${configuration.appId}</id>`);
    expect(description).toContain(`<release version="${manifest.version}"`);
    for (const file of ['licence.txt', 'linux/copyright']) expect(told(file)).toContain('UNLICENSED');
  });

  it('sets every fuse that Electron has, but for the snapshot that is not made', () => {
    expect(configuration.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: true,
    });
  });

  it('writes nothing about updates into what a package manager installs', () => {
    for (const kind of ['deb', 'rpm']) expect(configuration[kind]).toMatchObject({ publish: null });
  });

  it('depends on what is not bundled alone', () => {
    // What a bundle holds is a devDependency: a package, from npm too, brings what the bundles import and no more.
    expect(Object.keys(manifest.dependencies)).toEqual(['better-sqlite3']);
  });
});

describe('a tool that can’t be downloaded', () => {
  const printed = (target: string | null, error: string) =>
    [
      '  • packaging       platform=linux arch=x64 electron=45.4.1 appOutDir=dist/packages/linux-unpacked',
      ...(target === null ? [] : [`  • building        target=${target} arch=x64 file=dist/packages/file`]),
      `  ⨯ ${error}  failedTask=build stackTrace=RequestError: ${error}`,
    ].join('\n');

  it.each([
    ['deb', 'fpm, which makes the deb', 'CUSTOM_FPM_PATH=FILE'],
    ['rpm', 'fpm, which makes the rpm', 'CUSTOM_FPM_PATH=FILE'],
    ['AppImage', 'the runtime of AppImages, which makes the AppImage', 'APPIMAGE_TOOLS_PATH=FOLDER'],
    ['nsis', 'NSIS, which makes the nsis', 'ELECTRON_BUILDER_NSIS_DIR=FOLDER'],
    ['MSI', 'WiX, which makes the MSI', 'ELECTRON_BUILDER_CACHE=FOLDER'],
    [null, 'Electron’s executable: tools.example can’t be reached', '-c.electronDist=FOLDER'],
  ])('for %s is named, with the way out', (target, name, way) => {
    const words = downloadFailure(printed(target, 'getaddrinfo ENOTFOUND tools.example'));
    expect(words).toContain(name);
    expect(words).toContain(way);
    expect(words).not.toMatch(/ENOTFOUND|stackTrace/);
  });

  it('is not blamed for another failure', () => {
    expect(downloadFailure(printed('deb', 'Please specify project homepage'))).toBeNull();
    expect(downloadFailure('  • building        target=deb arch=x64 file=x')).toBeNull();
  });
});
