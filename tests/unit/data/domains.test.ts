import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDomains, showOnly, useDomains } from '../../../renderer/data/domains.ts';
import { forgetQuestions, questionsOf, standInForWindow, tellChange } from '../../support/held-core.ts';

vi.mock('../../../renderer/session/store.ts', async () => (await import('../../support/held-core.ts')).heldSession());

const row = (id: number, unicodeName: string) => ({
  id,
  unicodeName,
  name: unicodeName,
  inUse: true,
  verdict: 'to-do',
});
const names = () => useDomains.getState().list?.rows.map(({ unicodeName }) => unicodeName);
const reload = (sequence: number) => tellChange({ kind: 'reload', sequence });

let close = () => {};

beforeEach(async () => {
  standInForWindow();
  forgetQuestions();
  close = openDomains(1);
  await reload(1);
});
afterEach(() => {
  close();
  vi.unstubAllGlobals();
});

/** Answers the questions that are there, the newest first, until there are none. @returns how many there were. */
async function answerNewestFirst(answers: readonly unknown[]): Promise<number> {
  let answered = 0;
  for (;;) {
    const open = questionsOf('domains.list').slice(answered);
    if (open.length === 0) return answered;
    // oxlint-disable-next-line no-await-in-loop -- one after another
    for (const question of open.toReversed())
      await question.answer(answers[questionsOf('domains.list').indexOf(question)]);
    answered += open.length;
  }
}

it('the list is that of the last reload, though the answer to an earlier one comes later', async () => {
  await reload(2);
  await reload(3);
  const asked = await answerNewestFirst([[], [row(1, 'a.example'), row(2, 'b.example')], [], []]);
  expect(names()).toEqual(['a.example', 'b.example']);
  expect(asked).toBe(2);
});

it('the list of a workspace that was left is not shown in another', async () => {
  const [first] = questionsOf('domains.list');
  close();
  close = openDomains(2);
  await first?.answer([row(1, 'of-one.example')]);
  expect(names()).toBeUndefined();
  await questionsOf('domains.list')[1]?.answer([row(9, 'of-two.example')]);
  expect(names()).toEqual(['of-two.example']);
});

it('what was chosen to be shown last is shown, though what has changed is told later', async () => {
  const changed = showOnly(1, 'changed');
  await showOnly(1, 'failing');
  await questionsOf('domains.changedSince')[0]?.answer([{ id: 1 }]);
  await changed;
  expect(useDomains.getState().show).toBe('failing');
});
