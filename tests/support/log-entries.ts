import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A line of a log, as anybody reads it. */
export interface LogEntry {
  readonly level: string;
  readonly time: string;
  readonly pid: number;
  readonly source: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Everything that lies in a data folder's logs, the oldest first. */
export function logText(dataFolder: string): string {
  const logs = path.join(dataFolder, 'logs');
  return readdirSync(logs)
    .sort()
    .map((name) => readFileSync(path.join(logs, name), 'utf8'))
    .join('');
}

/** @throws when a line is no JSON. */
export function logEntries(dataFolder: string): LogEntry[] {
  return logText(dataFolder)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}
