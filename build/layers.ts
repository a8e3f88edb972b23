import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractConfiguration from 'dependency-cruiser/config-utl/extract-depcruise-config';

/** Folders whose imports are checked. */
const layers = ['main', 'renderer', 'shared'];

/** Imports that must be found, or the check itself is broken: one by value, one by type. */
const planted = [
  { file: 'shared/planted-by-the-layer-check.ts', text: "export { createServer } from 'node:http';\n" },
  {
    file: 'renderer/planted-by-the-layer-check.ts',
    text: "import type { planted } from '../main/planted-by-the-layer-check.ts';\nexport type Planted = typeof planted;\n",
  },
  { file: 'main/planted-by-the-layer-check.ts', text: 'export const planted = 1;\n' },
];

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

async function findViolations(root: string): Promise<{ violations: Violation[]; modules: string[] }> {
  const configuration = await extractConfiguration(path.join(root, '.dependency-cruiser.mjs'));
  const result = await cruise(layers, { ...configuration.options, ruleSet: configuration, validate: true });
  if (typeof result.output === 'string') throw new Error('dependency-cruiser answered with text instead of data');
  return {
    violations: result.output.summary.violations
      .filter((violation) => violation.rule.severity === 'error')
      .map((violation) => ({ rule: violation.rule.name, from: violation.from, to: violation.to })),
    modules: result.output.modules
      .map((module) => module.source)
      .filter((source) => /^(main|renderer|shared)\//.test(source)),
  };
}

async function sourceFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const layer of layers) {
    for (const name of await readdir(path.join(root, layer), { recursive: true })) {
      if (/\.tsx?$/.test(name) && !name.endsWith('.d.ts')) found.push(`${layer}/${name.split(path.sep).join('/')}`);
    }
  }
  return found;
}

/**
 * Checks the direction of imports, and that the check can fail: two forbidden imports are planted and must be found,
 * and every source file must have been read.
 *
 * @param root the checkout's folder.
 * @returns problems in words, none when the layers hold.
 */
export async function checkLayers(root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const { file, text } of planted) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  let withPlants: Awaited<ReturnType<typeof findViolations>>;
  let expected: string[];
  try {
    withPlants = await findViolations(root);
    expected = await sourceFiles(root);
  } finally {
    for (const { file } of planted) await rm(path.join(root, file), { force: true });
  }

  const isPlanted = (violation: Violation) => violation.from.includes('planted-by-the-layer-check');
  for (const rule of ['shared-is-pure', 'renderer-knows-the-contract-alone']) {
    if (!withPlants.violations.some((violation) => violation.rule === rule && isPlanted(violation))) {
      problems.push(`the planted import against ${rule} was not found: the check is blind`);
    }
  }
  const read = new Set(withPlants.modules);
  const unread = expected.filter((file) => !read.has(file));
  if (unread.length > 0) problems.push(`${unread.length} source files were not read, for example ${unread[0]}`);

  for (const violation of withPlants.violations.filter((candidate) => !isPlanted(candidate))) {
    problems.push(`${violation.rule}: ${violation.from} → ${violation.to}`);
  }
  return problems;
}
