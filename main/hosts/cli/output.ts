import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { pastedFinding } from '../../../shared/pasted/findings.ts';
import { showControls, showControlsInLines } from '../../../shared/text/controls.ts';
import { readPasted } from '../../../shared/pasted/read-pasted.ts';

/** How the CLI ends: documented in docs/cli.md. */
export const exitCodes = {
  ok: 0,
  /** Something of this program failed. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /** What was checked is not as it should be: a probe failed, a record is missing. */
  notVerified: 3,
  /** The input was refused. */
  badInput: 4,
  /** A passphrase is needed, or it is wrong. */
  locked: 5,
  /** Nothing could be said: this machine is offline, or what was asked can't be checked. */
  noResult: 6,
} as const;

/** Where output goes; tests pass their own. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether what goes out is shown, and not written to a file or read by a program. */
  readonly isShown?: boolean;
}

/** What commands print to. A text from DNS, a file, a certificate or the service can make no terminal obey it. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** A text that is a file's content: to the octet as it is, but where it is shown. */
  readonly file: (text: string) => void;
  /** A line in the place of the one before, on a terminal; empty, it takes that one away. */
  readonly redraw: (line: string) => void;
}

/** @returns the only way to `output` that commands have. */
export function guarded(output: Output): Terminal {
  return {
    out: (text) => output.out(showControlsInLines(text)),
    error: (text) => output.error(showControlsInLines(text)),
    file: (text) => output.out(output.isShown === true ? showControlsInLines(text) : text),
    redraw: (line) => output.error(`\r\u001B[K${showControls(line)}`),
  };
}

/** Prints a result: as JSON on one object, or as lines for people. */
export function print(terminal: Terminal, asJson: boolean, data: unknown, lines: readonly string[]): void {
  // A line feed within a line is somebody else's: it would pass for a line of ours.
  terminal.out(asJson ? `${JSON.stringify(data, null, 2)}\n` : `${lines.map(showControls).join('\n')}\n`);
}

/** Says something beside the result. */
export function tell(terminal: Terminal, lines: readonly string[]): void {
  for (const line of lines) terminal.error(`${showControls(line)}\n`);
}

/** Columns of equal width, two spaces apart. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const shown = rows.map((row) => row.map(showControls));
  const widths = shown.reduce<number[]>(
    (known, row) => row.map((cell, index) => Math.max(known[index] ?? 0, cell.length)),
    [],
  );
  return shown.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * Findings for people, the gravest first.
 *
 * @param text what was checked: the stretch that a finding speaks of is shown with it.
 */
export function findingLines(findings: readonly Finding[], text = ''): string[] {
  const lines = describeFindings(findings).flatMap((finding) => {
    const stretch = finding.span === undefined ? '' : text.slice(finding.span.start, finding.span.end).slice(0, 60);
    return [
      `${finding.severity}: ${finding.title}`,
      ...(stretch.trim() === '' ? [] : [`  at ${(finding.span?.start ?? 0) + 1}: ${stretch}`]),
      `  ${finding.explanation}`,
      `  ${finding.remedy}`,
      ...(finding.readings ?? []).map((reading) => `  ? ${reading.label}`),
    ];
  });
  return lines.map(showControls);
}

/**
 * Refuses a text that holds a private key, without showing any of it.
 *
 * @throws RangeError with the remedy.
 */
export function refusePrivateKey(...texts: readonly string[]): void {
  if (!texts.some((text) => readPasted(text).holdsPrivateKey)) return;
  const [told] = describeFindings([pastedFinding('pasted.private-key')]);
  throw new RangeError(`${told?.title}. ${told?.explanation} ${told?.remedy}`);
}

/** The exit code that findings ask for. */
export function codeFor(findings: readonly Finding[]): number {
  return findings.some((finding) => finding.severity === 'error') ? exitCodes.notVerified : exitCodes.ok;
}
