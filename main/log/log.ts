import path from 'node:path';
import pino from 'pino';
import type { DestinationStream } from 'pino';
import { showControlsInLines } from '../../shared/text/controls.ts';
import type { TextFilter } from './fields.ts';
import { plainFields, textFilter } from './fields.ts';
import type { LogTrouble } from './file.ts';
import { LOG_NAME, openLogFile } from './file.ts';

/** What happened, a JSON object a line, in the data folder's `logs`: docs/troubleshooting.md. */

export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type Level = (typeof levels)[number];

/** What an entry carries. An error goes under a key of its own, `error` by custom: as a whole it is no such record. */
type Fields = Readonly<Record<string, unknown>>;
type Write = (fields: Fields, message: string) => void;

/** Which program wrote an entry; the practice service and the window speak through the one that started them. */
export type LogSource = 'electron' | 'browser' | 'cli';

/** A log of one process. No call of it throws. */
export interface ProcessLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  /** The same log, into which these texts do not come, whatever they look like. */
  readonly without: (secrets: readonly string[]) => ProcessLog;
  /** The file that is written to. */
  readonly file: string;
  readonly level: Level;
  /** Why nothing can be written to the file at the moment, or null. */
  readonly trouble: () => LogTrouble | null;
  /** The newest entries of all processes, the oldest first; a line that is no entry is a text. */
  readonly newest: () => readonly unknown[];
}

export interface LogOptions {
  /** The data folder; it need not exist, nor be one that can be written to. */
  readonly dataFolder: string;
  readonly source: LogSource;
  /** As it was asked for, unchecked; absent for `info`. */
  readonly level?: string | undefined;
  /** Tells a person, in words, that the log can't be written. */
  readonly onTrouble?: (trouble: LogTrouble) => void;
  /** Octets after which a file is full. */
  readonly maxOctets?: number;
  /** Full files that are kept. */
  readonly keep?: number;
}

const MAX_OCTETS = 2 * 1024 * 1024;
const KEEP = 5;
/** Of what is told to support. */
const NEWEST_OCTETS = 128 * 1024;
const NEWEST_ENTRIES = 300;

/** Keys that every line has of its own; a second one of the name would hide it from most readers of JSON. */
const OWN_KEYS: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'source', 'msg']);

function withoutOwn(fields: Fields): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [OWN_KEYS.has(key) ? `${key}Given` : key, value]),
  );
}

function read(fields: Fields, filter: TextFilter): Fields {
  try {
    return plainFields(fields, filter);
  } catch {
    // A proxy may refuse every question.
    return { fields: '(can’t be read)' };
  }
}

function entryOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return line;
  }
}

/**
 * Opens the log of this process. It never fails: where the file can't be written, entries are kept in memory for the
 * support bundle, and `onTrouble` is called once.
 */
export function openLog(options: LogOptions): ProcessLog {
  const folder = path.join(options.dataFolder, 'logs');
  const file = openLogFile({
    folder,
    maxOctets: options.maxOctets ?? MAX_OCTETS,
    keep: options.keep ?? KEEP,
    now: () => Date.now(),
    onTrouble: (trouble) => options.onTrouble?.(trouble),
  });
  const wanted = options.level === undefined || options.level === '' ? 'info' : options.level.toLowerCase();
  const level = levels.find((each) => each === wanted) ?? 'info';
  const destination: DestinationStream = { write: (line) => file.write(showControlsInLines(line.trimEnd())) };
  const lines = pino(
    {
      level,
      base: { pid: process.pid, source: options.source },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );

  function withFilter(secrets: readonly string[]): ProcessLog {
    const filter = textFilter(secrets);
    const write =
      (name: Exclude<Level, 'trace' | 'silent'>): Write =>
      (fields, message) => {
        if (!lines.isLevelEnabled(name)) return;
        lines[name](withoutOwn(read(fields, filter)), filter(message));
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      fatal: write('fatal'),
      without: (more) => withFilter([...secrets, ...more]),
      file: path.join(folder, LOG_NAME),
      level,
      trouble: file.trouble,
      newest: () => file.newest(NEWEST_OCTETS).slice(-NEWEST_ENTRIES).map(entryOf),
    };
  }

  const log = withFilter([]);
  if (level !== wanted)
    log.warn(
      { remedy: `Give one of ${levels.join(', ')}.` },
      `SENDWRIGHT_LOG_LEVEL ${options.level} is no level; info is written`,
    );
  return log;
}
