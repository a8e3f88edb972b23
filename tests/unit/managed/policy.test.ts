import { Ajv2020 } from 'ajv/dist/2020.js';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { managedFiles } from '../../../build/managed.ts';
import type { PolicyPort } from '../../../main/hosts/managed.ts';
import { LINUX_POLICY, MAC_POLICY, readManagedFrom, WINDOWS_POLICY } from '../../../main/hosts/managed.ts';
import { managedNames, managedSettings, readPolicy, unmanaged } from '../../../shared/managed/policy.ts';

/** What an organisation sets: one schema, and what is made and read by it. */

const folder = path.resolve(import.meta.dirname, '..', '..', '..', 'build', 'managed');
const made = managedFiles();
const fileOf = (name: string): string => made[name] ?? '';
const example = JSON.parse(fileOf('policy.example.json')) as Readonly<Record<string, unknown>>;

/** Elements of an XML text, in their order. @throws where it is not well-formed. */
function elementsOf(text: string): readonly { readonly name: string; readonly attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => found.push({ name, attributes }));
  parser.write(text).close();
  return found;
}

function port(platform: NodeJS.Platform, changes: Partial<PolicyPort>): PolicyPort {
  return {
    platform,
    readFile: () => null,
    run: (program) => {
      throw new Error(`${program} is not asked here`);
    },
    ...changes,
  };
}

describe('the files for administrators', () => {
  it.each(Object.keys(made))('%s is as the schema makes it', (name) => {
    expect(readFileSync(path.join(folder, name), 'utf8')).toBe(made[name]);
  });

  it('have every word of the ADMX in the ADML, and every input where the ADMX has its value', () => {
    const admx = elementsOf(fileOf('sendwright.admx'));
    const adml = elementsOf(fileOf('en-US/sendwright.adml'));
    const ids = (name: string) => adml.filter((each) => each.name === name).map(({ attributes }) => attributes.id);
    const asked = (kind: string) =>
      [...fileOf('sendwright.admx').matchAll(new RegExp(`\\$\\(${kind}\\.([^)]+)\\)`, 'g'))].map(([, id]) => id);
    expect(new Set(ids('string'))).toEqual(new Set(asked('string')));
    expect(new Set(ids('presentation'))).toEqual(new Set(asked('presentation')));
    const policies = admx.filter(({ name }) => name === 'policy').map(({ attributes }) => attributes.name);
    expect(new Set(policies).size).toBe(policies.length);
    expect(policies).toEqual(expect.arrayContaining([...managedNames]));
    const values = admx.filter(({ name }) => ['text', 'multiText', 'decimal', 'enum'].includes(name));
    const inputs = adml.filter(({ attributes }) => attributes.refId !== undefined);
    expect(inputs.map(({ attributes }) => attributes.refId)).toEqual(
      values.map(({ attributes }) => attributes.id).filter((id) => id !== undefined),
    );
  });
});

describe('a policy', () => {
  const accepts = new Ajv2020({ strict: false }).compile(JSON.parse(fileOf('policy.schema.json')) as object);
  const isRead = (given: unknown): boolean => {
    try {
      readPolicy(given, LINUX_POLICY);
      return true;
    } catch {
      return false;
    }
  };

  it('is read where the JSON Schema takes it, and refused where that refuses it', () => {
    const values = [
      '',
      'text',
      'x'.repeat(3000),
      'passphrase',
      'keychain',
      0,
      1,
      15,
      1440,
      1441,
      40_000,
      -1,
      1.5,
      true,
      false,
    ];
    const odd: readonly unknown[] = [null, [], {}, ['a'], { toString: 1 }];
    let taken = 0;
    for (const name of [...managedNames, 'Unknown', 'constructor'])
      for (const value of [...values, ...odd])
        for (const given of [{ [name]: value }, { Recommended: { [name]: value } }]) {
          expect([given, isRead(given)]).toEqual([given, accepts(given)]);
          if (isRead(given)) taken += 1;
        }
    for (const given of [example, null, [], 'text', { Recommended: 1 }])
      expect([given, isRead(given)]).toEqual([given, accepts(given)]);
    expect(taken).toBeGreaterThan(40);
  });

  it('is refused whole, with every value at fault named', () => {
    expect(() => readPolicy({ ServiceUrl: 'https://s.example', Updates: 'no', Idle: 5 }, LINUX_POLICY)).toThrow(
      'Your organisation’s policy in /etc/sendwright/policy.json can’t be used: Updates must be true or false, and is "no"; Idle is unknown to this version.',
    );
  });
});

describe('on Linux', () => {
  it('is the file in /etc; none is no policy, and one that can’t be read is told', () => {
    expect(readManagedFrom(port('linux', {}))).toEqual(unmanaged);
    const readFile = (file: string) => (file === LINUX_POLICY ? fileOf('policy.example.json') : null);
    const { locked, recommended, source } = readManagedFrom(port('linux', { readFile }));
    const { Recommended, ...rest } = example;
    expect({ locked, recommended, source }).toEqual({ locked: rest, recommended: Recommended, source: LINUX_POLICY });
    expect(() => readManagedFrom(port('linux', { readFile: () => '{"Updates": false,' }))).toThrow(LINUX_POLICY);
    const refused = () => {
      throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    };
    expect(() => readManagedFrom(port('linux', { readFile: refused }))).toThrow('EACCES');
  });
});

/** Python’s plistlib in the place of plutil: it reads property lists by Apple’s description, too. */
const READ_PLIST =
  'import json,plistlib,sys; p=plistlib.loads(sys.stdin.buffer.read()); print(json.dumps(p.get("PayloadContent",[p])[0]))';

describe('on macOS', () => {
  it.each(['app.sendwright.console.example.plist', 'sendwright.example.mobileconfig'])(
    '%s says what the example in JSON says',
    (name) => {
      const run = () => execFileSync('python3', ['-c', READ_PLIST], { input: fileOf(name), encoding: 'utf8' });
      const { locked, recommended, source } = readManagedFrom(port('darwin', { readFile: () => 'bplist', run }));
      const { Recommended, ...rest } = example;
      expect({ locked, recommended, source }).toEqual({ locked: rest, recommended: Recommended, source: MAC_POLICY });
    },
  );
});

const NEIGHBOURS = [
  '',
  'HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft',
  'HKEY_LOCAL_MACHINE\\Software\\Policies\\Sendwright',
  '',
].join('\r\n');

/** As `reg query HKLM\Software\Policies\Sendwright /s` lays it out. */
const PRINTED = [
  '',
  'HKEY_LOCAL_MACHINE\\Software\\Policies\\Sendwright',
  '    ServiceUrl    REG_SZ    https://mail-service.example.com',
  '    DataFolder    REG_SZ    D:\\Data of people\\~    kept',
  '    PublicResolvers    REG_SZ    ',
  '    Updates    REG_DWORD    0x0',
  '    Practice    REG_DWORD    0x1',
  '    IdleLockMinutes    REG_DWORD    0xf',
  '    Keeper    REG_SZ    keychain',
  '    ExtraCa    REG_MULTI_SZ    -----BEGIN CERTIFICATE-----\\0MIIB\\0-----END CERTIFICATE-----',
  '',
  'HKEY_LOCAL_MACHINE\\Software\\Policies\\Sendwright\\Recommended',
  '    Resolver    REG_SZ    system',
  '',
  '',
].join('\r\n');

describe('on Windows', () => {
  const registry = (printed: string, neighbours = NEIGHBOURS) =>
    port('win32', { run: (_program, args) => (args.includes('/s') ? printed : neighbours) });

  it('is the registry’s policies', () => {
    expect(readManagedFrom(registry(PRINTED))).toEqual({
      source: WINDOWS_POLICY,
      locked: {
        ServiceUrl: 'https://mail-service.example.com',
        DataFolder: 'D:\\Data of people\\~    kept',
        PublicResolvers: '',
        Updates: false,
        Practice: true,
        IdleLockMinutes: 15,
        Keeper: 'keychain',
        ExtraCa: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      },
      recommended: { Resolver: 'system' },
    });
  });

  it('is none where there is no such key, and told where it can’t be read or holds a wrong value', () => {
    expect(readManagedFrom(registry(PRINTED, NEIGHBOURS.replace('Sendwright', 'Others')))).toEqual(unmanaged);
    expect(() => readManagedFrom(registry(PRINTED.replace('0xf', '0x0')))).toThrow('IdleLockMinutes');
    expect(() => readManagedFrom(registry(PRINTED.replace('0x1', '0x2')))).toThrow('Practice must be true or false');
  });

  /** `DisableRegistryTools`: reg.exe ends with 1, whatever it is asked. */
  const withoutReg = (powershell: () => string) =>
    port('win32', {
      run(program) {
        if (program.endsWith('\\System32\\WindowsPowerShell\\v1.0\\powershell.exe')) return powershell();
        throw new Error(`Command failed: ${program}\nERROR: Registry editing has been disabled by your administrator.`);
      },
    });

  it('is read by PowerShell where reg refuses', () => {
    const printed = {
      locked: {
        ServiceUrl: 'https://s.example',
        Updates: 0,
        Practice: 1,
        IdleLockMinutes: 15,
        ExtraCa: ['one', 'two'],
      },
      recommended: { Resolver: 'system' },
    };
    expect(readManagedFrom(withoutReg(() => `${JSON.stringify(printed)}\r\n`))).toEqual({
      source: WINDOWS_POLICY,
      locked: {
        ServiceUrl: 'https://s.example',
        Updates: false,
        Practice: true,
        IdleLockMinutes: 15,
        ExtraCa: 'one\ntwo',
      },
      recommended: { Resolver: 'system' },
    });
    expect(readManagedFrom(withoutReg(() => 'null\r\n'))).toEqual(unmanaged);
    const wrong = () => '{"locked":{"IdleLockMinutes":0},"recommended":null}';
    expect(() => readManagedFrom(withoutReg(wrong))).toThrow('IdleLockMinutes');
  });

  it('keeps the console from starting where neither may be run, and says what would help', () => {
    const neither = withoutReg(() => {
      throw new Error('spawnSync powershell.exe EACCES');
    });
    expect(() => readManagedFrom(neither)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /Policies\\Sendwright can’t be used: it can’t be read \(reg: .*; PowerShell: .*EACCES\)/,
        ),
        remedy: expect.stringContaining('reg.exe or powershell.exe'),
      }),
    );
  });

  it('asks no program that lies in the folder the console was started from', () => {
    const asked: string[] = [];
    const run = (program: string) => {
      asked.push(program);
      throw new Error('not now');
    };
    expect(() => readManagedFrom(port('win32', { run }))).toThrow('not now');
    expect(asked).toHaveLength(2);
    for (const program of asked) expect(path.win32.isAbsolute(program)).toBe(true);
  });
});

it('every setting has words that end as sentences do', () => {
  for (const { title, about } of Object.values(managedSettings)) {
    expect(title).not.toMatch(/\.$/);
    expect(about).toMatch(/[.”]$/);
  }
});
