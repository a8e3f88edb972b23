import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  checkKeys,
  discard,
  openSettings,
  save,
  setFault,
  testConnection,
  type,
  useSettings,
} from '../../../../renderer/features/settings/store.ts';
import { forgetQuestions, questionsOf, standInForWindow, tellChange } from '../../../support/held-core.ts';

vi.mock('../../../../renderer/session/store.ts', async () =>
  (await import('../../../support/held-core.ts')).heldSession(),
);

const settings = (workspaceId: number, revision: number, fields: Record<string, string>) => ({
  workspaceId,
  revision,
  fields: { serviceUrl: 'https://old.example', responseDomain: '', extraCa: '', ...fields },
  draft: null,
  traces: { connection: null },
});
const changed = (sequence: number) => tellChange({ kind: 'settings', sequence, workspaceId: 1 });
const shown = () => useSettings.getState();
const url = () => shown().saved?.fields.serviceUrl;

let close = () => {};

beforeEach(() => {
  standInForWindow();
  forgetQuestions();
  close = openSettings(1);
});
afterEach(async () => {
  close();
  for (const name of ['settings.saveDraft', 'settings.discardDraft'])
    await Promise.all(questionsOf(name).map((question) => question.answer({})));
  vi.unstubAllGlobals();
});

/** The settings are open and read. */
async function opened(): Promise<void> {
  await questionsOf('settings.get')[0]?.answer(settings(1, 1, {}));
}

describe('settings that are read anew', () => {
  it('are those of the last change, whichever answer comes last', async () => {
    await changed(1);
    await changed(2);
    const newestFirst = [...questionsOf('settings.get')].reverse();
    // The core answers each question with what is saved when it is asked.
    // oxlint-disable-next-line no-await-in-loop -- in this order
    for (const [index, question] of newestFirst.entries())
      await question.answer(
        settings(1, newestFirst.length - index, { serviceUrl: `https://${newestFirst.length - index}` }),
      );
    const later = questionsOf('settings.get').slice(newestFirst.length);
    expect(later.length).toBeLessThanOrEqual(1);
    await later[0]?.answer(settings(1, 3, { serviceUrl: 'https://3' }));
    expect(url()).toBe('https://3');
  });

  it('are those of the workspace that is open', async () => {
    const [first] = questionsOf('settings.get');
    close();
    close = openSettings(2);
    await questionsOf('settings.get')[1]?.answer(settings(2, 7, { serviceUrl: 'https://two.example' }));
    await first?.answer(settings(1, 1, {}));
    expect(shown().saved?.workspaceId).toBe(2);
  });

  it('do not give way to what was saved before', async () => {
    await opened();
    await changed(1);
    type('serviceUrl', 'https://new.example');
    const saved = save();
    await questionsOf('settings.save')[0]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    expect(await saved).toBe(true);
    await questionsOf('settings.get')[1]?.answer(settings(1, 1, {}));
    expect(url()).toBe('https://new.example');
  });
});

describe('settings that are being saved', () => {
  it('keep what is typed meanwhile, a value that was taken back too', async () => {
    await opened();
    type('serviceUrl', 'https://new.example');
    const saved = save();
    type('responseDomain', 'https://answers.example');
    type('serviceUrl', 'https://old.example');
    await questionsOf('settings.save')[0]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    await saved;
    expect(shown().typed).toEqual({ responseDomain: 'https://answers.example', serviceUrl: 'https://old.example' });
    expect(shown().base).toBeNull();
  });

  it('are saved once more by whoever saves meanwhile, and are not called saved before', async () => {
    await opened();
    type('serviceUrl', 'https://new.example');
    const first = save();
    type('responseDomain', 'https://answers.example');
    const second = save();
    expect(questionsOf('settings.save')).toHaveLength(1);
    await questionsOf('settings.save')[0]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    expect(await first).toBe(true);
    expect(questionsOf('settings.save').map(({ input }) => input)).toEqual([
      { workspaceId: 1, revision: 1, fields: { serviceUrl: 'https://new.example' } },
      { workspaceId: 1, revision: 2, fields: { responseDomain: 'https://answers.example' } },
    ]);
    await questionsOf('settings.save')[1]?.fail(new Error('The disk is full'));
    expect(await second).toBe(false);
    expect(shown().typed).toEqual({ responseDomain: 'https://answers.example' });
  });

  it('are saved as they were corrected meanwhile, though what was sent before is refused', async () => {
    await opened();
    type('serviceUrl', 'https://');
    const refused = save();
    type('serviceUrl', 'https://new.example');
    const corrected = save();
    const issues = [{ field: 'fields.serviceUrl', message: 'No address', remedy: 'Type one.' }];
    await questionsOf('settings.save')[0]?.fail(new ORPCError('BAD_INPUT', { data: { issues } }));
    expect(await refused).toBe(false);
    expect(shown().faults).toEqual({});
    await questionsOf('settings.save')[1]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    expect(await corrected).toBe(true);
    expect(shown()).toMatchObject({ typed: {}, busy: null });
  });

  it('leave what was found since of what is typed, refused or not', async () => {
    await opened();
    const found = { 'fields.serviceUrl': 'Not this one either' };
    const correct = (value: string) => {
      type('serviceUrl', value);
      setFault('fields.serviceUrl', found['fields.serviceUrl']);
    };
    type('serviceUrl', 'https://');
    const refused = save();
    correct('http://');
    const issues = [{ field: 'fields.serviceUrl', message: 'No address', remedy: 'Type one.' }];
    await questionsOf('settings.save')[0]?.fail(new ORPCError('BAD_INPUT', { data: { issues } }));
    await refused;
    expect(shown().faults).toEqual(found);
    type('serviceUrl', 'https://new.example');
    const saved = save();
    correct('http://again');
    await questionsOf('settings.save')[1]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    await saved;
    expect(shown().faults).toEqual(found);
  });

  it('stay out of a workspace that was opened meanwhile', async () => {
    await opened();
    type('serviceUrl', 'https://new.example');
    const saved = save();
    close();
    close = openSettings(2);
    await questionsOf('settings.save')[0]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    expect(await saved).toBe(true);
    expect(shown().saved).toBeNull();
  });
});

describe('what a test finds', () => {
  it('is not shown for an address that was typed since', async () => {
    await opened();
    const tested = testConnection();
    type('serviceUrl', 'https://other.example');
    await questionsOf('probes.connection')[0]?.answer({ outcome: 'good' });
    await tested;
    expect(shown()).toMatchObject({ trace: null, busy: null });
  });

  it('is not shown in another workspace', async () => {
    await opened();
    const tested = testConnection();
    const checked = checkKeys();
    close();
    close = openSettings(2);
    await questionsOf('probes.connection')[0]?.answer({ outcome: 'good' });
    await questionsOf('probes.keys')[0]?.answer({ outcome: 'accepted' });
    await Promise.all([tested, checked]);
    expect(shown()).toMatchObject({ trace: null, keyCheck: null });
  });

  it('of the keys is not shown beside keys that were saved since', async () => {
    await opened();
    const checked = checkKeys();
    type('serviceUrl', 'https://new.example');
    const saved = save();
    await questionsOf('settings.save')[0]?.answer(settings(1, 2, { serviceUrl: 'https://new.example' }));
    await saved;
    await questionsOf('probes.keys')[0]?.answer({ outcome: 'refused' });
    await checked;
    expect(shown()).toMatchObject({ keyCheck: null, busy: null });
  });
});

describe('what was typed a moment ago', () => {
  const kept = () => questionsOf('settings.saveDraft').map(({ input }) => input);
  const draft = { workspaceId: 1, baseRevision: 1, fields: { serviceUrl: 'https://new.example' } };

  it('is kept as a draft before the window may go, once', async () => {
    await opened();
    type('serviceUrl', 'https://new.example');
    expect(kept()).toEqual([]);
    const leaving = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);
    window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    expect(kept()).toEqual([draft]);
  });

  it('is kept when its view closes, and not once it is saved', async () => {
    await opened();
    type('serviceUrl', 'https://new.example');
    close();
    expect(kept()).toEqual([draft]);
    close = openSettings(1);
    // Read any sooner, the settings would be those without the draft.
    expect(questionsOf('settings.get')).toHaveLength(1);
    await questionsOf('settings.saveDraft')[0]?.answer({ changedAt: 1 });
    await questionsOf('settings.get')[1]?.answer(settings(1, 1, {}));
    type('serviceUrl', 'https://newer.example');
    const saved = save();
    await questionsOf('settings.save')[0]?.answer(settings(1, 2, { serviceUrl: 'https://newer.example' }));
    await saved;
    close();
    expect(kept()).toEqual([draft]);
  });

  it('is kept though it could not be saved', async () => {
    await opened();
    type('serviceUrl', 'https://new.example');
    const saved = save();
    await questionsOf('settings.save')[0]?.fail(new Error('The disk is full'));
    expect(await saved).toBe(false);
    close();
    expect(kept()).toEqual([draft]);
  });

  it('is offered to whoever opens the settings, not to whoever has just taken it back', async () => {
    const stored = { ...settings(1, 1, {}), draft: { baseRevision: 1, changedAt: 1, fields: draft.fields } };
    await opened();
    type('serviceUrl', 'https://new.example');
    await changed(1);
    discard();
    // Asked before the draft was given up, answered after it.
    await questionsOf('settings.get')[1]?.answer(stored);
    expect(shown().draftOffered).toBe(false);
    close();
    await questionsOf('settings.discardDraft')[0]?.answer({});
    close = openSettings(1);
    await questionsOf('settings.get').at(-1)?.answer(stored);
    expect(shown().draftOffered).toBe(true);
  });
});
