import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../main/store/store.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import type { TestCore } from '../../support/core.ts';

/** Reports that were imported are what the next step of a policy leans on. */

const FOLDER = path.resolve(import.meta.dirname, '../../fixtures/evidence');
let desk: TestCore;

beforeAll(async () => {
  desk = await openTestCore();
});
afterAll(async () => {
  await desk.close();
  await dropFolder(desk.folder);
});

it('tells in the manual what the next step would have done to the mail of each sender', async () => {
  const { client } = desk;
  const { id: workspaceId } = await client.workspaces.create({ name: 'Acme' });
  await client.settings.save({ workspaceId, revision: 0, fields: { recordTemplate: 'mandrill' } });
  const { added } = await client.domains.add({ workspaceId, text: 'example.com' });
  const domainId = added[0]?.id ?? 0;
  const zone = '@ 60 IN SOA ns h 1 60 60 60 60\n_dmarc 60 IN TXT "v=DMARC1; p=none; rua=mailto:d@example.com"\n';
  await client.domains.pasteZone({ workspaceId, domainId, text: zone });
  const next = async () => {
    const { steps } = await client.domains.manual({ workspaceId, domainId });
    return steps.flatMap(({ cards }) => cards).find(({ dmarc }) => dmarc !== null)?.dmarc?.next ?? null;
  };
  expect(await next()).toMatchObject({ policy: 'quarantine', effect: null });
  for await (const file of await client.evidence.import({ workspaceId, paths: [FOLDER] }))
    expect(file.file).toMatch(/./);
  const found = await next();
  expect(found?.effect).toEqual({
    from: Date.parse('2026-03-01T00:00:00Z'),
    until: Date.parse('2026-03-03T23:59:59Z'),
    deed: 'quarantined',
    // 120 of the office and 4,000 of the newsletter twice, 120 again, and 12 that a list passed on.
    passing: 8372,
    failing: [
      expect.objectContaining({ name: 'Amazon SES', is: 'known service', messages: 620, failing: 620 }) as unknown,
      expect.objectContaining({ is: 'forgery', messages: 45, failing: 45 }) as unknown,
    ],
    others: 0,
  });
  expect(found?.conditions.find(({ kind }) => kind === 'reports')).toMatchObject({
    state: 'not-met',
    known: '620 of 8,980 messages of your own in the reports failed.',
  });
  expect(await next()).toEqual(found);
  const { plan, effect } = await client.domains.manual({ workspaceId, domainId });
  expect(plan.effect.mail).toMatchObject({
    messages: 9037,
    failing: { before: 665, after: 665 },
    senders: [
      { sender: 'Amazon SES', is: 'known service', messages: 620, failing: { before: 620, after: 620 } },
      { is: 'forgery', messages: 45, failing: { before: 45, after: 45 } },
    ],
  });
  expect(effect.parts.at(-1)?.note).toContain('Amazon SES (known service) 620 of 620');
  // What another process does to the same data counts at once.
  const senders = await client.evidence.senders({ workspaceId, domain: 'example.com', sinceDays: null });
  const key = senders.find(({ name }) => name === 'Amazon SES')?.key ?? '';
  const other = openStore(desk.folder);
  try {
    other.evidence.putName(workspaceId, 'example.com', { key, name: 'Shop', kind: 'ours' });
    expect((await next())?.effect?.failing[0]).toMatchObject({ name: 'Shop' });
    other.evidence.forget(workspaceId, null, null);
    expect(await next()).toMatchObject({ policy: 'quarantine', effect: null });
  } finally {
    other.close();
  }
  for await (const file of await client.evidence.import({ workspaceId, paths: [FOLDER] }))
    expect(file.file).toMatch(/./);
  expect((await next())?.effect?.passing).toBe(found?.effect?.passing);
});
