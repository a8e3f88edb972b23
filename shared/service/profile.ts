import { z } from 'zod';
import type { Finding } from '../findings/finding.ts';
import { serviceFinding } from './findings.ts';

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

/** A part of the body that is sent: `{key}` and `{authKey}` stand for the keys in its texts. */
const bodyValue = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);

export const serviceProfile = z
  .strictObject({
    method: z.enum(['GET', 'POST']),
    /** Below the service URL. */
    path: z.string().regex(/^\/[^\s?#]*$/),
    /** Header that carries the API key; `{key}` stands for it in `apiKeyValue`. */
    apiKeyHeader: z
      .string()
      .regex(/^[A-Za-z0-9-]+$/)
      .optional(),
    apiKeyValue: z.string().includes('{key}').default('{key}'),
    authKeyHeader: z
      .string()
      .regex(/^[A-Za-z0-9-]+$/)
      .optional(),
    /** JSON object to post; keys may stand in it instead of in a header. */
    body: z.record(z.string().min(1).max(100), bodyValue).optional(),
    /** HTTP status → what it means. */
    statuses: z.record(z.string().regex(/^[1-5]\d\d$/), keyMeaning).default({}),
    /** A field of the JSON answer that says the outcome under a good status: its value → what it means. */
    outcome: z
      .strictObject({
        /** Names of nested fields, parted by full stops. */
        field: z.string().regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,5}$/),
        values: z.record(z.string().max(100), keyMeaning),
      })
      .optional(),
  })
  .refine(({ apiKeyHeader, body }) => apiKeyHeader !== undefined || JSON.stringify(body ?? {}).includes('{key}'), {
    path: ['apiKeyHeader'],
    message: 'no place for the API key; name a header, or write {key} in the body',
  })
  .refine(({ method, body }) => method === 'POST' || body === undefined, {
    path: ['body'],
    message: 'a GET has no body; use POST as the method',
  });

export type ServiceProfile = z.infer<typeof serviceProfile>;
/**
 * What an answer means by a profile: the field that it names under a good status, else the status.
 *
 * @param body of the answer.
 * @returns undefined when the profile says nothing of it.
 */
export function meaningOf({ outcome, statuses }: ServiceProfile, status: number, body: string): KeyMeaning | undefined {
  if (outcome === undefined || status < 200 || status >= 300) return statuses[String(status)];
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const name of outcome.field.split('.'))
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined;
  return ['string', 'number', 'boolean'].includes(typeof value) ? outcome.values[String(value)] : undefined;
}

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
