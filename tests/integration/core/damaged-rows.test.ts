import { fact } from '../../../shared/facts/catalogue.ts';
import Database from 'better-sqlite3';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../main/store/store.ts';
import { writeCheck } from '../../../main/store/check-text.ts';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { cli } from '../../support/cli.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** Garbage is written into rows, and everything around them is asked for. */

const AT = Date.UTC(2026, 0, 1);
let folder: string;
let workspaceId: number;
let domainIds: readonly number[];
let open: TestCore | null = null;

const verified = { verdict: 'verified', spf: 'verified', dkim: 'verified', dmarc: 'verified' } as const;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-damaged-'));
  const store = openStore(folder);
  workspaceId = store.workspaces.add('Acme', false, AT);
  store.workspaces.saveSettings(
    workspaceId,
    0,
    {
      ...store.workspaces.settings(workspaceId).fields,
      supportAddress: 'help@example.com',
      recordTemplate: 'elastic-email',
    } as never,
    AT,
  );
  domainIds = store.domains.add(
    workspaceId,
    ['a.example', 'b.example'].map((name) => ({ name, unicodeName: name })),
    AT,
  );
  store.history.saveResults(
    domainIds.map((domainId, index) => ({
      domainId,
      at: AT,
      check: writeCheck([
        {
          question: { name: `${'ab'[index] ?? ''}.example`, type: 'TXT' },
          server: { kind: 'resolver', address: '127.0.0.1:53' },
          seenAt: AT,
          durationMs: 1,
          outcome: 'answer',
          records: [{ name: `${'ab'[index] ?? ''}.example`, ttl: 60, type: 'TXT', strings: ['v=spf1 -all'] }],
          aliases: [],
          rcode: 'NOERROR',
          transport: 'udp',
        },
      ]),
      verdicts: { ...verified, seenAt: AT },
      recordVerdicts: { spf: 'verified' },
      timeline: [{ at: AT, recordId: '', before: 'pending', after: 'verified', fact: fact('verdict.right') }],
    })),
  );
  store.records.addTrace(workspaceId, 'connection', AT, { kind: 'connection', startedAt: AT });
  store.records.addActivity(workspaceId, {
    at: AT,
    kind: 'save',
    severity: 'info',
    fact: fact('settings.saved'),
    details: [],
  });
  store.records.putSchedule(workspaceId, { enabled: true, everyMinutes: 60 });
  store.close();
});
afterEach(async () => {
  await open?.close();
  open = null;
  await dropFolder(folder);
});

function scribble(sql: string, value: unknown): void {
  const file = new Database(path.join(folder, 'sendwright.db'));
  file.pragma('ignore_check_constraints = ON');
  expect(file.prepare(sql).run({ value }).changes).toBeGreaterThan(0);
  file.close();
}

/** An empty list is a check that asked nothing. */
const garbage = ['', 'no JSON', '5', 'null', '[]', '[7]', '{"asked":7}', '{"servers":[],"asked":[[0]]}', '[{}]', '"x"'];

const places = [
  ['UPDATE checks SET observations = @value WHERE domain_id = 1', garbage.filter((text) => text !== '[]')],
  ['UPDATE domains SET verdict = @value WHERE id = 1', ['', 'verifies', '7']],
  ['UPDATE domains SET spf = @value, dkim = @value, dmarc = @value WHERE id = 1', ['', 'verifies']],
  ['UPDATE domains SET record_verdicts = @value WHERE id = 1', ['', 'no JSON', '{"spf":"verifies"}', '[[]]']],
  [
    'UPDATE domains SET configuration = @value WHERE id = 1',
    ['', 'no JSON', '[]', '{"providers":7}', '{"dmarc":null}'],
  ],
  ['UPDATE timeline SET after = @value, before = @value WHERE domain_id = 1', ['', 'verifies']],
  ['UPDATE settings SET fields = @value', ['', 'no JSON', '{"serviceUrl":7,"supportAddress":"help@example.com"}']],
  ['UPDATE traces SET data = @value', garbage],
  ['UPDATE activity SET kind = @value', ['', 'saves']],
  ['UPDATE activity SET code = @value', ['', 'settings.kept', 'domains.added']],
  ["UPDATE activity SET data = @value, code = 'domains.added'", [...garbage, '{"count":"5"}', '{"count":null}']],
  ['UPDATE activity SET details = @value', ['', 'no JSON', '{}', '[5]', '[{"code":"settings.saved"}]']],
  ['UPDATE timeline SET code = @value WHERE domain_id = 1', ['', 'verdict.wrong', 'domain.because']],
] as const;

describe('a damaged value', () => {
  for (const [sql, values] of places)
    it(`counts as unknown, and is told: ${sql}`, async () => {
      for (const value of values) {
        scribble(sql, value);
        open = await openTestCore(folder, { background: false });
        const { client, core } = open;
        const domains = await client.domains.list({ workspaceId });
        expect(domains.map(({ name }) => name)).toEqual(['a.example', 'b.example']);
        expect(domains[1]).toMatchObject(verified);
        const views = await Promise.all(domainIds.map((domainId) => client.domains.manual({ workspaceId, domainId })));
        expect(views).toHaveLength(2);
        for (const domainId of domainIds) {
          await client.domains.observations({ workspaceId, domainId });
          await client.domains.timeline({ workspaceId, domainId });
        }
        expect(await client.domains.observations({ workspaceId, domainId: domainIds[1] ?? 0 })).toHaveLength(1);
        await client.settings.get({ workspaceId });
        await client.service.status({ workspaceId });
        await client.activity.list({ workspaceId, limit: 100 });
        expect(core.damage()).toMatchObject({ message: expect.stringContaining('can no longer be read') });
        await open.close();
        open = null;
      }
    });

  it('is told by every command that met it, and none of them ends with it', async () => {
    scribble('UPDATE checks SET observations = @value WHERE domain_id = 1', 'no JSON');
    scribble('UPDATE domains SET verdict = @value, spf = @value WHERE id = 1', 'verifies');
    const list = await cli('domains', 'list', '--json', '--data-dir', folder);
    expect(list).toMatchObject({
      code: 0,
      error: expect.stringContaining(
        '1 value of the data file can no longer be read and counts as unknown. Damage was found in domains.',
      ),
    });
    expect(JSON.parse(list.out)).toMatchObject([{ verdict: 'unknown' }, { verdict: 'verified' }]);
    const plan = await cli('plan', 'a.example', '--json', '--data-dir', folder);
    // Nothing is known of the domain: that is told as such.
    expect(plan.code).toBe(exitCodes.noResult);
    expect(plan.error).toContain('can no longer be read');
  });
});

describe('a check that a wrong clock made', () => {
  it('is no evidence once the clock is right, and puts no check off', async () => {
    const wrong = Date.UTC(2099, 0, 1);
    const ahead = openStore(folder, () => wrong);
    const seen = ahead.history.observations(domainIds[0] ?? 0);
    const verdicts = { ...verified, seenAt: wrong };
    const check = { at: wrong, check: writeCheck(seen), verdicts, recordVerdicts: {}, timeline: [] };
    ahead.history.saveResults([{ ...check, domainId: domainIds[0] ?? 0 }]);
    ahead.close();
    open = await openTestCore(folder, { background: false });
    const { client } = open;
    const [first, second] = await client.domains.list({ workspaceId });
    expect(first).toMatchObject({ verdict: 'unknown', spf: 'unknown', seenAt: null });
    expect(second).toMatchObject(verified);
    // The one from before, and not the one that is ahead.
    expect(await client.domains.observations({ workspaceId, domainId: domainIds[0] ?? 0 })).toHaveLength(1);
    const store = openStore(folder, () => AT + 1000);
    const pace = { every: 3_600_000, first: 900_000 };
    expect(store.domains.due(workspaceId, pace, AT + 1000)).toEqual([domainIds[0]]);
    expect(store.domains.nextDue(workspaceId, pace)).toBe(0);
    expect(store.domains.counts(workspaceId)).toMatchObject({ unknown: 1, verified: 1 });
    expect(store.domains.idsInUse(workspaceId, 'not-verified')).toEqual([domainIds[0]]);
    store.close();
  });
});
