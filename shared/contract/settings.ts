import { z } from 'zod';
import type { SettingName } from '../settings/setting-labels.ts';
import type { ConnectionStatus } from '../service/evidence.ts';
import type { ProbeTrace } from '../service/trace.ts';
import { procedure } from './procedure.ts';
import { derived, instant, workspaceId, inWorkspace } from './values.ts';
import { secretStatus, secretChange } from './vault.ts';

/** General settings: the service connection of a workspace. */

/** The fields of General settings that are stored as they are typed (secrets are not among them). */
export const settingsFields = z.object({
  serviceUrl: z.string().max(2048),
  responseDomain: z.string().max(2048),
  /** Id of the record template for the workspace's domains. */
  recordTemplate: z.string().max(64),
  recordTemplateMode: z.string().max(64),
  /** PEM text of certificates to trust beside the system's, or empty. */
  extraCa: z.string().max(256 * 1024),
  /** "Enable monitoring of the email troubleshooting indicators". */
  monitoringEnabled: z.boolean(),
  applicationHosting: z.enum(['on-site', 'cloud']),
  /** How the application is built: its addresses lie below `/0` on .NET Framework, and directly below the domain on .NET. */
  applicationBuild: z.enum(['net-framework', 'net']),
  /** JSON text of the service profile that lets the keys be checked, or empty: the keys are then not checkable. */
  serviceProfile: z.string().max(64 * 1024),
  /**
   * Whom to verify with: addresses or DNS-over-HTTPS URLs, `system` for the system's resolver alone, or empty for the
   * zone's own servers beside the system's resolver.
   */
  resolver: z.string().max(2048),
  /** Resolvers to compare with: addresses or DNS-over-HTTPS URLs, or empty. */
  publicResolvers: z.string().max(2048),
  /** Whom to ask when neither the zone's servers nor the system's resolver can be reached, in order. */
  fallbackResolvers: z.string().max(2048),
  /** Where aggregate reports go: a mailto address put into new DMARC records, or empty. */
  dmarcReportAddress: z.string().max(320),
  /** Where letters to the service's support go, or empty. */
  supportAddress: z.string().max(320),
} satisfies Readonly<Record<SettingName, z.ZodType>>);

export const settings = z.object({
  workspaceId,
  revision: z.int(),
  savedAt: instant.nullable(),
  fields: settingsFields,
  apiKey: secretStatus,
  authKey: secretStatus,
  /** What the service's /metadata said last; name null: not told by the service. */
  provider: z.object({ name: z.string().nullable(), templateId: z.string().nullable(), seenAt: instant.nullable() }),
  /** Typed but not saved, kept from an earlier run; never holds secrets. */
  draft: z.object({ fields: settingsFields.partial(), baseRevision: z.int(), changedAt: instant }).nullable(),
  connection: derived<ConnectionStatus>(),
  responses: derived<ConnectionStatus>(),
  traces: z.object({
    connection: derived<ProbeTrace>().nullable(),
    responses: derived<ProbeTrace>().nullable(),
    monitoring: derived<ProbeTrace>().nullable(),
  }),
  /** When a probe was made last whose address or trust is no longer the saved one; null when there is none such. */
  outdated: z.object({
    connection: instant.nullable(),
    responses: instant.nullable(),
    monitoring: instant.nullable(),
  }),
});

export const settingsContract = {
  get: procedure.input(inWorkspace).output(settings),
  save: procedure
    .input(
      inWorkspace.extend({
        /** The revision the changes were made on: a newer one in the store is a CONFLICT. */
        revision: z.int(),
        fields: settingsFields.partial(),
        apiKey: secretChange.optional(),
        authKey: secretChange.optional(),
      }),
    )
    .output(settings),
  saveDraft: procedure
    .input(inWorkspace.extend({ baseRevision: z.int(), fields: settingsFields.partial() }))
    .output(z.object({ changedAt: z.int() })),
  discardDraft: procedure.input(inWorkspace).output(settings),
};

export type SettingsFields = z.infer<typeof settingsFields>;
export type Settings = z.infer<typeof settings>;
