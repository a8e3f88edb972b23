import type { z } from 'zod';
import type { WorkspaceFile } from '../contract/transfer.ts';
import type { DomainProvider } from '../contract/domains.ts';
import { settingsFields } from '../contract/settings.ts';
import type { DocumentDomain, WorkspaceDocument } from './document.ts';
import { decidedConfiguration, domainFileSchema, sharedFileSchema } from './document.ts';

/**
 * A workspace as text files that people review: `workspace.json`, and one file a domain. The same workspace gives the same
 * octets, in whatever order it was made, and reading them and writing them again changes none.
 */

export const SHARED_FILE = 'workspace.json';
const DOMAINS_FOLDER = 'domains';
/** Conflict markers as git writes them; none of them begins a line of our own. */
const MARKER = /^(?:<{7} |={7}$|>{7} |\|{7} )/m;
/** File systems take 255 octets for a name; what is longer goes on in a folder. */
const LONGEST_STEM = 200;
/** Names that Windows keeps for devices, whatever follows them (Microsoft: “Naming Files, Paths, and Namespaces”). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** A value whose keys are in one order, whatever order they were set in. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([left], [right]) => byText(left, right))
      .map(([key, each]) => [key, inOrder(each)]),
  );
}

/** Where a domain’s file lies. `~` is in no domain name. */
export function domainPath(name: string): string {
  const stem = DEVICE.test(name) ? `~${name}` : name;
  if (stem.length <= LONGEST_STEM) return `${DOMAINS_FOLDER}/${stem}.json`;
  return `${DOMAINS_FOLDER}/${stem.slice(0, LONGEST_STEM)}~/${stem.slice(LONGEST_STEM)}.json`;
}

const timeText = (at: number): string => new Date(at).toISOString();
const maybeTime = (at: number | null): string | null => (at === null ? null : timeText(at));
const print = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const inOneOrder = ({ templateId, mode, fields }: DomainProvider) => ({ templateId, mode, fields: inOrder(fields) });

function domainText({ name, inUse, addedAt, configuration, dkimKeys, pastedZone }: DocumentDomain): string {
  const configured = configuration === null ? null : decidedConfiguration.parse(configuration);
  return print({
    format: 'sendwright/domain/1',
    name,
    inUse,
    addedAt: timeText(addedAt),
    configuration:
      configured === null
        ? null
        : {
            ...configured,
            ...(configured.providers === undefined ? {} : { providers: configured.providers.map(inOneOrder) }),
          },
    dkimKeys: [...dkimKeys]
      .sort((left, right) => byText(left.selector, right.selector))
      .map(({ selector, algorithm, bits, publicKey, createdAt, signingSince, revokedAt }) => ({
        selector,
        algorithm,
        bits,
        publicKey,
        createdAt: timeText(createdAt),
        signingSince: maybeTime(signingSince),
        revokedAt: maybeTime(revokedAt),
      })),
    pastedZone: pastedZone === null ? null : { at: timeText(pastedZone.at), text: pastedZone.text.split('\n') },
  });
}

function sharedText({ settings, schedule, retention, templates, senders }: WorkspaceDocument): string {
  const fields = settingsFields.parse(settings);
  return print({
    format: 'sendwright/workspace/1',
    settings: {
      ...fields,
      extraCa: fields.extraCa.split('\n'),
      serviceProfile: fields.serviceProfile.split('\n'),
    },
    schedule: schedule === null ? null : { enabled: schedule.enabled, everyMinutes: schedule.everyMinutes },
    ...(retention === null ? {} : { retention: inOrder(retention) }),
    templates: inOrder(templates),
    senders: [...senders]
      .sort((left, right) => byText(left.domain, right.domain) || byText(left.key, right.key))
      .map(({ domain, key, name, kind }) => ({ domain, key, name, kind })),
  });
}

/** The files of a workspace, `workspace.json` first, then the domains in the order of their names’ code units. */
export function* toFiles(document: WorkspaceDocument): Generator<WorkspaceFile> {
  yield { path: SHARED_FILE, text: sharedText(document) };
  for (const domain of [...document.domains].sort((left, right) => byText(left.name, right.name)))
    yield { path: domainPath(domain.name), text: domainText(domain) };
}

/** Why a file can’t be read: which, where, and what to do. */
export class FileFault extends Error {
  readonly path: string;
  readonly remedy: string;
  constructor(path: string, message: string, remedy: string) {
    super(message);
    this.path = path;
    this.remedy = remedy;
  }
}

/** The first key that a file has and its format does not, as a path; null where there is none. */
function unknownKey(given: unknown, read: unknown, at = ''): string | null {
  if (typeof given !== 'object' || given === null || typeof read !== 'object' || read === null) return null;
  for (const [key, value] of Object.entries(given)) {
    const place = at === '' ? key : `${at}.${key}`;
    if (!Object.hasOwn(read, key)) return place;
    const inside = unknownKey(value, (read as Record<string, unknown>)[key], place);
    if (inside !== null) return inside;
  }
  return null;
}

function readAs<Schema extends z.ZodType>({ path, text }: WorkspaceFile, schema: Schema): z.output<Schema> {
  const marker = MARKER.exec(text);
  if (marker !== null) {
    const line = text.slice(0, marker.index).split('\n').length;
    throw new FileFault(
      path,
      `${path} has an unresolved conflict at line ${line}`,
      'Keep one side, delete the lines with the markers, and try again.',
    );
  }
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FileFault(path, `${path} is not JSON: ${why}`, 'Correct it there, or take it from the last export.');
  }
  const result = schema.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
    throw new FileFault(
      path,
      `${path}: ${place}${issue?.message ?? 'not as it should be'}`,
      'Correct it there, or take the file from the last export.',
    );
  }
  const extra = unknownKey(given, result.data);
  if (extra !== null)
    throw new FileFault(
      path,
      `${path}: ${extra} is unknown to this version`,
      'Remove it, or import with the version that wrote it.',
    );
  return result.data;
}

/**
 * One file as an export writes it, whatever the order and layout of what it says.
 *
 * @throws FileFault
 */
export function reprint(file: WorkspaceFile): string {
  if (!/"format":\s*"sendwright\/domain\//.test(file.text))
    return sharedText({ ...readAs(file, sharedFileSchema), domains: [] });
  return domainText(readAs(file, domainFileSchema));
}

/**
 * Reads the files of a workspace, in whatever order.
 *
 * @throws FileFault for the first that can’t be read to its last key: nothing is passed over.
 */
export function fromFiles(files: Iterable<WorkspaceFile>): WorkspaceDocument {
  let shared: z.output<typeof sharedFileSchema> | null = null;
  const domains = new Map<string, DocumentDomain>();
  for (const file of files) {
    if (file.path === SHARED_FILE) {
      shared = readAs(file, sharedFileSchema);
      continue;
    }
    const { format: _format, ...domain } = readAs(file, domainFileSchema);
    if (domainPath(domain.name) !== file.path)
      throw new FileFault(
        file.path,
        `${file.path} is the file of ${domain.name}, which belongs to ${domainPath(domain.name)}`,
        'Rename the file, or correct the name in it.',
      );
    domains.set(domain.name, domain);
  }
  if (shared === null)
    throw new FileFault(SHARED_FILE, `There is no ${SHARED_FILE}`, 'Name the folder that an export was written into.');
  const { settings, schedule, retention, templates, senders } = shared;
  return { settings, schedule, retention, templates, senders, domains: [...domains.values()] };
}
