import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { writeZone } from '../../../shared/dns/zone/printer.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { nsupdate } from '../../../shared/handover/nsupdate.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind } from '../../support/bind.ts';
import { changed, meanings } from '../../support/hand-over.ts';
import type { PlanWorld } from '../../support/worlds-of-plans.ts';
import { planWorld } from '../../support/worlds-of-plans.ts';
import { describeWith } from '../../support/tools.ts';
import { seed } from '../../support/seed.ts';

/** The nsupdate script applied to a real BIND with a key, read back with dig, and taken back again. */

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 12);

describeWith(['named', 'nsupdate', 'dig'], `nsupdate, seed ${seed}`, () => {
  const key = { name: 'sendwright', secret: randomBytes(32).toString('base64') };
  const worlds: readonly PlanWorld[] = Array.from({ length: runs }, (_none, index) => {
    const [world] = fc.sample(planWorld(`z${index}.test`), { numRuns: 1, seed: seed + index });
    return world as PlanWorld;
  });
  let bind: Bind;
  beforeAll(async () => {
    const contents = Object.fromEntries(
      worlds.map(({ zone, published }) => [zone, writeZone(published, { origin: null })]),
    );
    bind = await startBind(
      worlds.map(({ zone }) => zone),
      { contents, key },
    );
  });
  afterAll(() => bind.stop());

  const port = () => bind.address.split(':')[1] ?? '';
  const [host, credentials] = ['127.0.0.1', ['-y', `hmac-sha256:${key.name}:${key.secret}`]];

  /** Runs a program beside the server, whose log has to be read meanwhile. */
  function run(program: string, words: readonly string[]): Promise<{ readonly ok: boolean; readonly output: string }> {
    return new Promise((resolve) => {
      execFile(program, [...words], { timeout: 60_000 }, (error, output, errors) =>
        resolve({ ok: error === null, output: `${output}${errors}` }),
      );
    });
  }

  function update(script: string) {
    const file = path.join(bind.folder, 'script');
    writeFileSync(file, `server ${host} ${port()}\n${script}`);
    return run('nsupdate', [...credentials, file]);
  }

  /** All that the zone holds besides its head. */
  async function held(zone: string): Promise<readonly ResourceRecord[]> {
    const options = ['+noall', '+answer', '+onesoa'];
    const { output } = await run('dig', [...credentials, `@${host}`, '-p', port(), zone, 'AXFR', ...options]);
    const { records, findings } = readZone(output, { origin: zone });
    expect(findings, output).toEqual([]);
    expect(records[0]?.type, `${zone} ${output}`).toBe('SOA');
    return records.filter(({ name, type }) => type !== 'SOA' && type !== 'NS' && name !== `ns1.${zone}`);
  }

  it('makes every change as planned, is refused when the zone has changed, and is taken back', async () => {
    for (const { zone, published, plan } of worlds) {
      expect(meanings(await held(zone))).toEqual(meanings(published));
      const input = { domain: `news.${zone}`, zone, generatedAt: '2026-11-24', changes: plan.changes };
      const script = nsupdate.write(input);
      const made = await update(script);
      expect(made.ok, `${script}\n${made.output}`).toBe(true);
      const effective = plan.changes.filter(({ action }) => action === 'add' || action === 'replace');
      const after = changed(published, effective);
      expect(meanings(await held(zone)), script).toEqual(meanings(after));

      if (effective.length > 0) {
        const refused = await update(script);
        expect(refused.ok, refused.output).toBe(false);
        expect(meanings(await held(zone))).toEqual(meanings(after));
      }

      const back = nsupdate.write({ ...input, changes: plan.wayBack, isWayBack: true });
      const undone = await update(back);
      expect(undone.ok, `${back}\n${undone.output}`).toBe(true);
      expect(meanings(await held(zone)), back).toEqual(meanings(published));
    }
  });
});
