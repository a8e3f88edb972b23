import { z } from 'zod';
import { instant } from '../../../shared/contract/values.ts';
import { workspaceFile } from '../../../shared/contract/transfer.ts';
import type { WorkspaceFile } from '../../../shared/contract/transfer.ts';
import { openFile, SealedFileFault } from '../../vault/sealed-file.ts';

/** What a sealed export holds, once it is open: a JSON text a line. */

const secretOf = z.union([
  z.object({ of: z.enum(['api-key', 'auth-key', 'api-key-before']), value: z.string().min(1).max(4096) }),
  z.object({ domain: z.string().max(253), selector: z.string().max(63), value: z.string().min(1).max(32_768) }),
]);

const headSchema = z.object({
  format: z.literal('sendwright/export/1'),
  name: z.string().max(80),
  exportedAt: instant,
  domains: z.int(),
  secrets: z.int(),
});

const lineSchema = z.union([z.object({ file: workspaceFile }), z.object({ secret: secretOf })]);

export type ExportHead = z.infer<typeof headSchema>;
export type ExportSecret = z.infer<typeof secretOf>;

export interface OpenedExport {
  readonly head: ExportHead;
  readonly files: readonly WorkspaceFile[];
  readonly secrets: readonly ExportSecret[];
}

const LINE_FEED = 0x0a;
/** Octets that an export may hold once it is open. */
const MOST_OCTETS = 1024 * 1024 * 1024;

/** The lines that are sealed; secrets are read as their turn comes. */
export async function* exportLines(
  head: Omit<ExportHead, 'format'>,
  files: Iterable<WorkspaceFile>,
  secrets: AsyncIterable<ExportSecret>,
): AsyncGenerator<Buffer> {
  const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
  yield line({ format: 'sendwright/export/1', ...head } satisfies ExportHead);
  for (const file of files) yield line({ file });
  for await (const secret of secrets) yield line({ secret });
}

async function* linesOf(parts: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let held: Buffer[] = [];
  let octets = 0;
  for await (const part of parts) {
    octets += part.length;
    if (octets > MOST_OCTETS) throw strange(`it holds more than ${MOST_OCTETS} octets`);
    let from = 0;
    for (let at = part.indexOf(LINE_FEED); at !== -1; at = part.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...held, part.subarray(from, at)]).toString('utf8');
      held = [];
      from = at + 1;
    }
    held.push(part.subarray(from));
  }
  if (held.some(({ length }) => length > 0)) throw strange('its last line is incomplete');
}

const strange = (why: string) => new SealedFileFault('damaged', `The file opens, but is not a workspace: ${why}`);

function readLine<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw strange('one of its lines is not JSON');
  }
  const read = schema.safeParse(value);
  if (!read.success) throw strange('one of its lines has an unknown form');
  return read.data;
}

/**
 * Opens a sealed export to its last octet.
 *
 * @throws SealedFileFault with nothing of it given out.
 */
export async function openExport(sealed: AsyncIterable<Uint8Array>, passphrase: string): Promise<OpenedExport> {
  let head: ExportHead | null = null;
  const files: WorkspaceFile[] = [];
  const secrets: ExportSecret[] = [];
  for await (const text of linesOf(openFile(sealed, passphrase))) {
    if (head === null) {
      head = readLine(text, headSchema);
      continue;
    }
    const line = readLine(text, lineSchema);
    if ('file' in line) files.push(line.file);
    else secrets.push(line.secret);
  }
  if (head === null) throw strange('it is empty');
  if (secrets.length !== head.secrets || files.length !== head.domains + 1)
    throw strange('its number of domains or secrets differs from what it states');
  return { head, files, secrets };
}
