import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveBackMemory } from '../../../main/core/memory.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind } from '../../support/bind.ts';
import type { ClockedCore } from '../../support/clocked-core.ts';
import { openClockedCore } from '../../support/clocked-core.ts';
import { dropFolder } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

/** What large work leaves behind goes back to the operating system once nobody waits for anything. */

describe('memory', () => {
  it('is given back: the heap is as small as what is in use', async () => {
    let waste: unknown[] = Array.from({ length: 400_000 }, (_nothing, index) => ({ index, text: `text ${index}` }));
    expect(waste).toHaveLength(400_000);
    waste = [];
    const before = process.memoryUsage().heapTotal;
    await giveBackMemory();
    const { heapTotal, heapUsed } = process.memoryUsage();
    expect(before - heapTotal).toBeGreaterThan(10 * 2 ** 20);
    expect(heapTotal).toBeLessThan(1.5 * heapUsed);
    expect(waste).toEqual([]);
  });
});

describeWith(['named', 'named-checkzone'], 'memory after a check', () => {
  let bind: Bind;
  let desk: ClockedCore;
  let folder: string;

  beforeAll(async () => {
    bind = await startBind(['example.com']);
    folder = await mkdtemp(path.join(tmpdir(), 'sendwright-memory-'));
    desk = await openClockedCore(folder);
  });
  afterAll(async () => {
    await desk.core.close();
    await bind.stop();
    await dropFolder(folder);
  });

  it('is given back some time after a large one has ended, and not after a small one', async () => {
    const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' });
    const { revision } = await desk.client.settings.get({ workspaceId });
    const fields = { resolver: bind.address, recordTemplate: 'elastic-email' };
    await desk.client.settings.save({ workspaceId, revision, fields });
    const text = Array.from({ length: 1000 }, (_nothing, index) => `d${index}.example.com`).join('\n');
    const { added } = await desk.client.domains.add({ workspaceId, text });
    const check = async (domainIds: readonly number[]) => {
      const job = await desk.client.domains.verify({
        workspaceId,
        selection: { which: 'chosen', domainIds: [...domainIds] },
      });
      for await (const _state of await desk.client.jobs.watch({ jobId: job.id, after: -1 })) continue;
    };
    const ids = added.map(({ id }) => id);
    await check(ids.slice(0, 10));
    await later(2500);
    expect(desk.rests()).toBe(0);
    await check(ids);
    await check(ids);
    expect(desk.rests()).toBe(0);
    await later(2500);
    expect(desk.rests()).toBe(1);
  });
});
