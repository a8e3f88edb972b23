import { create } from 'zustand';
import type { ReadFile } from '../../../shared/evidence/reports/file.ts';
import { attempt, core } from '../../session/store.ts';
import { base64Of } from '../../ui/file-text.ts';

/** Files on their way into the history: read here, handed to the core a few at a time. */

export interface Handed {
  /** With its folders, where it lay in some. */
  readonly name: string;
  readonly file: Blob;
}

/** A call carries so many octets at most, in base64 and with everything around them. */
const MOST_OCTETS = 14 * 1024 * 1024;
const BATCH_OCTETS = 4 * 1024 * 1024;
const BATCH_FILES = 100;
/** Files of which something is to be told are listed up to here; the rest is counted. */
const MOST_LISTED = 10_000;
/** Mails that are looked at without being asked for: those of a drop this small. */
const FEW_FILES = 5;

export interface Mail extends Handed {
  readonly id: number;
}

interface BroughtIn {
  readonly workspaceId: number | null;
  readonly isRunning: boolean;
  readonly done: number;
  readonly total: number;
  /** Reports that are new, that were there already, and that are there with other figures. */
  readonly taken: number;
  readonly known: number;
  readonly conflicting: number;
  readonly refused: number;
  /** Files of which there is something to tell. */
  readonly told: readonly ReadFile[];
  /** Mails without a report, which may be messages or bounces. */
  readonly mails: readonly Mail[];
  /** The mails that are on the table. */
  readonly open: readonly Mail[];
}

const nothing: BroughtIn = {
  workspaceId: null,
  isRunning: false,
  done: 0,
  total: 0,
  taken: 0,
  known: 0,
  conflicting: 0,
  refused: 0,
  told: [],
  mails: [],
  open: [],
};

export const useBroughtIn = create<BroughtIn>(() => nothing);

let isStopped = false;
let mailCount = 0;

function refusal(name: string, sentence: string): ReadFile {
  const found = { file: name, kind: 'dmarc-aggregate', outcome: 'refuse', problems: [], told: [sentence] } as const;
  return { name, found: [found], isMail: false };
}

function* batchesOf(handed: readonly Handed[]): Generator<readonly Handed[]> {
  let batch: Handed[] = [];
  let octets = 0;
  for (const each of handed) {
    if (batch.length > 0 && (octets + each.file.size > BATCH_OCTETS || batch.length === BATCH_FILES)) {
      yield batch;
      batch = [];
      octets = 0;
    }
    batch.push(each);
    octets += each.file.size;
  }
  if (batch.length > 0) yield batch;
}

const isWorthTelling = ({ found, isMail }: ReadFile) =>
  !isMail && found.some(({ outcome, kind }) => outcome !== 'read' || kind === 'failure-report');

function count(read: readonly ReadFile[], mails: readonly Mail[], files: number): void {
  useBroughtIn.setState((before) => {
    const found = read.flatMap((each) => each.found);
    const stored = (kind: 'new' | 'known' | 'conflicting') =>
      found.reduce((sum, each) => sum + (each.stored?.[kind] ?? 0), 0);
    const told = before.told.length < MOST_LISTED ? [...before.told, ...read.filter(isWorthTelling)] : before.told;
    return {
      done: before.done + files,
      taken: before.taken + stored('new'),
      known: before.known + stored('known'),
      conflicting: before.conflicting + stored('conflicting'),
      refused: before.refused + read.filter((each) => !each.isMail && each.found.every(isRefused)).length,
      told: told.slice(0, MOST_LISTED),
      mails: [...before.mails, ...mails],
    };
  });
}

const isRefused = ({ outcome }: { readonly outcome: string }) => outcome === 'refuse';

async function readBatch(workspaceId: number, batch: readonly Handed[]): Promise<boolean> {
  const fitting = batch.filter(({ file }) => file.size <= MOST_OCTETS);
  const refused = batch
    .filter(({ file }) => file.size > MOST_OCTETS)
    .map(({ name }) => refusal(name, 'Larger than 14 MB. Import it by command: sendwright evidence import'));
  const encoded = await Promise.all(
    fitting.map(async ({ name, file }) => ({ name, content: await base64Of(file).catch(() => null) })),
  );
  const files = encoded.flatMap(({ name, content }) => (content === null ? [] : [{ name, content }]));
  const unreadable = encoded
    .filter(({ content }) => content === null)
    .map(({ name }) => refusal(name, 'The file can’t be read.'));
  const read = files.length === 0 ? [] : await attempt(() => core().evidence.read({ workspaceId, files }));
  if (read === null) return false;
  const mails = fitting
    .filter(({ name }) => read.some((each) => each.isMail && each.name === name))
    .map((each) => ({ ...each, id: (mailCount += 1) }));
  count([...refused, ...unreadable, ...read], mails, batch.length);
  return true;
}

/** Reads files and keeps their reports. What was kept before a stop or a fault stays. */
export async function bringIn(workspaceId: number, handed: readonly Handed[]): Promise<void> {
  if (handed.length === 0 || useBroughtIn.getState().isRunning) return;
  isStopped = false;
  useBroughtIn.setState({ ...nothing, workspaceId, isRunning: true, total: handed.length });
  for (const batch of batchesOf(handed)) if (isStopped || !(await readBatch(workspaceId, batch))) break;
  const { mails } = useBroughtIn.getState();
  useBroughtIn.setState({ isRunning: false, open: handed.length <= FEW_FILES ? mails : [] });
}

export function stopBringingIn(): void {
  isStopped = true;
}

/** Lays a mail on the table, or takes it off. */
export function setMailOpen(mail: Mail, isOpen: boolean): void {
  useBroughtIn.setState(({ open }) => ({
    open: isOpen ? [...open, mail] : open.filter(({ id }) => id !== mail.id),
  }));
}

/** Lays a pasted text on the table, be it a report, a message or a bounce. */
export function bringInText(workspaceId: number, text: string): Promise<void> {
  return bringIn(workspaceId, [{ name: 'Pasted text', file: new Blob([text]) }]);
}

async function* filesBelow(entry: FileSystemEntry, path: string): AsyncGenerator<Handed> {
  // What begins with a dot is a program’s own.
  if (entry.name.startsWith('.')) return;
  const name = `${path}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) =>
      (entry as FileSystemFileEntry).file(resolve, () => resolve(null)),
    );
    if (file !== null) yield { name, file };
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (entries.length === 0) return;
    for (const each of entries) yield* filesBelow(each, `${name}/`);
  }
}

/** The files of a drop, those in folders included. */
export async function filesOfDrop(transfer: DataTransfer): Promise<readonly Handed[]> {
  // The list is empty once this call has given up control.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const handed: Handed[] = [];
  for (const entry of entries) for await (const each of filesBelow(entry, '')) handed.push(each);
  return handed;
}

/** The files that somebody chose. */
export function filesOfChoice(list: FileList | null): readonly Handed[] {
  return [...(list ?? [])]
    .filter(({ name }) => !name.startsWith('.'))
    .map((file) => ({ name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }));
}
