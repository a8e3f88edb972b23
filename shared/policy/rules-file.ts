import { z } from 'zod';
import type { MailboxProvider } from './mailbox-providers.ts';
import { requirementKinds } from './mailbox-providers.ts';

/**
 * Receivers' rules as a file that comes between two releases: a text in JSON inside an envelope that is signed. The
 * schema lies apart from the rules, so that the window needs no validator.
 */

/** The rules of all receivers, as they were issued together. */
export interface ReceiverRules {
  /** When they were issued, an instant of RFC 3339 in UTC: the newer ones hold. */
  readonly issued: string;
  readonly providers: readonly MailboxProvider[];
}

/** Octets of the largest file that is read. */
export const MOST_OCTETS = 1024 * 1024;

const words = z.string().min(1).max(2000);

const ruleSource = z.strictObject({
  title: words,
  url: z.url({ protocol: /^https$/ }),
  seen: z.string().regex(/^\d{4}-\d{2}(?:-\d{2})?$/),
});

const requirement = z.strictObject({
  kind: z.enum(requirementKinds),
  text: words,
  audience: z.enum(['all', 'bulk']),
  rejection: words.optional(),
  source: ruleSource,
});

const answer = z.strictObject({
  /** Enhanced status code (RFC 3463 §2). */
  code: z.string().regex(/^[245]\.\d{1,3}\.\d{1,3}$/),
  says: words.nullable(),
  meaning: words,
  remedy: words,
  requirement: z.enum(requirementKinds).nullable(),
  source: ruleSource,
});

const provider = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  name: words,
  bulk: z.strictObject({ perDay: z.int().positive().nullable(), text: words }),
  requirements: z.array(requirement).max(200),
  answers: z.array(answer).max(500),
  source: words,
  date: z.string().regex(/^\d{4}-\d{2}(?:-\d{2})?$/),
});

const receiverRules = z.strictObject({
  issued: z.iso.datetime(),
  providers: z
    .array(provider)
    .min(1)
    .max(50)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'names a provider twice'),
});

const envelope = z.strictObject({
  format: z.literal('sendwright-receiver-rules'),
  version: z.literal(1),
  /** The rules as JSON, to the octet what was signed. */
  rules: z.string(),
  /** Of Ed25519 (RFC 8032), base64. */
  signature: z.base64(),
});

export type RulesEnvelope = z.infer<typeof envelope>;

export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly what: string };

function readJson<Value>(text: string, schema: z.ZodType<Value>, subject: string): Reading<Value> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { ok: false, what: `${subject} is not JSON` };
  }
  const result = schema.safeParse(data);
  if (result.success) return { ok: true, value: result.data };
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  return { ok: false, what: `${place === '' ? subject : place}: ${issue?.message ?? 'not understood'}` };
}

/** Reads the envelope alone: what is in it counts only once its signature was checked. */
export function readEnvelope(text: string): Reading<RulesEnvelope> {
  if (text.length > MOST_OCTETS) return { ok: false, what: 'it is larger than 1 MB' };
  return readJson(text, envelope, 'the file');
}

/**
 * Reads the rules inside an envelope.
 *
 * @param text of an envelope whose signature holds.
 */
export function readRules(text: string): Reading<ReceiverRules> {
  return readJson<ReceiverRules>(text, receiverRules as z.ZodType<ReceiverRules>, 'the rules');
}

/** What is signed: the rules behind a name of their own, so that no other signature by the key is taken for this one. */
export function signedOctets(rules: string): Uint8Array {
  return new TextEncoder().encode(`sendwright-receiver-rules 1\n${rules}`);
}

/** The file's text. @param signature of `signedOctets(rules)`, base64. */
export function writeEnvelope(rules: string, signature: string): string {
  const file: RulesEnvelope = { format: 'sendwright-receiver-rules', version: 1, rules, signature };
  return `${JSON.stringify(file, null, 2)}\n`;
}
