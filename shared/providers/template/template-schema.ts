import { z } from 'zod';
import type { ProviderTemplate } from './template.ts';
import type { TemplateFault } from './template-check.ts';
import { checkTemplate } from './template-check.ts';

/**
 * What an email provider asks to be published, as data. Patterns hold `{domain}` and `{field}` placeholders; a record
 * whose fields are not all given waits, and is never exported.
 */

const placeholderText = z.string().min(1).max(4096);

/** Where it is written, and the month in which it was read there. */
const templateSource = z.object({ label: z.string(), url: z.string(), date: z.string() });

export const templateField = z.object({
  id: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  label: z.string().min(1),
  /** Where the person finds the value. */
  help: z.string().min(1),
  example: z.string(),
  /** What a value looks like, as a regular expression without anchors. */
  pattern: z.string(),
  /** Used when nothing is entered; absent: only the provider knows it. */
  fallback: z.string().optional(),
  /** Values to choose from; the pattern may take others. */
  choices: z.array(z.string()).optional(),
  /** What the value of another field means for this one, before the fallback. */
  follows: z.object({ field: z.string(), values: z.record(z.string(), z.string()) }).optional(),
  /** Absent: the template's. */
  source: templateSource.optional(),
});

export const templateRecord = z.object({
  id: z.string().regex(/^[a-z0-9:*-]+$/),
  purpose: z.enum(['dkim', 'verification', 'return-path', 'tracking', 'mx', 'spf', 'delegation']),
  /** `NS` hands the name over to the provider's servers; several records at one name are one delegation. */
  type: z.enum(['TXT', 'CNAME', 'MX', 'NS']),
  name: placeholderText,
  value: placeholderText,
  /** Preference of an MX record. */
  preference: z.int().min(0).max(65_535).optional(),
  optional: z.boolean(),
  why: z.string().min(1),
  /** Absent: the template's. */
  source: templateSource.optional(),
});

export const templateMode = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  label: z.string().min(1),
  /** Mechanisms merged into the SPF record of `spfName`. */
  spfTerms: z.array(placeholderText),
  /** Mechanisms that stand before those in a new record; the provider leaves them out where a record exists. */
  spfFirst: z.array(placeholderText).optional(),
  /** Where SPF is evaluated: the domain itself, or the provider's bounce subdomain. */
  spfName: placeholderText,
  fields: z.array(templateField),
  records: z.array(templateRecord),
  /** Selectors whose keys the receiver's evaluation looks at; placeholders allowed. */
  selectors: z.array(placeholderText),
  /** The DKIM key pair is made here: a TXT record per key is added. */
  ownKeys: z.boolean(),
});

export const providerTemplate = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  name: z.string().min(1),
  /** What a service's /metadata may call it, lower case. */
  aliases: z.array(z.string()),
  source: templateSource,
  /** The provider sends nothing for a domain whose DMARC record has no rua. */
  needsReports: z.boolean().optional(),
  notes: z.array(z.string()),
  modes: z.array(templateMode).min(1),
});

/**
 * Lays a workspace's changes over a template.
 *
 * @param override a partial template; its top-level parts replace the base's.
 * @returns the changed template, or everything that is wrong with the override.
 */
export function overrideTemplate(
  base: ProviderTemplate,
  override: unknown,
):
  | { readonly ok: true; readonly template: ProviderTemplate }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] } {
  const merged = typeof override === 'object' && override !== null ? { ...base, ...override, id: base.id } : override;
  const parsed = providerTemplate.safeParse(merged);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      path: issue.path.map(String).join('.') || 'template',
      message: issue.message,
      remedy: 'Correct it; the catalogue’s own template shows the form.',
    }));
    return { ok: false, faults };
  }
  const faults = checkTemplate(parsed.data);
  return faults.length === 0 ? { ok: true, template: parsed.data } : { ok: false, faults };
}
