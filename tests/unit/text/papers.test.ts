import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** What the papers state is held by tests that are there, under the names that the papers give them. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Rows of tables whose last cell names a test: its file, and where it is given the beginning of its title. */
function namedTests(paper: string): readonly { readonly file: string; readonly title: string }[] {
  return [...textOf(paper).matchAll(/\| `(tests\/[^`]+)`(?: › ([^|]+?))? \|$/gm)].map(([, file = '', title = '']) => ({
    file,
    title,
  }));
}

describe.each([
  ['SECURITY.md', 20],
  ['docs/backup.md', 5],
  ['docs/deployment.md', 6],
  ['docs/threat-model.md', 25],
])('%s', (paper, least) => {
  it('names tests that are there', () => {
    const tests = namedTests(paper);
    expect(tests.length).toBeGreaterThanOrEqual(least);
    expect(
      tests.filter(({ file, title }) => !existsSync(path.join(root, file)) || !textOf(file).includes(title)),
    ).toEqual([]);
  });
});
