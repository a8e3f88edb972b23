import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore, verifyAll } from '../../support/core.ts';

/** The whole circle in the practice workspace: what is published decides what comes back, and that decides the next step. */

let desk: TestCore;
let workspaceId: number;
let domainId: number;

beforeAll(async () => {
  desk = await openTestCore();
  ({ id: workspaceId } = await desk.client.practice.open({}));
  const [domain] = await desk.client.domains.list({ workspaceId });
  domainId = domain?.id ?? 0;
});
afterAll(async () => {
  await desk.close();
  await dropFolder(desk.folder);
});

/** Sends a mailing and brings in what came back, as the window does. */
async function mail() {
  const { files, missing } = await desk.client.practice.mail({ workspaceId, domainId });
  const read = await desk.client.evidence.read({ workspaceId, files });
  const named = (name: string) => files.find((file) => file.name === name);
  const look = async (name: string) => {
    const file = named(name);
    if (file === undefined) return null;
    return (await desk.client.evidence.mail({ workspaceId, content: file.content })).mail;
  };
  return { names: files.map(({ name }) => name.replace(/!\d+!\d+/, '')), missing, read, look };
}

async function publish(): Promise<void> {
  const state = await desk.client.practice.state({ workspaceId });
  const { configuration, revision } = await desk.client.domains.configuration({ workspaceId, domainId });
  const provider = { templateId: 'elastic-email', mode: 'standard', fields: state.providerValues };
  await desk.client.domains.configure({
    workspaceId,
    domainId,
    revision,
    configuration: { ...configuration, providers: [provider] },
  });
  expect((await desk.client.practice.publish({ workspaceId, domainId })).published).toBeGreaterThan(2);
  expect(await verifyAll(desk.client, workspaceId)).toBe('done');
}

const newsletter = async (look: (name: string) => Promise<unknown>) => await look('newsletter.eml');

it('sends no report for a domain without a record, and says why', async () => {
  const { names, missing, look } = await mail();
  expect(names).toEqual(['newsletter.eml', 'newsletter-refused.eml', 'mailbox-full.eml']);
  expect(missing[0]).toBe('No DMARC report: the domain publishes no DMARC record that receivers can use.');
  expect(await newsletter(look)).toMatchObject({
    spf: { result: 'none' },
    dkim: [{ result: 'permerror' }],
    dmarc: 'none',
  });
});

it('reports what is published: the newsletter passes, the forgotten shop does not', async () => {
  await publish();
  const { names, look, read } = await mail();
  expect(names).toEqual(['newsletter.eml', 'receiver.example!news.example.com.xml.gz', 'mailbox-full.eml']);
  expect(await newsletter(look)).toMatchObject({
    spf: { result: 'pass', aligned: true },
    dkim: [{ result: 'pass', aligned: true, selector: 'api' }],
    dmarc: 'pass',
    oneClick: { ok: true },
  });
  expect(await look('mailbox-full.eml')).toMatchObject({ category: 'mailbox', recordToChange: [] });
  expect(read.flatMap(({ found }) => found).find(({ reports }) => (reports?.length ?? 0) > 0)).toMatchObject({
    outcome: 'read',
    problems: [],
    reports: [{ messages: 1248, evaluated: { dmarcPass: 1200 } }],
  });
  const senders = await desk.client.evidence.senders({ workspaceId, domain: 'news.example.com' });
  expect(senders.map(({ kind, messages, pass }) => [kind, messages, pass])).toEqual([
    ['ours', 1200, 1200],
    ['forgery', 48, 0],
  ]);
  const { steps } = await desk.client.domains.manual({ workspaceId, domainId });
  const next = steps.flatMap(({ cards }) => cards).find(({ dmarc }) => dmarc !== null)?.dmarc?.next;
  expect(next?.effect).toMatchObject({ passing: 1200, failing: [{ messages: 48, failing: 48 }] });
});

it('counts in the effect of a plan what the prepared record mends', async () => {
  const { steps } = await desk.client.domains.manual({ workspaceId, domainId });
  const spf = steps.flatMap(({ cards }) => cards).find((card) => card.spf !== null)?.spf;
  const { configuration, revision } = await desk.client.domains.configuration({ workspaceId, domainId });
  const from = spf?.published ?? '';
  const edited = { from, to: from.replace('v=spf1', 'v=spf1 ip4:198.51.100.77') };
  const { plan, effect } = await desk.client.domains.configure({
    workspaceId,
    domainId,
    revision,
    configuration: { spf: { ...configuration.spf, edited } },
  });
  expect(plan.effect.mail).toMatchObject({
    messages: 1248,
    failing: { before: 48, after: 0 },
    senders: [{ messages: 48, failing: { before: 48, after: 0 } }],
  });
  expect(effect.line).toContain('48 of 1,248 messages fail DMARC → all 1,248 messages pass DMARC');
  const letter = await desk.client.domains.handOver({ workspaceId, domainId, format: 'text' });
  expect(letter.text).toContain('48 of 1,248 messages fail DMARC → all 1,248 messages pass DMARC');
});

it('has reports of its own for each mailing', async () => {
  await mail();
  const [ours] = await desk.client.evidence.senders({ workspaceId, domain: 'news.example.com' });
  expect(ours?.messages).toBe(2400);
});

it('is refused for a workspace that is no practice', async () => {
  const { id } = await desk.client.workspaces.create({ name: 'Acme' });
  const { added } = await desk.client.domains.add({ workspaceId: id, text: 'example.com' });
  await expect(desk.client.practice.mail({ workspaceId: id, domainId: added[0]?.id ?? 0 })).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
  });
});
