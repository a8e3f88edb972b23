import { sentencesOf } from '../../support/told.ts';
import Database from 'better-sqlite3';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCheck } from '../../../main/store/check-text.ts';
import { retention } from '../../../main/store/history.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import type { ClockedCore } from '../../support/clocked-core.ts';
import { openClockedCore } from '../../support/clocked-core.ts';
import { dropFolder } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

/** Checks that repeat by themselves, against BIND, on a clock that the test moves. */

const DAY_MINUTES = 24 * 60;
const complete = ['a', 'b', 'c']
  .map((name) =>
    [
      `${name} TXT "v=spf1 -all"`,
      `*._domainkey.${name} TXT "v=DKIM1; p="`,
      `_dmarc.${name} TXT "v=DMARC1; p=reject"`,
      `${name} MX 0 .\n`,
    ].join('\n'),
  )
  .join('');

describeWith(['named', 'named-checkzone'], 'scheduled checks', () => {
  let bind: Bind;
  let folder: string;
  let desk: ClockedCore;
  let workspaceId: number;
  let ids: readonly number[];

  beforeAll(async () => {
    bind = await startBind(['example.com']);
    folder = await mkdtemp(path.join(tmpdir(), 'sendwright-schedule-'));
    desk = await openClockedCore(folder);
    workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
    const { revision } = await desk.client.settings.get({ workspaceId });
    await desk.client.settings.save({ workspaceId, revision, fields: { resolver: bind.address } });
    const { added } = await desk.client.domains.add({
      workspaceId,
      text: 'a.example.com\nb.example.com\nc.example.com',
    });
    ids = added.map((row) => row.id);
    for (const domainId of ids) {
      const { revision } = await desk.client.domains.configuration({ workspaceId, domainId });
      await desk.client.domains.configure({
        workspaceId,
        domainId,
        revision,
        configuration: { neverSends: true },
      });
    }
  });
  afterAll(async () => {
    await desk.core.close();
    await bind.stop();
    await dropFolder(folder);
  });

  const verdicts = async () => (await desk.client.domains.list({ workspaceId })).map((row) => row.verdict);
  const checksOf = (domainId: number) => {
    const database = new Database(path.join(folder, 'sendwright.db'), { readonly: true });
    const times = database.prepare('SELECT at FROM checks WHERE domain_id = ? ORDER BY id').pluck().all(domainId);
    database.close();
    return times as number[];
  };

  it('do nothing until they are switched on', async () => {
    await desk.pass(30);
    expect(await verdicts()).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await desk.client.schedule.get({ workspaceId })).toEqual({
      enabled: false,
      everyMinutes: DAY_MINUTES,
      nextAt: null,
    });
  });

  it('wait twice as long after each check that changes nothing', async () => {
    await desk.client.schedule.set({ workspaceId, enabled: true, everyMinutes: DAY_MINUTES });
    await desk.pass(8 * 60);
    expect(await verdicts()).toEqual(['to-do', 'to-do', 'to-do']);
    const times = checksOf(ids[0] as number);
    const gaps = times.slice(1).map((at, index) => Math.round((at - (times[index] as number)) / 60_000));
    // The verdict changed at the first check, from unknown to to-do.
    expect(gaps).toEqual([15, 30, 60, 120, 240]);
  });

  it('come at the schedule’s time once a domain is verified, and tell once when it breaks', async () => {
    await bind.load('example.com', `${zoneHead('example.com', 2)}${complete}`);
    await desk.pass(DAY_MINUTES);
    expect(await verdicts()).toEqual(['verified', 'verified', 'verified']);
    const before = checksOf(ids[0] as number).length;
    await desk.pass(3 * DAY_MINUTES);
    expect(checksOf(ids[0] as number)).toHaveLength(before + 3);
    expect(desk.notices).toEqual([]);

    await bind.load('example.com', `${zoneHead('example.com', 3)}${complete.replaceAll('-all', '~all')}`);
    const since = desk.now();
    await desk.pass(2 * DAY_MINUTES);
    expect(desk.notices).toEqual(['3 domains no longer verify']);
    const changes = await desk.client.domains.changedSince({ workspaceId, since });
    expect(changes).toMatchObject([
      { before: 'verified', after: 'failing' },
      { before: 'verified', after: 'failing' },
      { before: 'verified', after: 'failing' },
    ]);
    expect(sentencesOf(changes)[0]).toMatch(/^SPF: /);
    const timeline = await desk.client.domains.timeline({ workspaceId, domainId: ids[0] as number });
    expect(timeline.filter((entry) => entry.recordId === '').map((entry) => entry.after)).toEqual([
      'failing',
      'verified',
      'to-do',
    ]);
    expect(timeline.map((entry) => entry.recordId)).toContain('spf');
  });

  it('leave no more history than is kept', () => {
    const domainId = ids[0] as number;
    const hour = 3_600_000;
    const now = desk.now() + 500 * 24 * hour;
    const verdict = { verdict: 'verified', spf: 'verified', dkim: 'verified', dmarc: 'verified', seenAt: now } as const;
    const results = [];
    for (let at = now - 450 * 24 * hour; at <= now; at += 6 * hour)
      results.push({ domainId, at, check: writeCheck([]), verdicts: verdict, recordVerdicts: {}, timeline: [] });
    desk.store.history.saveResults(results);
    const { next } = desk.store.history.prune(0, 100, now);
    expect(next).toBe(null);
    const ages = checksOf(domainId).map((at) => now - at);
    expect(ages.filter((age) => age > retention.dailyCheckMs)).toEqual([]);
    const recent = ages.filter((age) => age <= retention.everyCheckMs);
    expect(recent).toHaveLength(retention.everyCheckMs / (6 * hour) + 1);
    // One a day, of four; the days at both ends may be cut.
    const days = (retention.dailyCheckMs - retention.everyCheckMs) / (24 * hour);
    expect(Math.abs(ages.length - recent.length - days)).toBeLessThanOrEqual(1);
    // What is newest stays, however old it is.
    desk.store.history.prune(0, 100, now + 2000 * 24 * hour);
    expect(checksOf(domainId)).toHaveLength(1);
  });
});
