import { create } from 'zustand';
import type { ReadFile } from '../../../shared/evidence/reports/file.ts';
import { attempt, core } from '../../session/store.ts';
import { hurryEvidence } from '../../data/fresh.ts';
import { PART_OCTETS, uploadFile } from '../../data/upload.ts';
import { base64Of } from '../../ui/file-text.ts';

/** Files on their way into the history: read here, handed to the core a few at a time. */

export interface Handed {
  /** With its folders, where it lay in some. */
  readonly name: string;
  readonly file: Blob;
}

const BATCH_FILES = 100;
/** A mail is looked at in one call, which carries so many octets at most, in base64 and with everything around them. */
const MOST_OCTETS_OF_A_MAIL = 14 * 1024 * 1024;
/** Files of which something is to be told are listed up to here; the rest is counted. */
const MOST_LISTED = 10_000;
/** Mails that are looked at without being asked for: those of a drop this small. */
const FEW_FILES = 5;

export interface Mail extends Handed {
  readonly id: number;
}

/** What came of the files that were handed over since the console last had nothing to read for a workspace. */
export interface BroughtIn {
  /** Files are read, or wait to be. */
  readonly isRunning: boolean;
  readonly done: number;
  readonly total: number;
  /** Left unread, by a stop or by a fault; and whether a person stopped it. */
  readonly unread: number;
  readonly isStopped: boolean;
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
  isRunning: false,
  done: 0,
  total: 0,
  unread: 0,
  isStopped: false,
  taken: 0,
  known: 0,
  conflicting: 0,
  refused: 0,
  told: [],
  mails: [],
  open: [],
};

const useAll = create<ReadonlyMap<number, BroughtIn>>(() => new Map());

/** What was brought into a workspace; null where nothing was yet. */
export const useBroughtInto = (workspaceId: number): BroughtIn | null => useAll((all) => all.get(workspaceId) ?? null);

export const broughtInto = (workspaceId: number): BroughtIn | null => useAll.getState().get(workspaceId) ?? null;

function change(workspaceId: number, next: (before: BroughtIn) => Partial<BroughtIn>): void {
  const before = broughtInto(workspaceId) ?? nothing;
  useAll.setState((all) => new Map(all).set(workspaceId, { ...before, ...next(before) }), true);
}

/** Files that were handed over together. */
interface InLine {
  readonly workspaceId: number;
  readonly handed: readonly Handed[];
  isStopped: boolean;
}

/** In the order in which they were handed over, for whatever workspace; the first are being read. */
const line: InLine[] = [];
let lastTurn: Promise<void> = Promise.resolve();
let mailCount = 0;

function refusal(name: string, sentence: string): ReadFile {
  const found = { file: name, kind: 'dmarc-aggregate', outcome: 'refuse', problems: [], told: [sentence] } as const;
  return { name, found: [found], isMail: false };
}

function* batchesOf(handed: readonly Handed[]): Generator<readonly Handed[]> {
  let batch: Handed[] = [];
  let octets = 0;
  for (const each of handed) {
    if (batch.length > 0 && (octets + each.file.size > PART_OCTETS || batch.length === BATCH_FILES)) {
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

function count(workspaceId: number, read: readonly ReadFile[], mails: readonly Mail[], files: number): void {
  change(workspaceId, (before) => {
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

async function readLarge(workspaceId: number, { name, file }: Handed): Promise<ReadFile> {
  const uploadId = await uploadFile(file).catch((error: unknown) => {
    // The browser’s own errors are about the file; all others are the core’s.
    if (error instanceof DOMException) return null;
    throw error;
  });
  if (uploadId === null) return refusal(name, 'The file can’t be read.');
  return core().evidence.readUpload({ workspaceId, uploadId, name });
}

/** What is larger than a part is a batch of its own. */
async function readFiles(workspaceId: number, batch: readonly Handed[]): Promise<readonly ReadFile[]> {
  const [first] = batch;
  if (first !== undefined && first.file.size > PART_OCTETS) return [await readLarge(workspaceId, first)];
  const unreadable: ReadFile[] = [];
  const files: { readonly name: string; readonly content: string }[] = [];
  // One after the other: all at once would hold a frame of the window.
  for (const { name, file } of batch) {
    const content = await base64Of(file).catch(() => null);
    if (content === null) unreadable.push(refusal(name, 'The file can’t be read.'));
    else files.push({ name, content });
  }
  if (files.length === 0) return unreadable;
  return [...unreadable, ...(await core().evidence.read({ workspaceId, files }))];
}

/** @returns the mails without a report; null after a fault, which is told. */
async function readBatch(workspaceId: number, batch: readonly Handed[]): Promise<readonly Mail[] | null> {
  const read = await attempt(() => readFiles(workspaceId, batch));
  if (read === null) return null;
  const mails = batch
    .filter(
      ({ name, file }) => file.size <= MOST_OCTETS_OF_A_MAIL && read.some((each) => each.isMail && each.name === name),
    )
    .map((each) => ({ ...each, id: (mailCount += 1) }));
  count(workspaceId, read, mails, batch.length);
  return mails;
}

function leaveLine(one: InLine, done: number, mails: readonly Mail[]): void {
  line.splice(line.indexOf(one), 1);
  const { workspaceId, handed, isStopped } = one;
  change(workspaceId, (before) => ({
    isRunning: line.some((other) => other.workspaceId === workspaceId),
    unread: before.unread + handed.length - done,
    isStopped: before.isStopped || (isStopped && done < handed.length),
    open: handed.length <= FEW_FILES ? [...before.open, ...mails] : before.open,
  }));
  if (line.length === 0) hurryEvidence();
}

async function readAll(one: InLine): Promise<void> {
  // Stopped while it waited: it is in line no more.
  if (one.isStopped) return;
  const mails: Mail[] = [];
  let done = 0;
  try {
    for (const batch of batchesOf(one.handed)) {
      const found = one.isStopped ? null : await readBatch(one.workspaceId, batch);
      if (found === null) break;
      mails.push(...found);
      done += batch.length;
    }
  } finally {
    leaveLine(one, done, mails);
  }
}

/**
 * Reads files and keeps their reports, after what was handed over before. What was kept before a stop or a fault stays.
 *
 * @returns when these files are read, or left unread by a stop or a fault.
 */
export function bringIn(workspaceId: number, handed: readonly Handed[]): Promise<void> {
  if (handed.length === 0) return Promise.resolve();
  const one: InLine = { workspaceId, handed, isStopped: false };
  line.push(one);
  change(workspaceId, (before) => {
    const begun = before.isRunning ? before : nothing;
    return { ...begun, isRunning: true, total: begun.total + handed.length };
  });
  const turn = lastTurn.then(() => readAll(one));
  lastTurn = turn.catch(() => undefined);
  return turn;
}

/** Ends what is read for a workspace after the files that are under way, and leaves unread what waits for it. */
export function stopBringingIn(workspaceId: number): void {
  const [first, ...waiting] = line;
  if (first?.workspaceId === workspaceId) first.isStopped = true;
  for (const one of waiting.filter((other) => other.workspaceId === workspaceId)) {
    one.isStopped = true;
    leaveLine(one, 0, []);
  }
}

/** Lays a mail on the table, or takes it off. */
export function setMailOpen(workspaceId: number, mail: Mail, isOpen: boolean): void {
  change(workspaceId, ({ open }) => ({
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
