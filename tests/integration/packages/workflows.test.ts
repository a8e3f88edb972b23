import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { oracleProgram } from '../../oracles/tools.ts';
import { root } from '../../support/packaging.ts';
import { run } from '../../support/run.ts';
import { describeWith } from '../../support/tools.ts';

const folder = path.join(root, '.github', 'workflows');
const names = readdirSync(folder);
const text = (name: string) => readFileSync(path.join(folder, name), 'utf8');

const actionlint = oracleProgram('actionlint') ?? '';

describeWith(['oracle:actionlint', 'shellcheck'], 'the workflows as actionlint reads them', () => {
  it('are in order, their scripts too', () => {
    expect(run(actionlint, ['-color=false', ...names.map((name) => path.join(folder, name))])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('would not be with a slip in them', () => {
    const slipped = text('packages.yml').replace('secrets.MAC_CERTIFICATE }}', 'secrets.MAC_CERTIFICAT }}');
    expect(run(actionlint, ['-color=false', '-'], {}, slipped).status).toBe(1);
  });

  it('and the scripts of the packages for Linux are in order', () => {
    const scripts = path.join(root, 'build', 'linux');
    const files = readdirSync(scripts).filter((name) => name.endsWith('.sh'));
    expect(files).toHaveLength(3);
    // electron-builder puts values into ${…} in single quotes.
    const checked = run('shellcheck', ['--exclude', 'SC2016', ...files.map((name) => path.join(scripts, name))]);
    expect([checked.status, checked.stdout]).toEqual([0, '']);
  });
});

describe('the workflows', () => {
  const used = names.flatMap((name) =>
    [...text(name).matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action]) => [name, action ?? ''] as const),
  );

  it('name every action by the hash of its commit, with the version beside it, the same everywhere', () => {
    expect(used.length).toBeGreaterThan(10);
    const versions = new Map<string, string>();
    for (const [name, action] of used) {
      if (action.startsWith('./')) continue;
      expect([name, action]).toEqual([name, expect.stringMatching(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)]);
      const [repository = '', version = ''] = action.split('@');
      expect([action, versions.get(repository) ?? version]).toEqual([action, version]);
      versions.set(repository, version);
    }
  });

  it('may read and no more, but for the one job that drafts a release', () => {
    for (const name of names)
      expect([name, /^permissions:\n {2}contents: read\n/m.test(text(name))]).toEqual([name, true]);
    const writing = names.flatMap((name) => [...text(name).matchAll(/: write$/gm)].map(() => name));
    expect(writing).toEqual(['release.yml']);
    for (const name of names)
      expect(text(name).split('actions/checkout@').length).toBe(text(name).split('persist-credentials: false').length);
  });

  it('get no key for a change, and every key that they know is told in the documentation', () => {
    expect(text('ci.yml')).not.toContain('secrets');
    const secrets = names.flatMap((name) =>
      [...text(name).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret ?? ''),
    );
    const told = readFileSync(path.join(root, 'docs', 'packaging.md'), 'utf8');
    expect(new Set(secrets).size).toBe(7);
    for (const secret of secrets) expect(told).toContain(`\`${secret}\``);
  });

  it('let tests be skipped for want of every program that a test names, where a system does not have it', () => {
    const tests = path.join(root, 'tests');
    const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
    const named = files.flatMap((name) =>
      [...readFileSync(path.join(tests, name), 'utf8').matchAll(/describeWith\(\s*\[([^\]]*)\]/g)].flatMap(
        ([, tools = '']) => [...tools.matchAll(/'([^']+)'/g)].map(([, tool]) => tool ?? ''),
      ),
    );
    const list = /SENDWRIGHT_MAY_SKIP: >-\n((?: {12}.*\n)+)/.exec(text('ci.yml'))?.[1] ?? '';
    const skipped = new Set(list.split(/[\s']+/));
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((tool) => !skipped.has(tool))).toEqual([]);
  });

  it('make a draft, never a release', () => {
    expect(text('release.yml')).toContain('gh release create "$GITHUB_REF_NAME" --draft --verify-tag');
    expect(names.map(text).join('\n')).not.toMatch(/npm publish|--publish always/);
  });
});
