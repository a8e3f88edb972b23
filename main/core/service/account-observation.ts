import { fact } from '../../../shared/facts/catalogue.ts';
import { createHash } from 'node:crypto';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import type { AccountObservation } from '../../../shared/service/interface/observation.ts';
import { isApiKeyTaken } from '../../../shared/service/interface/observation.ts';
import type { CoreContext } from '../context.ts';
import { record } from '../context.ts';

/** What the service said of the account last, and under which settings it counts. */

/** `api-key-before`: the one that a new API key took the place of, until the service has taken the new one. */
export const SERVICE_SECRETS = ['api-key', 'auth-key', 'api-key-before'] as const;
export type ServiceSecret = (typeof SERVICE_SECRETS)[number];

export const secretId = (workspaceId: number, name: ServiceSecret): string => `workspace:${workspaceId}/${name}`;

/** The secrets that are open at this moment, so that they are found wherever they might have come to lie. */
export async function openSecrets({ vault }: CoreContext, workspaceId: number): Promise<readonly string[]> {
  const open: string[] = [];
  for (const name of SERVICE_SECRETS) {
    await vault.use(secretId(workspaceId, name), async (value) => {
      open.push(value);
    });
  }
  return open;
}

/** The last characters of secrets to the service that can't be opened now. */
export function endsOfSealed({ vault }: CoreContext, workspaceId: number): readonly string[] {
  return SERVICE_SECRETS.flatMap((name) => {
    const { state, endsIn } = vault.view(secretId(workspaceId, name));
    return endsIn === null || state === 'protected' || state === 'session-only' ? [] : [endsIn];
  });
}

/** Names what an answer depends on: the address, whom to trust, and the keys by when they were set. */
export function accountBasis(
  context: CoreContext,
  workspaceId: number,
  { serviceUrl, extraCa, serviceProfile }: SettingsFields,
): string {
  const setAt = (name: ServiceSecret) => context.vault.view(secretId(workspaceId, name)).setAt;
  const parts = [serviceUrl, extraCa.trim(), setAt('api-key'), setAt('auth-key'), serviceProfile.trim()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** @returns the last observation, or null when none was made with the settings of today. */
export function accountObservation(
  context: CoreContext,
  workspaceId: number,
  fields: SettingsFields,
): AccountObservation | null {
  const observation = context.store.serviceAccounts.find<AccountObservation>(workspaceId, 'account');
  return observation?.basis === accountBasis(context, workspaceId, fields) ? observation : null;
}

/**
 * Keeps what the service said, unless the settings changed while it was asked, or a question put later was answered already. An
 * API key that the service takes ends the waiting of the one before it.
 *
 * @param fields as they are saved now.
 * @returns whether it was kept.
 */
export function keepObservation(
  context: CoreContext,
  workspaceId: number,
  fields: SettingsFields,
  observation: AccountObservation,
): boolean {
  if (observation.basis !== accountBasis(context, workspaceId, fields)) return false;
  const known = accountObservation(context, workspaceId, fields);
  if ((known?.begunAt ?? 0) > (observation.begunAt ?? 0)) return false;
  context.store.serviceAccounts.put(workspaceId, 'account', observation);
  // Without a template of its own a workspace takes the one of the provider that the service names.
  const providerOf = (each: AccountObservation | null) =>
    each?.answer.kind === 'answered' ? each.answer.facts.provider : null;
  if (fields.recordTemplate === '' && providerOf(known) !== providerOf(observation))
    context.judging.want(workspaceId, null);
  const before = secretId(workspaceId, 'api-key-before');
  if (isApiKeyTaken(observation) && context.vault.view(before).state !== 'not-set') {
    context.vault.clear(before);
    record(context, workspaceId, 'save', fact('service.key-accepted'));
  }
  return true;
}
