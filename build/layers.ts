import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractConfiguration from 'dependency-cruiser/config-utl/extract-depcruise-config';

/** Folders whose imports are checked. */
const layers = ['main', 'renderer', 'shared'];

/** Areas that hold no circle of folders: there, arrows run one way between folders, not only between files. */
const oneWayAreas = ['shared', 'renderer'];

const plantedFolder = 'shared/planted-by-the-layer-check';

/**
 * Imports that must be found, or the check itself is broken: one by value, one by type, a circle of two folders that is
 * none of files, and findings and facts that lean on what tells them.
 */
const planted = [
  { file: 'shared/planted-by-the-layer-check.ts', text: "export { createServer } from 'node:http';\n" },
  {
    file: 'renderer/planted-by-the-layer-check.ts',
    text: "import type { planted } from '../main/planted-by-the-layer-check.ts';\nexport type Planted = typeof planted;\n",
  },
  { file: 'main/planted-by-the-layer-check.ts', text: 'export const planted = 1;\n' },
  {
    file: 'shared/dns/planted-by-the-layer-check.ts',
    text: "import type { Planted } from '../spf/planted-by-the-layer-check.ts';\nexport type OfDns = Planted;\n",
  },
  { file: 'shared/spf/planted-by-the-layer-check.ts', text: 'export type Planted = 1;\n' },
  ...['findings.ts', 'facts.ts'].map((name) => ({
    file: `${plantedFolder}/${name}`,
    text: "export type { Planted } from '../spf/planted-by-the-layer-check.ts';\n",
  })),
];

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Which file imports which, both of this checkout. */
interface Import {
  readonly from: string;
  readonly to: string;
}

interface Reading {
  readonly violations: readonly Violation[];
  readonly modules: readonly string[];
  readonly imports: readonly Import[];
}

async function findViolations(root: string): Promise<Reading> {
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
    imports: result.output.modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => ({ from: source, to: resolved })),
    ),
  };
}

/**
 * The folder a file belongs to. An area's findings and facts lie beside what tells them, and are part of the catalogue that
 * gathers them: docs/decisions/2026-11-30-one-way-between-folders.md.
 */
function folderOf(file: string): string {
  const gathered = /^shared\/.*\/(findings|facts)\.ts$/.exec(file)?.[1];
  return gathered === undefined ? path.posix.dirname(file) : `shared/${gathered}`;
}

/**
 * Circles between the folders of an area, each once, as the imports that close it.
 *
 * @param imports between files of one area.
 * @returns one list per circle; the folder that each import ends in is the one that the next begins in.
 */
function folderCircles(imports: readonly Import[]): readonly (readonly Import[])[] {
  const arrows = new Map<string, Map<string, Import>>();
  for (const each of imports) {
    const [from, to] = [folderOf(each.from), folderOf(each.to)];
    if (from === to) continue;
    const known = arrows.get(from) ?? new Map<string, Import>();
    if (!known.has(to)) known.set(to, each);
    arrows.set(from, known);
  }
  const circles: (readonly Import[])[] = [];
  const done = new Set<string>();
  const walk = (folder: string, way: readonly Import[], passed: readonly string[]): void => {
    const at = passed.indexOf(folder);
    if (at >= 0) {
      circles.push(way.slice(at));
      return;
    }
    if (done.has(folder)) return;
    for (const [next, arrow] of arrows.get(folder) ?? []) walk(next, [...way, arrow], [...passed, folder]);
    done.add(folder);
  };
  for (const folder of arrows.keys()) walk(folder, [], []);
  return circles;
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
 * Checks the direction of imports, and that the check can fail: forbidden imports are planted and must be found, and
 * every source file must have been read.
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
  let withPlants: Reading;
  let expected: string[];
  try {
    withPlants = await findViolations(root);
    expected = await sourceFiles(root);
  } finally {
    for (const { file } of planted) await rm(path.join(root, file), { force: true });
    await rm(path.join(root, plantedFolder), { force: true, recursive: true });
  }

  const isPlant = (file: string) => file.includes('planted-by-the-layer-check');
  const isPlanted = (violation: Violation) => isPlant(violation.from);
  for (const rule of [
    'shared-is-pure',
    'renderer-knows-the-contract-alone',
    'findings-know-their-kinds-alone',
    'facts-know-their-kinds-alone',
  ]) {
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

  let isCircleFound = false;
  for (const area of oneWayAreas) {
    const within = withPlants.imports.filter(
      ({ from, to }) => from.startsWith(`${area}/`) && to.startsWith(`${area}/`),
    );
    const grown = within.filter(({ from, to }) => !isPlant(from) && !isPlant(to));
    if (folderCircles(within).some((circle) => circle.some(({ from }) => isPlant(from)))) isCircleFound = true;
    for (const circle of folderCircles(grown))
      problems.push(`folder circle: ${circle.map(({ from, to }) => `${from} → ${to}`).join(', ')}`);
  }
  if (!isCircleFound) problems.push('the planted circle of folders was not found: the check is blind');
  return problems;
}
