import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram } from './programs.ts';

/**
 * `npm test`: the checks, the unit and integration tests, the long runs made short, and the tests in a browser, one
 * after the other, with one closing line `N passed, N failed, N skipped`. With `SENDWRIGHT_NO_SKIPS=1` a skip is a
 * failure, except where Electron's executable is the thing that is missing; `SENDWRIGHT_MAY_SKIP` names programs, parted
 * by spaces, that an operating system does not have.
 */

interface Tally {
  readonly passed: number;
  /** Names of what failed. */
  readonly failed: readonly string[];
  /** Names of what was skipped. */
  readonly skipped: readonly string[];
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly { readonly status: string }[];
  }[];
}

const root = path.resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'sendwright-tests-'));
const noSkips = process.env.SENDWRIGHT_NO_SKIPS === '1';

/** Whatever hangs, the whole run ends and says where; the longest part takes a third of this on two cores. */
const LONGEST_PART_MS = 45 * 60_000;

interface Ended {
  readonly status: number | null;
  readonly error?: Error;
}

/** @returns whether it succeeded; says when it was killed because it did not end. */
function succeeded(name: string, { status, error }: Ended): boolean {
  if (error !== undefined)
    console.log(`${name} did not run to its end within ${LONGEST_PART_MS / 60_000} minutes: ${error.message}`);
  return status === 0;
}

/** Runs a script of the project to its end. */
function runScript(...args: readonly string[]): boolean {
  return succeeded(
    args.join(' '),
    spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', timeout: LONGEST_PART_MS, killSignal: 'SIGKILL' }),
  );
}

function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return null;
  }
}

/** What counts as one test, whatever it consists of. */
function tallyOf(name: string, passed: boolean): Tally {
  return passed ? { passed: 1, failed: [], skipped: [] } : { passed: 0, failed: [name], skipped: [] };
}

function runChecks(): Tally {
  return tallyOf('the checks', runScript('build/check.ts'));
}

/** The long runs, short: a few hundred rounds each, the same each time, so that a red build tells of the change that was made. */
function runSoak(): Tally {
  return tallyOf('the long runs', runScript('tests/soak/run.ts', '300', process.env.SENDWRIGHT_SEED ?? '20261124'));
}

const nameOf = (file: string) => path.relative(root, file).replaceAll(path.sep, '/');

/** A run may fail though none of its tests does, by an error between them. */
function orWhole(name: string, passed: boolean, failed: readonly string[]): readonly string[] {
  return passed || failed.length > 0 ? failed : [`${name}, outside its tests`];
}

function runVitest(): Tally {
  const file = path.join(scratch, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const passed = succeeded('vitest', runProgram('vitest', args, { stdio: 'inherit', timeout: LONGEST_PART_MS }));
  const report = readReport<VitestReport>(file);
  if (report === null) return tallyOf('vitest, without a report', false);
  const tests = report.testResults.flatMap((suite) =>
    suite.assertionResults.map((test) => ({ ...test, fullName: `${nameOf(suite.name)}: ${test.fullName}` })),
  );
  const failed = tests.flatMap(({ status, fullName, failureMessages }) => {
    if (status !== 'failed') return [];
    const [why = ''] = failureMessages?.[0]?.split('\n') ?? [];
    return [`${fullName} ${why.slice(0, 500)}`];
  });
  // A file that fails before its first test has no failing test, yet the run has failed.
  const files = report.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: orWhole('vitest', passed, [...failed, ...files.map(({ name }) => nameOf(name))]),
    skipped: tests.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName),
  };
}

function specsOf(suite: PlaywrightSuite): NonNullable<PlaywrightSuite['specs']> {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}

function runBrowserTests(): Tally {
  const file = path.join(scratch, 'playwright.json');
  const environment = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const run = runProgram('@playwright/test', ['test', '--reporter=list,json'], {
    stdio: 'inherit',
    environment,
    timeout: LONGEST_PART_MS,
  });
  const passed = succeeded('playwright', run);
  const report = readReport<PlaywrightSuite>(file);
  if (report === null) return tallyOf('playwright, without a report', false);
  const tests = specsOf(report).flatMap((spec) =>
    spec.tests.map((test) => ({ title: `${spec.file}: ${spec.title}`, status: test.status })),
  );
  // What passes at its second try alone is a failure too: what it fails by at times is there at all times.
  const failed = tests.flatMap(({ title, status }) => {
    if (status === 'unexpected') return [title];
    return status === 'flaky' ? [`${title} (passed at the second try)`] : [];
  });
  return {
    passed: tests.filter((test) => test.status === 'expected').length,
    failed: orWhole('playwright', passed, failed),
    skipped: tests.filter((test) => test.status === 'skipped').map((test) => test.title),
  };
}

const tallies = [runChecks(), runVitest(), runSoak(), runBrowserTests()];
rmSync(scratch, { recursive: true, force: true });

const skipped = tallies.flatMap((tally) => tally.skipped);
for (const name of skipped) console.log(`skipped: ${name}`);
// Whoever has only the end of a long output still learns what to look for.
const failures = tallies.flatMap((tally) => tally.failed);
for (const name of failures) console.log(`failed: ${name}`);

/** Whether this test may be skipped where skips count: Electron's own, and what needs nothing but the programs named. */
function mayBeSkipped(name: string): boolean {
  if (/^electron[\\/]/.test(name)) return true;
  const needed = /\(needs ([^)]+)\)/.exec(name)?.[1]?.split(', ') ?? [];
  return needed.length > 0 && needed.every((tool) => allowed.has(tool));
}
const allowed = new Set((process.env.SENDWRIGHT_MAY_SKIP ?? '').split(' '));
const forbidden = noSkips ? skipped.filter((name) => !mayBeSkipped(name)) : [];
for (const name of forbidden) console.log(`must not be skipped here: ${name}`);

const passed = tallies.reduce((total, tally) => total + tally.passed, 0);
const failed = failures.length + forbidden.length;
console.log(`${passed} passed, ${failed} failed, ${skipped.length - forbidden.length} skipped`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
