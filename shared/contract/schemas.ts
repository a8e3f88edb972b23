import { z } from 'zod';
import type { RotationPlan } from '../dkim/rotation.ts';
import type { Finding } from '../findings/finding.ts';
import type { Manual } from '../manual/manual.ts';
import type { DomainVerdict, Observation } from '../plan/types.ts';
import { LONGEST_AGE } from '../policy/mta-sts.ts';
import type { ReceiverVerdict } from '../policy/receiver.ts';
import type { ProviderTemplate } from '../providers/template.ts';
import type { ConnectionStatus } from '../service/evidence.ts';
import type { ProbeTrace } from '../service/trace.ts';
import type { SpfTree } from '../spf/budget.ts';

/**
 * A view model that the core computes by pure functions and hands out as plain data. Its TypeScript type is its
 * description; at the border only its outermost shape is looked at, because the core is the only one to write it.
 */
const derived = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);

/** Milliseconds since the epoch. */
export const instant = z.int().nonnegative();
export const workspaceId = z.int().positive();
export const domainId = z.int().positive();
export const jobId = z.string().min(1).max(64);

const inWorkspace = z.object({ workspaceId });
const inDomain = inWorkspace.extend({ domainId });

export const verdict = z.enum(['verified', 'pending', 'failing', 'unknown']);

/* Vault */

/**
 * - `none`: no passphrase chosen yet; secrets can't be kept.
 * - `locked`: a passphrase is needed.
 * - `open`: secrets can be sealed and used.
 * - `session`: no way to protect secrets at rest was chosen: they live in memory until the console closes.
 */
export const vaultState = z.object({
  state: z.enum(['none', 'locked', 'open', 'session']),
  keepers: z.array(z.enum(['passphrase', 'os-keychain'])),
  /** Whether this host can reach an OS keychain that really protects. */
  keychain: z.enum(['available', 'unprotected', 'absent']),
});

/** All that is ever told of a secret. */
export const secretStatus = z.object({
  state: z.enum(['not-set', 'protected', 'locked', 'session-only', 're-enter']),
  setAt: instant.nullable(),
  /** The last 4 characters, for secrets of 16 characters or more. */
  endsIn: z.string().length(4).nullable(),
});

const secretChange = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set'), value: z.string().min(1).max(4096) }),
  z.object({ do: z.literal('clear') }),
]);

/* Workspaces and their service connection */

export const workspaceSummary = z.object({
  id: workspaceId,
  name: z.string(),
  practice: z.boolean(),
  createdAt: instant,
  domainCount: z.int(),
  verdictCounts: z.object({ verified: z.int(), pending: z.int(), failing: z.int(), unknown: z.int() }),
  provider: z.string().nullable(),
  connection: derived<ConnectionStatus>(),
});

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
});

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

export const keyCheck = z.object({
  outcome: z.enum([
    'accepted',
    'wrong-api-key',
    'wrong-auth-key',
    'domain-of-another-account',
    'response-domain-unreachable',
    'unavailable',
    'not-checkable',
  ]),
  detail: z.string(),
  /** What the outcome means and what to do, the way to the service included. */
  findings: z.array(derived<Finding>()),
  seenAt: instant,
});

/* Sender domains */

export const domainProvider = z.object({
  templateId: z.string().min(1).max(64),
  mode: z.string().max(64),
  /** Values only the provider knows, by field id. */
  fields: z.record(z.string().max(64), z.string().max(4096)),
});

/** Optional extras of a domain; they never hold its verdict back. */
export const domainPolicies = z.object({
  mtaSts: z
    .object({
      mode: z.enum(['testing', 'enforce', 'none']),
      /** Host names of the domain's mail servers, or `*.` and a domain. */
      mx: z.array(z.string().max(255)).max(20),
      /** Seconds for which senders keep the policy. */
      maxAge: z.int().min(0).max(LONGEST_AGE),
      /** Where the policy file is served from: a CNAME for `mta-sts` points at it. Null: seen to elsewhere. */
      host: z.string().max(253).nullable(),
      /** The id of a policy that is served already; null: one that follows from the policy. */
      id: z.string().max(32).nullable(),
    })
    .nullable(),
  tlsRpt: z.object({ reportAddress: z.string().max(320) }).nullable(),
  bimi: z.object({ logo: z.string().max(2048), evidence: z.string().max(2048) }).nullable(),
});

export const domainConfiguration = z.object({
  /** Empty: the workspace's record template. */
  providers: z.array(domainProvider).max(8),
  dmarc: z.object({
    policy: z.enum(['none', 'quarantine', 'reject']),
    subdomainPolicy: z.enum(['none', 'quarantine', 'reject']).nullable(),
    testing: z.boolean(),
    reportAddress: z.string().max(320).nullable(),
    alignment: z.object({ dkim: z.enum(['relaxed', 'strict']), spf: z.enum(['relaxed', 'strict']) }),
  }),
  /** The domain never sends: null MX, `v=spf1 -all` and `p=reject` instead of a provider's records. */
  neverSends: z.boolean(),
  /** Decisions about the SPF record besides what the providers require. */
  spf: z
    .object({
      remove: z.array(z.string().max(1024)).max(64),
      without: z.array(z.string().max(1024)).max(64),
      edited: z.object({ from: z.string().max(16_384), to: z.string().max(16_384) }).nullable(),
    })
    .default({ remove: [], without: [], edited: null }),
  /** The DNS zone that the domain's records live in, when it isn't the domain itself. */
  zone: z.string().max(253).nullable(),
  /** Absent: none, as in what was stored before they existed. */
  policies: domainPolicies.optional(),
  extras: z
    .array(z.object({ name: z.string().max(253), type: z.enum(['TXT', 'CNAME']), value: z.string().max(4096) }))
    .max(32),
});

export const dkimKeyPublic = z.object({
  selector: z.string(),
  algorithm: z.enum(['rsa', 'ed25519']),
  bits: z.int(),
  /** The `p=` value, base64. */
  publicKey: z.string(),
  createdAt: instant,
  /** Since when mail is signed with it, as somebody said. */
  signingSince: instant.nullable(),
  revokedAt: instant.nullable(),
  state: secretStatus.shape.state,
});

export const domainRow = z.object({
  id: domainId,
  /** A-labels. */
  name: z.string(),
  /** U-labels, for people. */
  unicodeName: z.string(),
  inUse: z.boolean(),
  addedAt: instant,
  templateId: z.string(),
  spf: verdict,
  dkim: verdict,
  dmarc: verdict,
  verdict,
  seenAt: instant.nullable(),
});

export const refusedDomain = z.object({
  line: z.int().positive(),
  text: z.string(),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});

export const domainListReport = z.object({
  accepted: z.array(z.object({ line: z.int(), name: z.string(), unicodeName: z.string() })),
  refused: z.array(refusedDomain),
});

export const timelineEntry = z.object({
  at: instant,
  recordId: z.string(),
  before: verdict.nullable(),
  after: verdict,
  summary: z.string(),
});

/** A domain whose verdict is another than it was, and what changed last. */
export const changedDomain = z.object({
  id: domainId,
  name: z.string(),
  unicodeName: z.string(),
  before: verdict,
  after: verdict,
  at: instant,
  summary: z.string(),
});

/* Jobs */

export const jobState = z.object({
  id: jobId,
  workspaceId,
  kind: z.enum(['verify', 'import', 'monitor']),
  status: z.enum(['running', 'paused', 'done', 'cancelled', 'failed']),
  startedAt: instant,
  finishedAt: instant.nullable(),
  done: z.int(),
  total: z.int(),
  /** Per second, over the last few seconds. */
  rate: z.number(),
  /** Milliseconds left at this rate; null while it can't be said. */
  timeLeft: z.number().nullable(),
  counts: z.record(z.string(), z.int()),
  message: z.string(),
  /** Grows by one with each progress report. */
  sequence: z.int(),
});

/* Activity */

export const activityEntry = z.object({
  id: z.int(),
  at: instant,
  kind: z.enum(['save', 'probe', 'domains', 'verify', 'vault', 'practice', 'export', 'schedule', 'workspace']),
  severity: z.enum(['info', 'warning', 'error']),
  summary: z.string(),
  detail: z.string(),
});

/* Schedule, practice, bundle */

export const schedule = z.object({
  enabled: z.boolean(),
  /** Minutes between checks of a verified domain. */
  everyMinutes: z.int().min(5).max(10_080),
  nextAt: instant.nullable(),
});

export const practiceState = z.object({
  running: z.boolean(),
  serviceUrl: z.string().nullable(),
  responseDomain: z.string().nullable(),
  dnsServer: z.string().nullable(),
  fault: z.string(),
  faults: z.array(z.object({ id: z.string(), label: z.string(), explanation: z.string() })),
  /** Keys that the practice service accepts. They protect nothing, so they may be shown. */
  apiKey: z.string().nullable(),
  authKey: z.string().nullable(),
  /** What a real provider shows in its account, by field id. */
  providerValues: z.record(z.string(), z.string()),
});

export const bundleOptions = z.object({
  hideAddresses: z.boolean(),
  hideNames: z.boolean(),
  includeActivity: z.boolean(),
});

export const handOverText = z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() });

/* The window's state: one snapshot, then numbered changes. */

export const snapshot = z.object({
  sequence: z.int(),
  version: z.string(),
  host: z.enum(['electron', 'browser', 'cli']),
  dataFolder: z.string(),
  vault: vaultState,
  workspaces: z.array(workspaceSummary),
  jobs: z.array(jobState),
});

export const stateChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('workspace'), sequence: z.int(), workspace: workspaceSummary }),
  z.object({ kind: z.literal('settings'), sequence: z.int(), workspaceId }),
  z.object({ kind: z.literal('domains'), sequence: z.int(), workspaceId, rows: z.array(domainRow) }),
  z.object({ kind: z.literal('job'), sequence: z.int(), job: jobState }),
  z.object({ kind: z.literal('vault'), sequence: z.int(), vault: vaultState }),
  z.object({ kind: z.literal('activity'), sequence: z.int(), workspaceId }),
  z.object({ kind: z.literal('practice'), sequence: z.int(), workspaceId }),
  /** Something a person should know even while the window is hidden. */
  z.object({ kind: z.literal('notice'), sequence: z.int(), workspaceId, title: z.string(), body: z.string() }),
  /** Another process wrote to the data file, or a number was missed: ask for the snapshot again. */
  z.object({ kind: z.literal('reload'), sequence: z.int() }),
]);

export const verifySelection = z.discriminatedUnion('which', [
  z.object({ which: z.literal('all') }),
  z.object({ which: z.literal('not-verified') }),
  z.object({ which: z.literal('chosen'), domainIds: z.array(domainId).min(1).max(100_000) }),
]);

export const inputs = {
  inWorkspace,
  inDomain,
  /** `first`: no more rows than that; what a screen shows is there before the rest of ten thousand. */
  domainList: inWorkspace.extend({ first: z.int().min(1).max(100_000).optional() }),
  createWorkspace: z.object({ name: z.string().trim().min(1).max(80) }),
  renameWorkspace: inWorkspace.extend({ name: z.string().trim().min(1).max(80) }),
  passphrase: z.object({ passphrase: z.string().min(1).max(1024) }),
  changePassphrase: z.object({ current: z.string().max(1024).nullable(), next: z.string().min(1).max(1024) }),
  saveSettings: inWorkspace.extend({
    /** The revision the changes were made on: a newer one in the store is a CONFLICT. */
    revision: z.int(),
    fields: settingsFields.partial(),
    apiKey: secretChange.optional(),
    authKey: secretChange.optional(),
  }),
  saveDraft: inWorkspace.extend({ baseRevision: z.int(), fields: settingsFields.partial() }),
  probeConnection: inWorkspace.extend({
    /** Try these instead of what is saved; nothing of it is stored. */
    unsaved: settingsFields.pick({ serviceUrl: true, extraCa: true }).partial().optional(),
  }),
  addDomains: inWorkspace.extend({ text: z.string().max(16 * 1024 * 1024) }),
  setInUse: inWorkspace.extend({ domainIds: z.array(domainId).min(1).max(100_000), inUse: z.boolean() }),
  configureDomain: inDomain.extend({ configuration: domainConfiguration }),
  pasteZone: inDomain.extend({ text: z.string().max(8 * 1024 * 1024) }),
  makeDkimKey: inDomain.extend({
    selector: z.string().min(1).max(63),
    algorithm: z.enum(['rsa-1024', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519']),
  }),
  markDkimKey: inDomain.extend({
    selector: z.string().min(1).max(63),
    /** `signing`: mail is signed with it from now on; `revoked`; `live`: neither, a slip is taken back. */
    as: z.enum(['signing', 'revoked', 'live']),
  }),
  /** `wayBack`: what undoes the changes instead of the changes. */
  handOver: inDomain.extend({ format: z.string().max(64), wayBack: z.boolean().optional() }),
  verify: inWorkspace.extend({ selection: verifySelection, resolver: z.string().max(2048).optional() }),
  watch: z.object({ after: z.int().min(-1) }),
  watchJob: z.object({ jobId, after: z.int().min(-1) }),
  job: z.object({ jobId }),
  activity: inWorkspace.extend({
    kinds: z.array(activityEntry.shape.kind).optional(),
    severities: z.array(activityEntry.shape.severity).optional(),
    /** Nothing older than this. */
    since: instant.optional(),
    text: z.string().max(200).optional(),
    before: z.int().optional(),
    limit: z.int().min(1).max(500),
  }),
  report: inWorkspace.extend({ format: z.enum(['csv', 'json']) }),
  setSchedule: inWorkspace.extend({ enabled: z.boolean(), everyMinutes: schedule.shape.everyMinutes }),
  setFault: inWorkspace.extend({ fault: z.string().max(64) }),
  bundle: inWorkspace.extend({ options: bundleOptions }),
  overrideTemplate: inWorkspace.extend({ templateId: z.string().max(64), override: z.unknown() }),
};

export const outputs = {
  manual: derived<Manual>(),
  receivers: z.object({ today: derived<ReceiverVerdict>(), prepared: derived<ReceiverVerdict>() }),
  spfTree: z.object({ today: derived<SpfTree>().nullable(), prepared: derived<SpfTree>().nullable() }),
  rotations: z.array(derived<RotationPlan>()),
  observations: z.array(derived<Observation>()),
  domainVerdict: derived<DomainVerdict>(),
  templates: z.array(z.object({ template: derived<ProviderTemplate>(), overridden: z.boolean(), inUseBy: z.int() })),
  trace: derived<ProbeTrace>(),
};

export type Verdict = z.infer<typeof verdict>;
export type VaultState = z.infer<typeof vaultState>;
export type SecretStatus = z.infer<typeof secretStatus>;
export type SecretChange = z.infer<typeof secretChange>;
export type WorkspaceSummary = z.infer<typeof workspaceSummary>;
export type SettingsFields = z.infer<typeof settingsFields>;
export type Settings = z.infer<typeof settings>;
export type KeyCheck = z.infer<typeof keyCheck>;
export type DomainConfiguration = z.infer<typeof domainConfiguration>;
export type DomainProvider = z.infer<typeof domainProvider>;
export type DkimKeyPublic = z.infer<typeof dkimKeyPublic>;
export type DomainRow = z.infer<typeof domainRow>;
export type DomainListReport = z.infer<typeof domainListReport>;
export type ChangedDomain = z.infer<typeof changedDomain>;
export type TimelineEntry = z.infer<typeof timelineEntry>;
export type JobState = z.infer<typeof jobState>;
export type ActivityEntry = z.infer<typeof activityEntry>;
export type Schedule = z.infer<typeof schedule>;
export type PracticeState = z.infer<typeof practiceState>;
export type BundleOptions = z.infer<typeof bundleOptions>;
export type HandOverText = z.infer<typeof handOverText>;
export type Snapshot = z.infer<typeof snapshot>;
export type StateChange = z.infer<typeof stateChange>;
export type VerifySelection = z.infer<typeof verifySelection>;
