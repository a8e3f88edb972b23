import { z } from 'zod';
import type { DomainConfiguration } from '../contract/domains.ts';
import type { SettingsFields } from '../contract/settings.ts';
import { domainConfiguration } from '../contract/domains.ts';
import { retention } from '../contract/evidence.ts';
import { schedule } from '../contract/schedule.ts';
import { settingsFields } from '../contract/settings.ts';
import type { Retention } from '../evidence/kept/kept-mail.ts';

/**
 * A workspace as it was decided: its settings, its schedule, how long evidence is kept, its changes to record templates, what people said of
 * senders, and its domains with all that is prepared for each. What checks, probes and reports found is no part of it: it
 * is found again. Nor is any secret.
 */

export interface SenderName {
  /** In whose name it sends, A-labels. */
  readonly domain: string;
  readonly key: string;
  readonly name: string;
  readonly kind: 'ours' | 'known' | 'unknown' | 'forwarding' | 'forgery';
}

/** All of a DKIM key but its private half. */
export interface DocumentKey {
  readonly selector: string;
  readonly algorithm: 'rsa' | 'ed25519';
  readonly bits: number;
  /** The `p=` value, base64. */
  readonly publicKey: string;
  /** Milliseconds since the epoch, as the two after it. */
  readonly createdAt: number;
  /** Since when mail is signed with it, as somebody said; null: not yet. */
  readonly signingSince: number | null;
  readonly revokedAt: number | null;
}

export interface DocumentDomain {
  /** A-labels. */
  readonly name: string;
  readonly inUse: boolean;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  /** What somebody decided; the rest follows from the workspace. Null: nothing was decided yet. */
  readonly configuration: Partial<DomainConfiguration> | null;
  readonly dkimKeys: readonly DocumentKey[];
  readonly pastedZone: { readonly at: number; readonly text: string } | null;
}

export interface WorkspaceDocument {
  readonly settings: SettingsFields;
  readonly schedule: { readonly enabled: boolean; readonly everyMinutes: number } | null;
  /** How long evidence from mail is kept; null in the files of versions that did not write it. */
  readonly retention: Retention | null;
  /** Changes to record templates, by the template’s id. */
  readonly templates: Readonly<Record<string, unknown>>;
  readonly senders: readonly SenderName[];
  readonly domains: readonly DocumentDomain[];
}

/** An instant as a text file has it (RFC 3339 §5.6, in UTC, to the millisecond). */
const time = z.iso
  .datetime({ precision: 3 })
  .transform((text) => Date.parse(text))
  .pipe(z.int().nonnegative());
const domainName = z.string().min(1).max(253);
/** A text of several lines, so that a change of one line is seen as such. */
const lines = z.array(z.string()).transform((list) => list.join('\n'));

/** A default in the place of what is absent would be a decision that nobody has made. */
export const decidedConfiguration = domainConfiguration
  .extend({ spf: domainConfiguration.shape.spf.unwrap() })
  .partial()
  .transform((decided) => decided as Partial<DomainConfiguration>);

export const sharedFileSchema = z.object({
  format: z.literal('sendwright/workspace/1'),
  settings: settingsFields.extend({ extraCa: lines, serviceProfile: lines }).pipe(settingsFields),
  schedule: schedule.pick({ enabled: true, everyMinutes: true }).nullable(),
  retention: z.object(retention).nullable().default(null),
  templates: z.record(z.string().max(64), z.record(z.string(), z.unknown())),
  senders: z.array(
    z.object({
      domain: domainName,
      key: z.string().min(1).max(300),
      name: z.string().min(1).max(100),
      kind: z.enum(['ours', 'known', 'unknown', 'forwarding', 'forgery']),
    }),
  ),
});

export const domainFileSchema = z.object({
  format: z.literal('sendwright/domain/1'),
  name: domainName,
  inUse: z.boolean(),
  addedAt: time,
  configuration: decidedConfiguration.nullable(),
  dkimKeys: z.array(
    z.object({
      selector: z.string().min(1).max(63),
      algorithm: z.enum(['rsa', 'ed25519']),
      bits: z.int().min(256).max(16_384),
      publicKey: z
        .string()
        .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'is not base64')
        .max(4096),
      createdAt: time,
      signingSince: time.nullable(),
      revokedAt: time.nullable(),
    }),
  ),
  pastedZone: z.object({ at: time, text: lines }).nullable(),
});
