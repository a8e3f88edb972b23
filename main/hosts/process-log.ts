import type { LogSource, ProcessLog } from '../log/log.ts';
import { openLog } from '../log/log.ts';
import { version } from './parts.ts';

/** What every host tells its log: that it starts and ends, and the faults that nobody caught. */

/** The log of one run of a program on one data folder. */
export interface RunLog extends ProcessLog {
  /** Writes what runs, and where; the first line of a run. */
  readonly started: () => void;
  /** Writes why the run ends; the first reason counts. */
  readonly ended: (reason: string, details?: Readonly<Record<string, unknown>>) => void;
}

/**
 * Opens the log of this run; nothing is written yet.
 *
 * @param say tells a person in a sentence or two that the log can't be written, at most once.
 * @param details what else belongs to the start.
 */
export function openRunLog(
  dataFolder: string,
  source: LogSource,
  say: (text: string) => void,
  details: Readonly<Record<string, unknown>> = {},
): RunLog {
  let isSaid = false;
  const log = openLog({
    dataFolder,
    source,
    level: process.env.SENDWRIGHT_LOG_LEVEL,
    onTrouble({ message, remedy }) {
      if (!isSaid) say(`${message}. ${remedy}`);
      isSaid = true;
    },
  });
  const begun = performance.now();
  let hasEnded = false;
  const { node, electron, chrome } = process.versions as NodeJS.ProcessVersions & { readonly chrome?: string };
  return {
    ...log,
    started: () =>
      log.info(
        { version, platform: process.platform, arch: process.arch, node, electron, chrome, dataFolder, ...details },
        'started',
      ),
    ended(reason, more = {}) {
      if (hasEnded) return;
      hasEnded = true;
      const write = 'error' in more ? log.error : log.info;
      write({ reason, seconds: Math.round((performance.now() - begun) / 1000), ...more }, 'ended');
    },
  };
}

export interface UncaughtErrorHandling {
  /** Null while there is none yet. */
  readonly log: () => RunLog | null;
  /** Says it in a sentence where a person sees it. */
  readonly tell: (sentence: string) => void;
  readonly end: () => void;
}

/**
 * Catches for this process what nobody else did: it is logged with its stack, a person is told, and the process ends, for
 * what it knows may be half done. What was saved is safe in the data file.
 */
export function catchUncaughtErrors({ log, tell, end }: UncaughtErrorHandling): void {
  let isEnding = false;
  const onFault = (error: unknown) => {
    const written = log();
    written?.fatal({ error }, 'a fault that nobody caught');
    if (isEnding) return;
    isEnding = true;
    try {
      const noted = written === null ? '' : ` The fault is noted in ${written.file}.`;
      tell(`Sendwright met a fault of its own and ends. What was saved is safe; start it again.${noted}`);
    } finally {
      written?.ended('a fault');
      end();
    }
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
}
