import { parseArgs } from 'node:util';
import { isOwnLink } from '../../../shared/links/own-link.ts';
import { StartFault } from '../start-fault.ts';

/** What a start of the desktop program was asked for. */
export interface StartArguments {
  readonly dataDir: string | undefined;
  /** Begin in the tray, without a window to be seen. */
  readonly hidden: boolean;
  /** An address of the product's own scheme that something outside asks to open; null: none. */
  readonly link: string | null;
}

/** @returns the first address of the product's own scheme among the arguments of a start, or null. */
export function linkAmong(args: readonly string[]): string | null {
  return args.find(isOwnLink) ?? null;
}

/** What a system puts before a link that it starts the program with: whatever is written in that, it is no option. */
export const LINK_ARGUMENTS: readonly string[] = ['--'];

/**
 * @returns what starts the program anew where that is not what runs now: an AppImage and a portable program unpack
 *   themselves, and what they unpacked is gone once they have ended.
 */
export function executableAgain(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return [environment.APPIMAGE, environment.PORTABLE_EXECUTABLE_FILE].find((file) => file !== undefined && file !== '');
}

/**
 * @param args of the first start, without the executable.
 * @param link what the new start is to show.
 * @returns the arguments of a new start on the same folder, with its window to be seen.
 */
export function argumentsAgain(args: readonly string[], link: string | null): string[] {
  const kept = args.filter((argument) => argument !== '--hidden' && !isOwnLink(argument));
  return link === null ? kept : [...kept, ...LINK_ARGUMENTS, link];
}

/**
 * Reads the command line. Electron's own reading of switches is Chromium's and knows `--name=value` alone. What is not
 * ours (Chromium's switches, the application's path in a checkout) is left alone.
 *
 * @param args without the executable.
 * @throws StartFault when `--data-dir` is given without a folder.
 */
export function readStartArguments(args: readonly string[]): StartArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { 'data-dir': { type: 'string' }, hidden: { type: 'boolean' } },
    strict: false,
    allowPositionals: true,
  });
  const given = values['data-dir'];
  if (typeof given === 'boolean' || given?.startsWith('-') === true) {
    throw new StartFault(
      `--data-dir is given without a folder${given === true ? '' : `: ${String(given)} is another option`}.`,
      'Name one, as in --data-dir FOLDER. A name that begins with a dash is written ./-name.',
    );
  }
  return { dataDir: given, hidden: values.hidden !== undefined, link: linkAmong(args) };
}
