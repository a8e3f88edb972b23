import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';

/**
 * Files from outside with their right values. They lie beside a checkout and are never a part of it; where they are not
 * there, tests that need them are skipped by name.
 */
const FOLDER = process.env.SENDWRIGHT_RIGHT_VALUES ?? path.resolve(import.meta.dirname, '../../../shared/data');

/** The path of a file of a folder there. */
export function rightValuePath(folder: string, file: string): string {
  return path.join(FOLDER, folder, file);
}

/** What is expected of each file of a folder, by its name. */
export function expectationsOf<Expectation>(folder: string): readonly (readonly [file: string, Expectation])[] {
  return Object.entries(
    JSON.parse(readFileSync(path.join(FOLDER, folder, 'expected.json'), 'utf8')) as Record<string, Expectation>,
  );
}

/** `describe`, run only where the files are there; with `SENDWRIGHT_NO_SKIPS=1` a missing folder is a failure. */
export function describeWithRightValues(title: string, body: () => void): void {
  if (existsSync(FOLDER)) {
    describe(title, body);
    return;
  }
  describe.skip(`${title} (needs ../shared/data)`, body);
}
