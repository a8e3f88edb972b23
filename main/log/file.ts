import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/**
 * The log's file, written to by several processes at once: each line is one append. A file that is full is renamed, which
 * takes no lock: whoever still has it open writes to its end and finds the new one with the next line.
 */

/** Why nothing can be written, and what to do; for people. */
export interface LogTrouble {
  readonly message: string;
  readonly remedy: string;
}

export interface LogFileOptions {
  /** Made when it is missing. */
  readonly folder: string;
  /** A file grows no larger than this. */
  readonly maxOctets: number;
  /** So many full files are kept. */
  readonly keep: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when writing fails, once until it works again. */
  readonly onTrouble: (trouble: LogTrouble) => void;
}

export interface LogFile {
  /** Never throws: a log that can't be written must not end what it tells of. */
  readonly write: (line: string) => void;
  /** The newest lines of all processes, in their order; those of this process where the file can't be read. */
  readonly newest: (maxOctets: number) => readonly string[];
  readonly trouble: () => LogTrouble | null;
}

export const LOG_NAME = 'sendwright.log';
/** A full file is named after the time when it was full: `sendwright-2026-11-29T101112345Z-4711.log`. */
const FULL_NAME = /^sendwright-\d{4}-\d{2}-\d{2}T\d{9}Z-\d+\.log$/;
/** After a failure it is tried again with the first line that comes so many milliseconds later. */
const AGAIN_AFTER_MS = 10_000;
/** Octets of this process's own newest lines that are kept in memory. */
const REMEMBERED_OCTETS = 128 * 1024;

/** Appends only; something that is no file, such as a pipe that nobody reads, must not hold the start. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

const NO_ROOM = ['the disk is full', 'Free some space on it'] as const;
const NO_RIGHT = ['this account may not write there', 'Let it write there'] as const;
const IN_THE_WAY = ['something other than a folder is in its place', 'Move that away'] as const;
const TOO_MANY = ['too many files are open', 'End other programs'] as const;
const UNKNOWN = ['the folder can’t be used', 'Check whether this account can create a file there'] as const;

/** What the system's code means, and what to do. */
const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: NO_ROOM,
  EDQUOT: ['this account’s share of the disk is used up', 'Free some of it'],
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: ['the disk is read-only', 'Choose a data folder on another one with --data-dir'],
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  EISDIR: ['a folder is in the file’s place', 'Move that away'],
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
};

function troubleFrom(error: unknown, folder: string): LogTrouble {
  const [reason, remedy] = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? UNKNOWN;
  return {
    message: `The log can’t be written to ${folder}: ${reason}`,
    remedy: `${remedy}. Until then the console works without a log file; the newest lines are in the support bundle.`,
  };
}

/** @returns the file that is written to; nothing is touched before the first line. */
export function openLogFile(options: LogFileOptions): LogFile {
  const { folder, maxOctets, keep, now } = options;
  const file = path.join(folder, LOG_NAME);
  let open: { readonly descriptor: number; readonly identity: string } | null = null;
  let trouble: LogTrouble | null = null;
  let againAt = 0;
  let missed = 0;
  let isTorn = false;
  const remembered: string[] = [];
  let rememberedOctets = 0;

  const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }) => `${dev}:${ino}`;

  function close(): void {
    if (open === null) return;
    const { descriptor } = open;
    open = null;
    try {
      closeSync(descriptor);
    } catch {
      // It is as good as closed.
    }
  }

  function reopen(): number {
    close();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const descriptor = openSync(file, FLAGS, 0o600);
    open = { descriptor, identity: identityOf(fstatSync(descriptor, { bigint: true })) };
    try {
      // One that was put there by hand may be readable by others.
      fchmodSync(descriptor, 0o600);
    } catch {
      // It belongs to another account; what this one writes is no secret.
    }
    return descriptor;
  }

  function fullFiles(): string[] {
    return readdirSync(folder)
      .filter((name) => FULL_NAME.test(name))
      .sort();
  }

  function setAside(): void {
    const time = new Date(now()).toISOString().replace(/[:.]/g, '');
    renameSync(file, path.join(folder, `sendwright-${time}-${process.pid}.log`));
    for (const name of fullFiles().slice(0, -keep)) rmSync(path.join(folder, name), { force: true });
  }

  /** @returns the descriptor of the file that is to be written to now. */
  function current(octets: number): number {
    const there = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (there === undefined) return reopen();
    if (there.size > 0n && there.size + BigInt(octets) > BigInt(maxOctets)) {
      try {
        setAside();
      } catch (error) {
        // Another process was faster, and there is a new one already, or none yet.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      return reopen();
    }
    return open !== null && open.identity === identityOf(there) ? open.descriptor : reopen();
  }

  function append(text: string): void {
    const octets = Buffer.from(text);
    const descriptor = current(octets.length);
    let written = 0;
    try {
      while (written < octets.length) written += writeSync(descriptor, octets, written);
      isTorn = false;
    } catch (error) {
      if (written > 0) isTorn = true;
      throw error;
    }
  }

  function remember(line: string): void {
    remembered.push(line);
    rememberedOctets += line.length;
    while (rememberedOctets > REMEMBERED_OCTETS && remembered.length > 1)
      rememberedOctets -= (remembered.shift() as string).length;
  }

  function endOf(name: string, octets: number): string {
    const descriptor = openSync(path.join(folder, name), 'r');
    try {
      const { size } = fstatSync(descriptor);
      const from = Math.max(0, size - octets);
      const buffer = Buffer.alloc(size - from);
      const text = buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from));
      // The first line is whole only where the file begins.
      return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
    } finally {
      closeSync(descriptor);
    }
  }

  return {
    write(line) {
      remember(line);
      if (trouble !== null && now() < againAt) {
        missed += 1;
        return;
      }
      try {
        append(`${isTorn ? '\n' : ''}${line}\n`);
        if (missed > 0)
          append(
            `${JSON.stringify({ level: 'warn', time: new Date(now()).toISOString(), missed, msg: 'lines before could not be written' })}\n`,
          );
        trouble = null;
        missed = 0;
      } catch (error) {
        close();
        missed += 1;
        againAt = now() + AGAIN_AFTER_MS;
        const isNew = trouble === null;
        trouble = troubleFrom(error, folder);
        if (isNew) options.onTrouble(trouble);
      }
    },
    newest(maxOctets) {
      if (trouble !== null) return [...remembered];
      try {
        const last = endOf(LOG_NAME, maxOctets);
        const [before] = last.length < maxOctets ? fullFiles().slice(-1) : [];
        const text = before === undefined ? last : endOf(before, maxOctets - last.length) + last;
        return text.split('\n').filter((line) => line !== '');
      } catch {
        return [...remembered];
      }
    },
    trouble: () => trouble,
  };
}
