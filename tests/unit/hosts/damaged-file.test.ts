import { describe, expect, it } from 'vitest';
import { askForCopy } from '../../../main/hosts/electron/damaged-file.ts';
import type { Damage } from '../../../main/core/copies.ts';

/** What the desktop program asks where its data file is damaged. */

const message = 'The data file /data/sendwright.db is damaged.';
const newest: Damage['newest'] = {
  file: '/data/copies/newest.db',
  reason: 'daily',
  madeAt: Date.UTC(2026, 4, 1),
  octets: 1,
  contents: {
    format: 1,
    secrets: 0,
    workspaces: [{ name: 'Acme', domains: 3, checkedAt: null, lastAt: null }],
  },
};

/** @param press the button that somebody presses. @param picked the file that is chosen then. */
async function asked(damage: Damage, press: string, picked: readonly string[] = []) {
  let detail = '';
  const file = await askForCopy(
    {
      showMessageBox: async (options: Electron.MessageBoxOptions) => {
        detail = options.detail ?? '';
        const response = options.buttons?.indexOf(press) ?? -1;
        expect(response, press).toBeGreaterThanOrEqual(0);
        expect(options.buttons?.[options.cancelId ?? -1]).toBe('End');
        return { response, checkboxChecked: false };
      },
      showOpenDialog: async () => ({ canceled: picked.length === 0, filePaths: [...picked] }),
    } as unknown as Parameters<typeof askForCopy>[0],
    damage,
  );
  return { file, detail };
}

describe('a damaged data file', () => {
  it('is told with the newest whole copy and what is in it, which is put back on a word', async () => {
    const { file, detail } = await asked({ message, newest }, 'Put Back That Copy');
    expect(file).toBe('/data/copies/newest.db');
    expect(detail).toContain('1 workspace, 3 domains. Changes made since then are lost.');
    expect(detail).toContain('The damaged file is kept');
  });

  it('takes a copy from elsewhere, or nothing', async () => {
    const damage = { message, newest: null };
    expect((await asked(damage, 'Choose Another Copy…', ['/media/kept.db'])).file).toBe('/media/kept.db');
    expect((await asked(damage, 'Choose Another Copy…')).file).toBeNull();
    const { file, detail } = await asked({ message, newest }, 'End');
    expect(file).toBeNull();
    expect(detail).not.toBe('');
  });
});
