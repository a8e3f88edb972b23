import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BillOfMaterials } from '../../../build/bill-of-materials.ts';
import { billOfMaterials, restrictBill } from '../../../build/bill-of-materials.ts';
import { notices } from '../../../build/notices.ts';

const require = createRequire(import.meta.url);

describe('the bill of materials', () => {
  let bill: BillOfMaterials;
  beforeAll(async () => {
    bill = await billOfMaterials();
  });

  it('is one by the schema that CycloneDX publishes', () => {
    const folder = path.dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));
    const schema = (name: string) =>
      JSON.parse(readFileSync(path.join(folder, 'res', 'schema', `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema(schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
    ajv.addSchema(schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
    expect(bill.specVersion).toBe('1.5');
    const isValid = ajv.compile(schema('bom-1.5'));
    expect([isValid(bill), isValid.errors]).toEqual([true, null]);
    expect(isValid({ ...bill, components: [{ name: 'a package without its kind' }] })).toBe(false);
  });

  it('names what is shipped, with its sums, and nothing that only builds it', async () => {
    const names = bill.components.map(({ name }) => name).sort();
    expect(names).toEqual([...(await notices()).map(({ name }) => name), 'electron'].sort());
    for (const name of ['react', 'undici', 'better-sqlite3', 'electron']) expect(names).toContain(name);
    for (const name of ['vitest', 'typescript', 'electron-builder', '@playwright/test'])
      expect(names).not.toContain(name);
    for (const component of bill.components) {
      const { version, purl, hashes, licenses } = component;
      expect([purl.endsWith(`@${version}`), hashes, licenses]).toEqual([true, expect.anything(), expect.anything()]);
    }
    expect(bill.metadata.component).toMatchObject({ name: 'sendwright', version: '0.1.0' });
  });

  it('has every package hang on the program, and on no other that is not in it', () => {
    const references = new Set(bill.components.map((component) => component['bom-ref']));
    const [itself, ...others] = bill.dependencies;
    expect(new Set(itself?.dependsOn)).toEqual(references);
    for (const { ref, dependsOn } of others)
      expect([ref, dependsOn.filter((one) => !references.has(one))]).toEqual([ref, []]);
  });

  it('is not made where npm does not know what is shipped', () => {
    expect(() => restrictBill(bill, [{ name: 'unheard-of', version: '1.0.0' }], { name: 'a', version: '1' })).toThrow(
      'npm does not know what is shipped: unheard-of@1.0.0',
    );
  });
});
