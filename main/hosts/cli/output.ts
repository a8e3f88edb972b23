import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';

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
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Prints a result: as JSON on one object, or as lines for people. */
export function print(terminal: Terminal, asJson: boolean, data: unknown, lines: readonly string[]): void {
  terminal.out(asJson ? `${JSON.stringify(data, null, 2)}\n` : `${lines.join('\n')}\n`);
}

/** Columns of equal width, two blanks apart. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, index) => Math.max(known[index] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
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
  return describeFindings(findings).flatMap((finding) => {
    const stretch = finding.span === undefined ? '' : text.slice(finding.span.start, finding.span.end).slice(0, 60);
    return [
      `${finding.severity}: ${finding.title}`,
      ...(stretch.trim() === '' ? [] : [`  at ${(finding.span?.start ?? 0) + 1}: ${stretch}`]),
      `  ${finding.explanation}`,
      `  ${finding.remedy}`,
    ];
  });
}

/** The exit code that findings ask for. */
export function codeFor(findings: readonly Finding[]): number {
  return findings.some((finding) => finding.severity === 'error') ? exitCodes.notVerified : exitCodes.ok;
}
