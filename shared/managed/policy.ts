import type { SettingsFields } from '../contract/settings.ts';
import type { Retention } from '../evidence/kept/kept-mail.ts';

/**
 * What an organisation may set on the computers that it manages. This list is the one schema: the JSON Schema, the examples
 * and the ADMX are made from it by `build/managed.ts`, and every system's policy is read by `readPolicy`.
 */

interface Described {
  /** What the window calls it. */
  readonly title: string;
  /** One or two sentences, for whoever sets it. */
  readonly about: string;
}

interface TextSetting extends Described {
  readonly kind: 'text';
  /** Characters. */
  readonly most: number;
  readonly isOfLines?: true;
  readonly example: string;
  /** The field of a workspace that it sets; such a setting may be recommended as well. */
  readonly field?: keyof SettingsFields;
}

interface NumberSetting extends Described {
  readonly kind: 'number';
  readonly least: number;
  readonly most: number;
  readonly example: number;
  readonly retention?: keyof Retention;
}

interface SwitchSetting extends Described {
  readonly kind: 'switch';
  readonly example: boolean;
}

interface ChoiceSetting extends Described {
  readonly kind: 'choice';
  readonly choices: Readonly<Record<string, string>>;
  readonly example: string;
}

type ManagedSetting = TextSetting | NumberSetting | SwitchSetting | ChoiceSetting;

export interface ManagedValues {
  readonly ServiceUrl?: string;
  readonly Resolver?: string;
  readonly PublicResolvers?: string;
  readonly FallbackResolvers?: string;
  readonly ExtraCa?: string;
  readonly Proxy?: string;
  readonly Updates?: boolean;
  readonly Practice?: boolean;
  readonly Keeper?: 'passphrase' | 'keychain';
  readonly IdleLockMinutes?: number;
  readonly DataFolder?: string;
  readonly KeepReportsDays?: number;
  readonly KeepMailsDays?: number;
  readonly KeepPersonalDays?: number;
}

export type ManagedName = keyof ManagedValues;

const LONGEST_SERVERS = 2048;
const MOST_DAYS = 36_500;

export const managedSettings: Readonly<Record<ManagedName, ManagedSetting>> = {
  ServiceUrl: {
    kind: 'text',
    title: 'Cloud services connection URL',
    about: 'The address of the email service, for every workspace.',
    most: 2048,
    example: 'https://mail-service.example.com',
    field: 'serviceUrl',
  },
  Resolver: {
    kind: 'text',
    title: 'DNS server for checks',
    about: 'Addresses or https:// addresses, separated by commas; “system” for the system’s resolver only.',
    most: LONGEST_SERVERS,
    example: 'system',
    field: 'resolver',
  },
  PublicResolvers: {
    kind: 'text',
    title: 'Resolvers to compare with',
    about: 'Addresses or https:// addresses, separated by commas. Empty: none.',
    most: LONGEST_SERVERS,
    example: '',
    field: 'publicResolvers',
  },
  FallbackResolvers: {
    kind: 'text',
    title: 'Resolvers to fall back on',
    about: 'Queried only when no other can be reached; they learn the names that are checked. Empty: none.',
    most: LONGEST_SERVERS,
    example: '',
    field: 'fallbackResolvers',
  },
  ExtraCa: {
    kind: 'text',
    title: 'Extra CA certificates',
    about: 'PEM text of certificates trusted in addition to the system’s, for example for a proxy that inspects TLS.',
    most: 262_144,
    isOfLines: true,
    example: '',
    field: 'extraCa',
  },
  Proxy: {
    kind: 'text',
    title: 'Proxy',
    about: 'http://HOST:PORT for everything that goes over HTTP, or “none” for no proxy at all.',
    most: 2048,
    example: 'http://proxy.example.com:8080',
  },
  Updates: {
    kind: 'switch',
    title: 'Updates',
    about: 'Whether a person may have the program check for updates. It never checks on its own.',
    example: false,
  },
  Practice: {
    kind: 'switch',
    title: 'Practice workspace',
    about: 'Whether the practice workspace, with its own service and DNS zone, may be opened.',
    example: false,
  },
  Keeper: {
    kind: 'choice',
    title: 'Who opens the vault',
    about: 'Only the passphrase, or only the system keychain. Without this, people choose.',
    choices: { passphrase: 'Only the passphrase', keychain: 'Only the system keychain' },
    example: 'passphrase',
  },
  IdleLockMinutes: {
    kind: 'number',
    title: 'Lock when idle',
    about: 'Minutes without work after which an open vault is locked; it is also locked when the computer sleeps.',
    least: 1,
    most: 1440,
    example: 15,
  },
  DataFolder: {
    kind: 'text',
    title: 'Data folder',
    about:
      'An absolute path, or one that begins with ~ for the person’s own folder. Each account needs a folder of its own.',
    most: 1024,
    example: '~/Sendwright',
  },
  KeepReportsDays: {
    kind: 'number',
    title: 'Keep reports',
    about: 'Days that aggregate and TLS reports are kept.',
    least: 1,
    most: MOST_DAYS,
    example: 400,
    retention: 'reportDays',
  },
  KeepMailsDays: {
    kind: 'number',
    title: 'Keep verdicts of mail',
    about: 'Days that verdicts of bounces and messages are kept; 0: none is.',
    least: 0,
    most: MOST_DAYS,
    example: 90,
    retention: 'mailDays',
  },
  KeepPersonalDays: {
    kind: 'number',
    title: 'Keep addresses and texts from mail',
    about: 'Days that people’s addresses and texts from mail are kept; 0: none is.',
    least: 0,
    most: MOST_DAYS,
    example: 0,
    retention: 'personalDays',
  },
};

export const managedNames = Object.keys(managedSettings) as readonly ManagedName[];

/** Where recommended values lie: in force until somebody saves others. */
export const RECOMMENDED = 'Recommended';

/** The field of a workspace that a setting sets; null for one that is not a workspace’s. */
export function fieldOf(name: ManagedName): keyof SettingsFields | null {
  const setting = managedSettings[name];
  return setting.kind === 'text' ? (setting.field ?? null) : null;
}

/** What an organisation has set, and where that stands. */
export interface Managed {
  /** The file or registry key, as people find it; empty where nothing is managed. */
  readonly source: string;
  readonly locked: ManagedValues;
  /** Only what has a field in a workspace. */
  readonly recommended: ManagedValues;
}

export const unmanaged: Managed = { source: '', locked: {}, recommended: {} };

/** A policy that is not applied, with every value at fault. */
export class PolicyFault extends Error {
  readonly remedy: string;
  constructor(
    source: string,
    faults: readonly string[],
    remedy = 'Have it corrected by whoever manages this computer. None of it is applied until then.',
  ) {
    super(`Your organisation’s policy in ${source} can’t be used: ${faults.join('; ')}.`);
    this.remedy = remedy;
  }
}

/** What is wrong with a value, or null. */
function faultOf(setting: ManagedSetting, value: unknown): string | null {
  switch (setting.kind) {
    case 'text':
      if (typeof value !== 'string') return 'must be a text';
      if (value.length > setting.most) return `has more than ${setting.most} characters`;
      return value.includes('\uFFFD') ? 'contains unreadable characters' : null;
    case 'number':
      return Number.isInteger(value) && Number(value) >= setting.least && Number(value) <= setting.most
        ? null
        : `must be a whole number from ${setting.least} to ${setting.most}`;
    case 'switch':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'choice':
      return typeof value === 'string' && Object.hasOwn(setting.choices, value)
        ? null
        : `must be one of ${Object.keys(setting.choices).join(', ')}`;
  }
}

const MAX_SHOWN = 60;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function valuesIn(given: Readonly<Record<string, unknown>>, place: string, faults: string[]): ManagedValues {
  for (const [name, value] of Object.entries(given)) {
    const at = `${place}${name}`;
    if (!managedNames.some((known) => known === name)) {
      faults.push(`${at} is unknown to this version`);
      continue;
    }
    if (place !== '' && fieldOf(name as ManagedName) === null) {
      faults.push(`${at} can only be locked, not recommended`);
      continue;
    }
    const fault = faultOf(managedSettings[name as ManagedName], value);
    if (fault !== null)
      faults.push(`${at} ${fault}, and is ${JSON.stringify(value)?.slice(0, MAX_SHOWN) ?? 'nothing'}`);
  }
  return given as ManagedValues;
}

/**
 * Reads a policy as any system holds it.
 *
 * @param given its values by their names, those that are only recommended under `Recommended`.
 * @param source where it stands, for people.
 * @throws PolicyFault that names every value at fault; nothing of such a policy is applied.
 */
export function readPolicy(given: unknown, source: string): Managed {
  if (!isRecord(given)) throw new PolicyFault(source, ['it is not an object of settings by name']);
  const { [RECOMMENDED]: recommended = {}, ...locked } = given;
  const faults: string[] = [];
  const managed = {
    source,
    locked: valuesIn(locked, '', faults),
    recommended: isRecord(recommended) ? valuesIn(recommended, `${RECOMMENDED}.`, faults) : {},
  };
  if (!isRecord(recommended)) faults.push(`${RECOMMENDED} must be an object of settings by name`);
  if (faults.length > 0) throw new PolicyFault(source, faults);
  return managed;
}

/** The values of a workspace’s fields among what was set. */
export function managedFields(values: ManagedValues): Partial<SettingsFields> {
  return Object.fromEntries(
    managedNames.flatMap((name) => {
      const field = fieldOf(name);
      return field === null || values[name] === undefined ? [] : [[field, values[name]]];
    }),
  ) as Partial<SettingsFields>;
}

/** The times of keeping among what was set. */
export function managedRetention(values: ManagedValues): Partial<Retention> {
  return Object.fromEntries(
    managedNames.flatMap((name) => {
      const setting = managedSettings[name];
      const of = setting.kind === 'number' ? setting.retention : undefined;
      return of === undefined || values[name] === undefined ? [] : [[of, values[name]]];
    }),
  ) as Partial<Retention>;
}
