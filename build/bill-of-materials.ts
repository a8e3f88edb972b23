import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { notices } from './notices.ts';

/**
 * Writes the bill of materials (CycloneDX): what is shipped, and nothing that only builds or tests it. npm knows every
 * package with its sums; which of them the bundles hold code of is known since they were made.
 */

const root = path.resolve(import.meta.dirname, '..');

/** A package, as CycloneDX writes it; what is not named here is passed on as npm wrote it. */
interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly [field: string]: unknown;
}

/** The parts of a bill that are read or changed here. */
export interface BillOfMaterials {
  readonly metadata: { readonly component: Component; readonly [field: string]: unknown };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly [field: string]: unknown;
}

/** That a package stands among the development ones says how it comes into a bundle, not that it is not shipped. */
const DEVELOPMENT = 'cdx:npm:package:development';

/**
 * @param everything the bill of the whole checkout, as npm makes it.
 * @param shipped names and versions of what is shipped.
 * @throws when something is shipped that npm does not know.
 */
export function restrictBill(
  everything: BillOfMaterials,
  shipped: readonly { readonly name: string; readonly version: string }[],
  { name, version }: { readonly name: string; readonly version: string },
): BillOfMaterials {
  const wanted = new Set(shipped.map((one) => `${one.name}@${one.version}`));
  const components = everything.components
    .filter((component) => wanted.has(`${component.name}@${component.version}`))
    .map((component) => ({
      ...component,
      properties: (component.properties ?? []).filter((property) => property.name !== DEVELOPMENT),
    }));
  const found = new Set(components.map((component) => `${component.name}@${component.version}`));
  const missing = [...wanted].filter((one) => !found.has(one));
  if (missing.length > 0) throw new Error(`npm does not know what is shipped: ${missing.join(', ')}`);

  const itself = `${name}@${version}`;
  const references = new Set(components.map((component) => component['bom-ref']));
  const dependencies = everything.dependencies
    .filter(({ ref }) => references.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => references.has(one)) }));
  return {
    ...everything,
    // npm takes the folder's name for the program's.
    metadata: {
      ...everything.metadata,
      component: { ...everything.metadata.component, 'bom-ref': itself, name, version },
    },
    components,
    dependencies: [{ ref: itself, dependsOn: [...references] }, ...dependencies],
  };
}

/** Makes the bill of what is in `dist`. */
export async function billOfMaterials(): Promise<BillOfMaterials> {
  const read = async (file: string) =>
    JSON.parse(await readFile(path.join(root, file), 'utf8')) as { readonly name: string; readonly version: string };
  const run = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) throw new Error(`npm sbom ended with ${run.status}:\n${run.stderr}`);
  const shipped = [...(await notices()), await read('node_modules/electron/package.json')];
  return restrictBill(JSON.parse(run.stdout) as BillOfMaterials, shipped, await read('package.json'));
}

if (import.meta.main) {
  const bill = await billOfMaterials();
  const { name, version } = bill.metadata.component;
  const folder = path.join(root, 'dist', 'packages');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}-${version}.cdx.json`), `${JSON.stringify(bill, null, 2)}\n`);
}
