import { setImmediate } from 'node:timers/promises';
import yazl from 'yazl';
import type { HandedOverFile } from '../../../shared/contract/domains.ts';
import type { HandOverText } from '../../../shared/contract/values.ts';
import type { HandOverFormat } from '../../../shared/handover/format.ts';
import { prepare } from '../../../shared/handover/format.ts';
import type { CoreContext } from '../context.ts';
import { findDomain, readyDomain } from './service.ts';
import { fail, refusalOf } from '../errors.ts';
import type { HandOverContent } from './evaluation.ts';
import { formatNamed, handOverOf, writeHandOver } from './evaluation.ts';

/** The hand-overs of several domains: one file for all of them, or a zip with a file for each. */

interface LeftOut {
  readonly domain: string;
  readonly reason: string;
}

interface Gathered {
  readonly texts: readonly HandOverText[];
  readonly leftOut: readonly LeftOut[];
}

interface SeveralInput {
  readonly workspaceId: number;
  readonly domainIds: readonly number[];
  readonly format: string;
  readonly content: HandOverContent;
}

/** Whatever is handed over, and for what is left out the reason. */
async function gather(
  context: CoreContext,
  { workspaceId, domainIds, content }: SeveralInput,
  format: HandOverFormat,
): Promise<Gathered> {
  const texts: HandOverText[] = [];
  const leftOut: LeftOut[] = [];
  for (const domainId of domainIds) {
    const { unicodeName } = findDomain(context, workspaceId, domainId);
    await readyDomain(context, { workspaceId, domainId });
    try {
      const input = handOverOf(context, { workspaceId, domainId }, content);
      const { sets, heading } = prepare(input);
      if (sets.length > 0) texts.push(writeHandOver(format, input, content));
      else leftOut.push({ domain: unicodeName, reason: heading.slice(1).join(' ') });
    } catch (error) {
      // One domain that can't be handed over is no reason to withhold the others.
      const { message, remedy } = refusalOf(error);
      leftOut.push({ domain: unicodeName, reason: `${message}. ${remedy}` });
    }
    await setImmediate();
  }
  return { texts, leftOut };
}

/** What the files have no room for, and what is missing, for whoever opens the archive. */
function notes({ texts, leftOut }: Gathered): string {
  const remarks = texts.flatMap(({ fileName, remarks: own = [] }) => own.map((remark) => `${fileName}: ${remark}`));
  const missing = leftOut.map(({ domain, reason }) => `${domain}: ${reason}`);
  return [
    ...(remarks.length === 0 ? [] : ['Please note:', ...remarks, '']),
    ...(missing.length === 0 ? [] : ['Left out:', ...missing, '']),
  ].join('\n');
}

async function zipped(gathered: Gathered, at: Date): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name, { mtime: at });
  for (const { fileName, text } of gathered.texts) add(fileName, text);
  const besides = notes(gathered);
  if (besides !== '') add('NOTES.txt', besides);
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/**
 * Hands over what is prepared for several domains.
 *
 * @param asOne one file that holds them all, where the format can; else a zip with a file for each.
 * @throws BAD_INPUT where the format is not known, can't hold several domains, or no domain has anything to hand over.
 */
export async function handOverSeveral(
  context: CoreContext,
  { asOne, ...input }: SeveralInput & { readonly asOne: boolean },
): Promise<HandedOverFile> {
  const format = formatNamed(input.format);
  const { together } = format;
  if (asOne && together === undefined) {
    throw fail('BAD_INPUT', `${format.label} can’t hold several domains in one file`, {
      field: 'asOne',
      value: 'true',
      remedy: 'Choose one file per domain, in one zip file.',
    });
  }
  const gathered = await gather(context, input, format);
  const { texts, leftOut } = gathered;
  const [first] = leftOut;
  if (texts.length === 0) {
    throw fail('BAD_INPUT', 'None of these domains has anything to hand over', {
      field: 'domainIds',
      value: first?.domain ?? '',
      remedy: first === undefined ? 'Choose some domains.' : `${first.domain}: ${first.reason}`,
    });
  }
  const now = new Date(context.clock.now());
  const name = `sendwright-${texts.length}-domain${texts.length === 1 ? '' : 's'}-${now.toISOString().slice(0, 10)}`;
  const common = { domains: texts.length, leftOut: [...leftOut] };
  if (asOne && together !== undefined) {
    return {
      ...common,
      fileName: `${name}.${format.extension}`,
      mediaType: format.mediaType,
      octets: Buffer.from(together(texts.map(({ text }) => text))).toString('base64'),
      remarks: [...new Set(texts.flatMap(({ remarks = [] }) => remarks))],
    };
  }
  return {
    ...common,
    fileName: `${name}.zip`,
    mediaType: 'application/zip',
    octets: (await zipped(gathered, now)).toString('base64'),
    remarks: [],
  };
}
