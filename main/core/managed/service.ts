import type { SettingsFields } from '../../../shared/contract/settings.ts';
import type { Retention } from '../../../shared/evidence/kept/kept-mail.ts';
import type { Managed, ManagedName, ManagedValues } from '../../../shared/managed/policy.ts';
import { managedFields, managedRetention, managedSettings, PolicyFault } from '../../../shared/managed/policy.ts';
import type { Proxy } from '../../probes/http/proxy.ts';
import { parseProxy } from '../../probes/http/proxy.ts';
import type { CoreContext } from '../context.ts';
import { fail } from '../errors.ts';

/** What an organisation has set on this computer, and what is refused because of it. */

/** @throws NOT_ALLOWED that names the setting and the policy. */
export function refuseManaged({ source }: Managed, name: ManagedName, field: string): never {
  throw fail('NOT_ALLOWED', `“${managedSettings[name].title}” is set by your organisation`, {
    field,
    remedy: `Leave it unchanged, or ask whoever manages this computer: it is set in ${source}.`,
  });
}

/** The fields of a workspace that are locked. The practice workspace has a service of its own, and none is. */
export function lockedFields({ managed, store }: CoreContext, workspaceId: number): Partial<SettingsFields> {
  const fields = managedFields(managed.locked);
  return Object.keys(fields).length === 0 || store.workspaces.find(workspaceId)?.practice === true ? {} : fields;
}

/** @throws NOT_ALLOWED where a locked value is to become another. */
export function refuseLocked<Values extends object>(
  managed: Managed,
  locked: Partial<Values>,
  changed: Partial<Values>,
  place: string,
): void {
  for (const [key, value] of Object.entries(locked)) {
    const next = (changed as Record<string, unknown>)[key];
    if (next === undefined || next === value) continue;
    const name = (Object.keys(managed.locked) as ManagedName[]).find(
      (each) => key in managedFields({ [each]: value }) || key in managedRetention({ [each]: value }),
    );
    if (name !== undefined) refuseManaged(managed, name, `${place}${key}`);
  }
}

/** How long a workspace keeps evidence: as it chose, but where the organisation says otherwise. */
export function retentionInForce({ store, managed }: CoreContext, workspaceId: number): Retention {
  return { ...store.evidenceMails.retention(workspaceId), ...managedRetention(managed.locked) };
}

/** Minutes without work after which the vault is locked; null: never. */
export const idleMinutesInForce = (chosen: number | null, { locked }: Managed): number | null =>
  locked.IdleLockMinutes ?? chosen;

/**
 * The proxy that the organisation names: null for none at all, undefined where it says nothing.
 *
 * @throws PolicyFault
 */
export function managedProxy({ source, locked }: Managed): Proxy | null | undefined {
  if (locked.Proxy === undefined) return undefined;
  if (locked.Proxy === 'none') return null;
  const proxy = parseProxy(locked.Proxy, 'your organisation’s policy');
  if (proxy === null || locked.Proxy.trim() === '')
    throw new PolicyFault(source, ['Proxy has to be an address such as http://proxy.example.com:8080, or none']);
  return proxy;
}

/**
 * Values that mean something to the network have to be such as a person could save.
 *
 * @param check throws what a person would be told of a field. @returns the policy with its fields as they are stored.
 * @throws PolicyFault with every one at fault.
 */
export function checkManaged(managed: Managed, check: (fields: Partial<SettingsFields>) => SettingsFields): Managed {
  const checked = (values: ManagedValues, place: string): ManagedValues => {
    const given = managedFields(values);
    if (Object.keys(given).length === 0) return values;
    try {
      const stored = check(given);
      return Object.fromEntries(
        Object.entries(values).map(([name, value]) => {
          const [field] = Object.keys(managedFields({ [name]: value })) as (keyof SettingsFields)[];
          return [name, field === undefined ? value : stored[field]];
        }),
      );
    } catch (error) {
      const issues = (error as { data?: { issues?: readonly { field: string; message: string }[] } }).data?.issues;
      if (issues === undefined) throw error;
      throw new PolicyFault(
        managed.source,
        issues.map(({ field, message }) => `${place}${field.replace(/^fields\./, '')}: ${message}`),
      );
    }
  };
  return { ...managed, locked: checked(managed.locked, ''), recommended: checked(managed.recommended, 'Recommended.') };
}
