import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import type { DescribedBounce } from '../evidence/bounce/bounce-words.ts';
import type { EvidenceFile, ReadFile } from '../evidence/reports/file.ts';
import type { StoredMail } from '../evidence/kept/kept-mail.ts';
import type { DescribedMessage } from '../evidence/message/message-words.ts';
import type { SenderVolume } from '../evidence/senders/sender-volume.ts';
import type { Sender } from '../evidence/senders/senders.ts';
import type { FolderTrouble } from '../evidence/watched/folder-trouble.ts';
import type { TlsPolicySum } from '../evidence/tls/tls-summary.ts';
import type { Mending } from '../manual/mending.ts';
import type { PublishedPolicies } from '../policy/published.ts';
import { procedure } from './procedure.ts';
import { derived, handOverText, inWorkspace, instant } from './values.ts';

/** What came back from mail: reports in, senders out. */

const domain = z.string().trim().min(1).max(255);
const ofDomain = inWorkspace.extend({ domain });
const senders = z.array(derived<Sender>());
const sinceDays = z.int().min(1).max(36_500).nullable().default(null);
/** Octets in base64 (RFC 4648 §4), as many as a host takes in one call. */
const content = z.string().max(20 * 1024 * 1024);

/** Days since evidence was brought in; null: until somebody deletes it. */
const days = z.int().max(36_500);
export const retention = {
  reportDays: days.min(1).nullable(),
  mailDays: days.min(0).nullable(),
  personalDays: days.min(0).nullable(),
};
/** What came of putting a sender into the SPF record of its domain. */
const senderPut = z.object({
  /** In words. */
  told: z.string(),
  /** The domain whose manual shows it; null where the workspace has none by that name. */
  domainId: z.int().nullable(),
  /** The prepared record names it now. */
  isPut: z.boolean(),
});

const kept = z.object({ ...retention, reports: z.int(), mails: z.int(), withPerson: z.int() });
const folders = z.array(
  z.object({
    id: z.int(),
    path: z.string(),
    addedAt: instant,
    /** When it was looked through last. */
    lookedAt: instant.nullable(),
    /** Why it could not be; null where it could. */
    trouble: z.enum(['missing', 'not-permitted', 'disk'] satisfies readonly FolderTrouble[]).nullable(),
    /** How many of its files were read. */
    files: z.int(),
  }),
);
export const evidenceContract = {
  /** Reads files and folders of the machine that the core runs on, and keeps each report once; tells of each file. */
  import: procedure
    .input(inWorkspace.extend({ paths: z.array(z.string().min(1).max(4096)).min(1).max(10_000) }))
    .output(eventIterator(derived<EvidenceFile>())),
  /** The folders whose new files are read by themselves while a console runs. */
  folders: procedure.input(inWorkspace).output(folders),
  /** Watches a folder of the machine that the core runs on from now on, and reads what lies in it. */
  watch: procedure.input(inWorkspace.extend({ path: z.string().trim().min(1).max(4096) })).output(folders),
  /** Watches a folder no longer; what was read of it stays. */
  unwatch: procedure.input(inWorkspace.extend({ folderId: z.int() })).output(folders),
  /** Looks through the watched folders now. `waiting` counts files that are still being written, as far as can be told. */
  look: procedure
    .input(inWorkspace)
    .output(z.object({ files: z.int(), refused: z.int(), reports: z.int(), waiting: z.int() })),
  /** Reads files that are handed in with what they hold, and keeps each report once. */
  read: procedure
    .input(
      inWorkspace.extend({
        files: z
          .array(z.object({ name: z.string().min(1).max(4096), content }))
          .min(1)
          .max(500),
      }),
    )
    .output(z.array(derived<ReadFile>())),
  /** Reads a file of any size that `transfer.octets` took in part by part, and forgets what was taken in. */
  readUpload: procedure
    .input(inWorkspace.extend({ name: z.string().min(1).max(4096), uploadId: z.string().max(64) }))
    .output(derived<ReadFile>()),
  /**
   * What a receiver makes of a message, or why a bounce came back, the domain that it was sent from, and what the manual says of the
   * records that it asks for. Its verdict is kept as long as the workspace asks.
   */
  mail: procedure.input(inWorkspace.extend({ content })).output(
    z.object({
      mail: derived<DescribedBounce | DescribedMessage>(),
      domain: z.string().nullable(),
      mending: derived<Mending>().nullable(),
    }),
  ),
  /**
   * What the manual of a domain says of records that a mail asks for, in a workspace or in the first that has the domain; null where
   * none has it.
   */
  mending: procedure
    .input(
      z.object({
        workspaceId: inWorkspace.shape.workspaceId.nullable(),
        domain,
        records: z.array(z.string().max(40)).max(100),
      }),
    )
    .output(derived<Mending>().nullable()),
  /**
   * The mail of a domain day by day, by the day on which the period of its report begins, in seconds since the epoch; days without mail
   * are left out.
   */
  volume: procedure
    .input(ofDomain.extend({ sinceDays }))
    .output(z.array(z.object({ day: z.int(), messages: z.number(), passing: z.number() }))),
  /** The mail of the largest senders over time, and when receivers found another policy. */
  senderVolume: procedure.input(ofDomain.extend({ sinceDays })).output(derived<SenderVolume>()),
  /** Who sends in a domain's name, by the reports of receivers. */
  senders: procedure.input(ofDomain.extend({ sinceDays })).output(senders),
  /** The senders of a domain as a file. */
  export: procedure.input(ofDomain.extend({ sinceDays, format: z.enum(['csv', 'json']) })).output(handOverText),
  /** Keeps what a person says of a sender; null takes it back. */
  nameSender: procedure
    .input(
      ofDomain.extend({
        key: z.string().min(1).max(300),
        word: z
          .object({
            name: z.string().trim().min(1).max(100),
            kind: z.enum(['ours', 'known', 'unknown', 'forwarding', 'forgery']),
          })
          .nullable(),
      }),
    )
    .output(senders),
  /** Puts addresses of a sender into the prepared SPF record of its domain. Nothing is published. */
  letSend: procedure
    .input(
      ofDomain.extend({
        addresses: z
          .array(z.union([z.ipv4(), z.ipv6()]))
          .min(1)
          .max(100),
      }),
    )
    .output(senderPut),
  /** The domains of which there are reports, with their numbers where the list of sender domains has them. */
  domains: procedure
    .input(inWorkspace)
    .output(
      z.array(
        z.object({ domain: z.string(), messages: z.number(), passing: z.number(), domainId: z.int().nullable() }),
      ),
    ),
  /** What senders report of TLS to a domain’s mail servers, policy by policy. */
  tls: procedure.input(ofDomain).output(z.array(derived<TlsPolicySum>())),
  /** What a domain publishes of MTA-STS, DANE, TLS reporting and BIMI: asks DNS, and fetches the files. */
  published: procedure.input(ofDomain).output(derived<PublishedPolicies>()),
  /** Bounces, messages and failure reports that were kept, the newest first. */
  mails: procedure
    .input(
      inWorkspace.extend({
        domain: domain.nullable().default(null),
        limit: z.int().min(1).max(10_000).default(500),
      }),
    )
    .output(z.array(derived<StoredMail>())),
  /** How long evidence is kept, and how much of it is there. */
  kept: procedure.input(inWorkspace).output(kept),
  /** Sets how long evidence is kept; what is older goes at once. */
  setRetention: procedure.input(inWorkspace.extend(retention)).output(kept),
  /**
   * Forgets evidence of a domain, or of all: reports that ended and mails that were brought in before a moment, or all; or
   * the addresses and words of mails alone.
   */
  forget: procedure
    .input(
      inWorkspace.extend({
        domain: domain.nullable(),
        before: instant.nullable(),
        what: z.enum(['everything', 'persons']).default('everything'),
      }),
    )
    .output(z.object({ removed: z.int(), mails: z.int() })),
};

export type SenderPut = z.infer<typeof senderPut>;
