import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** The manual that a running core gives, after each change, against the one that a core makes which has just been opened. */

const DAY_MS = 86_400_000;
let desk: TestCore;
let other: TestCore;
let ref: { workspaceId: number; domainId: number };

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  desk = await openTestCore();
  const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' });
  const { added } = await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
  ref = { workspaceId, domainId: added[0]?.id ?? 0 };
  other = await openTestCore(desk.folder);
});

afterAll(async () => {
  await desk.close();
  await other.close();
  await dropFolder(desk.folder);
  vi.useRealTimers();
});

async function configure(core: TestCore, part: object): Promise<void> {
  const { revision } = await core.client.domains.configuration(ref);
  await core.client.domains.configure({ ...ref, revision, configuration: part });
}

const save = async (core: TestCore, fields: object) => {
  const { workspaceId } = ref;
  const { revision } = await core.client.settings.get({ workspaceId });
  await core.client.settings.save({ workspaceId, revision, fields });
};

const ZONE = '@ 300 IN TXT "v=spf1 mx -all"\n_dmarc 300 IN TXT "v=DMARC1; p=none"\n';

const changes: readonly (readonly [what: string, change: () => Promise<unknown>])[] = [
  ['a template for the workspace', () => save(desk, { recordTemplate: 'mailgun' })],
  ['a report address, by another process', () => save(other, { dmarcReportAddress: 'dmarc@example.com' })],
  ['a provider', () => configure(desk, { providers: [{ templateId: 'elastic-email', mode: 'api', fields: {} }] })],
  ['a pasted zone', () => desk.client.domains.pasteZone({ ...ref, text: ZONE })],
  ['another one, by another process', () => other.client.domains.pasteZone({ ...ref, text: ZONE.replace('mx', 'a') })],
  ['a stricter policy', () => configure(desk, { dmarc: { ...DMARC, policy: 'reject' } })],
  ['tags, by another process', () => configure(other, { tags: ['client'] })],
  ['something weaker, on purpose', () => desk.client.domains.chooseWeaker({ ...ref, kind: 'senders', chosen: true })],
  ['a day that has passed', async () => void vi.setSystemTime(Date.now() + DAY_MS)],
  ['an own key', () => configure(desk, { providers: [{ templateId: 'custom', mode: 'own-key', fields: {} }] })],
  ['a domain that never sends', () => configure(other, { neverSends: true })],
  ['the zone forgotten', () => desk.client.domains.pasteZone({ ...ref, text: '' })],
];

const DMARC = {
  policy: 'none',
  subdomainPolicy: null,
  testing: false,
  reportAddress: null,
  alignment: { dkim: 'relaxed', spf: 'relaxed' },
} as const;

it.each(changes)('follows %s', async (_what, change) => {
  const before = await desk.client.domains.manual(ref);
  await change();
  const { asOf: _ours, ...running } = await desk.client.domains.manual(ref);
  const fresh = await openTestCore(desk.folder);
  const { asOf: _theirs, ...opened } = await fresh.client.domains.manual(ref);
  await fresh.close();
  expect(running).toEqual(opened);
  expect(running.plan).not.toBe(before.plan);
  // Nothing was written since: the very plan that the manual shows is handed over.
  expect((await desk.client.domains.manual(ref)).plan).toBe(running.plan);
});

it('says which changes of the state it takes in, whenever it was made', async () => {
  const first = await desk.client.domains.manual(ref);
  const { sequence } = await desk.client.state.snapshot({});
  expect(first.asOf).toBe(sequence);
  await desk.client.workspaces.create({ name: 'Another' });
  const later = await desk.client.domains.manual(ref);
  expect(later.asOf).toBe((await desk.client.state.snapshot({})).sequence);
  expect(later.asOf).toBeGreaterThan(first.asOf);
});
