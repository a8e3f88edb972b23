import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bringIn, broughtInto, stopBringingIn } from '../../../../renderer/features/evidence/bring-in.ts';
import { PART_OCTETS } from '../../../../renderer/data/upload.ts';
import { forgetQuestions, questionsOf } from '../../../support/held-core.ts';

vi.mock('../../../../renderer/session/store.ts', async () =>
  (await import('../../../support/held-core.ts')).heldSession(),
);
vi.mock('../../../../renderer/ui/file-text.ts', () => ({ base64Of: (file: Blob) => file.text() }));

/** Files of a batch, at most. */
const BATCH = 100;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const files = (...names: readonly string[]) => names.map((name) => ({ name, file: new Blob([name]) }));
const many = (count: number, prefix: string) =>
  files(...Array.from({ length: count }, (_none, index) => `${prefix}${index}`));

interface Asked {
  readonly workspaceId: number;
  readonly files: readonly { readonly name: string }[];
}
const batches = () => questionsOf('evidence.read').map(({ input }) => input as Asked);
const readOf = (workspaceId: number) =>
  batches().flatMap((batch) => (batch.workspaceId === workspaceId ? batch.files.map(({ name }) => name) : []));

/** Answers the batch that was asked for last: a new report in each file, or each a mail without one. */
async function answer(isMail = false): Promise<void> {
  await settled();
  const question = questionsOf('evidence.read').at(-1);
  const found = isMail
    ? []
    : [{ outcome: 'read', kind: 'dmarc-aggregate', told: [], stored: { new: 1, known: 0, conflicting: 0 } }];
  await question?.answer((question.input as Asked).files.map(({ name }) => ({ name, isMail, found })));
}

let workspaceId = 0;
beforeEach(() => {
  forgetQuestions();
  workspaceId += 10;
});

describe('files that are handed over while others are read', () => {
  it('wait in line, and the total grows', async () => {
    const first = bringIn(workspaceId, files('a', 'b'));
    const second = bringIn(workspaceId, files('c'));
    expect(broughtInto(workspaceId)).toMatchObject({ isRunning: true, done: 0, total: 3 });
    await answer();
    await first;
    expect(broughtInto(workspaceId)).toMatchObject({ isRunning: true, done: 2, total: 3, taken: 2 });
    await answer();
    await second;
    expect(broughtInto(workspaceId)).toMatchObject({ isRunning: false, done: 3, total: 3, taken: 3, unread: 0 });
    expect(readOf(workspaceId)).toEqual(['a', 'b', 'c']);
  });

  it('wait for those of another workspace too, and each is told what came of its own', async () => {
    const other = workspaceId + 1;
    const both = Promise.all([bringIn(workspaceId, files('a')), bringIn(other, files('b', 'c'))]);
    expect([broughtInto(workspaceId)?.total, broughtInto(other)?.total]).toEqual([1, 2]);
    await answer();
    expect(batches()).toHaveLength(2);
    await answer();
    await both;
    expect(broughtInto(workspaceId)).toMatchObject({ isRunning: false, done: 1, taken: 1 });
    expect(broughtInto(other)).toMatchObject({ isRunning: false, done: 2, taken: 2 });
    expect(readOf(other)).toEqual(['b', 'c']);
  });

  it('are read though a fault ended those before them, which are told as unread', async () => {
    const both = Promise.all([bringIn(workspaceId, files('a', 'b')), bringIn(workspaceId, files('c'))]);
    await settled();
    await questionsOf('evidence.read')[0]?.fail(new Error('The disk is full'));
    await answer();
    await both;
    expect(broughtInto(workspaceId)).toMatchObject({ done: 1, total: 3, unread: 2, isStopped: false });
  });

  it('go part by part where they are large, and a large mail is laid on the table as well', async () => {
    const large = { name: 'newsletter.eml', file: new Blob(['x'.repeat(2.5 * PART_OCTETS)]) };
    const reading = bringIn(workspaceId, [large]);
    await settled();
    await questionsOf('transfer.begin')[0]?.answer({ uploadId: 'one' });
    for (let part = 1; part <= 3; part += 1) {
      await settled();
      const sent = questionsOf('transfer.octets');
      expect(sent).toHaveLength(part);
      await sent.at(-1)?.answer({ octets: part });
    }
    expect(questionsOf('transfer.octets').map(({ input }) => (input as { content: string }).content.length)).toEqual([
      PART_OCTETS,
      PART_OCTETS,
      PART_OCTETS / 2,
    ]);
    await settled();
    await questionsOf('evidence.readUpload')[0]?.answer({ name: large.name, isMail: true, found: [] });
    await reading;
    expect(broughtInto(workspaceId)).toMatchObject({ done: 1, open: [{ name: large.name }] });
  });

  it('have their mails laid on the table beside those that lie there', async () => {
    const both = Promise.all([bringIn(workspaceId, files('bounce.eml')), bringIn(workspaceId, files('mail.eml'))]);
    await answer(true);
    await answer(true);
    await both;
    expect(broughtInto(workspaceId)?.open.map(({ name }) => name)).toEqual(['bounce.eml', 'mail.eml']);
  });
});

describe('a stop', () => {
  it('ends what is read after the files under way, leaves unread what waits, and says how many', async () => {
    const other = workspaceId + 1;
    const all = Promise.all([
      bringIn(workspaceId, many(BATCH + 5, 'a')),
      bringIn(other, files('of another')),
      bringIn(workspaceId, files('c', 'd')),
    ]);
    await settled();
    stopBringingIn(workspaceId);
    await answer();
    expect(broughtInto(workspaceId)).toMatchObject({
      isRunning: false,
      isStopped: true,
      done: BATCH,
      total: BATCH + 7,
      unread: 7,
    });
    await answer();
    await all;
    expect(readOf(other)).toEqual(['of another']);
    expect(readOf(workspaceId)).toHaveLength(BATCH);
  });

  it('is forgotten by what is handed over afterwards', async () => {
    const first = bringIn(workspaceId, many(BATCH + 1, 'a'));
    await settled();
    stopBringingIn(workspaceId);
    await answer();
    await first;
    const second = bringIn(workspaceId, files('b'));
    await answer();
    await second;
    expect(broughtInto(workspaceId)).toMatchObject({ done: 1, total: 1, unread: 0, isStopped: false });
  });
});
