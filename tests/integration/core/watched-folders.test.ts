import { sentencesOf } from '../../support/told.ts';
import { mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { files } from '../../fixtures/evidence/make.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** Folders that are watched on a person's word: each file once, half-written ones later, and what is told of them. */

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/evidence');
const REPORT = 'receiver.example!example.com!1772323200!1772409599.xml';
const report = readFileSync(path.join(FIXTURES, REPORT));
const hasty = { quietMs: 0, youngMs: 0 };

let watched: string;
let desk: TestCore;
let workspaceId: number;

const put = (name: string, content: string | Buffer) => writeFileSync(path.join(watched, name), content);
const look = () => desk.client.evidence.look({ workspaceId });
const told = async () => sentencesOf(await desk.client.activity.list({ workspaceId, limit: 100 }));

async function reopen(folderPatience: { quietMs: number; youngMs: number }, background = false): Promise<void> {
  await desk.close();
  desk = await openTestCore(desk.folder, { background, folderPatience });
}

beforeEach(async () => {
  watched = mkdtempSync(path.join(tmpdir(), 'sendwright-watched-'));
  desk = await openTestCore(undefined, { background: false, folderPatience: hasty });
  workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
});
afterEach(async () => {
  await desk.close();
  await dropFolder(desk.folder);
  rmSync(watched, { recursive: true, force: true });
});

it('reads each file once, over a restart too, and one again that has changed', async () => {
  put('first.xml', report);
  mkdirSync(path.join(watched, 'below'));
  put('below/second.json', String(files['tls.json']));
  put('.hidden.xml', report);
  expect(await desk.client.evidence.watch({ workspaceId, path: watched })).toMatchObject([
    { path: watched, files: 0, lookedAt: null, trouble: null },
  ]);
  expect(await look()).toEqual({ files: 2, refused: 0, reports: 2, waiting: 0 });
  expect(await look()).toMatchObject({ files: 0 });
  await reopen(hasty);
  expect(await look()).toMatchObject({ files: 0 });
  put('first.xml', report.toString().replace('<count>', ' <count>'));
  put('third.txt', 'no report');
  expect(await look()).toEqual({ files: 2, refused: 1, reports: 0, waiting: 0 });
  expect(await desk.client.evidence.folders({ workspaceId })).toMatchObject([{ files: 3, trouble: null }]);
  expect(await told()).toEqual(
    expect.arrayContaining([
      `The folder ${watched} is watched`,
      `Imported from ${watched}: 2 reports of receivers`,
      `1 file of ${watched} without a report`,
    ]),
  );
});

it('lets a file wait that is new, unfinished by its name, or breaks off', async () => {
  put('new.xml', report);
  await desk.client.evidence.watch({ workspaceId, path: watched });
  await reopen({ quietMs: 3_600_000, youngMs: 7_200_000 });
  expect(await look()).toEqual({ files: 0, refused: 0, reports: 0, waiting: 1 });

  await reopen({ quietMs: 0, youngMs: 3_600_000 });
  put('half.xml', report.subarray(0, report.length >> 1));
  put('other.xml.part', report);
  expect(await look()).toMatchObject({ files: 1, reports: 1, waiting: 1 });
  put('half.xml', report);
  expect(await look(), 'the whole of it is the report that is known').toMatchObject({
    files: 1,
    reports: 0,
    waiting: 0,
  });
  renameSync(path.join(watched, 'other.xml.part'), path.join(watched, 'other.xml'));
  expect(await look()).toMatchObject({ files: 1, reports: 0, refused: 0 });
  await reopen(hasty);
  put('cut.xml', String(files['cut-off.xml']));
  expect(await look(), 'what stays broken is read as far as it goes').toMatchObject({ files: 1, reports: 1 });
});

it('tells once that a folder is gone, and once that it is there again', async () => {
  await desk.client.evidence.watch({ workspaceId, path: watched });
  const away = `${watched}-away`;
  renameSync(watched, away);
  await look();
  await look();
  expect(await desk.client.evidence.folders({ workspaceId })).toMatchObject([{ trouble: 'missing' }]);
  renameSync(away, watched);
  put('late.xml', report);
  expect(await look()).toMatchObject({ files: 1, reports: 1 });
  const gone = (await told()).filter((summary) => summary.includes(watched));
  expect(gone.toReversed()).toEqual([
    `The folder ${watched} is watched`,
    `The watched folder ${watched} can’t be read: it is not there`,
    `The folder ${watched} is there again`,
    `Imported from ${watched}: 1 report of receivers`,
  ]);
});

it('is stopped on a person’s word, and takes no path that is no folder', async () => {
  const [folder] = await desk.client.evidence.watch({ workspaceId, path: watched });
  put('first.xml', report);
  expect(await desk.client.evidence.unwatch({ workspaceId, folderId: folder?.id ?? 0 })).toEqual([]);
  expect(await look()).toMatchObject({ files: 0 });
  await expect(desk.client.evidence.unwatch({ workspaceId, folderId: 77 })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  for (const wrong of ['reports', path.join(watched, 'nowhere'), path.join(watched, 'first.xml')])
    await expect(desk.client.evidence.watch({ workspaceId, path: wrong }), wrong).rejects.toMatchObject({
      code: 'BAD_INPUT',
      data: { field: 'path', value: wrong },
    });
});

it('reads by itself what comes while a console runs', async () => {
  await desk.client.evidence.watch({ workspaceId, path: watched });
  await reopen({ quietMs: 20, youngMs: 20 }, true);
  const changes = await desk.client.state.changes({ after: -1 });
  put('first.xml', report);
  for await (const change of changes) if (change.kind === 'activity') break;
  expect((await told())[0]).toBe(`Imported from ${watched}: 1 report of receivers`);
});
