import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Managed } from '../../shared/managed/policy.ts';
import { managedSettings, PolicyFault, readPolicy, RECOMMENDED, unmanaged } from '../../shared/managed/policy.ts';

/**
 * What the organisation that manages this computer has set: a file in /etc, a property list that a profile put there, or the
 * registry’s policies. Only an administrator can write any of them; no variable and no option names another place.
 */

export const LINUX_POLICY = '/etc/sendwright/policy.json';
export const MAC_POLICY = '/Library/Managed Preferences/app.sendwright.console.plist';
const WINDOWS_POLICIES = 'HKLM\\Software\\Policies';
export const WINDOWS_POLICY = `${WINDOWS_POLICIES}\\Sendwright`;

/** What is asked of the system. */
export interface PolicyPort {
  readonly platform: NodeJS.Platform;
  /** @returns null where there is no such file. @throws when it can’t be read. */
  readonly readFile: (file: string) => string | null;
  /** @returns what the program printed. @throws when it ended with another code than 0. */
  readonly run: (program: string, args: readonly string[]) => string;
}

const TOO_LONG_MS = 10_000;

const system: PolicyPort = {
  platform: process.platform,
  readFile(file) {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  },
  run: (program, args) => execFileSync(program, args, { encoding: 'utf8', timeout: TOO_LONG_MS, windowsHide: true }),
};

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PolicyFault(source, [error instanceof Error ? error.message : String(error)]);
  }
}

/** A payload’s own keys stand beside its settings. */
const withoutPayload = (given: unknown): unknown =>
  typeof given !== 'object' || given === null
    ? given
    : Object.fromEntries(Object.entries(given).filter(([key]) => !key.startsWith('Payload')));

/** A value as `reg query` prints it. Switches are numbers in the registry, and lines are parted by a written `\0`. */
function registryValue(name: string, type: string, text: string): unknown {
  if (type === 'REG_MULTI_SZ') return text.split('\\0').join('\n');
  if (type !== 'REG_DWORD') return text;
  const number = Number(text);
  const isSwitch = Object.entries(managedSettings).some(([known, { kind }]) => known === name && kind === 'switch');
  return isSwitch && (number === 0 || number === 1) ? number === 1 : number;
}

/** Reads what `reg query KEY /s` prints. Keys other than the policy’s own and `Recommended` are no settings. */
export function readRegistry(printed: string): Readonly<Record<string, unknown>> {
  const locked: Record<string, unknown> = {};
  const recommended: Record<string, unknown> = {};
  let into: Record<string, unknown> | null = null;
  for (const line of printed.split(/\r?\n/)) {
    if (/^HKEY_/i.test(line)) {
      const below = /\\Policies\\Sendwright(?:\\(.*))?$/i.exec(line.trim());
      into = below === null ? null : below[1] === undefined ? locked : below[1] === RECOMMENDED ? recommended : null;
      continue;
    }
    const value = /^ {4}(.+?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/.exec(line);
    if (value === null || into === null) continue;
    const [, name = '', type = '', text = ''] = value;
    into[name] = registryValue(name, type, text);
  }
  return { ...locked, ...(Object.keys(recommended).length === 0 ? {} : { [RECOMMENDED]: recommended }) };
}

/** Windows' own folder: a program of the same name in the folder that the console was started from is not run. */
const systemProgram = (...parts: readonly string[]) =>
  path.win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', ...parts);

const REG = systemProgram('reg.exe');
const POWERSHELL = systemProgram('WindowsPowerShell', 'v1.0', 'powershell.exe');

function fromReg({ run }: PolicyPort): Managed {
  // A key that is missing and one that can’t be read end with the same code: so it is looked for among its neighbours.
  const neighbours = run(REG, ['query', WINDOWS_POLICIES]);
  if (!neighbours.split(/\r?\n/).some((line) => /\\Policies\\Sendwright$/i.test(line.trim()))) return unmanaged;
  return readPolicy(readRegistry(run(REG, ['query', WINDOWS_POLICY, '/s'])), WINDOWS_POLICY);
}

/** Prints the policy as JSON, or null. Cmdlets alone, so that it also runs where PowerShell's language is constrained. */
const SCRIPT = [
  "$ErrorActionPreference = 'Stop'",
  `function Values($key) { Get-ItemProperty -LiteralPath $key | Select-Object -Property * -ExcludeProperty PS* }`,
  "$policies = 'HKLM:\\Software\\Policies'",
  "if (-not ((Get-ChildItem -LiteralPath $policies -Name) -contains 'Sendwright')) { 'null'; exit 0 }",
  '$own = "$policies\\Sendwright"',
  '$below = @(Get-ChildItem -LiteralPath $own -Name)',
  `$recommended = if ($below -contains '${RECOMMENDED}') { Values "$own\\${RECOMMENDED}" } else { $null }`,
  'ConvertTo-Json -Compress -Depth 3 -InputObject @{ locked = (Values $own); recommended = $recommended }',
].join('; ');

/** Values as PowerShell prints them: several strings are a list, switches are numbers. */
function printedValues(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.join('\n')];
      return [name, typeof value === 'number' ? registryValue(name, 'REG_DWORD', String(value)) : value];
    }),
  );
}

function fromPowerShell({ run }: PolicyPort): Managed {
  const printed = parse(run(POWERSHELL, ['-NoProfile', '-NonInteractive', '-Command', SCRIPT]), WINDOWS_POLICY);
  if (printed === null) return unmanaged;
  const { locked, recommended } = printed as { readonly locked?: unknown; readonly recommended?: unknown };
  const below = printedValues(recommended);
  const values = { ...printedValues(locked), ...(Object.keys(below).length === 0 ? {} : { [RECOMMENDED]: below }) };
  return readPolicy(values, WINDOWS_POLICY);
}

/** `reg` refuses where the registry's tools are taken from people (DisableRegistryTools); PowerShell is none of these. */
function fromWindows(port: PolicyPort): Managed {
  try {
    return fromReg(port);
  } catch (error) {
    if (error instanceof PolicyFault) throw error;
    try {
      return fromPowerShell(port);
    } catch (other) {
      if (other instanceof PolicyFault) throw other;
      throw new Error(`reg: ${wordsOf(error)}; PowerShell: ${wordsOf(other)}`, { cause: other });
    }
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim().split('\n')[0];

function fromMac({ readFile, run }: PolicyPort): Managed {
  if (readFile(MAC_POLICY) === null) return unmanaged;
  const printed = run('/usr/bin/plutil', ['-convert', 'json', '-o', '-', MAC_POLICY]);
  return readPolicy(withoutPayload(parse(printed, MAC_POLICY)), MAC_POLICY);
}

function fromLinux({ readFile }: PolicyPort): Managed {
  const text = readFile(LINUX_POLICY);
  return text === null ? unmanaged : readPolicy(parse(text, LINUX_POLICY), LINUX_POLICY);
}

const READERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, (port: PolicyPort) => Managed]>>> = {
  win32: [WINDOWS_POLICY, fromWindows],
  darwin: [MAC_POLICY, fromMac],
};

/**
 * Reads what the organisation has set.
 *
 * @throws PolicyFault when it can’t be read, or any of its values is at fault: the console does not start then.
 */
export function readManagedFrom(port: PolicyPort): Managed {
  const [source, read] = READERS[port.platform] ?? [LINUX_POLICY, fromLinux];
  try {
    return read(port);
  } catch (error) {
    if (error instanceof PolicyFault) throw error;
    // Whether there is one can’t be told, and a lock that isn’t known is not lifted: the console does not start.
    throw new PolicyFault(source, [`it can’t be read (${wordsOf(error)})`], UNREADABLE[port.platform]);
  }
}

const UNREADABLE: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  win32:
    'Whoever manages this computer has to let this account run reg.exe or powershell.exe, of which one is enough, and read that key.',
  darwin: 'Whoever manages this computer has to let this account read that file.',
  linux: 'Whoever manages this computer has to let this account read that file: chmod 644, and 755 for its folder.',
};

let read: Managed | null = null;

/** What the organisation has set on this computer, read once in a process. @throws PolicyFault */
export function readManaged(): Managed {
  read ??= readManagedFrom(system);
  return read;
}
