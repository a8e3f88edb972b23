import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './procedure.ts';
import { instant, inWorkspace, nothing, workspaceId } from './values.ts';
import { passphrase } from './vault.ts';

/** A workspace as a file of its own: out of one data folder, into another. */

/** Octets in base64 (RFC 4648 §4), as many as one call of any host carries. */
const content = z.string().max(16 * 1024 * 1024);

/** One of the files that a workspace is made of as text. */
export const workspaceFile = z.object({
  /** Parts with `/` between, below the folder of them all. */
  path: z.string().min(1).max(1024),
  text: z.string().max(16 * 1024 * 1024),
});

const uploadId = z.string().min(1).max(64);
const withUpload = z.object({ uploadId });

const source = z.discriminatedUnion('kind', [
  /** What came part by part: a sealed file with its passphrase, or text files with none. */
  z.object({ kind: z.literal('uploaded'), uploadId, passphrase: passphrase.nullable() }),
  /** Text files that fit into one call. */
  z.object({ kind: z.literal('files'), files: z.array(workspaceFile).max(200_000) }),
]);

/** What an import does at one place. Values are texts for people, cut to 200 characters; of a secret there is none. */
export const workspaceChange = z.object({
  /** `keep`: the file says something else, and what is here stays. */
  does: z.enum(['add', 'change', 'keep']),
  of: z.enum([
    'settings',
    'schedule',
    'retention',
    'template',
    'sender',
    'domain',
    'dkim-key',
    'pasted-zone',
    'secret',
  ]),
  /** The domain, or empty for what is the workspace's. */
  domain: z.string(),
  /** The field, selector or name. */
  what: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});

const importPlan = z.object({
  /** Null for text files, which tell neither. */
  name: z.string().nullable(),
  exportedAt: instant.nullable(),
  /** Domains in the file. */
  domains: z.int(),
  /** Secrets in the file. */
  secrets: z.int(),
  changes: z.array(workspaceChange),
  /** Stands for the changes: an import does these or nothing. */
  token: z.string(),
});

const importInput = z.object({
  /** A workspace that is there, or the name of a new one; null: as the file names it. */
  into: z.union([z.object({ workspaceId }), z.object({ name: z.string().trim().min(1).max(80).nullable() })]),
  source,
  /** `merge`: where the file says something else than the workspace, the file counts. `add`: the workspace does. */
  mode: z.enum(['merge', 'add']),
});

export const transferContract = {
  /** The workspace sealed under a passphrase of its own, part by part. Secrets are in it only where that is asked for. */
  export: procedure.input(inWorkspace.extend({ passphrase, secrets: z.boolean() })).output(
    eventIterator(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('part'), content }),
        /** The last. `leftOut`: secrets that can't be opened, and so are not in the file. */
        z.object({
          kind: z.literal('end'),
          fileName: z.string(),
          domains: z.int(),
          secrets: z.int(),
          leftOut: z.int(),
        }),
      ]),
    ),
  ),
  /** The workspace as text files, to be kept under version control; never with a secret. */
  files: procedure.input(inWorkspace).output(z.array(workspaceFile)),
  /** Begins to take in what is to be imported, part by part; what is not imported is dropped with the end of the core. */
  begin: procedure.input(nothing).output(withUpload),
  /** The next octets of a sealed file. */
  octets: procedure.input(withUpload.extend({ content })).output(z.object({ octets: z.int() })),
  /** Further text files. */
  texts: procedure
    .input(withUpload.extend({ files: z.array(workspaceFile).max(10_000) }))
    .output(z.object({ files: z.int() })),
  /** Forgets what was taken in. */
  drop: procedure.input(withUpload).output(z.object({})),
  /** What an import would do. Nothing is changed. */
  preview: procedure.input(importInput).output(importPlan),
  /** Does all of what `preview` told, or nothing where that is no longer what would be done. */
  import: procedure.input(importInput.extend({ token: z.string() })).output(importPlan.extend({ workspaceId })),
};

export type WorkspaceFile = z.infer<typeof workspaceFile>;
export type WorkspaceChange = z.infer<typeof workspaceChange>;
export type ImportPlan = z.infer<typeof importPlan>;
export type ImportInput = z.infer<typeof importInput>;
