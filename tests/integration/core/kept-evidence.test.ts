import { sentencesOf } from '../../support/told.ts';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { files } from '../../fixtures/evidence/make.ts';
import { openClockedCore } from '../../support/clocked-core.ts';
import type { ClockedCore } from '../../support/clocked-core.ts';
import { dropFolder } from '../../support/core.ts';

/** What is kept of mail, for how long, and what of it is ever written down. */

let folder: string;
let desk: ClockedCore;
let workspaceId: number;

const RECIPIENT = 'somebody.private@receiver.example';
const DAY = 24 * 60;

/** A bounce of its own each time, which names a person in its answer. */
const bounce = (number: number) =>
  String(files['bounce.eml'])
    .replaceAll('reader@receiver.example', RECIPIENT)
    .replace('rejected: DMARC policy', `<${RECIPIENT}>: rejected: DMARC policy, no. ${number},`)
    .replace(
      '--part--',
      '--part\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: News <news@example.com>\r\n\r\n--part--',
    );

const complaint = [
  'From: feedback@receiver.example',
  'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
  '',
  '--b',
  'Content-Type: message/feedback-report',
  '',
  'Feedback-Type: auth-failure',
  'Auth-Failure: dmarc',
  'Source-IP: 192.0.2.9',
  `Original-Mail-From: ${RECIPIENT}`,
  'Reported-Domain: example.com',
  '',
  '--b--',
].join('\r\n');

const inBase64 = (text: string) => Buffer.from(text).toString('base64');
const read = (...contents: readonly string[]) =>
  desk.client.evidence.read({
    workspaceId,
    files: contents.map((content, index) => ({ name: `${index}.eml`, content: inBase64(content) })),
  });
const report = String(files['receiver.example!example.com!1772323200!1772409599.xml']);
const keep = (reportDays: number | null, mailDays: number | null, personalDays: number | null) =>
  desk.client.evidence.setRetention({ workspaceId, reportDays, mailDays, personalDays });
/** Whether the data folder holds a text anywhere, the database’s log included. */
const isOnDisk = (text: string) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(path.join(entry.parentPath, entry.name)).includes(text));

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-kept-'));
  desk = await openClockedCore(folder);
  ({ id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' }));
});
afterAll(async () => {
  await desk.core.close();
  await dropFolder(folder);
});

it('keeps verdicts of bounces and failure reports once each, and nobody’s address', async () => {
  const [told] = await read(bounce(1), complaint);
  expect(told?.found[0]).toMatchObject({ bounces: 1 });
  await read(bounce(1));
  // What a folder holds is kept as what the window hands in.
  const file = path.join(folder, 'bounce.eml');
  writeFileSync(file, bounce(2).replaceAll(RECIPIENT, 'a@b.example'));
  for await (const each of await desk.client.evidence.import({ workspaceId, paths: [file] }))
    expect(each.bounces).toBe(1);
  const mails = await desk.client.evidence.mails({ workspaceId });
  expect(mails).toMatchObject([
    { kind: 'bounce', domain: 'example.com', codes: '550 5.7.26', records: ['dmarc'], person: null },
    { kind: 'failure-report', domain: 'example.com', codes: 'dmarc, 192.0.2.9', records: ['dmarc'], person: null },
    { kind: 'bounce', domain: 'example.com', codes: '550 5.7.26', records: ['dmarc'], person: null },
  ]);
  expect(isOnDisk(RECIPIENT)).toBe(false);
  expect(await desk.client.evidence.kept({ workspaceId })).toEqual({
    reportDays: 1096,
    mailDays: 400,
    personalDays: 0,
    reports: 0,
    mails: 3,
    withPerson: 0,
  });
});

it('keeps addresses and words where somebody asks for it, out of the bundle, and erases them to the last octet', async () => {
  await keep(1096, 400, 30);
  await read(bounce(3));
  const [newest] = await desk.client.evidence.mails({ workspaceId, limit: 1 });
  expect(newest?.person).toMatchObject({ addresses: [RECIPIENT] });
  expect(newest?.person?.text).toContain('no. 3');
  expect(isOnDisk(RECIPIENT)).toBe(true);
  const bundle = await desk.client.monitoring.bundle({
    workspaceId,
    options: { hideAddresses: false, hideNames: false, includeActivity: true },
  });
  expect(bundle.text).not.toContain('somebody.private');
  const gone = await desk.client.evidence.forget({ workspaceId, domain: null, before: null, what: 'persons' });
  expect(gone).toEqual({ removed: 0, mails: 1 });
  expect(await desk.client.evidence.kept({ workspaceId })).toMatchObject({ mails: 4, withPerson: 0 });
  expect(isOnDisk(RECIPIENT)).toBe(false);
});

it('takes away by itself what is kept no longer: first what names a person, then the verdict, then the report', async () => {
  await keep(60, 40, 20);
  await read(bounce(4), report);
  const left = async () => {
    const { reports, mails, withPerson } = await desk.client.evidence.kept({ workspaceId });
    return { reports, mails, withPerson };
  };
  expect(await left()).toEqual({ reports: 1, mails: 5, withPerson: 1 });
  await desk.pass(19 * DAY, DAY);
  expect(await left()).toEqual({ reports: 1, mails: 5, withPerson: 1 });
  await desk.pass(2 * DAY, DAY);
  expect(await left()).toEqual({ reports: 1, mails: 5, withPerson: 0 });
  await desk.pass(20 * DAY, DAY);
  expect(await left()).toEqual({ reports: 1, mails: 0, withPerson: 0 });
  expect(await desk.client.evidence.senders({ workspaceId, domain: 'example.com' })).not.toEqual([]);
  await desk.pass(20 * DAY, DAY);
  expect(await left()).toEqual({ reports: 0, mails: 0, withPerson: 0 });
  expect(await desk.client.evidence.senders({ workspaceId, domain: 'example.com' })).toEqual([]);
});

it('deletes at once what a shorter time no longer covers, and keeps for good what is to be kept', async () => {
  await keep(null, null, null);
  await read(bounce(5), report);
  await desk.pass(3000 * DAY, 100 * DAY);
  expect(await desk.client.evidence.kept({ workspaceId })).toMatchObject({ reports: 1, mails: 1, withPerson: 1 });
  expect(await keep(null, 0, 0)).toMatchObject({ reports: 1, mails: 0, withPerson: 0 });
  await read(bounce(6));
  expect(await keep(1, 0, 0)).toMatchObject({ reports: 0, mails: 0 });
});

it('notes by itself that a new key signs, and takes no older mail for proof', async () => {
  const { client, now } = desk;
  await client.vault.useSession();
  const { added } = await client.domains.add({ workspaceId, text: 'example.com' });
  const domainId = added[0]?.id ?? 0;
  for (const selector of ['s1', 'news', 'later'])
    await client.domains.makeDkimKey({ workspaceId, domainId, selector, algorithm: 'rsa-1024' });
  const madeAt = now();
  const marks = async () => {
    const { dkimKeys } = await client.domains.configuration({ workspaceId, domainId });
    return Object.fromEntries(dkimKeys.map(({ selector, signingSince }) => [selector, signingSince]));
  };
  await keep(null, null, 0);
  // The report is of 2026-03-01, long before the keys were made.
  await read(report);
  expect(await marks()).toEqual({ s1: null, news: null, later: null });
  await desk.pass(3 * DAY, DAY);
  const begin = madeAt / 1000 + 86_400;
  const later = report
    .replace(/<report_id>[^<]*/, '<report_id>later')
    .replace(/<begin>\d+/, `<begin>${begin}`)
    .replace(/<end>\d+/, `<end>${begin + 86_399}`);
  await read(later);
  expect(await marks()).toEqual({ s1: begin * 1000, news: begin * 1000, later: null });
  const activity = await client.activity.list({ workspaceId, text: 'DKIM key news', limit: 10 });
  expect(sentencesOf(activity)).toContain('DKIM key news of example.com: signs, as mail that came back shows');
});

it('reads a mailbox that is larger than a call carries, and leaves nothing of it behind', async () => {
  const secret = 'only-in-the-mailbox';
  const mail = `From a@receiver.example Thu Mar  5 10:00:00 2026\r\nFrom: ${secret}@receiver.example\r\nSubject: none\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(20)}\r\n`;
  const mailbox = Buffer.from(mail.repeat(14_000) + `From a@receiver.example Thu Mar  5 10:00:00 2026\r\n${bounce(9)}`);
  expect(mailbox.length).toBeGreaterThan(20 * 2 ** 20);
  const { uploadId } = await desk.client.transfer.begin({});
  for (let from = 0; from < mailbox.length; from += 8 * 2 ** 20) {
    const content = mailbox.subarray(from, from + 8 * 2 ** 20).toString('base64');
    await desk.client.transfer.octets({ uploadId, content });
  }
  const file = await desk.client.evidence.readUpload({ workspaceId, uploadId, name: 'all.mbox' });
  expect(file.found).toMatchObject([{ mails: 14_001, mailsWithoutReport: 14_001, bounces: 1 }]);
  expect(isOnDisk(secret)).toBe(false);
  await expect(desk.client.evidence.readUpload({ workspaceId, uploadId, name: 'again' })).rejects.toThrow('not there');
});
