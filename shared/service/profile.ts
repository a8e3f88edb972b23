import { z } from 'zod';
import type { Finding } from '../findings/finding.ts';
import { serviceFinding } from '../findings/service.ts';

/**
 * How a service's keys can be checked: an explicit, documented description, because the public documentation names no
 * such call. Without one, keys are *not checkable*.
 */
export const keyMeaning = z.enum([
  'accepted',
  'wrong-api-key',
  'wrong-auth-key',
  'domain-of-another-account',
  'response-domain-unreachable',
  'unavailable',
]);

export const serviceProfile = z.strictObject({
  method: z.enum(['GET', 'POST']),
  /** Below the service URL. */
  path: z.string().regex(/^\/[^\s?#]*$/),
  /** Header that carries the API key; `{key}` stands for it in `apiKeyValue`. */
  apiKeyHeader: z.string().regex(/^[A-Za-z0-9-]+$/),
  apiKeyValue: z.string().includes('{key}').default('{key}'),
  authKeyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .optional(),
  /** HTTP status → what it means. */
  statuses: z.record(z.string().regex(/^[1-5]\d\d$/), keyMeaning),
});

export type ServiceProfile = z.infer<typeof serviceProfile>;
export type KeyMeaning = z.infer<typeof keyMeaning>;

/** The finding for what a service said of the keys; null when it took them. */
export function keyFinding(meaning: KeyMeaning): Finding | null {
  return meaning === 'accepted' ? null : serviceFinding(`keys.${meaning}`);
}

/**
 * Reads a profile's JSON text.
 *
 * @returns the profile, null for empty text, or what is wrong with it.
 */
export function parseServiceProfile(
  text: string,
): { readonly ok: true; readonly profile: ServiceProfile | null } | { readonly ok: false; readonly message: string } {
  if (text.trim() === '') return { ok: true, profile: null };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { ok: false, message: 'The service profile is not JSON.' };
  }
  const parsed = serviceProfile.safeParse(data);
  if (parsed.success) return { ok: true, profile: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    ok: false,
    message: `The service profile is not valid at ${issue?.path.join('.') || 'its top'}: ${issue?.message}.`,
  };
}

/** The profile that the practice service follows. */
export const practiceProfile: ServiceProfile = {
  method: 'GET',
  path: '/v1/account',
  apiKeyHeader: 'X-Api-Key',
  apiKeyValue: '{key}',
  authKeyHeader: 'X-Auth-Key',
  statuses: {
    '200': 'accepted',
    '401': 'wrong-api-key',
    '403': 'wrong-auth-key',
    '409': 'domain-of-another-account',
    '424': 'response-domain-unreachable',
    '503': 'unavailable',
  },
};
